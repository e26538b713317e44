/** The workspace's own project: found when a view or command first needs one, read anew when its manifest changes. */
import { dirname } from "node:path";
import {
  type Disposable,
  type FileSystemWatcher,
  type LogOutputChannel,
  RelativePattern,
  Uri,
  workspace,
} from "vscode";
import type { ProjectSummary } from "../protocol/engine";
import { errorData } from "../protocol/error";
import type { Session } from "./session";

export const MANIFEST_NAME = "recprism.json";
/** Editors may write a file in several steps. */
const SETTLE_MS = 300;

export class WorkspaceProject implements Disposable {
  #opening: Promise<ProjectSummary | null> | null = null;
  #watcher: FileSystemWatcher | null = null;
  #watched: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #subscriptions: Disposable[];

  constructor(
    private readonly session: Session,
    private readonly log: LogOutputChannel,
  ) {
    this.#subscriptions = [
      session.onChanged((state) => this.#watch(state.project)),
      workspace.onDidGrantWorkspaceTrust(() => void this.#openTrusted().catch(() => {})),
    ];
  }

  /** The open project, or else the workspace's, opened now; null where there is none. */
  async ensureOpen(): Promise<ProjectSummary | null> {
    if (this.session.state.project !== null) return this.session.state.project;
    this.#opening ??= this.#openFound().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#watcher?.dispose();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** What a restricted workspace refused may go on now. A fault is shown in the views. */
  async #openTrusted(): Promise<void> {
    const { project, error } = this.session.state;
    if (project !== null) await this.session.open(project.manifestPath);
    else if (error?.reason === "workspace-restricted") await this.ensureOpen();
  }

  async #openFound(): Promise<ProjectSummary | null> {
    const manifest = await this.#find();
    if (manifest === null) return null;
    this.log.info(`found ${manifest}`);
    return this.session.open(manifest);
  }

  /** What was open last; else a manifest at the root of the workspace; else the only one deeper down. */
  async #find(): Promise<string | null> {
    const last = this.session.lastProject;
    if (last !== undefined && (await exists(last))) return last;
    for (const folder of workspace.workspaceFolders ?? []) {
      const manifest = Uri.joinPath(folder.uri, MANIFEST_NAME).fsPath;
      if (await exists(manifest)) return manifest;
    }
    const deeper = await workspace.findFiles(`**/${MANIFEST_NAME}`, "**/node_modules/**", 2);
    return deeper.length === 1 ? deeper[0].fsPath : null;
  }

  #watch(project: ProjectSummary | null): void {
    const manifest = project?.manifestPath ?? null;
    if (manifest === this.#watched) return;
    this.#watched = manifest;
    this.#watcher?.dispose();
    this.#watcher = null;
    if (manifest === null) return;
    this.#watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(dirname(manifest)), MANIFEST_NAME));
    const readAnew = () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#reopen(manifest).catch(() => {}), SETTLE_MS);
    };
    this.#watcher.onDidChange(readAnew);
    this.#watcher.onDidCreate(readAnew);
  }

  async #reopen(manifest: string): Promise<void> {
    // Training ends by reading the project anew.
    if (manifest !== this.#watched || this.session.state.job?.state === "running") return;
    // Making a project writes the manifest just before it is opened.
    const { mtime } = await workspace.fs.stat(Uri.file(manifest));
    if (mtime < this.session.readAt) return;
    this.log.info(`${MANIFEST_NAME} changed`);
    // The views show the fault; a message at every save of a half-written manifest would be noise.
    await this.session.open(manifest).catch((thrown) => this.log.warn(errorData(thrown).message));
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await workspace.fs.stat(Uri.file(file));
    return true;
  } catch {
    return false;
  }
}
