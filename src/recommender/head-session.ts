/** Runs the file of an ONNX model on onnxruntime, in batches of bounded size. */
import { type Rows, rowsBetween } from "../data/matrix";
import type { GraphSession, TensorIn } from "../graph/session";
import type { RecPrismError } from "../protocol/error";
import { headFault, headInvalid } from "./head-fault";
import type { HeadPorts, VectorInput } from "./head-ports";

/** Numbers fed at once, at most. A model's own intermediate values are a few times as many. */
const LARGEST_FEED = 1 << 22;
const MOST_PAIRS = 1 << 14;

export class HeadSession {
  /** Pairs scored at once. */
  private readonly batch: number;
  /** Buffers that no run is using. */
  private readonly spare: Float32Array[] = [];

  constructor(
    private readonly file: string,
    private readonly session: GraphSession,
    private readonly ports: HeadPorts,
    private readonly dimensions: number,
  ) {
    const bounded = Math.min(MOST_PAIRS, Math.max(1, Math.floor(LARGEST_FEED / (2 * dimensions))));
    this.batch = ports.fixedRows ?? bounded;
  }

  /**
   * Score of one user with each of the items.
   *
   * @param user  d values
   * @param items [count, d]
   */
  async scoreItems(user: ArrayLike<number>, items: Rows): Promise<Float64Array> {
    const d = this.dimensions;
    const count = items.rows;
    const scores = new Float64Array(count);
    const needed = Math.min(this.batch, count) * d;
    const before = this.spare.pop();
    const repeated = before && before.length >= needed ? before : new Float32Array(needed);
    repeated.set(user);
    repeat(repeated.subarray(0, needed), d);
    try {
      for (let start = 0; start < count; start += this.batch) {
        const end = Math.min(start + this.batch, count);
        const part = await this.run(repeated.subarray(0, (end - start) * d), rowsBetween(items, start, end).values);
        const fault = part.findIndex(Number.isNaN);
        if (fault >= 0) throw notANumber(this.file, `the item in row ${start + fault}`);
        scores.set(part, start);
      }
      return scores;
    } finally {
      this.spare.push(repeated);
    }
  }

  /** Score of each user with the item of the same row, row-major [count, d] both. */
  async scorePairs(users: Float32Array, items: Float32Array): Promise<Float32Array> {
    const scores = new Float32Array(items.length / this.dimensions);
    const step = this.batch * this.dimensions;
    for (let start = 0; start < items.length; start += step) {
      const part = await this.run(users.subarray(start, start + step), items.subarray(start, start + step));
      scores.set(part, start / this.dimensions);
    }
    return scores;
  }

  release(): Promise<void> {
    return this.session.release();
  }

  /**
   * At most a batch of pairs.
   *
   * @throws RecPrismError "head-invalid" where the model cannot score them or does not give one score a pair
   */
  private async run(users: Float32Array, items: Float32Array): Promise<Float32Array> {
    const d = this.dimensions;
    const count = items.length / d;
    const rows = this.ports.fixedRows ?? count;
    const feeds: Record<string, TensorIn> = {};
    const feed = ({ name, between }: VectorInput, data: Float32Array, width: number) => {
      feeds[name] = { data: filledUp(data, rows * width), shape: between === 1 ? [rows, 1, width] : [rows, width] };
    };
    const { inputs, output } = this.ports;
    if ("pairs" in inputs) {
      feed(inputs.pairs, sideBySide(users, items, d), 2 * d);
    } else {
      feed(inputs.users, users, d);
      feed(inputs.items, items, d);
    }
    const result = await this.session.runTensors(feeds, [output]).catch((thrown: unknown) => {
      throw headFault(this.file, thrown, `It was given ${rows} users and items of ${d} numbers each.`);
    });
    const { data, shape } = result[output];
    if (data instanceof Float32Array && isOneScoreEach(shape, rows)) return data.subarray(0, count);
    throw headInvalid(
      this.file,
      `For ${rows} pairs its output ${output} has the shape [${shape}]; one score a pair is needed, [B] or [B, 1]. ${remedy(shape, rows)}`,
      output,
    );
  }
}

export function notANumber(file: string, where: string): RecPrismError {
  return headInvalid(
    file,
    `Its score of ${where} is no number. Check the model and the embeddings for divisions by 0 and logarithms of what is not above 0.`,
  );
}

function isOneScoreEach([first, ...rest]: readonly number[], rows: number): boolean {
  return first === rows && rest.every((length) => length === 1);
}

function remedy(shape: readonly number[], rows: number): string {
  if (shape.length === 2 && shape[0] === rows && shape[1] === rows) {
    return "It scores every user with every item of the batch: export the score of the pairs alone.";
  }
  if (shape[0] === rows)
    return "Export one column of it, such as the probability of the positive class (scores[:, 1]).";
  return "Export it with a batch axis that comes first and is dynamic.";
}

/** Repeats the first `length` numbers to the end. */
function repeat(numbers: Float32Array, length: number): void {
  for (let filled = length; filled < numbers.length; filled *= 2) numbers.copyWithin(filled, 0, filled);
}

/** For a batch that must be full, with zeros in place of the pairs that there are not. */
function filledUp(data: Float32Array, length: number): Float32Array {
  if (data.length === length) return data;
  const full = new Float32Array(length);
  full.set(data);
  return full;
}

function sideBySide(users: Float32Array, items: Float32Array, d: number): Float32Array {
  const pairs = new Float32Array(users.length + items.length);
  for (let from = 0, to = 0; from < users.length; from += d, to += 2 * d) {
    pairs.set(users.subarray(from, from + d), to);
    pairs.set(items.subarray(from, from + d), to + d);
  }
  return pairs;
}
