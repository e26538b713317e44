/** The Neurons side panel: train, search, filter and sort; one row a neuron. */
import type { ProjectSummary, SaeSummary } from "../../src/protocol/engine";
import type { NeuronsHost, SharedState } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import type { Remote } from "../components/host";
import { count, decimal } from "../components/number-format";
import { ProjectGate, Warnings } from "../components/project-gate";
import { useSharedState } from "../components/shared-state";
import { TrainingOutcome, TrainingProgress } from "../components/training";
import { useSavedState } from "../components/vscode-api";
import { INITIAL_FILTER, isListFilter } from "./list-filter";
import { NeuronFilters } from "./neuron-filters";
import { NeuronList } from "./neuron-list";
import { StaleBar } from "./stale-bar";
import { useNeuronRows } from "./use-neuron-rows";

interface NeuronsPanelProps {
  host: Remote<NeuronsHost>;
  states: Announcements<SharedState>;
}

export function NeuronsPanel({ host, states }: NeuronsPanelProps) {
  const state = useSharedState(host, states);
  return (
    <main class="neurons-panel">
      <ProjectGate state={state} host={host}>
        {(project) =>
          project.sae !== null &&
          state !== null && (
            <Browser key={project.sae.hash} state={state} project={project} sae={project.sae} host={host} />
          )
        }
      </ProjectGate>
    </main>
  );
}

interface BrowserProps {
  state: SharedState;
  project: ProjectSummary;
  sae: SaeSummary;
  host: Remote<NeuronsHost>;
}

function Browser({ state, project, sae, host }: BrowserProps) {
  const [filter, setFilter] = useSavedState("filter", INITIAL_FILTER, isListFilter);
  const found = useNeuronRows(host, filter, state.labelsVersion);
  return (
    <>
      <Toolbar state={state} sae={sae} host={host} />
      {project.stale !== null && state.job?.state !== "running" && <StaleBar stale={project.stale} host={host} />}
      <Warnings warnings={project.warnings} />
      <NeuronFilters
        host={host}
        filter={filter}
        fault={found.fault}
        labelsVersion={state.labelsVersion}
        onChange={setFilter}
      />
      <NeuronList
        host={host}
        filter={filter}
        found={found}
        shared={state.neuron}
        onClear={() => setFilter({ ...filter, search: "", kinds: [] })}
      />
    </>
  );
}

function Toolbar({ state, sae, host }: { state: SharedState; sae: SaeSummary; host: Remote<NeuronsHost> }) {
  if (state.job?.state === "running") return <TrainingProgress job={state.job} host={host} />;
  return (
    <>
      <div class="toolbar">
        <span class="summary">
          {count(sae.labelled)} of {count(sae.latents)} named · MS {decimal(sae.report.ms)}
        </span>
        <vscode-button secondary onClick={() => host.train()} title="Train again with the settings in recprism.json">
          Train
        </vscode-button>
      </div>
      <TrainingOutcome job={state.job} host={host} />
    </>
  );
}
