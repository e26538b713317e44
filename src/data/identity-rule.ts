/** Which id each row of a matrix has, by every rule of the manifest that needs no table. */
import { RecPrismError } from "../protocol/error";
import type { IdRule } from "../protocol/manifest";
import { readIdList } from "./identity-list";
import { readVocabulary } from "./identity-vocabulary";
import { type Ids, listedIds, numberedIds } from "./ids";
import { locatedPath, type ManifestPlace } from "./manifest-paths";

export interface RowsToName {
  side: "items" | "users";
  rows: number;
  /** What messages call the matrix. */
  matrix: string;
  /** Ids that the file of the matrix gives; null where it gives none. */
  own: string[] | null;
}

/**
 * @param warn told of rows that nothing names
 * @throws RecPrismError row-count-mismatch, id-duplicate, id-unknown, manifest-invalid, and what is wrong with a file
 */
export async function idsByRule(
  rule: Exclude<IdRule, { rule: "table-order" }>,
  of: RowsToName,
  place: ManifestPlace,
  warn: (message: string) => void,
): Promise<Ids> {
  const { side, rows, matrix, own } = of;
  const key = `${side}.ids`;
  switch (rule.rule) {
    case "row-number":
      return numberedIds(rows, rule.first);
    case "matrix": {
      if (own === null) {
        throw new RecPrismError(
          "manifest-invalid",
          `${key}.rule is "matrix", but ${matrix} gives its rows no ids. Name its id column as ${side}.embeddings.id, or choose another rule.`,
          { key: `${key}.rule` },
        );
      }
      return distinctIds(own, { name: matrix, what: "row", where: { key } });
    }
    case "list": {
      const file = await locatedPath(rule.file, place);
      const ids = await readIdList(file);
      if (ids.length !== rows) throw listMismatch(ids, rule.file, file, of);
      return distinctIds(ids, { name: rule.file, what: "entry", where: { file, key } });
    }
    case "vocabulary": {
      const file = await locatedPath(rule.file, place);
      const { ids, unnamed } = await readVocabulary(file, rule.file, rows, rule.first ?? 0, key);
      if (unnamed.count * 2 > rows) {
        throw new RecPrismError(
          "row-count-mismatch",
          `${rule.file} names only ${counted(rows - unnamed.count)} of the ${counted(rows)} rows of ${matrix}. It belongs to another matrix; check ${key}.file.`,
          { file, key },
        );
      }
      if (unnamed.count > 0) {
        const more = unnamed.count > unnamed.rows.length ? ", …" : "";
        warn(
          `${rule.file} names no ${side} for ${counted(unnamed.count)} rows of ${matrix} (${unnamed.rows.join(", ")}${more}).`,
        );
      }
      return listedIds(ids.map((id, row) => id ?? `(row ${row})`));
    }
  }
}

/** In words, for people: how row n gets its id. */
export function ruleInWords(rule: IdRule, table: string | null): string {
  const joined = table === null || rule.column === undefined ? "" : `; ${table} is joined by its column ${rule.column}`;
  switch (rule.rule) {
    case "table-order":
      return `row n is line n of ${table}, by its column ${rule.column}`;
    case "row-number":
      return `the id of row n is ${rule.first === 0 ? "n" : `n + ${rule.first}`}${joined}`;
    case "matrix":
      return `the file of the matrix names its rows${joined}`;
    case "list":
      return `row n is entry n of ${rule.file}${joined}`;
    case "vocabulary":
      return `${rule.file} gives the row of each id${rule.first ? `, from ${rule.first}` : ""}${joined}`;
  }
}

/**
 * Ids of rows, all of them there and different.
 *
 * @param from what messages call their file, and what one of its entries is called, such as `row`
 * @throws RecPrismError "file-format" for an empty id, "id-duplicate" naming both places
 */
export function distinctIds(
  ofRows: readonly string[],
  from: { name: string; what: string; where: { file?: string; column?: string; key?: string } },
): Ids {
  const ids = listedIds(ofRows);
  const { name, what } = from;
  const column = from.where.column === undefined ? "" : ` in column ${from.where.column}`;
  for (const [row, id] of ofRows.entries()) {
    const where = { ...from.where, row };
    const earlier = ids.rowOf(id);
    if (id === "") {
      throw new RecPrismError("file-format", `${name} ${what} ${row} has no id${column}. Give it one.`, where);
    }
    if (earlier !== row) {
      const counting = column === "" ? "counted from 0" : "counted from 0, after the header";
      throw new RecPrismError(
        "id-duplicate",
        `${name} has the id "${id}" in ${what} ${earlier} and again in ${what} ${row} (${counting}). Ids${column} must differ.`,
        where,
      );
    }
  }
  return ids;
}

function listMismatch(ids: string[], name: string, file: string, { side, rows, matrix }: RowsToName): RecPrismError {
  const hint =
    ids.length === rows + 1
      ? ` One is too many: is its first, "${ids[0]}", a heading? Then remove it.`
      : ids.length === rows - 1
        ? " One is missing: does the matrix begin with a row for padding or unknown ids? Then put an id for it first."
        : "";
  return new RecPrismError(
    "row-count-mismatch",
    `${matrix} has ${counted(rows)} rows but ${name} lists ${counted(ids.length)} ids. Entry n is the id of row n.${hint}`,
    { file, key: `${side}.ids` },
  );
}

export function counted(count: number): string {
  return count.toLocaleString("en");
}
