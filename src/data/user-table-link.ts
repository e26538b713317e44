/** The process that holds a user table, as the engine sees it. */
import { type ChildProcess, fork } from "node:child_process";
import { createBirpc } from "birpc";
import { type Answer, unwrapped } from "../protocol/answer";
import type { UserColumn, UserTableSource } from "./user-database";

/** What the process offers. */
export interface UserTableWork {
  load(source: UserTableSource): Promise<Answer<void>>;
  columns(): Promise<Answer<UserColumn[]>>;
  /** @param bytes that the process may grow by */
  rowsWhere(condition: string, bytes: number): Promise<Answer<Uint32Array>>;
  interrupt(): void;
}

/** What the process asks. */
export interface UserTableAsks {
  /** Rows of users by their ids, -1 for an id that names none. */
  rowsOf(ids: string[]): Promise<Int32Array>;
  /** It takes more memory than it may. */
  swollen(): void;
}

export class UserTableLink {
  private readonly rpc: ReturnType<typeof createBirpc<UserTableWork, UserTableAsks>>;
  private readonly ended: Promise<never>;
  /** Rejects with it what is asked, once the process has ended. */
  private fault: Error | null = null;

  private constructor(
    private readonly child: ChildProcess,
    asks: UserTableAsks,
  ) {
    this.rpc = createBirpc<UserTableWork, UserTableAsks>(asks, {
      post: (message) => child.connected && child.send(message, () => {}),
      on: (listener) => child.on("message", listener),
      eventNames: ["interrupt"],
      timeout: -1,
    });
    this.ended = new Promise<never>((_, reject) => {
      const end = (thrown: Error) => {
        this.fault ??= thrown;
        reject(this.fault);
      };
      child.once("error", end);
      child.once("exit", (code, signal) => end(new UserTableEnded(signal ?? `exit code ${code}`)));
    });
    this.ended.catch(() => {});
  }

  /**
   * Starts the process and loads the table.
   *
   * @param script bundled process, `dist/user-table.js`
   */
  static async open(
    script: string,
    source: UserTableSource,
    rowsOf: (ids: string[]) => Int32Array,
    swollen: () => void,
  ): Promise<UserTableLink> {
    const child = fork(script, {
      serialization: "advanced",
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const link = new UserTableLink(child, { rowsOf: async (ids) => rowsOf(ids), swollen });
    try {
      await link.asked((work) => work.load(source));
      return link;
    } catch (thrown) {
      link.end();
      throw thrown;
    }
  }

  get isOpen(): boolean {
    return this.fault === null;
  }

  columns(): Promise<UserColumn[]> {
    return this.asked((work) => work.columns());
  }

  rowsWhere(condition: string, bytes: number): Promise<Uint32Array> {
    return this.asked((work) => work.rowsWhere(condition, bytes));
  }

  interrupt(): void {
    this.rpc.interrupt();
  }

  /** @param fault told to whoever still waits for an answer */
  end(fault?: Error): void {
    this.fault ??= fault ?? new UserTableEnded("it was closed");
    this.child.kill("SIGKILL");
    this.rpc.$close();
  }

  /** An idle process keeps nobody from ending. */
  private async asked<Value>(ask: (work: typeof this.rpc) => Promise<Answer<Value>>): Promise<Value> {
    if (this.fault !== null) throw this.fault;
    this.child.ref();
    this.child.channel?.ref();
    try {
      return unwrapped(await Promise.race([ask(this.rpc), this.ended]));
    } catch (thrown) {
      throw this.fault ?? thrown;
    } finally {
      this.child.unref();
      this.child.channel?.unref();
    }
  }
}

/** The process ended before it answered. */
export class UserTableEnded extends Error {
  constructor(how: string) {
    super(`the process of the user table ended: ${how}`);
  }
}
