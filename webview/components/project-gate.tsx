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
  /** Drawn below the project's size while it has no SAE; by default its training, or a way to it. */
  withoutSae?: (project: ProjectSummary) => ComponentChildren;
}

export function ProjectGate({ state, host, children, withoutSae }: ProjectGateProps) {
  if (state === null) return <Busy text="Starting…" />;
  const { project, error, busy } = state;
  return (
    <>
      {error !== null && <ErrorNote error={error} />}
      {busy !== null && <Busy text={busy} />}
      {project === null ? (
        busy === null && <NoProject host={host} />
      ) : project.sae === null ? (
        <>
          <NoSae project={project}>
            {withoutSae === undefined && <FirstTraining state={state} project={project} host={host} />}
          </NoSae>
          {withoutSae?.(project)}
        </>
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

function NoSae({ project, children }: { project: ProjectSummary; children: ComponentChildren }) {
  return (
    <section class="empty" aria-label="No neurons yet">
      <h2>{project.name}</h2>
      <p class="numbers">{sizeText(project)}</p>
      <Warnings warnings={project.warnings} />
      {children}
    </section>
  );
}

function FirstTraining({ state, project, host }: { state: SharedState; project: ProjectSummary; host: GateHost }) {
  const { job } = state;
  if (job?.state === "running") return <TrainingProgress job={job} host={host} />;
  return (
    <>
      <TrainingOutcome job={job} host={host} />
      {project.unmeasured ? (
        <Unmeasured host={host} />
      ) : (
        <>
          <p>
            There are no neurons yet. Training finds {count(project.settings.latents)} of them in{" "}
            {count(project.settings.epochs)} epochs.
          </p>
          <vscode-button onClick={() => host.train()}>Train</vscode-button>
        </>
      )}
    </>
  );
}

/** Of an SAE that was trained elsewhere and could not be measured when its project was opened. */
export function Unmeasured({ host }: { host: TrainingHost }) {
  return (
    <>
      <p>The SAE came without labels and measures. Measuring it names its neurons.</p>
      <vscode-button onClick={() => host.measure()}>Measure</vscode-button>
    </>
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
