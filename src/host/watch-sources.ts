/** Watches the files that the open project was made from: a change makes results stale, and throws nothing away. */
import { basename, dirname, join, resolve } from "node:path";
import { type Disposable, type LogOutputChannel, RelativePattern, Uri, workspace } from "vscode";
import { errorData } from "../protocol/error";
import type { SharedState } from "../protocol/webview";
import type { Session } from "./session";
import type { WorkspaceProject } from "./workspace-project";

/** Whoever writes a file writes for a while, and often the next one after it. */
const SETTLE_MS = 1_000;
const ARTIFACT_FILES = ["sae_weights.safetensors", "labels.json", "report.json"];

/** What a change of a file calls for. */
type Change = "look" | "open";

export class SourceWatch implements Disposable {
  #watchers: Disposable[] = [];
  #watched = "";
  #timer: NodeJS.Timeout | null = null;
  #pending: { change: Change; file: string } | null = null;
  readonly #subscription: Disposable;

  /** @param changed told when a file has changed and settled, before anything else is made of it */
  constructor(
    private readonly session: Session,
    private readonly workspaceProject: WorkspaceProject,
    private readonly log: LogOutputChannel,
    private readonly changed: () => void,
  ) {
    this.#subscription = session.onChanged((state) => this.#watch(state));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #watch(state: SharedState): void {
    const wanted = watchedFiles(state);
    const identity = JSON.stringify([...wanted]);
    if (identity === this.#watched) return;
    this.#watched = identity;
    this.#stop();
    for (const [file, change] of wanted) {
      // In a pattern some characters do not stand for themselves: those names are compared below.
      const name = /[*?[\]{}]/.test(basename(file)) ? "*" : basename(file);
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(dirname(file)), name));
      const note = ({ fsPath }: Uri) => {
        if (fsPath === Uri.file(file).fsPath) this.#soon(change, file);
      };
      watcher.onDidChange(note);
      watcher.onDidCreate(note);
      watcher.onDidDelete(note);
      this.#watchers.push(watcher);
    }
  }

  #stop(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.dispose();
  }

  #soon(change: Change, file: string): void {
    if (this.#pending?.change !== "open") this.#pending = { change, file };
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settled(), SETTLE_MS);
  }

  async #settled(): Promise<void> {
    const pending = this.#pending;
    this.#pending = null;
    const { project, job } = this.session.state;
    // A job ends by reading the project anew.
    if (pending === null || job?.state === "running") return;
    this.changed();
    try {
      if (pending.change === "open") {
        if (await this.#wasRead(pending.file)) return;
        this.log.info(`${pending.file} changed`);
        if (project === null) await this.workspaceProject.ensureOpen();
        else await this.session.open(project.manifestPath);
      } else if (project !== null) {
        const stale = await this.session.engine.staleness(project.id);
        for (const change of stale?.changes ?? []) this.log.info(change);
        this.session.markStale(project.id, stale);
      }
    } catch (thrown) {
      // A half-written file is no news; the views show what kept a project from opening.
      this.log.warn(errorData(thrown).message);
    }
  }

  /** Our own jobs write the artifact just before the project is read anew, and words are read as they are written. */
  async #wasRead(file: string): Promise<boolean> {
    const mtime = await workspace.fs.stat(Uri.file(file)).then(
      (stats) => stats.mtime,
      () => 0,
    );
    const { state, readAt, labelsReadAt } = this.session;
    const known = basename(file) === "labels.json" ? labelsReadAt : readAt;
    return state.error === null && mtime !== 0 && mtime < known;
  }
}

function watchedFiles({ project, error }: SharedState): Map<string, Change> {
  const wanted = new Map<string, Change>();
  for (const file of project?.sources ?? []) wanted.set(file, "look");
  if (project !== null) {
    const artifact = project.sae?.path ?? resolve(project.id, project.manifest.sae.path);
    for (const name of ARTIFACT_FILES) wanted.set(join(artifact, name), "open");
  }
  // Once the file at fault is mended, the project can be opened; the manifest is watched anyway.
  const fault = error?.where.file;
  if (fault !== undefined && resolve(fault) === fault && basename(fault) !== "recprism.json") wanted.set(fault, "open");
  return wanted;
}
