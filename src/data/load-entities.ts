/** Rows of one embedding matrix, named by the manifest's id rule and joined with their table. */
import { resolve } from "node:path";
import { RecPrismError } from "../protocol/error";
import type { IdRule, Manifest } from "../protocol/manifest";
import type { Entities } from "./dataset";
import { type Ids, listedIds, numberedIds } from "./ids";
import type { Rows } from "./matrix";
import { readNpyVector } from "./npy";
import { openNpy } from "./npy-rows";
import { readTable } from "./tables";

export interface LoadedEntities {
  entities: Entities;
  /** Value per row of a table column that was asked for; "" where the row has no line or the line no value. */
  column(name: string): string[];
  warnings: string[];
}

/**
 * @param side    which part of the manifest, also the word for its rows in messages
 * @param columns of the table to read, by the manifest key that asks for each
 * @param opened  where embeddings are noted as soon as they are opened
 */
export async function loadEntities(
  folder: string,
  manifest: Manifest,
  side: "items" | "users",
  columns: { key: string; column: string }[],
  opened: Rows[],
): Promise<LoadedEntities> {
  const { table, ids: rule, embeddings: embeddingsFile } = manifest[side];
  const vectors = await loadVectors(folder, manifest, side, opened);
  const { rows } = vectors.embeddings;
  if (table === undefined) {
    const key = rule.rule === "table-order" ? `${side}.ids.rule` : columns[0]?.key;
    if (key !== undefined) {
      throw new RecPrismError("manifest-invalid", `${key} speaks of a table, but ${side}.table names none. Add it.`, {
        key,
      });
    }
  }
  if (table === undefined || rule.column === undefined) {
    if (columns.length > 0) {
      throw new RecPrismError(
        "manifest-invalid",
        `${side}.ids.column is missing: it says which column of ${table} holds the ids by which lines are joined to rows.`,
        { key: `${side}.ids.column` },
      );
    }
    return { entities: { ids: rowNumbers(rows, rule), ...vectors }, column: () => [], warnings: [] };
  }

  const file = resolve(folder, table);
  const wanted = columns.map(({ column }) => column);
  const [idsOfLines, ...values] = await readTable(file, [rule.column, ...wanted]);
  const tableIds = distinctIds(idsOfLines, table, file, rule.column);
  if (rule.rule === "table-order") {
    if (tableIds.length !== rows) {
      throw new RecPrismError(
        "row-count-mismatch",
        `${embeddingsFile} has ${counted(rows)} rows but ${table} has ${counted(tableIds.length)}. Row n of the matrix must be line n of the table; if rows are numbered instead, set ${side}.ids.rule to "row-number".`,
        { file, key: `${side}.ids` },
      );
    }
    return {
      entities: { ids: tableIds, ...vectors },
      column: (name) => values[wanted.indexOf(name)],
      warnings: [],
    };
  }

  const ids = rowNumbers(rows, rule);
  /** Of each row; -1 for none. */
  const lines = new Int32Array(rows).fill(-1);
  let joined = 0;
  for (const [line, id] of idsOfLines.entries()) {
    const row = ids.rowOf(id);
    if (row === undefined) continue;
    lines[row] = line;
    joined++;
  }
  if (joined * 2 < tableIds.length) {
    const example = idsOfLines.find((id) => ids.rowOf(id) === undefined);
    throw new RecPrismError(
      "id-unknown",
      `Only ${counted(joined)} of ${counted(tableIds.length)} ids in ${table}, column ${rule.column}, are row numbers of ${embeddingsFile} (${ids.at(0)} to ${ids.at(rows - 1)}); "${example}" is not. Check ${side}.ids.first and ${side}.ids.column.`,
      { file, column: rule.column, key: `${side}.ids` },
    );
  }
  const warnings: string[] = [];
  if (joined < rows) {
    warnings.push(
      `${counted(rows - joined)} of ${counted(rows)} ${side} have no line in ${table}; they are shown by their id.`,
    );
  }
  if (joined < tableIds.length) {
    warnings.push(
      `${table} has ids that name no row of ${embeddingsFile}, on ${counted(tableIds.length - joined)} of ${counted(tableIds.length)} lines. They are left out.`,
    );
  }
  return {
    entities: { ids, ...vectors },
    column(name) {
      const ofLines = values[wanted.indexOf(name)];
      return Array.from(lines, (line) => (line < 0 ? "" : ofLines[line]));
    },
    warnings,
  };
}

/** Embeddings and bias, of as many rows. */
async function loadVectors(
  folder: string,
  manifest: Manifest,
  side: "items" | "users",
  opened: Rows[],
): Promise<Pick<Entities, "embeddings" | "bias">> {
  const { embeddings: embeddingsFile, bias: biasFile } = manifest[side];
  const embeddings = await openNpy(resolve(folder, embeddingsFile));
  opened.push(embeddings);
  if (embeddings.rows === 0 || embeddings.columns === 0) {
    throw new RecPrismError(
      "file-format",
      `${embeddingsFile} is ${embeddings.rows} x ${embeddings.columns}: there are no ${side} in it.`,
      { file: resolve(folder, embeddingsFile) },
    );
  }
  if (biasFile === undefined) return { embeddings, bias: null };
  const bias = await readNpyVector(resolve(folder, biasFile));
  if (bias.length !== embeddings.rows) {
    throw new RecPrismError(
      "row-count-mismatch",
      `${embeddingsFile} has ${counted(embeddings.rows)} rows but ${biasFile} has ${counted(bias.length)}. A bias has one value per row; check ${side}.bias.`,
      { file: resolve(folder, biasFile), key: `${side}.bias` },
    );
  }
  return { embeddings, bias };
}

function rowNumbers(rows: number, rule: IdRule): Ids {
  return numberedIds(rows, rule.rule === "row-number" ? rule.first : 0);
}

function distinctIds(ofLines: string[], table: string, file: string, column: string): Ids {
  const ids = listedIds(ofLines);
  for (const [row, id] of ofLines.entries()) {
    const where = { file, row, column };
    const earlier = ids.rowOf(id);
    if (id === "") {
      throw new RecPrismError("file-format", `${table} row ${row} has no id in column ${column}. Give it one.`, where);
    }
    if (earlier !== row) {
      throw new RecPrismError(
        "id-duplicate",
        `${table} has the id "${id}" in row ${earlier} and again in row ${row} (counted from 0, after the header). Ids in column ${column} must differ.`,
        where,
      );
    }
  }
  return ids;
}

export function counted(count: number): string {
  return count.toLocaleString("en");
}
