/** Activations of single neurons on many rows: encoded when they are asked for, and kept as far as memory allows. */
import { column, type Rows } from "../data/matrix";
import { encodedBlocks, type LargestBlock, openEncoder } from "../sae/encode";
import type { Sae } from "../sae/model";
import { unwatchedPace } from "./pace";

/** Activations that are kept: 64 MiB; of a top-k SAE twice as much, with the neurons' numbers. */
const MOST_KEPT = 2 ** 24;
/** Of this many neurons they are kept however many the rows, so that a comparison need not encode its neurons twice. */
const LEAST_KEPT_NEURONS = 12;

/** What one pass over the rows found, by neuron. */
type Pass = Promise<Map<number, Float32Array>>;

export class NeuronActivations {
  /** By neuron, the one asked for longest ago first. */
  private readonly kept = new Map<number, Pass>();
  /** Of all neurons of a top-k SAE, which are few a row. */
  private largest: Promise<LargestBlock[]> | null = null;

  /** @param mostKept activations, in all */
  constructor(
    private readonly sae: Sae,
    readonly rows: Rows,
    private readonly mostKept = MOST_KEPT,
  ) {}

  /** @returns one activation a row; not to be written to */
  async of(neuron: number): Promise<Float32Array> {
    return (await this.ofEach([neuron]))[0];
  }

  /** The same of several neurons, in order, in one pass over the rows. */
  async ofEach(neurons: readonly number[]): Promise<Float32Array[]> {
    const { activation } = this.sae;
    if (activation.kind === "topk" && this.rows.rows * activation.k <= this.mostKept) {
      const blocks = await this.largestBlocks();
      return neurons.map((neuron) => scattered(blocks, neuron, this.rows.rows));
    }
    const missing = neurons.filter((neuron) => !this.kept.has(neuron));
    if (missing.length > 0) this.keep(this.allFit ? Array.from(this.sae.encoderBias.keys()) : missing);
    const passes = neurons.map((neuron) => {
      const pass = this.kept.get(neuron)!;
      this.kept.delete(neuron);
      this.kept.set(neuron, pass);
      return pass;
    });
    this.forgetOldest();
    return Promise.all(passes.map(async (pass, place) => (await pass).get(neurons[place])!));
  }

  private get capacity(): number {
    return Math.max(LEAST_KEPT_NEURONS, Math.floor(this.mostKept / Math.max(1, this.rows.rows)));
  }

  private get allFit(): boolean {
    return this.sae.encoderBias.length <= this.capacity;
  }

  private largestBlocks(): Promise<LargestBlock[]> {
    this.largest ??= largestOf(this.sae, this.rows).catch((thrown) => {
      this.largest = null;
      throw thrown;
    });
    return this.largest;
  }

  private keep(neurons: number[]): void {
    const pass = encoded(this.sae, this.rows, new Set(neurons));
    for (const neuron of neurons) this.kept.set(neuron, pass);
    // A pass that fails is told to those who wait for it, and tried anew when asked again.
    pass.catch(() => {
      for (const neuron of neurons) if (this.kept.get(neuron) === pass) this.kept.delete(neuron);
    });
  }

  private forgetOldest(): void {
    for (const neuron of this.kept.keys()) {
      if (this.kept.size <= this.capacity) return;
      this.kept.delete(neuron);
    }
  }
}

async function encoded(sae: Sae, rows: Rows, neurons: Set<number>): Promise<Map<number, Float32Array>> {
  const result = new Map(Array.from(neurons, (neuron) => [neuron, new Float32Array(rows.rows)]));
  const pace = unwatchedPace();
  for await (const { start, activations } of encodedBlocks(sae, rows)) {
    for (const [neuron, ofNeuron] of result) ofNeuron.set(column(activations, neuron), start);
    await pace(start / rows.rows);
  }
  return result;
}

async function largestOf(sae: Sae, rows: Rows): Promise<LargestBlock[]> {
  const blocks: LargestBlock[] = [];
  const pace = unwatchedPace();
  const encoder = await openEncoder(sae);
  try {
    for await (const block of encoder.largest(sae, rows)) {
      blocks.push({ ...block, values: block.values.slice() });
      await pace(block.start / rows.rows);
    }
  } finally {
    await encoder.release();
  }
  return blocks;
}

function scattered(blocks: readonly LargestBlock[], neuron: number, rows: number): Float32Array {
  const result = new Float32Array(rows);
  for (const { start, rows: count, values, neurons } of blocks) {
    const k = values.length / count;
    for (let place = neurons.indexOf(neuron); place >= 0; place = neurons.indexOf(neuron, place + 1)) {
      result[start + Math.floor(place / k)] = values[place];
    }
  }
  return result;
}
