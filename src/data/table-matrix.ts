/** Tables whose rows are vectors: which columns are the dimensions, and which one says what each row is called. */
import { RecPrismError } from "../protocol/error";
import type { MatrixSource } from "../protocol/manifest";
import type { FoundArray } from "./matrix-format";
import { idLikeness } from "./recognise";

export interface MatrixColumn {
  name: string;
  /** `list`: of numbers. `other`: neither dimensions nor ids. */
  kind: "list" | "float" | "integer" | "text" | "other";
  /** As the format calls it. */
  dtype: string;
  /** Fewest and most numbers in its first lists; null where it holds none. */
  lengths: readonly [number, number] | null;
}

export interface MatrixTable {
  columns: MatrixColumn[];
  rows: number;
}

/** Columns that a manifest means. */
export interface ChosenColumns {
  /** One column of lists, or columns of numbers. */
  vectors: MatrixColumn | MatrixColumn[];
  id: MatrixColumn | null;
}

type Source = Exclude<MatrixSource, string>;

/** Besides those that name a user or an item. pandas calls an index so that it wrote as a column. */
const ROW_NAMES = new Set([
  "index",
  "unnamed: 0",
  "__index_level_0__",
  "level_0",
  "row",
  "rowid",
  "key",
  "word",
  "token",
]);
/** Without a header, columns are called so. */
const NAMELESS = /^column\d+$/;

/** One array for each column of lists, and one for all columns of numbers. */
export function foundInTable(file: string, { columns, rows }: MatrixTable): FoundArray[] {
  const id = proposedId(columns);
  const named = id === null ? {} : { id: id.name };
  const lists = columns
    .filter(({ kind }) => kind === "list")
    .map(({ name, dtype, lengths }): FoundArray => {
      const [shortest, longest] = lengths ?? [0, 0];
      const unusable =
        longest === 0
          ? "It holds no numbers."
          : shortest < longest
            ? `Its lists differ in length: ${shortest} to ${longest} numbers.`
            : null;
      return { source: { file, column: name, ...named }, shape: [rows, longest], dtype, unusable };
    });
  const numbers = dimensions(columns).filter((column) => column !== id);
  if (numbers.length === 0) return lists;
  const dtype = [...new Set(numbers.map((column) => column.dtype))].join(", ");
  const source = { file, columns: numbers.map(({ name }) => name), ...named };
  return [...lists, { source, shape: [rows, numbers.length], dtype, unusable: rows === 0 ? "It has no rows." : null }];
}

/**
 * What a source says, or the only array there is.
 *
 * @throws RecPrismError column-missing, not-found, dtype-unsupported, file-format
 */
export function chosenColumns(source: Source, table: MatrixTable): ChosenColumns {
  const { file } = source;
  if (source.tensor !== undefined) {
    throw new RecPrismError(
      "not-found",
      `${file} is a table: it has columns, and no array "${source.tensor}". Name "column" or "columns" in place of "tensor".`,
      { file },
    );
  }
  if (table.rows === 0) {
    throw new RecPrismError("file-format", `${file} has no rows. Write it with one row for each vector.`, { file });
  }
  const stated = source.column === undefined && source.columns === undefined ? onlyArray(file, table) : source;
  const id = source.id === undefined ? null : columnNamed(source.id, table, file);
  if (stated.columns !== undefined) {
    const vectors = stated.columns.map((name) => columnNamed(name, table, file));
    for (const { kind, name, dtype } of vectors) if (kind === "list") throw noNumbers(file, name, dtype);
    return { vectors, id };
  }
  const vectors = columnNamed(stated.column ?? "", table, file);
  return { vectors: vectors.kind === "list" ? vectors : [vectors], id };
}

/** @throws RecPrismError dtype-unsupported where a column of a typed table cannot hold numbers */
export function checkNumbers(file: string, vectors: MatrixColumn[]): void {
  for (const { kind, name, dtype } of vectors)
    if (kind !== "float" && kind !== "integer") throw noNumbers(file, name, dtype);
}

function noNumbers(file: string, name: string, dtype: string): RecPrismError {
  return new RecPrismError(
    "dtype-unsupported",
    `${file}, column "${name}", is ${dtype}; a dimension is a column of numbers, and a vector a column of lists of numbers.`,
    { file, column: name },
  );
}

function onlyArray(file: string, table: MatrixTable): Source {
  const found = foundInTable(file, table);
  const usable = found.filter(({ unusable }) => unusable === null);
  // Of a damaged one, reading it says what is wrong and where.
  const candidates = usable.length > 0 ? usable : found;
  if (candidates.length === 1) return candidates[0].source;
  const there = found.map(({ source: { column, columns } }) =>
    column === undefined ? `columns ${listed(columns ?? [])}` : `column "${column}"`,
  );
  const what =
    there.length === 0
      ? `no numbers in its columns ${listed(table.columns.map(({ name }) => name))}`
      : `several: ${there.join("; ")}`;
  throw new RecPrismError(
    "not-found",
    `${file} should hold vectors, but has ${what}. ${there.length === 0 ? "Name another file." : 'Name one, by "column" or "columns".'}`,
    { file },
  );
}

function columnNamed(name: string, { columns }: MatrixTable, file: string): MatrixColumn {
  const found = columns.filter((column) => column.name === name);
  if (found.length === 1) return found[0];
  const where = { file, column: name };
  if (found.length > 1) {
    throw new RecPrismError("file-format", `${file} has two columns called "${name}". Rename one of them.`, where);
  }
  const there = listed(columns.map((column) => column.name));
  throw new RecPrismError(
    "column-missing",
    `${file} has no column "${name}"; it has ${there}. Name one of these.`,
    where,
  );
}

/** By its name, as the only text there is, or, where nothing has a name, as whole numbers before fractions. */
function proposedId(columns: readonly MatrixColumn[]): MatrixColumn | null {
  const series = numbered(columns);
  const scalars = columns.filter(
    (column) => (column.kind === "integer" || column.kind === "text") && !series.has(column),
  );
  const best = scalars.toSorted((a, b) => likeness(b.name) - likeness(a.name)).at(0);
  if (best !== undefined && namesRows(best)) return best;
  const texts = scalars.filter(({ kind }) => kind === "text");
  if (texts.length === 1) return texts[0];
  const [first, ...others] = columns;
  const leads = first?.kind === "integer" && NAMELESS.test(first.name) && others.length > 0;
  return leads && others.every(({ kind }) => kind === "float" || kind === "list") ? first : null;
}

/**
 * Columns that mean a dimension: numbers that are neither ids nor counts. Whole numbers are dimensions where nothing else is.
 * Those that are called alike belong together, whatever is in them: where one cannot be read, that is said, not left out.
 */
function dimensions(columns: readonly MatrixColumn[]): MatrixColumn[] {
  const series = numbered(columns);
  const numbers = columns.filter((column) => series.has(column) || (isNumber(column) && !namesRows(column)));
  const fractions = numbers.filter(({ kind }) => kind === "float");
  if (fractions.length === 0) return numbers;
  const stems = new Set(fractions.filter((column) => series.has(column)).map(({ name }) => stem(name)));
  return numbers.filter((column) => column.kind === "float" || (series.has(column) && stems.has(stem(column.name))));
}

/** Columns called alike but for the number at the end, most of them of numbers: `e0`, `e1`, … or `0`, `1`, … */
function numbered(columns: readonly MatrixColumn[]): ReadonlySet<MatrixColumn> {
  const groups = new Map<string, MatrixColumn[]>();
  for (const column of columns) {
    if (column.kind === "list" || !/\d$/.test(column.name) || NAMELESS.test(column.name)) continue;
    const group = groups.get(stem(column.name));
    if (group === undefined) groups.set(stem(column.name), [column]);
    else group.push(column);
  }
  const series = [...groups.values()].filter(
    (group) => group.length > 1 && group.filter(isNumber).length * 2 > group.length,
  );
  return new Set(series.flat());
}

function isNumber({ kind }: MatrixColumn): boolean {
  return kind === "float" || kind === "integer";
}

function namesRows({ name }: MatrixColumn): boolean {
  return likeness(name) > 0;
}

/** How surely a column holds the ids of its rows. */
function likeness(name: string): number {
  const bare = ROW_NAMES.has(name.toLowerCase()) ? 0.5 : 0;
  return Math.max(idLikeness(name, "item"), idLikeness(name, "user"), bare);
}

function stem(name: string): string {
  return name.replace(/\d+$/, "");
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name));
  return names.length > shown.length ? `${shown.join(", ")}, … (${names.length})` : shown.join(", ");
}
