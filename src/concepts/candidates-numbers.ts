/** Concepts from numbers: fifths of the rows that have one, or the values themselves where there are few. */
import { type FoundConcept, rowsWhere } from "./candidates";

const FEW_VALUES = 10;
const BANDS = 5;
/** A band that equal values swell beyond this many fifths is no fifth any more. */
const LARGEST_BAND = 1.5;
const NAMES = ["lowest fifth", "second fifth", "middle fifth", "fourth fifth", "highest fifth"];

/**
 * Equal values stay in one band. A column with one value alone, as one that is all zero, gives none.
 *
 * @param values per row; NaN where there is none
 */
export function numberConcepts(column: string, values: Float64Array): FoundConcept[] {
  const ascending = values.filter(Number.isFinite).sort();
  const distinct = firstDistinct(ascending, FEW_VALUES + 1);
  if (distinct.length < 2) return [];
  if (distinct.length <= FEW_VALUES) {
    return distinct.map((value) =>
      concept(column, `=${value}`, `${column}: ${spoken(value)}`, values, (one) => one === value),
    );
  }
  const borders = Array.from(
    { length: BANDS - 1 },
    (_, k) => ascending[Math.floor(((k + 1) * ascending.length) / BANDS)],
  );
  return NAMES.map((name, band) => {
    const [from, below] = [borders[band - 1] ?? Number.NEGATIVE_INFINITY, borders[band] ?? Number.POSITIVE_INFINITY];
    const range =
      band === 0
        ? `under ${spoken(below)}`
        : band === BANDS - 1
          ? `from ${spoken(from)}`
          : `${spoken(from)} to ${spoken(below)}`;
    return concept(
      column,
      `fifth-${band + 1}`,
      `${column}: ${name} (${range})`,
      values,
      (value) => value >= from && value < below,
    );
  }).filter(({ bearers }) => bearers.length <= (LARGEST_BAND * ascending.length) / BANDS);
}

function concept(
  column: string,
  part: string,
  label: string,
  values: Float64Array,
  isBearer: (value: number) => boolean,
): FoundConcept {
  return {
    key: `number:${column}:${part}`,
    label,
    kind: "tag",
    bearers: rowsWhere(values.length, (row) => Number.isFinite(values[row]) && isBearer(values[row])),
    rows: values.length,
    column: null,
  };
}

/** The smallest distinct values, at most `most`. */
function firstDistinct(ascending: Float64Array, most: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < ascending.length && found.length < most; i++) {
    if (i === 0 || ascending[i] !== ascending[i - 1]) found.push(ascending[i]);
  }
  return found;
}

/** Four digits are enough for a border. */
function spoken(value: number): string {
  return String(Number(value.toPrecision(4)));
}
