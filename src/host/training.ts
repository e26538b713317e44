/** Train SAE, Measure SAE and Label Again: start the job, show its progress where it was started, and tell how it ended. */
import { commands, type Disposable, type LogOutputChannel, window, workspace } from "vscode";
import type { AskedSettings, Job, JobId, ProjectSummary } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { followedJob } from "./follow-job";
import { applyFixes, SHOW_MANIFEST, showManifest } from "./manifest-change";
import type { Memory, Session } from "./session";
import { identityDoubt, jobDoing, jobOutcome, progressText } from "./wording";
import type { WorkspaceProject } from "./workspace-project";
import { MANAGE_TRUST, manageTrust } from "./workspace-trust";

export class Training {
  constructor(
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    private readonly memory: Memory,
    private readonly log: LogOutputChannel,
  ) {}

  /** Trains on the open project and returns once the job has ended. */
  async train(asked: AskedSettings): Promise<void> {
    if (!(await trusted("Training", "train on its files")) || (await this.alreadyRunning())) return;
    const found = await this.workspaceProject.ensureOpen();
    if (found === null) return this.#offerProject();
    const project = await this.#withIdsSettled(found);
    if (project === null) return;
    const id = await this.session.engine.train(project.id, asked);
    await this.#follow(id, project, `Training SAE for ${project.name}`);
  }

  /** Where ids are in doubt the person decides, once for each doubt; null when they back out. */
  async #withIdsSettled(project: ProjectSummary): Promise<ProjectSummary | null> {
    const { name, manifestPath } = project;
    const doubt = identityDoubt(project);
    const accepted = `accepted:${project.id}`;
    if (doubt === null || this.memory.get<string>(accepted) === doubt.text) return project;
    const { fixes, text: detail } = doubt;
    const FIX = "Fix and Train";
    const ANYWAY = "Train Anyway";
    const offered = [...(fixes.length === 0 ? [SHOW_MANIFEST] : [FIX]), ANYWAY];
    const text = `Not every row of ${name} is sure to be what it is taken for.`;
    const picked = await window.showWarningMessage(text, { modal: true, detail }, ...offered);
    if (picked === FIX) return this.#withIdsSettled(await applyFixes(manifestPath, fixes, this.session));
    if (picked === SHOW_MANIFEST) await showManifest(manifestPath);
    if (picked !== ANYWAY) return null;
    await this.memory.update(accepted, detail);
    return project;
  }

  /** Labels and measures the open project's SAE and returns once the job has ended. */
  async measure(): Promise<void> {
    if (!(await trusted("Measuring", "label and measure its SAE")) || (await this.alreadyRunning())) return;
    const project = await this.workspaceProject.ensureOpen();
    if (project === null) return this.#offerProject();
    const id = await this.session.engine.measure(project.id);
    await this.#follow(id, project, `Measuring the SAE of ${project.name}`);
  }

  /** Names the neurons of the open project's SAE anew and returns once the job has ended; what was said of them stays. */
  async label(): Promise<void> {
    if (!(await trusted("Naming", "name its neurons anew")) || (await this.alreadyRunning())) return;
    const project = await this.workspaceProject.ensureOpen();
    if (project === null) return this.#offerProject();
    const id = await this.session.engine.label(project.id);
    await this.#follow(id, project, `Naming the neurons of ${project.name}`);
  }

  /** Measures an SAE that came without labels, such as one from SAELens, once its project is open. */
  measureOnOpening(failed: (thrown: unknown) => void): Disposable {
    let seen = this.session.state.project;
    return this.session.onChanged(({ project, job }) => {
      if (project === seen) return;
      seen = project;
      if (project?.unmeasured && job?.state !== "running") void this.measure().catch(failed);
    });
  }

  async #follow(id: JobId, project: ProjectSummary, title: string): Promise<void> {
    const job = await followedJob(this.session, this.log, id, title);
    if (job !== null) await this.#tell(job, project);
  }

  /** Asks the running job to stop. */
  async cancel(): Promise<void> {
    const { job } = this.session.state;
    if (job?.state === "running") await this.session.engine.cancel(job.id);
    else void window.showInformationMessage("No training is running.");
  }

  async #tell(job: Job, project: ProjectSummary): Promise<void> {
    const { error } = job;
    if (job.state === "failed") {
      throw new RecPrismError(error?.reason ?? "internal", jobOutcome(job, project), error?.where);
    }
    const isOpen = this.session.state.project?.id === project.id;
    const trained = isOpen && job.artifact !== null ? await this.session.open(project.manifestPath) : project;
    const SHOW = "Show Neurons";
    const text = jobOutcome(job, trained);
    const picked = await window.showInformationMessage(text, ...(job.artifact === null ? [] : [SHOW]));
    if (picked === SHOW) await commands.executeCommand("recprism.neurons.focus");
  }

  /** Says so where a job goes on, and lets the person cancel it. */
  async alreadyRunning(): Promise<boolean> {
    const { job } = this.session.state;
    if (job?.state !== "running") return false;
    const doing = jobDoing(job);
    const CANCEL = `Cancel ${doing}`;
    const text = `${doing} is running already (${progressText(job.progress)}).`;
    if ((await window.showInformationMessage(text, CANCEL)) === CANCEL) await this.cancel();
    return true;
  }

  async #offerProject(): Promise<void> {
    const OPEN = "Open Embeddings…";
    const SAMPLE = "Open Sample Project";
    const text = "There is no RecPrism project to train on yet. Open your embeddings, or the sample.";
    const picked = await window.showInformationMessage(text, OPEN, SAMPLE);
    if (picked === OPEN) await commands.executeCommand("recprism.openEmbeddings");
    if (picked === SAMPLE) await commands.executeCommand("recprism.openSample");
  }
}

/** A job runs code on the workspace's files at length, so it needs a workspace that is trusted. */
export async function trusted(doing: string, aim: string): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const text = `${doing} is off because this workspace is restricted. Trust the workspace to ${aim}.`;
  if ((await window.showWarningMessage(text, MANAGE_TRUST)) === MANAGE_TRUST) await manageTrust();
  return false;
}

/** What the Lab's form, or a keybinding's `args`, may give the command; a menu gives other things. */
export function isAsked(given: unknown): given is AskedSettings {
  return typeof given === "object" && given !== null && "settings" in given;
}
