/** Entry of the process that answers conditions on a user table: one that runs away is ended with it. */
import { createBirpc } from "birpc";
import { answered } from "../protocol/answer";
import { UserDatabase } from "./user-database";
import type { UserTableAsks, UserTableWork } from "./user-table-link";

const WATCH_MILLISECONDS = 20;
/** The other side ends this process; should it be too busy, the process ends itself. */
const LAST_WORDS_MILLISECONDS = 500;

let database: Promise<UserDatabase> | null = null;

async function loaded(): Promise<UserDatabase> {
  if (database === null) throw new Error("the user table is not loaded");
  return database;
}

const asks = createBirpc<UserTableAsks, UserTableWork>(
  {
    load: (source) =>
      answered(async () => {
        database = UserDatabase.load(source, (ids) => asks.rowsOf(ids));
        await database;
      }),
    columns: () => answered(async () => (await loaded()).columns()),
    rowsWhere: (condition, bytes) =>
      answered(async () => {
        const users = await loaded();
        const watch = watchMemory(bytes);
        try {
          return await users.rowsWhere(condition);
        } finally {
          clearInterval(watch);
        }
      }),
    interrupt: async () => (await loaded()).interrupt(),
  },
  {
    post: (message) => process.send?.(message),
    on: (listener) => process.on("message", listener),
    eventNames: ["swollen"],
    timeout: -1,
  },
);

/** Long texts and lists escape DuckDB's own limit, and a function in the middle of one heeds no interrupt. */
function watchMemory(bytes: number): NodeJS.Timeout {
  const before = process.memoryUsage.rss();
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() - before <= bytes) return;
    clearInterval(watch);
    asks.swollen();
    setTimeout(endAtOnce, LAST_WORDS_MILLISECONDS);
  }, WATCH_MILLISECONDS);
  return watch;
}

/** An ordinary exit waits for the threads of DuckDB. */
function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}

// Ctrl-C in a terminal reaches every process of the group; the engine says what becomes of this one.
process.on("SIGINT", () => {});

// Nobody waits for an answer any more, but loading leaves its files when it fails.
process.on("disconnect", async () => {
  asks.$close();
  await database?.catch(() => {});
  endAtOnce();
});
