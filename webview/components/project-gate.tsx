/** What stands between opening a view and its content: no project, no SAE yet, a fault; each with the next step. */
import type { ComponentChildren } from "preact";
import type { ProjectSummary } from "../../src/protocol/engine";
import type { SharedState } from "../../src/protocol/webview";
import { ErrorNote } from "./error-note";
import { count } from "./number-format";
import { type TrainingHost, TrainingOutcome, TrainingProgress } from "./training";

interface GateHost extends TrainingHost {
  openEmbeddings(): void;
  openSample(): void;
}

interface ProjectGateProps {
  state: SharedState | null;
  host: GateHost;
  /** Drawn once there is a project with an SAE. */
  children: (project: ProjectSummary) => ComponentChildren;
}

export function ProjectGate({ state, host, children }: ProjectGateProps) {
  if (state === null) return <Busy text="Starting…" />;
  const { project, error, busy } = state;
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      {busy !== null && <Busy text={busy} />}
      {project === null ? (
        busy === null && <NoProject host={host} />
      ) : project.sae === null ? (
        <NoSae state={state} project={project} host={host} />
      ) : (
        children(project)
      )}
    </>
  );
}

export function Busy({ text }: { text: string }) {
  return (
    <div class="busy" role="status">
      <span>{text}</span>
      <vscode-progress-bar aria-label={text} indeterminate />
    </div>
  );
}

function NoProject({ host }: { host: GateHost }) {
  return (
    <section class="empty" aria-label="No project">
      <p>
        RecPrism opens up a recommender: it learns neurons from its item and user embeddings and names what each stands
        for.
      </p>
      <vscode-button onClick={() => host.openEmbeddings()}>Open Embeddings…</vscode-button>
      <p class="quiet">No embeddings at hand? The sample has 1,200 films and 2,000 users, all made up.</p>
      <vscode-button secondary onClick={() => host.openSample()}>
        Open Sample Project
      </vscode-button>
    </section>
  );
}

function NoSae({ state, project, host }: { state: SharedState; project: ProjectSummary; host: GateHost }) {
  const running = state.job?.state === "running";
  return (
    <section class="empty" aria-label="No neurons yet">
      <h2>{project.name}</h2>
      <p class="numbers">{sizeText(project)}</p>
      <Warnings warnings={project.warnings} />
      {running && state.job !== null ? (
        <TrainingProgress progress={state.job.progress} host={host} />
      ) : (
        <>
          <TrainingOutcome job={state.job} host={host} />
          <p>
            There are no neurons yet. Training finds {count(project.settings.latents)} of them in{" "}
            {count(project.settings.epochs)} epochs.
          </p>
          <vscode-button onClick={() => host.train()}>Train</vscode-button>
        </>
      )}
    </section>
  );
}

function sizeText(project: ProjectSummary): string {
  const size = `${count(project.users)} users and ${count(project.items)} items x ${count(project.dimensions)} dimensions`;
  return project.interactions === null ? size : `${size}, ${count(project.interactions)} interactions`;
}

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="note warnings" aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}
