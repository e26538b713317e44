/** The user table in a DuckDB of its own, cut off from everything else: what conditions of audiences are asked of. */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import { type TableSource, tableName } from "../protocol/manifest";
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
/** Of DuckDB, in MiB, while the table is loaded. */
const MEMORY_TO_LOAD = 2048;
/** Beside the table, for one condition, in MiB; DuckDB counts most of what it takes, but not all. */
const MEMORY_OF_CONDITION = 256;

export class UserDatabase {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly columnsOfTable: readonly TypedColumn[],
  ) {}

  /**
   * @param rowsOf rows of users by their ids; -1 for an id that names none, whose line is left out
   * @param memory that DuckDB may take to load the table, in MiB
   * @throws RecPrismError what is wrong with the file, "column-missing", or "query-invalid" for a table too large
   */
  static async load(
    source: UserTableSource,
    rowsOf: (ids: string[]) => Promise<Int32Array>,
    memory = MEMORY_TO_LOAD,
  ): Promise<UserDatabase> {
    const { DuckDBInstance: Instance } = await import("@duckdb/node-api");
    const instance = await Instance.create(":memory:", {
      // Others of the machine get their turn while a condition runs.
      threads: "1",
      memory_limit: `${memory}MiB`,
      // Whoever ends this process by force need not tidy up.
      temp_directory: "",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    try {
      const names = await loadLines(connection, source, rowsOf);
      await createTyped(connection, "written", "lines", [...names.keys(), names.length]);
      const columns = await typedColumns(connection, names);
      await connection.run(`CREATE VIEW users AS SELECT ${named(columns)} FROM lines`);
      await connection.run(`SET memory_limit = '${(await memoryTaken(connection)) + MEMORY_OF_CONDITION}MiB'`);
      await connection.run("SET enable_external_access = false");
      await connection.run("SET lock_configuration = true");
      return new UserDatabase(instance, connection, columns);
    } catch (thrown) {
      connection.closeSync();
      instance.closeSync();
      throw thrown instanceof Error && /Out of Memory|could not allocate/.test(thrown.message)
        ? tooLargeTable(source)
        : thrown;
    }
  }

  /** Columns that a condition may name. */
  async columns(): Promise<UserColumn[]> {
    const columns: UserColumn[] = [];
    for (const { name, value, type } of this.columnsOfTable) {
      const examples = await this.connection.runAndReadAll(
        `SELECT ${textOf("value", type)} FROM (SELECT ${value} AS value, count(*) AS lines FROM lines
         WHERE ${value} IS NOT NULL GROUP BY value ORDER BY lines DESC, value LIMIT ${EXAMPLES})`,
      );
      columns.push({
        name,
        type: type === "BIGINT" || type === "DOUBLE" ? "number" : "text",
        examples: examples.getRows().map(([text]) => String(text)),
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
    const names = this.columnsOfTable.map(({ name }) => name);
    await checkCondition(this.connection, condition, names);
    // Called as no column is.
    const row = identifier(unlike("row of the user", names));
    const own = `SELECT c${names.length} AS ${row}, ${named(this.columnsOfTable)} FROM lines`;
    try {
      const reader = await this.connection.runAndReadAll(
        `SELECT users.${row} FROM (${own}) AS users WHERE (\n${condition}\n)`,
      );
      const [rows = []] = reader.getColumns();
      return Uint32Array.from(new Set(rows.map(Number))).sort();
    } catch (thrown) {
      throw conditionFault(thrown, condition, names);
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

interface TypedColumn {
  name: string;
  /** SQL of its value in a line. */
  value: string;
  /** As DuckDB calls it. */
  type: string;
}

/**
 * Creates the table `written`: the lines of users, as text. The row comes last, until all of them get their types.
 *
 * @returns the columns that SQL can tell apart: `c0` is the first
 */
function loadLines(
  connection: DuckDBConnection,
  { table, id }: UserTableSource,
  rowsOf: (ids: string[]) => Promise<Int32Array>,
): Promise<string[]> {
  return withTable(table, async ({ columns, column, stream }) => {
    const wanted = columns.filter((name, at) => name !== "" && columns.findIndex(isAlike(name)) === at);
    const texts = Array.from({ length: wanted.length + 1 }, (_, at) => `c${at} VARCHAR`);
    await connection.run(`CREATE TABLE written (${texts.join(", ")})`);
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
}

/** Columns that say nothing but true and false are conditions by themselves. */
async function typedColumns(connection: DuckDBConnection, names: readonly string[]): Promise<TypedColumn[]> {
  const described = await connection.stream("SELECT * FROM lines LIMIT 0");
  const types = described.columnTypes().map(String);
  const columns: TypedColumn[] = [];
  for (const [at, name] of names.entries()) {
    const isTruth =
      types[at] === "VARCHAR" &&
      (
        await connection.runAndReadAll(`SELECT bool_and(lower(c${at}) IN ('true', 'false')) FROM lines`)
      ).getRows()[0][0];
    columns.push(
      isTruth === true
        ? { name, value: `c${at}::BOOLEAN`, type: "BOOLEAN" }
        : { name, value: `c${at}`, type: types[at] },
    );
  }
  return columns;
}

/** In MiB. */
async function memoryTaken(connection: DuckDBConnection): Promise<number> {
  const reader = await connection.runAndReadAll("SELECT sum(memory_usage_bytes) FROM duckdb_memory()");
  return Math.ceil(Number(reader.getRows()[0][0]) / 2 ** 20);
}

function tooLargeTable({ table }: UserTableSource): RecPrismError {
  return new RecPrismError(
    "query-invalid",
    `The user table ${tableName(table)} is too large to be asked conditions of. Make users.table a query that selects only the columns that conditions need, such as "sql": "SELECT id, age FROM users".`,
    { key: "users.table" },
  );
}

function named(columns: readonly TypedColumn[]): string {
  return columns.map(({ name, value }) => `${value} AS ${identifier(name)}`).join(", ");
}

/** Names that SQL takes for the same. */
function isAlike(name: string): (other: string) => boolean {
  return (other) => other.toLowerCase() === name.toLowerCase();
}

function unlike(name: string, names: readonly string[]): string {
  return names.some(isAlike(name)) ? unlike(`${name}_`, names) : name;
}
