/** The Lab: what one neuron stands for, what steering by neurons does to a user's list, and the runs that found them. */
import type { ProjectSummary } from "../../src/protocol/engine";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost, SharedState } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import { asked, type Remote } from "../components/host";
import { ProjectGate } from "../components/project-gate";
import { useSharedState } from "../components/shared-state";
import { TrainingProgress } from "../components/training";
import { useSavedState } from "../components/vscode-api";
import { NeuronHeader } from "./neuron-header";
import { NeuronTab } from "./neuron-tab";
import { RunTab } from "./run-tab";
import { SteerTab } from "./steer-tab";
import { useAnswer } from "./use-answer";
import { useRecipe } from "./use-recipe";

interface LabPanelProps {
  host: Remote<LabHost>;
  states: Announcements<SharedState>;
  recipes: Announcements<Recipe>;
}

export function LabPanel({ host, states, recipes }: LabPanelProps) {
  const state = useSharedState(host, states);
  return (
    <main class="lab-panel">
      <ProjectGate
        state={state}
        host={host}
        withoutSae={(project) => state !== null && <RunTab host={host} state={state} project={project} />}
      >
        {(project) => state !== null && <Lab host={host} recipes={recipes} state={state} project={project} />}
      </ProjectGate>
    </main>
  );
}

const TABS = ["neuron", "steer", "run"] as const;
type Tab = (typeof TABS)[number];

function isTab(saved: unknown): saved is Tab {
  return TABS.includes(saved as Tab);
}

interface LabProps {
  host: Remote<LabHost>;
  recipes: Announcements<Recipe>;
  state: SharedState;
  project: ProjectSummary;
}

function Lab({ host, recipes, state, project }: LabProps) {
  const { neuron, job } = state;
  const sae = project.sae?.hash ?? "";
  const [tab, setTab] = useSavedState<Tab>("tab", "neuron", isTab);
  const [lab, change] = useRecipe(host, recipes, sae);
  const detail = useAnswer(neuron === null ? null : () => asked(host.neuron(neuron)), [host, neuron, sae]);
  const steer = () => {
    if (detail?.ok) change({ change: "add", neuron: detail.value.neuron, label: detail.value.label });
    setTab("steer");
  };
  return (
    <>
      {/* The Run tab shows it with its curves. */}
      {job?.state === "running" && tab !== "run" && <TrainingProgress job={job} host={host} />}
      <NeuronHeader host={host} neuron={neuron} detail={detail} />
      <vscode-tabs
        selected-index={TABS.indexOf(tab)}
        onvsc-tabs-select={(event) => setTab(TABS[event.detail.selectedIndex] ?? "neuron")}
      >
        <vscode-tab-header slot="header">Neuron</vscode-tab-header>
        <vscode-tab-header slot="header">Steer</vscode-tab-header>
        <vscode-tab-header slot="header">Run</vscode-tab-header>
        <vscode-tab-panel aria-label="Neuron">
          {tab === "neuron" && <NeuronTab neuron={neuron} detail={detail} onSteer={steer} />}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Steer">
          {tab === "steer" && <SteerTab host={host} sae={sae} lab={lab} change={change} shared={detail} />}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Run">
          {tab === "run" && <RunTab host={host} state={state} project={project} />}
        </vscode-tab-panel>
      </vscode-tabs>
    </>
  );
}
