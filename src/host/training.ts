/** Train SAE: starts the job, shows its progress where it was started, and tells how it ended. */
import { commands, type LogOutputChannel, type Progress, ProgressLocation, window, workspace } from "vscode";
import type { Job, ProjectSummary } from "../protocol/engine";
import { errorData, RecPrismError } from "../protocol/error";
import type { Session } from "./session";
import { jobOutcome, progressShare, progressText } from "./wording";
import type { WorkspaceProject } from "./workspace-project";

export class Training {
  constructor(
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    private readonly log: LogOutputChannel,
  ) {}

  /** Trains on the open project and returns once the job has ended. */
  async train(): Promise<void> {
    if (!(await trusted()) || (await this.#alreadyRunning())) return;
    const project = await this.workspaceProject.ensureOpen();
    if (project === null) return this.#offerProject();
    const id = await this.session.engine.train(project.id, { settings: {} });
    this.log.info(`job ${id} started`);
    const job = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Training SAE for ${project.name}`, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => void this.#cancel(id));
        return this.#followed(id, progress);
      },
    );
    this.log.info(`job ${id} ${job.state}`);
    await this.#tell(job, project);
  }

  /** Asks the running job to stop. */
  async cancel(): Promise<void> {
    const { job } = this.session.state;
    if (job?.state === "running") await this.session.engine.cancel(job.id);
    else void window.showInformationMessage("No training is running.");
  }

  #cancel(id: string): Promise<void> {
    return this.session.engine.cancel(id).catch((thrown) => this.log.warn(errorData(thrown).message));
  }

  /** Resolves with the job once it has ended, in whatever way. */
  #followed(id: string, progress: Progress<{ message: string; increment: number }>): Promise<Job> {
    return new Promise((resolve) => {
      let reported = 0;
      const follow = (job: Job | null) => {
        if (job?.id !== id) return;
        const percent = 100 * progressShare(job.progress);
        progress.report({ message: progressText(job.progress), increment: Math.max(0, percent - reported) });
        reported = Math.max(reported, percent);
        if (job.state === "running") return;
        subscription.dispose();
        resolve(job);
      };
      const subscription = this.session.onChanged((state) => follow(state.job));
      follow(this.session.state.job);
    });
  }

  async #tell(job: Job, project: ProjectSummary): Promise<void> {
    const { error } = job;
    if (job.state === "failed") {
      // An engine that stopped has been reported already.
      if (error?.reason === "engine-stopped") return;
      throw new RecPrismError(error?.reason ?? "internal", jobOutcome(job, project), error?.where);
    }
    const isOpen = this.session.state.project?.id === project.id;
    const trained = isOpen && job.artifact !== null ? await this.session.open(project.manifestPath) : project;
    const SHOW = "Show Neurons";
    const text = jobOutcome(job, trained);
    const picked = await window.showInformationMessage(text, ...(job.artifact === null ? [] : [SHOW]));
    if (picked === SHOW) await commands.executeCommand("recprism.neurons.focus");
  }

  async #alreadyRunning(): Promise<boolean> {
    const { job } = this.session.state;
    if (job?.state !== "running") return false;
    const CANCEL = "Cancel Training";
    const text = `Training is running already (${progressText(job.progress)}).`;
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

/** Training runs code on the workspace's files at length, so it needs a workspace that is trusted. */
async function trusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const MANAGE = "Manage Workspace Trust";
  const text = "Training is off because this workspace is restricted. Trust the workspace to train on its files.";
  if ((await window.showWarningMessage(text, MANAGE)) === MANAGE) {
    await commands.executeCommand("workbench.trust.manage");
  }
  return false;
}
