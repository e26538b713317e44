/** The Lab: what neurons stand for, how they relate, what steering by them does to a list, and the runs that found them. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ProjectSummary } from "../../src/protocol/engine";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost, SharedState } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import { asked, type Remote } from "../components/host";
import { ProjectGate } from "../components/project-gate";
import { useSharedState } from "../components/shared-state";
import { TrainingProgress } from "../components/training";
import { useSavedState } from "../components/vscode-api";
import { AuditTab } from "./audit-tab";
import { ChartSaving } from "./chart-menu";
import { NeuronComparisonView } from "./neuron-comparison";
import { NeuronHeader } from "./neuron-header";
import { NeuronTab } from "./neuron-tab";
import { RunTab } from "./run-tab";
import { SteerTab } from "./steer-tab";
import { StructureTab } from "./structure-tab";
import { useAnswer } from "./use-answer";
import { useRecipe } from "./use-recipe";
import { type TaskShare, Tasks } from "./use-task";

interface LabPanelProps {
  host: Remote<LabHost>;
  states: Announcements<SharedState>;
  recipes: Announcements<Recipe>;
  /** How far work is that was asked for here. */
  progress: Announcements<TaskShare>;
}

export function LabPanel({ host, states, recipes, progress }: LabPanelProps) {
  const state = useSharedState(host, states);
  const tasks = useMemo(() => ({ progress, end: (task: string) => void host.endTask(task) }), [host, progress]);
  return (
    <main class="lab-panel">
      <ChartSaving.Provider value={(name, kind, content) => void host.saveChart(name, kind, content)}>
        <Tasks.Provider value={tasks}>
          <ProjectGate
            state={state}
            host={host}
            withoutSae={(project) => state !== null && <RunTab host={host} state={state} project={project} />}
          >
            {(project) => state !== null && <Lab host={host} recipes={recipes} state={state} project={project} />}
          </ProjectGate>
        </Tasks.Provider>
      </ChartSaving.Provider>
    </main>
  );
}

const TABS = ["neuron", "steer", "structure", "audit", "run"] as const;
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
  const { neuron, job, compared, labelsVersion } = state;
  const sae = project.sae?.hash ?? "";
  const [tab, setTab] = useSavedState<Tab>("tab", "neuron", isTab);
  const steering = useRecipe(host, recipes, sae);
  const detail = useAnswer(
    neuron === null ? null : () => asked(host.neuron(neuron)),
    [host, neuron, sae],
    [labelsVersion],
  );
  const comparing = compared.length > 1;
  const comparison = useAnswer(
    comparing ? () => asked(host.comparison(compared)) : null,
    [host, compared.join(), sae],
    [labelsVersion],
  );
  useShownComparison(compared, () => setTab("neuron"));
  useAskedTab(state.tab, setTab);
  const steer = () => {
    if (detail?.ok) steering.change({ change: "add", neurons: [detail.value.neuron], label: detail.value.label });
    setTab("steer");
  };
  const findings = project.sae && {
    host,
    sae: project.sae,
    selected: neuron,
    labelsVersion,
    busy: job?.state === "running",
  };
  return (
    <>
      {/* The Run tab shows it with its curves. */}
      {job?.state === "running" && tab !== "run" && <TrainingProgress job={job} host={host} />}
      {!(comparing && tab === "neuron") && <NeuronHeader host={host} neuron={neuron} detail={detail} />}
      <vscode-tabs
        selected-index={TABS.indexOf(tab)}
        onvsc-tabs-select={(event) => setTab(TABS[event.detail.selectedIndex] ?? "neuron")}
      >
        <vscode-tab-header slot="header">Neuron</vscode-tab-header>
        <vscode-tab-header slot="header">Steer</vscode-tab-header>
        <vscode-tab-header slot="header">Structure</vscode-tab-header>
        <vscode-tab-header slot="header">Audit</vscode-tab-header>
        <vscode-tab-header slot="header">Run</vscode-tab-header>
        <vscode-tab-panel aria-label="Neuron">
          {tab === "neuron" &&
            (comparing ? (
              <NeuronComparisonView host={host} compared={compared} comparison={comparison} />
            ) : (
              <NeuronTab host={host} sae={sae} neuron={neuron} detail={detail} onSteer={steer} />
            ))}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Steer">
          {tab === "steer" && (
            <SteerTab
              host={host}
              version={`${sae} ${labelsVersion}`}
              items={project.items}
              recipes={steering}
              shared={detail}
            />
          )}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Structure">
          {tab === "structure" && findings !== null && <StructureTab {...findings} />}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Audit">
          {tab === "audit" && findings !== null && <AuditTab {...findings} />}
        </vscode-tab-panel>
        <vscode-tab-panel aria-label="Run">
          {tab === "run" && <RunTab host={host} state={state} project={project} />}
        </vscode-tab-panel>
      </vscode-tabs>
    </>
  );
}

/** Goes to the tab that a command asked for, once each time it is asked for, be it before the Lab was open. */
function useAskedTab(wanted: SharedState["tab"], show: (tab: Tab) => void): void {
  const [shown, setShown] = useSavedState("askedTab", 0, (saved) => typeof saved === "number");
  useEffect(() => {
    if (wanted === undefined || wanted.asked === shown) return;
    setShown(wanted.asked);
    show(wanted.name);
  }, [wanted?.asked]);
}

/** Calls `show` when a comparison is begun elsewhere while another tab is open; not for one that was there already. */
function useShownComparison(compared: readonly number[], show: () => void): void {
  const neurons = compared.join();
  const before = useRef(neurons);
  useEffect(() => {
    if (neurons !== before.current && compared.length > 1) show();
    before.current = neurons;
  }, [neurons]);
}
