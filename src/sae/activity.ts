/** What every neuron does on a whole catalogue, found in one pass that keeps no activations: little enough to be stored. */
import { type Matrix, type Rows, row } from "../data/matrix";
import { type ActivationBlock, openEncoder } from "./encode";
import type { Sae } from "./model";

export const TOP_ITEMS = 50;
export const HISTOGRAM_BINS = 40;
/** While activations are counted, their bins cover from 0 to a power of two; the histogram then ends at an eighth of it. */
const EIGHTHS = 8;
const FINE_BINS = EIGHTHS * HISTOGRAM_BINS;
/** Of float32. An infinite activation, of weights that no training gives, counts as this. */
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

export interface NeuronActivity {
  /** Of the embeddings that it was found on; see `data-fingerprint`. */
  data: string;
  /** Rows of each neuron's most active items, strongest first, of equal ones the first; -1 where no more are active. [m, 50] */
  topItems: Int32Array;
  /** Their activations, 0 where there are no more. [m, 50] */
  topActivations: Float32Array;
  /** How many items activate each neuron. [m] */
  activeItems: Int32Array;
  /** Their activations in equal bins from 0 to the neuron's bound, upper edges excluded. [m, 40] */
  histogram: Int32Array;
  /** The round number above its largest activation where each neuron's histogram ends; 0 where it is never active. [m] */
  bounds: Float32Array;
  /** Largest activation over the users looked at. [m] */
  largestUser: Float32Array;
}

/**
 * @param users all or a sample of them: they are asked for their largest activations only
 * @param items the whole catalogue
 * @param data fingerprint of the data
 * @param pace awaited between blocks of rows, with the share that is done; may throw to end the work
 */
export async function neuronActivity(
  sae: Sae,
  users: Rows,
  items: Rows,
  data: string,
  pace: (share: number) => Promise<void> = async () => {},
): Promise<NeuronActivity> {
  const tally = new ActivityTally(sae.encoderBias.length);
  const encoder = await openEncoder(sae);
  const total = Math.max(1, users.rows + items.rows);
  const through = async (rows: Rows, done: number, add: (block: ActivationBlock) => void) => {
    for await (const block of encoder.blocks(sae, rows)) {
      add(block);
      await pace((done + block.start) / total);
    }
  };
  try {
    await through(users, 0, ({ activations }) => tally.addUsers(activations));
    await through(items, users.rows, ({ activations, start }) => tally.addItems(activations, start));
  } finally {
    await encoder.release();
  }
  return { data, ...tally.result() };
}

class ActivityTally {
  private readonly topItems: Int32Array;
  private readonly topActivations: Float32Array;
  private readonly activeItems: Int32Array;
  private readonly largestUser: Float32Array;
  /** [m, FINE_BINS], from 0 to `ranges`. */
  private readonly fine: Int32Array;
  /** Powers of two, above every activation so far; 0 before the first. */
  private readonly ranges: Float64Array;

  constructor(private readonly latents: number) {
    this.topItems = new Int32Array(latents * TOP_ITEMS).fill(-1);
    this.topActivations = new Float32Array(latents * TOP_ITEMS);
    this.activeItems = new Int32Array(latents);
    this.largestUser = new Float32Array(latents);
    this.fine = new Int32Array(latents * FINE_BINS);
    this.ranges = new Float64Array(latents);
  }

  addUsers(activations: Matrix): void {
    const { largestUser } = this;
    for (let r = 0; r < activations.rows; r++) {
      const z = row(activations, r);
      for (let neuron = 0; neuron < z.length; neuron++) {
        if (z[neuron] > largestUser[neuron]) largestUser[neuron] = z[neuron];
      }
    }
  }

  /** @param start row of the first; blocks come in order */
  addItems(activations: Matrix, start: number): void {
    for (let r = 0; r < activations.rows; r++) {
      const z = row(activations, r);
      for (let neuron = 0; neuron < z.length; neuron++) {
        if (!(z[neuron] > 0)) continue;
        const activation = Math.min(z[neuron], LARGEST_FLOAT);
        this.activeItems[neuron]++;
        this.count(neuron, activation);
        if (activation > this.topActivations[(neuron + 1) * TOP_ITEMS - 1]) this.rank(neuron, start + r, activation);
      }
    }
  }

  result(): Omit<NeuronActivity, "data"> {
    const { latents, topItems, topActivations, activeItems, largestUser } = this;
    const histogram = new Int32Array(latents * HISTOGRAM_BINS);
    const bounds = new Float32Array(latents);
    for (let neuron = 0; neuron < latents; neuron++) {
      const range = this.ranges[neuron];
      if (range === 0) continue;
      const eighths = Math.floor((topActivations[neuron * TOP_ITEMS] / range) * EIGHTHS) + 1;
      bounds[neuron] = (eighths * range) / EIGHTHS;
      // So many eighths of the range are so many fine bins to each bin.
      for (let bin = 0; bin < eighths * HISTOGRAM_BINS; bin++) {
        histogram[neuron * HISTOGRAM_BINS + Math.floor(bin / eighths)] += this.fine[neuron * FINE_BINS + bin];
      }
    }
    return { topItems, topActivations, activeItems, histogram, bounds, largestUser };
  }

  private count(neuron: number, activation: number): void {
    const { fine, ranges } = this;
    const first = neuron * FINE_BINS;
    if (ranges[neuron] === 0) ranges[neuron] = 2 ** (Math.floor(Math.log2(activation)) + 1);
    while (activation >= ranges[neuron]) {
      ranges[neuron] *= 2;
      for (let bin = 0; bin < FINE_BINS / 2; bin++) {
        fine[first + bin] = fine[first + 2 * bin] + fine[first + 2 * bin + 1];
      }
      fine.fill(0, first + FINE_BINS / 2, first + FINE_BINS);
    }
    fine[first + Math.floor((activation / ranges[neuron]) * FINE_BINS)]++;
  }

  /** Insertion into the neuron's short list. */
  private rank(neuron: number, item: number, activation: number): void {
    const { topItems, topActivations } = this;
    const first = neuron * TOP_ITEMS;
    let place = first + TOP_ITEMS - 1;
    for (; place > first && topActivations[place - 1] < activation; place--) {
      topActivations[place] = topActivations[place - 1];
      topItems[place] = topItems[place - 1];
    }
    topActivations[place] = activation;
    topItems[place] = item;
  }
}
