/** A query of the manifest over table files: one SELECT, which sees these tables and nothing else. */
import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from "@duckdb/node-api";
import { RecPrismError } from "../protocol/error";
import { queryFault } from "./table-fault";
import { textOf } from "./table-file";

/** Lines of our own before the query. */
const LINES_BEFORE = 1;

/**
 * Answers a query as the table `lines` with the text columns `c0`, `c1`, …. The connection is cut off from files already.
 *
 * @param key of the query in the manifest, for messages
 * @returns names of the columns
 * @throws RecPrismError "manifest-invalid" with line and column of the query
 */
export async function answerQuery(connection: DuckDBConnection, sql: string, key: string): Promise<string[]> {
  const prepared = await onlySelect(connection, sql, key);
  const positions = Array.from({ length: prepared.columnCount }, (_, index) => index);
  const columns = positions.map((index) => prepared.columnName(index));
  const texts = positions.map((index) => `${textOf(`c${index}`, String(prepared.columnType(index)))} AS c${index}`);
  prepared.destroySync();
  const aliases = positions.map((index) => `c${index}`).join(", ");
  try {
    await connection.run(`CREATE TABLE lines AS SELECT ${texts.join(", ")} FROM (\n${sql}\n) AS answer(${aliases})`);
  } catch (thrown) {
    throw queryFault(thrown, key, LINES_BEFORE);
  }
  return columns;
}

async function onlySelect(connection: DuckDBConnection, sql: string, key: string): Promise<DuckDBPreparedStatement> {
  const refused = (what: string) => new RecPrismError("manifest-invalid", `${key} ${what}`, { key });
  let prepared: DuckDBPreparedStatement;
  try {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) throw refused(`has ${statements.count} statements; one SELECT is expected.`);
    prepared = await statements.prepare(0);
  } catch (thrown) {
    throw queryFault(thrown, key, 0);
  }
  if (prepared.statementType !== StatementType.SELECT) throw refused("is no SELECT. Only a single SELECT is run.");
  if (prepared.parameterCount > 0) throw refused("has parameters such as ? or $1. Write the values into it.");
  return prepared;
}
