/** Duplicates: pairs of neurons whose decoder rows or labels say the same, so that one concept is split between them. */

import { gatheredRows, type Matrix, row } from "../data/matrix";
import type { Duplicates } from "../protocol/artifact";
import { rowCosines } from "./row-cosines";

const LEAST_COSINE = 0.9;
const STRONGEST = 20;

/**
 * @param decoderWeights W_dec, [m, d]
 * @param live per neuron, 1 if active on any row; dead neurons say nothing
 * @param concepts per neuron, the key of its label's concept; null where it has none
 */
export async function duplicates(
  decoderWeights: Matrix,
  live: Uint8Array,
  concepts: readonly (string | null)[],
): Promise<Duplicates> {
  const neurons = Uint32Array.from(live.keys()).filter((neuron) => live[neuron] === 1);
  const conceptIndex = indexOfEach(Array.from(neurons, (neuron) => concepts[neuron]));
  const rows = gatheredRows(decoderWeights, neurons);
  const found = { byDecoder: 0, byLabel: 0, pairs: 0 };
  const strongest: Duplicates["strongest"] = [];
  for await (const { start, cosines } of rowCosines(rows, rows)) {
    for (let r = 0; r < cosines.rows; r++) {
      const a = start + r;
      const ofA = row(cosines, r);
      for (let b = a + 1; b < ofA.length; b++) {
        const alike = ofA[b] > LEAST_COSINE;
        const sameLabel = conceptIndex[a] >= 0 && conceptIndex[a] === conceptIndex[b];
        if (!alike && !sameLabel) continue;
        found.pairs++;
        if (alike) found.byDecoder++;
        if (sameLabel) found.byLabel++;
        if (strongest.length === STRONGEST && ofA[b] <= strongest[STRONGEST - 1].cosine) continue;
        const place = strongest.findIndex(({ cosine }) => cosine < ofA[b]);
        const pair = { neurons: [neurons[a], neurons[b]] as [number, number], cosine: ofA[b], sameLabel };
        strongest.splice(place < 0 ? strongest.length : place, 0, pair);
        if (strongest.length > STRONGEST) strongest.pop();
      }
    }
  }
  return { leastCosine: LEAST_COSINE, ...found, strongest };
}

/** Equal numbers for equal keys; -1 for null. */
function indexOfEach(keys: readonly (string | null)[]): Int32Array {
  const indices = new Map<string, number>();
  return Int32Array.from(keys, (key) => {
    if (key === null) return -1;
    const index = indices.get(key) ?? indices.size;
    indices.set(key, index);
    return index;
  });
}
