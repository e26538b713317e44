/** Tables as SQLite, where this Node has it: of rows that fill several pages, with an index, and with a view. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqlite } from "../../data/sqlite";
import type { Fuzzed } from "../fuzzed";
import { readWholeTable } from "../whole-table";

export const fuzzed: Fuzzed = {
  extensions: [".sqlite"],
  async seeds() {
    return [
      await sqliteBytes("CREATE TABLE films (id INTEGER, title TEXT, price REAL, cover BLOB)", FILMS),
      await sqliteBytes("PRAGMA page_size = 512", LOG, "CREATE INDEX by_user ON log (user)"),
      await sqliteBytes("PRAGMA encoding = 'UTF-16'", "CREATE TABLE films (id TEXT PRIMARY KEY) WITHOUT ROWID", IDS),
    ];
  },
  read: readWholeTable,
};

const FILMS = "INSERT INTO films VALUES (9007199254740993, 'Käfer', 1.5, x'00ff'), (2, NULL, NULL, NULL)";
const IDS = "INSERT INTO films VALUES ('a'), ('ヤギ')";
const LOG = `CREATE TABLE log AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
  SELECT i % 9 AS user, 'item ' || i AS item FROM n`;

async function sqliteBytes(...statements: string[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-sqlite-"));
  try {
    const file = join(folder, "a.sqlite");
    const database = new sqlite!.DatabaseSync(file);
    for (const statement of statements) database.exec(statement);
    database.close();
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
