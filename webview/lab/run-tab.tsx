/** Training: the settings of the next run, the run that goes on, and the runs that were. */
import type { ProjectSummary } from "../../src/protocol/engine";
import type { LabHost, SharedState } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import type { Remote } from "../components/host";
import { Unmeasured } from "../components/project-gate";
import { TrainingOutcome } from "../components/training";
import { LiveCurves } from "./live-curves";
import { RunHistory } from "./run-history";
import { TrainForm } from "./train-form";
import { useRuns } from "./use-runs";

interface RunTabProps {
  host: Remote<LabHost>;
  state: SharedState;
  project: ProjectSummary;
}

export function RunTab({ host, state, project }: RunTabProps) {
  const job = state.job?.project === project.id ? state.job : null;
  const running = job?.state === "running";
  const runs = useRuns(host, project, job);
  return (
    <div class="run-tab">
      <TrainForm host={host} project={project} job={job} />
      <TrainingOutcome job={job} />
      {project.unmeasured && !running && <Unmeasured host={host} />}
      {job !== null && job.progress.steps > 0 && <LiveCurves job={job} />}
      {runs === null ? (
        <p class="quiet">Loading the runs…</p>
      ) : runs.ok ? (
        <RunHistory runs={runs.value} sae={project.sae?.hash ?? null} />
      ) : (
        <ErrorNote what="The runs could not be read" error={runs.error} />
      )}
    </div>
  );
}
