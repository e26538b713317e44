/** The user table in a DuckDB of its own, cut off from everything else: what conditions of audiences are asked of. */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { TableSource } from "../protocol/manifest";
import { conditionFault } from "./condition-fault";
import { withTable } from "./table-database";
import { createTyped, identifier, textOf } from "./table-file";
import { checkCondition } from "./user-condition";

export interface UserColumn {
  name: string;
  type: "number" | "text";
  /** Its most frequent values. */
  examples: string[];
}

/** Where the user table is and how its lines are joined to rows. */
export interface UserTableSource {
  /** Its files are absolute. */
  table: TableSource;
  /** Column with the ids. */
  id: string;
}

const EXAMPLES = 8;
/** Of DuckDB, while the table is loaded. */
const MEMORY_TO_LOAD = 1024;
/** Beside the table, for one condition; DuckDB counts most of what it takes, but not all. Both in MiB. */
const MEMORY_OF_CONDITION = 256;

export class UserDatabase {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    /** Of `users`: `c0` is the first. */
    private readonly names: readonly string[],
  ) {}

  /**
   * @param rowsOf rows of users by their ids; -1 for an id that names none, whose line is left out
   * @throws RecPrismError what is wrong with the file, or "column-missing"
   */
  static async load(
    { table, id }: UserTableSource,
    rowsOf: (ids: string[]) => Promise<Int32Array>,
  ): Promise<UserDatabase> {
    const { DuckDBInstance: Instance } = await import("@duckdb/node-api");
    const instance = await Instance.create(":memory:", {
      // Others of the machine get their turn while a condition runs.
      threads: "1",
      memory_limit: `${MEMORY_TO_LOAD}MiB`,
      // Whoever ends this process by force need not tidy up.
      temp_directory: "",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    const names = await withTable(table, async ({ columns, column, stream }) => {
      const wanted = columns.filter((name, at) => name !== "" && columns.findIndex(isAlike(name)) === at);
      const texts = wanted.map((_, at) => `c${at} VARCHAR`);
      // The row comes last, as text like the others, until all of them get their types.
      await connection.run(`CREATE TABLE written (${texts.join(", ")}, c${wanted.length} VARCHAR)`);
      const appender = await connection.createAppender("written");
      const expressions = [...wanted, id].map((name) => column(name));
      for await (const chunk of stream(`SELECT ${expressions.join(", ")} FROM lines ORDER BY rowid`)) {
        const values = chunk.getColumns() as (string | null)[][];
        const rows = await rowsOf(values[wanted.length].map((text) => text ?? ""));
        for (const [line, row] of rows.entries()) {
          if (row < 0) continue;
          for (let at = 0; at < wanted.length; at++) {
            const value = values[at][line];
            if (value === null) appender.appendNull();
            else appender.appendVarchar(value);
          }
          appender.appendVarchar(String(row));
          appender.endRow();
        }
      }
      appender.closeSync();
      return wanted;
    });
    await createTyped(connection, "written", "lines", [...names.keys(), names.length]);
    await connection.run(`CREATE VIEW users AS SELECT ${named(names)} FROM lines`);
    const [[taken]] = (await connection.runAndReadAll("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")).getRows();
    await connection.run(`SET memory_limit = '${Math.ceil(Number(taken) / 2 ** 20) + MEMORY_OF_CONDITION}MiB'`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    return new UserDatabase(instance, connection, names);
  }

  /** Columns that a condition may name. */
  async columns(): Promise<UserColumn[]> {
    const described = await this.connection.stream("SELECT * FROM lines LIMIT 0");
    const types = described.columnTypes().map(String);
    const columns: UserColumn[] = [];
    for (const [at, name] of this.names.entries()) {
      const type = types[at];
      const values = await this.connection.runAndReadAll(
        `SELECT ${textOf(`c${at}`, type)} FROM (SELECT c${at}, count(*) AS lines FROM lines WHERE c${at} IS NOT NULL
         GROUP BY c${at} ORDER BY lines DESC, c${at} LIMIT ${EXAMPLES})`,
      );
      columns.push({
        name,
        type: type === "VARCHAR" ? "text" : "number",
        examples: values.getRows().map(([value]) => String(value)),
      });
    }
    return columns;
  }

  /**
   * Rows of the users whose line meets the condition, ascending.
   *
   * @throws RecPrismError "query-invalid"
   */
  async rowsWhere(condition: string): Promise<Uint32Array> {
    await checkCondition(this.connection, condition, this.names);
    // Called as no column is.
    const row = identifier(unlike("row of the user", this.names));
    const own = `SELECT c${this.names.length} AS ${row}, ${named(this.names)} FROM lines`;
    try {
      const reader = await this.connection.runAndReadAll(
        `SELECT users.${row} FROM (${own}) AS users WHERE (\n${condition}\n)`,
      );
      const [rows = []] = reader.getColumns();
      return Uint32Array.from(new Set(rows.map(Number))).sort();
    } catch (thrown) {
      throw conditionFault(thrown, condition, this.names);
    }
  }

  /** Ends a condition that is running, where DuckDB heeds it. */
  interrupt(): void {
    this.connection.interrupt();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function named(names: readonly string[]): string {
  return names.map((name, at) => `c${at} AS ${identifier(name)}`).join(", ");
}

/** Names that SQL takes for the same. */
function isAlike(name: string): (other: string) => boolean {
  return (other) => other.toLowerCase() === name.toLowerCase();
}

function unlike(name: string, names: readonly string[]): string {
  return names.some(isAlike(name)) ? unlike(`${name}_`, names) : name;
}
