/** The Lab: what one neuron stands for, and what steering by neurons does to a user's list. */
import type { ProjectSummary } from "../../src/protocol/engine";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost, SharedState } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import { asked, type Remote } from "../components/host";
import { ProjectGate } from "../components/project-gate";
import { useSharedState } from "../components/shared-state";
import { TrainingProgress } from "../components/training";
import { isString, useSavedState } from "../components/vscode-api";
import { NeuronHeader } from "./neuron-header";
import { NeuronTab } from "./neuron-tab";
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
      <ProjectGate state={state} host={host}>
        {(project) =>
          state !== null && (
            <>
              {state.job?.state === "running" && <TrainingProgress progress={state.job.progress} host={host} />}
              <Lab host={host} recipes={recipes} project={project} neuron={state.neuron} />
            </>
          )
        }
      </ProjectGate>
    </main>
  );
}

const TABS = ["neuron", "steer"];

interface LabProps {
  host: Remote<LabHost>;
  recipes: Announcements<Recipe>;
  project: ProjectSummary;
  neuron: number | null;
}

function Lab({ host, recipes, project, neuron }: LabProps) {
  const sae = project.sae?.hash ?? "";
  const [tab, setTab] = useSavedState("tab", "neuron", isString);
  const [lab, change] = useRecipe(host, recipes, sae);
  const detail = useAnswer(neuron === null ? null : () => asked(host.neuron(neuron)), [host, neuron, sae]);
  const steer = () => {
    if (detail?.ok) change({ change: "add", neuron: detail.value.neuron, label: detail.value.label });
    setTab("steer");
  };
  return (
    <>
      <NeuronHeader host={host} neuron={neuron} detail={detail} />
      <vscode-tabs
        selected-index={Math.max(0, TABS.indexOf(tab))}
        onvsc-tabs-select={(event) => setTab(TABS[event.detail.selectedIndex] ?? "neuron")}
      >
        <vscode-tab-header slot="header">Neuron</vscode-tab-header>
        <vscode-tab-header slot="header">Steer</vscode-tab-header>
        <vscode-tab-panel aria-label="Neuron">
          {tab !== "steer" && <NeuronTab neuron={neuron} detail={detail} onSteer={steer} />}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Steer">
          {tab === "steer" && <SteerTab host={host} sae={sae} lab={lab} change={change} shared={detail} />}
        </vscode-tab-panel>
      </vscode-tabs>
    </>
  );
}
