/** A table of a SQLite file, through the SQLite that Node brings. */
import { RecPrismError } from "../protocol/error";

export interface SqliteTable {
  columns: string[];
  count(): number;
  /** Values of the columns at these positions, as text; reading ends with the last row, or that of the first `most`. */
  rows(wanted: readonly number[], most: number | null): Generator<(string | null)[]>;
}

/** What is used of `node:sqlite`, of which Node 20 has no types. */
interface Sqlite {
  DatabaseSync: new (
    file: string,
    options: { readOnly: boolean },
  ) => {
    prepare(sql: string): {
      all(...values: string[]): Record<string, unknown>[];
      iterate(): Iterable<Record<string, unknown>>;
      setReadBigInts(on: boolean): void;
    };
    close(): void;
  };
}

/**
 * @param table which one, where there are several
 * @throws RecPrismError "file-format" where this Node has no SQLite or the file is damaged; "not-found", naming the tables there are
 */
export async function openSqliteTable(file: string, table: string | undefined): Promise<SqliteTable> {
  const { DatabaseSync } = loadSqlite(file);
  const reading = <Value>(work: (database: InstanceType<Sqlite["DatabaseSync"]>) => Value): Value => {
    try {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        return work(database);
      } finally {
        database.close();
      }
    } catch (thrown) {
      throw sqliteFault(thrown, file);
    }
  };
  const { name, columns } = reading((database) => {
    // Virtual tables are programs; they are left alone.
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
      )
      .all()
      .map((row) => String(row.name));
    const chosen = chosenTable(tables, table, file);
    const found = database.prepare("SELECT name FROM pragma_table_info(?)").all(chosen);
    return { name: chosen, columns: found.map((row) => String(row.name)) };
  });
  return {
    columns,
    count: () =>
      reading((database) => Number(database.prepare(`SELECT count(*) AS rows FROM ${quoted(name)}`).all()[0].rows)),
    *rows(wanted, most) {
      const selected = wanted.map((index, position) => `${quoted(columns[index])} AS v${position}`).join(", ");
      let database: InstanceType<Sqlite["DatabaseSync"]> | undefined;
      try {
        database = new DatabaseSync(file, { readOnly: true });
        const statement = database.prepare(`SELECT ${selected || "NULL"} FROM ${quoted(name)} LIMIT ${most ?? -1}`);
        statement.setReadBigInts(true);
        for (const row of statement.iterate()) yield wanted.map((_, position) => textOf(row[`v${position}`]));
      } catch (thrown) {
        throw sqliteFault(thrown, file);
      } finally {
        database?.close();
      }
    },
  };
}

function loadSqlite(file: string): Sqlite {
  const get = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule;
  const sqlite = get?.call(process, "node:sqlite") as Sqlite | undefined;
  if (sqlite !== undefined) return sqlite;
  throw new RecPrismError(
    "file-format",
    `${file} is a SQLite file, which takes Node 22.13 or later; this is Node ${process.versions.node}. Use a newer one, or export the table as CSV.`,
    { file },
  );
}

function chosenTable(tables: string[], asked: string | undefined, file: string): string {
  const known = tables.map((name) => `"${name}"`).join(", ");
  if (asked !== undefined) {
    if (tables.includes(asked)) return asked;
    throw new RecPrismError("not-found", `${file} has no table "${asked}"; it has ${known || "none"}.`, {
      file,
      key: "table",
    });
  }
  if (tables.length === 1) return tables[0];
  throw new RecPrismError(
    tables.length === 0 ? "file-format" : "not-found",
    tables.length === 0
      ? `${file} has no table. Name another file.`
      : `${file} has the tables ${known}. Say which one: { "file": …, "table": "${tables[0]}" }.`,
    { file, key: "table" },
  );
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return String(value);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function sqliteFault(thrown: unknown, file: string): unknown {
  if (thrown instanceof RecPrismError || !(thrown instanceof Error)) return thrown;
  return new RecPrismError("file-format", `${file} cannot be read as SQLite: ${thrown.message}. Check the file.`, {
    file,
  });
}
