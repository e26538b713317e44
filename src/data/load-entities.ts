/** Rows of one embedding matrix, named by the manifest's id rule and joined with their table. */
import { type ManifestFix, manifestFix, RecPrismError } from "../protocol/error";
import { type IdRule, type Manifest, matrixName, type TableSource, tableName } from "../protocol/manifest";
import type { Entities } from "./dataset";
import { counted, distinctIds, idsByRule, ruleInWords } from "./identity-rule";
import type { Ids } from "./ids";
import { locate, type ManifestPlace, placeOf } from "./manifest-paths";
import { closeRows, inMemory, type Rows } from "./matrix";
import { openMatrix } from "./matrix-file";
import type { TableOptions } from "./table-database";
import { readTable } from "./tables";

export interface LoadedEntities {
  entities: Entities;
  /** Value per row of a table column that was asked for; "" where the row has no line or the line no value. */
  column(name: string): string[];
  /** How rows are named, in words. */
  rule: string;
  /** Rows that have a line in the table; null where there is no table. */
  inTable: number | null;
}

/** What loading goes by, and where it notes what it met. */
export interface Loading {
  place: ManifestPlace;
  manifest: Manifest;
  /** Embeddings, as soon as they are opened. */
  opened: Rows[];
  warnings: string[];
  fixes: ManifestFix[];
}

type Side = "items" | "users";

/**
 * @param side    which part of the manifest, also the word for its rows in messages
 * @param columns of the table to read, by the manifest key that asks for each
 */
export async function loadEntities(
  loading: Loading,
  side: Side,
  columns: { key: string; column: string }[],
): Promise<LoadedEntities> {
  const { table, ids: rule } = loading.manifest[side];
  const { own, ...vectors } = await loadVectors(loading, side);
  checkKeys(loading.manifest, side, columns);
  if (table === undefined || rule.column === undefined) {
    const ids = await namedRows(loading, side, vectors.embeddings.rows, own);
    return { entities: { ids, ...vectors }, column: () => [], rule: ruleInWords(rule, null), inTable: null };
  }

  const wanted = columns.map(({ column }) => column);
  const [idsOfLines, ...values] = await readTable(
    await locate(table, loading.place),
    [rule.column, ...wanted],
    tableOptions(loading, `${side}.table`, table),
  );
  const { ids, lines } =
    rule.rule === "table-order"
      ? { ids: idsInOrder(loading, side, idsOfLines, vectors.embeddings.rows), lines: null }
      : await joined(loading, side, idsOfLines, vectors.embeddings.rows, own);
  return {
    entities: { ids, ...vectors },
    column(name) {
      const ofLines = values[wanted.indexOf(name)];
      return lines === null ? ofLines : Array.from(lines, (line) => (line < 0 ? "" : ofLines[line]));
    },
    rule: ruleInWords(rule, tableName(table)),
    inTable: lines === null ? ids.length : lines.reduce((sum, line) => sum + (line < 0 ? 0 : 1), 0),
  };
}

/** How a table of the manifest is read, its warnings becoming those of the data set. */
export function tableOptions({ place, warnings, fixes }: Loading, key: string, table: TableSource): TableOptions {
  return {
    restricted: place.restricted,
    key,
    warn(message, remedy) {
      warnings.push(message);
      const stated = typeof table === "string" ? { file: table } : table;
      if (remedy !== null && "file" in stated) offer(fixes, manifestFix(key, { ...stated, ...remedy }));
    },
  };
}

/** Table and interactions may ask for the same. */
export function offer(fixes: ManifestFix[], fix: ManifestFix): void {
  if (!fixes.some(({ title }) => title === fix.title)) fixes.push(fix);
}

function checkKeys(manifest: Manifest, side: Side, columns: { key: string }[]): void {
  const { table, ids: rule } = manifest[side];
  if (table === undefined) {
    const key = rule.rule === "table-order" ? `${side}.ids.rule` : columns[0]?.key;
    if (key === undefined) return;
    throw new RecPrismError("manifest-invalid", `${key} speaks of a table, but ${side}.table names none. Add it.`, {
      key,
    });
  }
  if (rule.column !== undefined || columns.length === 0) return;
  throw new RecPrismError(
    "manifest-invalid",
    `${side}.ids.column is missing: it says which column of ${tableName(table)} holds the ids by which lines are joined to rows.`,
    { key: `${side}.ids.column` },
  );
}

/** Embeddings and bias, of as many rows, and the ids that the file of the embeddings gives. */
async function loadVectors(
  { place, manifest, opened }: Loading,
  side: Side,
): Promise<Pick<Entities, "embeddings" | "bias"> & { own: string[] | null }> {
  const { embeddings: source, bias: biasSource } = manifest[side];
  const { rows: embeddings, ids: own } = await openMatrix(await locate(source, place));
  opened.push(embeddings);
  if (embeddings.rows === 0 || embeddings.columns === 0) {
    throw new RecPrismError(
      "file-format",
      `${matrixName(source)} is ${embeddings.rows} x ${embeddings.columns}: there are no ${side} in it.`,
      { ...placeOf(source, place), key: `${side}.embeddings` },
    );
  }
  if (biasSource === undefined) return { embeddings, bias: null, own };
  const name = matrixName(biasSource);
  const where = { ...placeOf(biasSource, place), key: `${side}.bias` };
  const { rows: bias } = await openMatrix(await locate(biasSource, place));
  opened.push(bias);
  // A bias may lie as a row: 1 x n.
  const length = bias.rows === 1 ? bias.columns : bias.rows;
  if (bias.rows !== 1 && bias.columns !== 1) {
    throw new RecPrismError(
      "file-format",
      `${name} is ${bias.rows} x ${bias.columns}; one value a row is expected, an array of n or n x 1.`,
      where,
    );
  }
  if (length !== embeddings.rows) {
    throw new RecPrismError(
      "row-count-mismatch",
      `${matrixName(source)} has ${counted(embeddings.rows)} rows but ${name} has ${counted(length)}. A bias has one value per row; check ${side}.bias.`,
      where,
    );
  }
  const { values } = inMemory(bias);
  await closeRows(bias);
  return { embeddings, bias: values, own };
}

async function namedRows(loading: Loading, side: Side, rows: number, own: string[] | null): Promise<Ids> {
  const { ids: rule, embeddings } = loading.manifest[side];
  if (rule.rule === "table-order") throw new RangeError("rows in the order of a table are named by its lines");
  const warn = (message: string) => loading.warnings.push(message);
  return idsByRule(rule, { side, rows, matrix: matrixName(embeddings), own }, loading.place, warn);
}

function idsInOrder({ manifest, place }: Loading, side: Side, idsOfLines: string[], rows: number): Ids {
  const { table, ids: rule, embeddings } = manifest[side];
  const name = tableName(table!);
  const column = rule.column!;
  const ids = distinctIds(idsOfLines, { name, what: "row", where: { ...placeOf(table!, place), column } });
  if (ids.length === rows) return ids;
  const fix = numberedInstead(side, ids, rows, column);
  const remedy =
    fix === undefined ? `if rows are numbered instead, set ${side}.ids.rule to "row-number".` : `${fix.title}.`;
  throw new RecPrismError(
    "row-count-mismatch",
    `${matrixName(embeddings)} has ${counted(rows)} rows but ${name} has ${counted(ids.length)}. Row n of the matrix must be line n of the table; ${remedy}`,
    { ...placeOf(table!, place), key: `${side}.ids`, ...(fix === undefined ? {} : { fix }) },
  );
}

/** Ids that are plainly numbers of the rows, from 0 or from 1, some rows being without a line. */
function numberedInstead(side: Side, ids: Ids, rows: number, column: string): ManifestFix | undefined {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const id of ids) {
    if (!/^(0|[1-9]\d{0,14})$/.test(id)) return undefined;
    [smallest, largest] = [Math.min(smallest, Number(id)), Math.max(largest, Number(id))];
  }
  const first = largest - (rows - 1);
  if ((first !== 0 && first !== 1) || smallest < first) return undefined;
  const value: IdRule = { rule: "row-number", first, column };
  return {
    key: `${side}.ids`,
    value,
    title: `The ids go from ${smallest} to ${largest}: set ${side}.ids.rule to "row-number" with "first": ${first}`,
  };
}

/** Rows that are named without the table, and the line of each in it; -1 for none. */
async function joined(
  loading: Loading,
  side: Side,
  idsOfLines: string[],
  rows: number,
  own: string[] | null,
): Promise<{ ids: Ids; lines: Int32Array }> {
  const { table: source, ids: rule, embeddings } = loading.manifest[side];
  const table = tableName(source!);
  const matrix = matrixName(embeddings);
  const where = { ...placeOf(source!, loading.place), column: rule.column };
  const ids = await namedRows(loading, side, rows, own);
  distinctIds(idsOfLines, { name: table, what: "row", where });
  const lines = new Int32Array(rows).fill(-1);
  let found = 0;
  for (const [line, id] of idsOfLines.entries()) {
    const row = ids.rowOf(id);
    if (row === undefined) continue;
    lines[row] = line;
    found++;
  }
  const fix = found < idsOfLines.length ? shiftedFirst(side, rule, ids, idsOfLines) : undefined;
  const hint =
    fix === undefined ? "" : ` All of its ids are row numbers once they are counted from ${fix.value}: ${fix.title}?`;
  if (found * 2 < idsOfLines.length) {
    const example = idsOfLines.find((id) => ids.rowOf(id) === undefined);
    const named =
      rule.rule === "row-number"
        ? `are row numbers of ${matrix} (${ids.at(0)} to ${ids.at(rows - 1)})`
        : `name rows of ${matrix} (such as "${ids.at(0)}")`;
    const keys = rule.rule === "row-number" ? `${side}.ids.first and ${side}.ids.column` : `${side}.ids`;
    throw new RecPrismError(
      "id-unknown",
      `Only ${counted(found)} of ${counted(idsOfLines.length)} ids in ${table}, column ${rule.column}, ${named}; "${example}" is not.${hint} Check ${keys}.`,
      { ...where, key: `${side}.ids`, ...(fix === undefined ? {} : { fix }) },
    );
  }
  // The graver of the two first.
  if (found < idsOfLines.length) {
    loading.warnings.push(
      `${table} has ids that name no row of ${matrix}, on ${counted(idsOfLines.length - found)} of ${counted(idsOfLines.length)} lines. They are left out.${hint}`,
    );
    if (fix !== undefined) offer(loading.fixes, fix);
  }
  if (found < rows) {
    loading.warnings.push(
      `${counted(rows - found)} of ${counted(rows)} ${side} have no line in ${table}; they are shown by their id.`,
    );
  }
  return { ids, lines };
}

/** Set where every id of a table is a row number, but counted from one more or one less than the manifest says. */
function shiftedFirst(side: Side, rule: IdRule, ids: Ids, asked: readonly string[]): ManifestFix | undefined {
  if (rule.rule !== "row-number") return undefined;
  const first = [rule.first + 1, rule.first - 1].find(
    (other) =>
      other >= 0 &&
      asked.every((id) => /^\d{1,15}$/.test(id) && ids.rowOf(String(Number(id) - other + rule.first)) !== undefined),
  );
  return first === undefined ? undefined : manifestFix(`${side}.ids.first`, first);
}
