/** Conditions on the user table of a project, answered by a process that holds it from the first question on. */
import { RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import { tooLarge, tooLong } from "./condition-fault";
import type { Ids } from "./ids";
import { locate } from "./manifest-paths";
import type { UserColumn, UserTableSource } from "./user-database";
import { UserTableEnded, UserTableLink } from "./user-table-link";

export interface UserTableOf {
  manifest: Manifest;
  /** Absolute folder of the manifest. */
  folder: string;
  /** Of the users' rows. */
  ids: Ids;
  /** The workspace is not trusted: no SQL runs. */
  restricted: boolean;
}

export interface ConditionLimits {
  milliseconds: number;
  /** That the process may grow by. */
  bytes: number;
}

const LIMITS: ConditionLimits = { milliseconds: 10_000, bytes: 512 * 2 ** 20 };
/** A condition that does not heed an interrupt by then is ended with its process. */
const GRACE_MILLISECONDS = 500;

export class UserTable {
  private link: Promise<UserTableLink> | null = null;
  /** What is asked comes one after another. */
  private last: Promise<unknown> = Promise.resolve();
  private released = false;

  /** @param script bundled process, `dist/user-table.js` */
  constructor(
    private readonly of: UserTableOf,
    private readonly script: string,
    private readonly limits = LIMITS,
  ) {}

  /**
   * Rows of the users whose line in the user table meets a condition, ascending.
   *
   * @param signal ends it
   * @throws RecPrismError "workspace-restricted"; "query-invalid" for what is no condition, takes too long or too much, or
   *   where there is no user table; "cancelled"; and what is wrong with the table's file
   */
  async rowsWhere(condition: string, signal?: AbortSignal): Promise<Uint32Array> {
    if (this.of.restricted) {
      throw new RecPrismError(
        "workspace-restricted",
        "The audience is a SQL condition, and no SQL is run in a restricted workspace. Trust the workspace to run it, or choose users otherwise.",
        { key: "audience.where" },
      );
    }
    this.source();
    return unlessAborted(
      this.inTurn(() => this.answer(condition, signal)),
      signal,
    );
  }

  /** Columns that a condition may name; none where there is no table, or no SQL may be run. */
  async columns(): Promise<UserColumn[]> {
    if (this.of.restricted || this.of.manifest.users.table === undefined) return [];
    return this.inTurn(async () => (await this.opened()).columns());
  }

  /** Ends the process. */
  release(): void {
    this.released = true;
    this.forget(cancelled());
  }

  private inTurn<Value>(ask: () => Promise<Value>): Promise<Value> {
    const answer = this.last.then(ask, ask);
    this.last = answer.catch(() => {});
    return answer;
  }

  private async answer(condition: string, signal: AbortSignal | undefined): Promise<Uint32Array> {
    if (signal?.aborted) throw cancelled();
    const link = await this.opened();
    if (signal?.aborted) throw cancelled();
    let ended: Error | null = null;
    const stop = (fault: Error) => {
      ended ??= fault;
      link.interrupt();
      setTimeout(() => {
        if (!over) link.end(ended!);
      }, GRACE_MILLISECONDS);
    };
    let over = false;
    const { milliseconds, bytes } = this.limits;
    const timer = setTimeout(() => stop(tooLong(milliseconds / 1000)), milliseconds);
    const abort = () => stop(cancelled());
    signal?.addEventListener("abort", abort);
    try {
      return await link.rowsWhere(condition, bytes);
    } catch (thrown) {
      throw ended ?? (thrown instanceof UserTableEnded ? broken(thrown) : thrown);
    } finally {
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  private async opened(): Promise<UserTableLink> {
    if (this.released) throw cancelled();
    if (this.link !== null && !(await this.link).isOpen) this.link = null;
    this.link ??= this.open();
    try {
      return await this.link;
    } catch (thrown) {
      // A file may be put right.
      this.link = null;
      throw thrown;
    }
  }

  private async open(): Promise<UserTableLink> {
    const { table, id } = this.source();
    const { folder, restricted, ids } = this.of;
    const located = await locate(table, { folder, restricted });
    const rowsOf = (ofLines: string[]) => Int32Array.from(ofLines, (of) => ids.rowOf(of) ?? -1);
    const link = await UserTableLink.open(this.script, { table: located, id }, rowsOf, () => this.forget(tooLarge()));
    if (this.released) link.end();
    return link;
  }

  private forget(fault: Error): void {
    this.link?.then((link) => link.end(fault)).catch(() => {});
  }

  private source(): UserTableSource {
    const { table, ids } = this.of.manifest.users;
    if (table === undefined || ids.column === undefined) {
      const missing =
        table === undefined
          ? "name the file as users.table, and its column of ids as users.ids.column,"
          : "name the column of ids of that table as users.ids.column";
      throw new RecPrismError(
        "query-invalid",
        `The condition on users has no table to be asked of: ${missing} in recprism.json. Or choose users by ids, a neuron or their history.`,
        { key: table === undefined ? "users.table" : "users.ids.column" },
      );
    }
    return { table, id: ids.column };
  }
}

/** Rejects at once where the other way would be to wait for an answer that nobody wants any more. */
async function unlessAborted<Value>(answer: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return answer;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(cancelled());
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
    answer.catch(() => {});
  }
}

function cancelled(): RecPrismError {
  return new RecPrismError("cancelled", "The condition on users was cancelled.");
}

function broken(ended: UserTableEnded): RecPrismError {
  return new RecPrismError(
    "query-invalid",
    `The condition on users ended the database that it was asked of (${ended.message}). Write it in another way, with columns, values and comparisons.`,
    { key: "audience.where" },
  );
}
