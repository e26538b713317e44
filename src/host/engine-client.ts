/** The engine as a child process: started at first use, restarted after a crash with the open project reopened. */
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { type BirpcReturn, createBirpc } from "birpc";
import { type Answering, unwrapped } from "../protocol/answer";
import type { Engine, EngineEvents, ProjectSummary } from "../protocol/engine";
import { errorData, errorFromData, RecPrismError } from "../protocol/error";

/** This many crashes within the window end restarting, so that a project that crashes the engine cannot do so for ever. */
const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

export interface EngineClientOptions {
  /** Absolute path of the bundled engine, `dist/engine.js`. */
  script: string;
  /** Environment variables on top of this process's own, asked for at every start. */
  environment?(): Record<string, string>;
  events: EngineEvents;
  /** The process runs. */
  started(pid: number): void;
  /** The process ended unasked; `final` when it is not started again by itself. */
  stopped(error: RecPrismError, final: boolean): void;
  /** After a restart: the project that was open is open again. */
  reopened(project: ProjectSummary): void;
  /** After a restart: the project that was open could not be opened. */
  reopenFailed(error: RecPrismError): void;
}

type EngineRpc = BirpcReturn<Answering<Engine>, EngineEvents, false>;

interface Connection {
  child: ChildProcess;
  rpc: EngineRpc;
  /** Settles, never rejecting, once the project of before a crash was reopened. */
  ready: Promise<void>;
  /** Why the process ended; null while it runs. */
  ended: RecPrismError | null;
}

export class EngineClient {
  /** The engine's methods; they reject with `RecPrismError` only. */
  readonly engine: Engine;
  #connection: Connection | null = null;
  /** What the project that is open was opened with. */
  #opened: Parameters<Engine["openProject"]> | null = null;
  #crashTimes: number[] = [];
  #gaveUp: RecPrismError | null = null;
  #disposed = false;

  constructor(private readonly options: EngineClientOptions) {
    this.engine = new Proxy({} as Engine, {
      get: (_, name) => {
        // Being asked for `then`, an object seems to be a promise to `await`.
        if (typeof name !== "string" || name === "then") return undefined;
        return (...args: never[]) => this.#call(name as keyof Engine, args);
      },
    });
  }

  /** Lets a client that gave up after repeated crashes start the engine again. */
  restart(): void {
    this.#gaveUp = null;
    this.#crashTimes = [];
    if (this.#connection === null && this.#opened !== null) this.#start();
  }

  dispose(): void {
    this.#disposed = true;
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    connection.ended = stoppedError("RecPrism's engine was shut down.");
    connection.rpc.$close(connection.ended);
    connection.child.kill();
  }

  async #call(method: keyof Engine, args: unknown[]): Promise<unknown> {
    const connection = this.#connection ?? this.#start();
    if (method !== "openProject") await connection.ready;
    try {
      const call = connection.rpc.$call as (method: string, ...args: unknown[]) => Promise<never>;
      const value = unwrapped(await call(method, ...args));
      if (method === "openProject") this.#opened = args as Parameters<Engine["openProject"]>;
      return value;
    } catch (thrown) {
      if (thrown instanceof RecPrismError) throw thrown;
      throw connection.ended ?? errorFromData(errorData(thrown));
    }
  }

  #start(): Connection {
    if (this.#disposed) throw stoppedError("RecPrism's engine was shut down.");
    if (this.#gaveUp !== null) throw this.#gaveUp;
    const child = fork(this.options.script, [], {
      serialization: "advanced",
      // Inside VS Code the executable is Electron, which runs as plain Node with this.
      env: { ...process.env, ...this.options.environment?.(), ELECTRON_RUN_AS_NODE: "1" },
      // An inspected extension host would hand its debugging port on.
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const connection: Connection = { child, rpc: this.#rpcOver(child), ready: Promise.resolve(), ended: null };
    this.#connection = connection;
    child.once("spawn", () => this.options.started(child.pid ?? 0));
    child.once("exit", (code, signal) => this.#ended(connection, signal ? `signal ${signal}` : `exit code ${code}`));
    child.once("error", (error) => this.#ended(connection, error.message));
    // Without its channel the process can neither be asked nor answer.
    child.once("disconnect", () => child.kill());
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface(stream).on("line", (line) => this.options.events.log("warning", line));
    }
    if (this.#opened !== null) connection.ready = this.#reopen(connection, this.#opened);
    return connection;
  }

  #rpcOver(child: ChildProcess): EngineRpc {
    return createBirpc<Answering<Engine>, EngineEvents, false>(this.options.events, {
      // A message that cannot be sent means the process is ending, and its exit rejects the call.
      post: (message) => void child.send(message, () => {}),
      on: (receive) => void child.on("message", receive),
      off: (receive) => void child.off("message", receive),
      bind: "functions",
      timeout: -1,
      proxify: false,
    });
  }

  async #reopen(connection: Connection, opened: Parameters<Engine["openProject"]>): Promise<void> {
    try {
      this.options.reopened(unwrapped(await connection.rpc.$call("openProject", ...opened)));
    } catch (thrown) {
      if (connection.ended === null) this.options.reopenFailed(errorFromData(errorData(thrown)));
    }
  }

  #ended(connection: Connection, cause: string): void {
    if (connection.ended !== null) return;
    const now = Date.now();
    this.#crashTimes = [...this.#crashTimes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    const final = this.#crashTimes.length >= MOST_CRASHES;
    const error = stoppedError(
      final
        ? `RecPrism's engine stopped ${MOST_CRASHES} times within a minute (${cause}) and is not started again by itself. The log tells what it was doing; then choose Restart Engine.`
        : `RecPrism's engine stopped unexpectedly (${cause}). It is started again when it is needed; the log tells what it was doing.`,
    );
    connection.ended = error;
    this.#connection = null;
    if (final) this.#gaveUp = error;
    connection.rpc.$close(error);
    this.options.stopped(error, final);
    if (!final && this.#opened !== null) this.#start();
  }
}

function stoppedError(message: string): RecPrismError {
  return new RecPrismError("engine-stopped", message);
}
