/** What a condition on the user table may say: one expression that is true or false, over the table `users` alone. */
import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from "@duckdb/node-api";
import { conditionFault, LINES_BEFORE, refused } from "./condition-fault";
import { type QueryPlace, sentence } from "./table-fault";

/** Table functions that make rows of what they are given. All others look at files, settings or the database. */
const TABLE_FUNCTIONS = ["range", "generate_series", "unnest"];

/**
 * Refuses what is no condition, before anything of it is run.
 *
 * On its own it must follow WHERE, and it must fill a pair of brackets. Text that does both is one expression: brackets
 * that it closes it has opened, and nothing but an expression stands in brackets as well as after WHERE.
 *
 * @param columns of `users`, for messages
 * @throws RecPrismError "query-invalid" with line and column of the condition
 */
export async function checkCondition(
  connection: DuckDBConnection,
  condition: string,
  columns: readonly string[],
): Promise<void> {
  const inBrackets = `SELECT (\n${condition}\n) FROM users`;
  try {
    await oneStatement(connection, `SELECT 1 FROM users WHERE\n${condition}\n`);
    const statements = await oneStatement(connection, inBrackets);
    await checkTables(connection, inBrackets, condition);
    checkValue(await statements.prepare(0));
  } catch (thrown) {
    throw conditionFault(thrown, condition, columns);
  }
}

async function oneStatement(connection: DuckDBConnection, sql: string) {
  const statements = await connection.extractStatements(sql);
  if (statements.count === 1) return statements;
  throw refused(`It has ${statements.count} statements. Write a single condition, without semicolons.`);
}

function checkValue(prepared: DuckDBPreparedStatement): void {
  try {
    if (prepared.statementType !== StatementType.SELECT) throw refused("It is no condition. Nothing but one is run.");
    if (prepared.parameterCount > 0) throw refused("It has parameters such as ? or $1. Write the values into it.");
    const type = prepared.columnCount === 1 ? String(prepared.columnType(0)) : "several values";
    if (type !== "BOOLEAN") {
      throw refused(
        `It gives ${type === "several values" ? type : `a value of the type ${type}`}, where true or false is needed. Compare it with something, such as age < 18.`,
      );
    }
  } finally {
    prepared.destroySync();
  }
}

/** Only `users`, what the condition itself names by WITH, and functions that make rows of values may be read from. */
async function checkTables(connection: DuckDBConnection, sql: string, condition: string): Promise<void> {
  const reader = await connection.runAndReadAll("SELECT json_serialize_sql($sql::VARCHAR)", { sql });
  const tree: { error?: boolean; error_message?: string; statements?: unknown } = JSON.parse(
    String(reader.getRows()[0][0]),
  );
  if (tree.error) throw refused(sentence(tree.error_message ?? "It cannot be read"));
  const sources = sourcesIn(tree.statements);
  const named = new Set(["users", ...sources.filter(({ kind }) => kind === "named").map(({ name }) => name)]);
  for (const { kind, name, at } of sources) {
    if (kind === "table" && !named.has(name)) {
      throw refused(
        `It reads from "${name}". A condition may read from the table users alone.`,
        placeAt(sql, at, condition),
      );
    }
    if (kind === "function" && !TABLE_FUNCTIONS.includes(name)) {
      throw refused(
        `It calls the table function ${name}. A condition may read from the table users alone; files, settings and other tables are out of its reach.`,
        placeAt(sql, at, condition),
      );
    }
  }
}

interface Source {
  kind: "table" | "function" | "named";
  /** In lower case, with its schema where one is given. */
  name: string;
  /** Byte of the query. */
  at: number | null;
}

/** Everything rows come from in a syntax tree of DuckDB. */
function sourcesIn(tree: unknown): Source[] {
  const found: Source[] = [];
  const waiting: unknown[] = [tree];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null) continue;
    const { type, table_name, schema_name, catalog_name, query_location, key, cte_name } = node as SyntaxNode;
    const at = typeof query_location === "number" ? query_location : null;
    const called = (name: unknown) => String(name).toLowerCase();
    if (type === "BASE_TABLE") {
      const name = [catalog_name, schema_name, table_name].filter(Boolean).map(called).join(".");
      found.push({ kind: "table", name: name === "main.users" ? "users" : name, at });
    }
    if (type === "SHOW_REF") found.push({ kind: "function", name: "show", at });
    if (type === "TABLE_FUNCTION") {
      found.push({ kind: "function", name: called((node as SyntaxNode).function?.function_name), at });
    }
    if (typeof key === "string") found.push({ kind: "named", name: called(key), at });
    if (typeof cte_name === "string" && cte_name !== "") found.push({ kind: "named", name: called(cte_name), at });
    waiting.push(...Object.values(node));
  }
  return found;
}

interface SyntaxNode {
  type?: unknown;
  table_name?: unknown;
  schema_name?: unknown;
  catalog_name?: unknown;
  query_location?: unknown;
  function?: { function_name?: unknown };
  /** Of what WITH names. */
  key?: unknown;
  cte_name?: unknown;
}

/** Where in the condition a byte of the query is. */
function placeAt(sql: string, at: number | null, condition: string): QueryPlace | null {
  if (at === null) return null;
  const lines = Buffer.from(sql).subarray(0, at).toString().split("\n");
  const line = lines.length - LINES_BEFORE;
  const column = lines[lines.length - 1].length + 1;
  const text = condition.split("\n")[line - 1];
  return text === undefined ? null : { line, column, found: text.slice(column - 1, column + 29).trim() };
}
