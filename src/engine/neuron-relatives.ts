/** Neurons in relation to a neuron: those with alike decoder rows, and those above and below it in the tree of concepts. */
import { type Matrix, row } from "../data/matrix";
import { RecPrismError } from "../protocol/error";
import type { NearNeuron, NeuronRow } from "../protocol/neurons";
import type { Structure } from "../protocol/structure";
import { readStructure } from "../sae/artifact";

/** @returns null where the file is missing, cannot be read or is of other weights: neurons are shown without it */
export async function readTree(folder: string, sae: string): Promise<Structure["tree"] | null> {
  try {
    return (await readStructure(folder, sae)).tree;
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return null;
    throw thrown;
  }
}

/** @param neuron which of them is not its own neighbour; dead neurons are nobody's */
export function nearestNeurons(
  decoderWeights: Matrix,
  rows: readonly NeuronRow[],
  neuron: number,
  limit: number,
): NearNeuron[] {
  return rows
    .filter((other) => other.neuron !== neuron && other.kind !== "dead")
    .map((other) => nearNeuron(decoderWeights, rows, neuron, other.neuron))
    .sort((a, b) => b.cosine - a.cosine || a.neuron - b.neuron)
    .slice(0, limit);
}

/** Children with the largest share of their activation within the neuron's come first. */
export function family(
  decoderWeights: Matrix,
  rows: readonly NeuronRow[],
  tree: Structure["tree"] | null,
  neuron: number,
): { parent: NearNeuron | null; children: NearNeuron[] } {
  const near = (other: number) => nearNeuron(decoderWeights, rows, neuron, other);
  const known = (tree ?? []).filter((branch) => branch.neuron < rows.length);
  const parent = known.find((branch) => branch.neuron === neuron)?.parent ?? null;
  return {
    parent: parent === null || parent >= rows.length ? null : near(parent),
    children: known
      .filter((branch) => branch.parent === neuron)
      .sort((a, b) => b.share - a.share || a.neuron - b.neuron)
      .map((branch) => near(branch.neuron)),
  };
}

/** Cosine of two rows of W_dec; 0 where either is all zero. */
export function decoderCosine(decoderWeights: Matrix, a: number, b: number): number {
  const [left, right] = [row(decoderWeights, a), row(decoderWeights, b)];
  let [product, ofLeft, ofRight] = [0, 0, 0];
  for (let c = 0; c < left.length; c++) {
    product += left[c] * right[c];
    ofLeft += left[c] * left[c];
    ofRight += right[c] * right[c];
  }
  return product === 0 ? 0 : product / Math.sqrt(ofLeft * ofRight);
}

function nearNeuron(decoderWeights: Matrix, rows: readonly NeuronRow[], of: number, other: number): NearNeuron {
  const { label, kind } = rows[other];
  return { neuron: other, label, kind, cosine: decoderCosine(decoderWeights, of, other) };
}
