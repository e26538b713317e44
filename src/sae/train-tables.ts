/** The tables that train steps take their rows from: whole where they fit in memory, else the rows of one chunk alone. */
import {
  allRows,
  gatheredRows,
  inMemory,
  isInMemory,
  type Matrix,
  type Rows,
  rowBlocks,
  stackedRows,
} from "../data/matrix";
import type { TensorIn } from "../graph/session";
import type { SaeSettings } from "../protocol/manifest";
import type { Centre } from "./parameters";
import { standardisedRows } from "./standardise";

/** Users and items together: they are stacked, and standardised beside that, so that memory holds them three times. */
const MOST_WHOLE_VALUES = 2 ** 26;
/** Values of the embeddings that a chunk of steps takes. */
const MOST_CHUNK_VALUES = 2 ** 24;

export interface TrainRows {
  users: Rows;
  items: Rows;
  /** Biases of users and items; null where the recommender has none. */
  userBias: Float32Array | null;
  itemBias: Float32Array | null;
}

/** Rows are numbered with the users' above the items'. */
export interface TrainTables {
  /** Users above items, as they are. */
  readonly embeddings: Rows;
  /** Steps that a chunk may have at most. */
  readonly mostTurns: number;
  /**
   * Inputs of the train graph for a chunk of `turns` steps.
   *
   * @param rows of the batches, [turns, 2B]
   */
  ofChunk(rows: Int32Array, turns: number): Record<string, TensorIn>;
  /** Row n of each table is of the n-th of these rows. */
  gathered(rows: ArrayLike<number>): Record<string, TensorIn>;
}

/** Both forms hold the same numbers, so that it does not show in the weights which one a run had. */
export function trainTables(of: TrainRows, settings: SaeSettings, withBiases: boolean, centre: Centre): TrainTables {
  const { users, items } = of;
  const embeddings = stackedRows(users, items);
  const { columns } = embeddings;
  const tables = (values: Matrix, rows: ArrayLike<number>) => {
    const result: Record<string, TensorIn> = {
      embeddings: { data: values.values, shape: [rows.length, columns] },
    };
    if (settings.standardisation !== "none") {
      const { values: standardised, scale } =
        settings.standardisation === "center" ? centredRows(values, centre) : standardisedRows(values, "layer");
      result.standardised = { data: standardised, shape: [rows.length, columns] };
      result.scale = { data: scale, shape: [rows.length, 1] };
    }
    if (withBiases) result.biases = { data: biasesOf(of, rows), shape: [rows.length, 1] };
    return result;
  };
  const gathered = (rows: ArrayLike<number>) => tables(gatheredRows(embeddings, rows), rows);
  const batches = (rows: Int32Array, turns: number) => ({ data: rows, shape: [turns, rows.length / turns] });

  if (isInMemory(users) && isInMemory(items) && embeddings.rows * columns <= MOST_WHOLE_VALUES) {
    const whole = inMemory(embeddings);
    const all = tables(whole, allRows(embeddings.rows));
    return {
      embeddings: whole,
      mostTurns: Number.POSITIVE_INFINITY,
      ofChunk: (rows, turns) => ({ ...all, batches: batches(rows, turns) }),
      gathered,
    };
  }
  return {
    embeddings,
    mostTurns: Math.max(1, Math.floor(MOST_CHUNK_VALUES / (2 * settings.batch * columns))),
    ofChunk: (rows, turns) => ({ ...gathered(rows), batches: batches(Int32Array.from(rows.keys()), turns) }),
    gathered,
  };
}

/** What `center` takes from each row and divides it by: the mean row, and the standard deviation of all values from it. */
export function centreOf({ users, items }: TrainRows, { standardisation }: SaeSettings): Centre {
  const embeddings = stackedRows(users, items);
  const { rows, columns } = embeddings;
  if (standardisation !== "center") return { mean: new Float32Array(columns), scale: 1 };
  const sums = new Float64Array(columns);
  for (const { block } of rowBlocks(embeddings)) {
    for (let i = 0; i < block.values.length; i++) sums[i % columns] += block.values[i];
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows);
  let squares = 0;
  for (const { block } of rowBlocks(embeddings)) {
    for (let i = 0; i < block.values.length; i++) squares += (block.values[i] - mean[i % columns]) ** 2;
  }
  return { mean, scale: Math.sqrt(squares / (rows * columns)) || 1 };
}

function centredRows({ rows, columns, values }: Matrix, { mean, scale }: Centre) {
  return {
    values: values.map((value, i) => (value - mean[i % columns]) / scale),
    scale: new Float32Array(rows).fill(scale),
  };
}

function biasesOf({ users, userBias, itemBias }: TrainRows, rows: ArrayLike<number>): Float32Array {
  const border = users.rows;
  return Float32Array.from(rows, (row) => (row < border ? userBias?.[row] : itemBias?.[row - border]) ?? 0);
}
