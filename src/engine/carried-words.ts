/** What persons said of an SAE's neurons, carried to the same neurons of the SAE that takes its place. */
import { type Matrix, row } from "../data/matrix";
import type { LabelsFile, NeuronLabel, PersonalWord } from "../protocol/artifact";
import { readLabels, withWords } from "../sae/labels-file";
import { rowCosines } from "../sae/row-cosines";
import { readSae } from "../sae/saelens";
import { saysNothing } from "./label-change";

/** Decoder rows that differ more than this speak of something else. */
export const LEAST_CARRYING_COSINE = 0.8;

/** An SAE with what is said of it. */
export interface SpokenOf {
  hash: string;
  /** W_dec, [m, d] */
  decoderWeights: Matrix;
  neurons: readonly NeuronLabel[];
}

/**
 * What persons said of the SAE in a folder, and made the words of the labels of another SAE that will replace it.
 *
 * @returns gives new labels the words: as they are where the weights stayed the same
 * @throws RecPrismError "artifact-invalid" where the words cannot be read
 */
export async function wordsCarriedFrom(
  folder: string,
  decoderWeights: Matrix,
): Promise<(labels: LabelsFile) => LabelsFile> {
  const before = await spokenOf(folder);
  if (before === null) return (labels) => labels;
  const matches = await matchedNeurons(before.decoderWeights, decoderWeights);
  return (labels) => ({
    ...labels,
    neurons:
      labels.sae === before.hash
        ? withWords(labels.neurons, before.neurons)
        : withCarriedWords(labels.neurons, before, matches),
  });
}

/** Neurons that are taken for the same, with the cosine of their decoder rows. */
export interface MatchedNeuron {
  before: number;
  now: number;
  cosine: number;
}

/** Pairs of rows with the greatest cosine first, each row in one pair at most, of at least `LEAST_CARRYING_COSINE`. */
export async function matchedNeurons(before: Matrix, now: Matrix): Promise<MatchedNeuron[]> {
  // Of embeddings of another width nothing can be told.
  if (before.columns !== now.columns) return [];
  const alike: MatchedNeuron[] = [];
  for await (const { start, cosines } of rowCosines(before, now)) {
    for (let r = 0; r < cosines.rows; r++) {
      row(cosines, r).forEach((cosine, neuron) => {
        if (cosine >= LEAST_CARRYING_COSINE) alike.push({ before: start + r, now: neuron, cosine });
      });
    }
  }
  alike.sort((a, b) => b.cosine - a.cosine || a.before - b.before || a.now - b.now);
  const [takenBefore, takenNow] = [new Set<number>(), new Set<number>()];
  return alike.filter((pair) => {
    if (takenBefore.has(pair.before) || takenNow.has(pair.now)) return false;
    takenBefore.add(pair.before);
    takenNow.add(pair.now);
    return true;
  });
}

/**
 * The new labels with the old words. Of neurons that were merged, those that were found again stay merged. A name marked
 * as wrong is no longer the one found where that is another now. What a language model said is not carried: its test was
 * of other activations.
 */
export function withCarriedWords(
  labels: readonly NeuronLabel[],
  { hash, neurons }: Pick<SpokenOf, "hash" | "neurons">,
  matches: readonly MatchedNeuron[],
): NeuronLabel[] {
  const nowOf = new Map(matches.map(({ before, now }) => [before, now]));
  const carried = new Map<number, PersonalWord>();
  for (const { before, now, cosine } of matches) {
    const word = neurons[before]?.person;
    if (!word) continue;
    const mergedWith = word.mergedWith.flatMap((other) => nowOf.get(other) ?? []).sort((a, b) => a - b);
    const wrong = word.wrong && labels[now].label === neurons[before].label;
    const still = { ...word, mergedWith, wrong };
    if (saysNothing(still)) continue;
    // Rounding makes equal rows a little more than equal.
    carried.set(now, { ...still, carried: { sae: hash, neuron: before, cosine: Math.min(1, cosine) } });
  }
  return labels.map((label, neuron) => ({ ...label, person: carried.get(neuron) ?? label.person }));
}

/** Null where nobody said anything of it. */
async function spokenOf(folder: string): Promise<SpokenOf | null> {
  const labels = await readLabels(folder);
  const someoneSpoke = labels?.neurons.some(({ person, model }) => person !== null || model !== null);
  if (!labels || !someoneSpoke) return null;
  // Words without their weights cannot be told where they belong.
  const saved = await readSae(folder).catch(() => null);
  if (saved === null || saved.hash !== labels.sae) return null;
  return { hash: saved.hash, decoderWeights: saved.sae.decoderWeights, neurons: labels.neurons };
}
