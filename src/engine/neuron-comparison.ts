/** Neurons side by side: how far they say the same. */
import type { NeuronLabel } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { NeuronComparison, NeuronRow } from "../protocol/neurons";
import type { Sae } from "../sae/model";
import type { MeasuredNeurons } from "./measured-neurons";
import type { NeuronDetails } from "./neuron-detail";
import { decoderCosine } from "./neuron-relatives";
import { type Pace, unwatchedPace } from "./pace";

const LEAST = 2;
const MOST = 12;
const ITEMS = 10;
/** Of each neuron; those of all of them are compared. */
const LIFTS = 4;

/** @throws RecPrismError "query-invalid" for fewer than two neurons, or more than twelve */
export function checkCompared(neurons: readonly number[]): void {
  if (neurons.length >= LEAST && neurons.length <= MOST) return;
  throw new RecPrismError(
    "query-invalid",
    `${neurons.length} neurons cannot be compared; choose ${LEAST} to ${MOST} of them.`,
    { key: "neurons" },
  );
}

export async function neuronComparison(
  sae: Sae,
  measured: MeasuredNeurons,
  details: NeuronDetails,
  labels: readonly NeuronLabel[],
  rows: readonly NeuronRow[],
): Promise<NeuronComparison> {
  const pace = unwatchedPace();
  const activations = await measured.onItems.ofEach(rows.map(({ neuron }) => neuron));
  const table = (value: (a: number, b: number) => number) => rows.flatMap((_, a) => rows.map((_, b) => value(a, b)));
  const keys = new Set<string>();
  for (const { neuron, evidence } of labels) {
    for (const { concept } of await measured.lifts(neuron, evidence, LIFTS)) keys.add(concept);
    await pace(0);
  }
  return {
    neurons: [...rows],
    topItems: labels.map(({ neuron, evidence }) => details.topItems(neuron, evidence, ITEMS)),
    decoderCosine: table((a, b) => decoderCosine(sae.decoderWeights, rows[a].neuron, rows[b].neuron)),
    jaccard: table((a, b) => jaccard(activations[a], activations[b])),
    concepts: await lifted(measured, keys, rows, pace),
  };
}

/** Rows that activate both, over rows that activate either; 0 where none does. */
function jaccard(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0];
  for (let row = 0; row < a.length; row++) {
    if (a[row] > 0 && b[row] > 0) both++;
    if (a[row] > 0 || b[row] > 0) either++;
  }
  return either === 0 ? 0 : both / either;
}

/** In the order of the keys. */
async function lifted(
  measured: MeasuredNeurons,
  keys: Iterable<string>,
  rows: readonly NeuronRow[],
  pace: Pace,
): Promise<NeuronComparison["concepts"]> {
  const concepts = measured.conceptsOf(keys);
  const found = concepts.map(({ key, label, kind }) => ({ concept: key, label, kind, baseRate: 0, lifts: [0] }));
  for (const [place, { neuron }] of rows.entries()) {
    const lifts = await measured.liftsOf(neuron, concepts);
    for (const [of, { lift, baseRate }] of lifts.entries()) {
      found[of].baseRate = baseRate;
      found[of].lifts[place] = lift;
    }
    await pace(0);
  }
  return found;
}
