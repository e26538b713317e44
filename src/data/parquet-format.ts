/** Parquet among the formats that embeddings come in: read by DuckDB, row group after row group. */
import { RecPrismError } from "../protocol/error";
import { fileStats } from "./file-fault";
import type { MatrixFormat } from "./matrix-format";
import { identifier, textOf } from "./table-file";
import { checkNumbers, chosenColumns, foundInTable, type MatrixColumn, type MatrixTable } from "./table-matrix";
import { RowIds } from "./table-matrix-ids";
import { type FileQuery, matricesOf, withFileQuery } from "./table-matrix-query";
import { checkPromise, collectedRows, openedTable, raggedList } from "./table-matrix-rows";

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const FRACTION = /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/;
/** Whose lists are looked at to see how long they are. */
const LOOKED_AT_ROWS = 1_000;
/** Spark and others write text without saying that it is text. */
const TABLE = "read_parquet($file, binary_as_string = true)";

export const parquetFormat: MatrixFormat = {
  name: "Parquet",
  extensions: [".parquet", ".pq"],
  async describe(file) {
    return withFileQuery(file, {}, async (query) => foundInTable(file, await lookAt(file, query)));
  },
  async open(source, mostBytes) {
    const { file } = source;
    return withFileQuery(file, {}, async (query) => {
      const { vectors, id } = chosenColumns(source, await lookAt(file, query));
      const place = (row: number) => `row ${row} (counted from 0)`;
      const ids = id === null ? null : new RowIds(file, id.name, place);
      const columns = Array.isArray(vectors) ? vectors : [vectors];
      if (Array.isArray(vectors)) checkNumbers(file, vectors);
      const selected = [...columns.map(asNumbers), ...(id === null ? [] : [textOf(identifier(id.name), id.dtype)])];
      const nameOf = (column: number) => (Array.isArray(vectors) ? vectors[column] : vectors).name;
      const placeOf = (row: number, column: number) =>
        `${place(row)}, column "${nameOf(column)}"${Array.isArray(vectors) ? "" : `, number ${column} of its list`}`;
      const blocks = matricesOf(query.chunks(`SELECT ${selected.join(", ")} FROM ${TABLE}`), {
        numbers: Array.isArray(vectors) ? columns.length : "list",
        ids,
        async missing(row, column) {
          const message = `${file}, ${placeOf(row, column)}, is empty (NULL). Fill it in, or leave out that row.`;
          throw new RecPrismError("file-format", message, { file, row, column: nameOf(column) });
        },
        ragged(row, length, expected) {
          throw raggedList(file, place(row), nameOf(0), row, length, expected);
        },
      });
      const rows = await collectedRows(file, blocks, mostBytes, placeOf);
      return openedTable(source, rows, ids);
    });
  },
};

async function lookAt(file: string, query: FileQuery): Promise<MatrixTable> {
  const described = await query.rows(`DESCRIBE SELECT * FROM ${TABLE}`);
  const columns = described.map(([name, type]): MatrixColumn => columnOf(String(name), String(type)));
  const [[count]] = await query.rows(`SELECT count(*) FROM ${TABLE}`);
  const rows = Number(count);
  checkPromise(file, rows, 1, (await fileStats(file)).size);
  const lists = columns.filter(({ kind }) => kind === "list");
  if (lists.length === 0 || rows === 0) return { columns, rows };
  const names = lists.map(({ name }) => identifier(name));
  const [lengths] = await query.rows(
    `SELECT ${names.map((name) => `min(len(${name})), max(len(${name}))`).join(", ")}
     FROM (SELECT ${names.join(", ")} FROM ${TABLE} LIMIT ${LOOKED_AT_ROWS})`,
  );
  for (const [index, list] of lists.entries()) {
    const [shortest, longest] = lengths.slice(2 * index, 2 * index + 2).map(Number);
    list.lengths = [shortest, longest];
  }
  return { columns, rows };
}

function columnOf(name: string, dtype: string): MatrixColumn {
  const element = /^(.*)\[\d*\]$/.exec(dtype)?.[1];
  const isNumber = (type: string) => INTEGER.test(type) || FRACTION.test(type);
  const kind =
    element !== undefined
      ? isNumber(element)
        ? "list"
        : "other"
      : INTEGER.test(dtype)
        ? "integer"
        : FRACTION.test(dtype)
          ? "float"
          : dtype === "VARCHAR" || dtype === "UUID"
            ? "text"
            : "other";
  return { name, kind, dtype, lengths: null };
}

/** What is no list becomes an empty one, which no vector may be. */
function asNumbers({ name, kind, dtype }: MatrixColumn): string {
  const type = dtype.startsWith("FLOAT") ? "FLOAT" : "DOUBLE";
  const column = identifier(name);
  return kind === "list" ? `coalesce(CAST(${column} AS ${type}[]), [])` : `CAST(${column} AS ${type})`;
}
