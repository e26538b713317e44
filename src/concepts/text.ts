/** The words that set a neuron's items apart from the others. */
import type { Vocabulary } from "./text-words";

/** How much the prior counts, in words: about as many as there are in the titles of the top items. */
const PRIOR_WORDS = 500;
/** Two-sided level of 5%. */
const LEAST_Z = 1.96;

/**
 * Words by the z-score of their log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008,
 * "Fightin' Words", equations 16, 20 and 22), in the top items against the rest:
 *
 *     delta_w = log((y1 + a) / (n1 + a0 - y1 - a)) - log((y2 + a) / (n2 + a0 - y2 - a))
 *     z_w = delta_w / sqrt(1 / (y1 + a) + 1 / (y2 + a))
 *
 * y1 and y2 count the items with the word among the top and the rest, n1 and n2 are their sums over words, and the prior
 * a = a0 y / n is the word's share of the whole. It draws rare words to no difference, so none is chosen for being rare.
 *
 * @param among words of the items that are looked at
 * @param top those of them that excite the neuron most
 * @returns indices into the vocabulary's concepts, at most `limit`, best first
 */
export function distinctiveWords(
  { offsets, ofItems }: Vocabulary,
  among: WordCounts,
  top: readonly number[],
  limit: number,
): number[] {
  const inTop = new Map<number, number>();
  let some = 0;
  for (const item of top) {
    some += offsets[item + 1] - offsets[item];
    for (let at = offsets[item]; at < offsets[item + 1]; at++)
      inTop.set(ofItems[at], (inTop.get(ofItems[at]) ?? 0) + 1);
  }
  const rest = among.total - some;
  const scored = [...inTop].map(([word, y1]) => {
    const prior = (PRIOR_WORDS * among.counts[word]) / among.total;
    const y2 = among.counts[word] - y1;
    const logOdds = (count: number, of: number) => Math.log((count + prior) / (of + PRIOR_WORDS - count - prior));
    const difference = logOdds(y1, some) - logOdds(y2, rest);
    return { word, z: difference / Math.sqrt(1 / (y1 + prior) + 1 / (y2 + prior)) };
  });
  return scored
    .filter(({ z }) => z >= LEAST_Z)
    .sort((a, b) => b.z - a.z || a.word - b.word)
    .slice(0, limit)
    .map(({ word }) => word);
}

/** Items with each word of a vocabulary, and their sum over words. */
export interface WordCounts {
  counts: Uint32Array;
  total: number;
}

/** @param rows the items that are counted */
export function wordCounts({ concepts, offsets, ofItems }: Vocabulary, rows: Uint32Array): WordCounts {
  const counts = new Uint32Array(concepts.length);
  let total = 0;
  for (const item of rows) {
    for (let at = offsets[item]; at < offsets[item + 1]; at++) counts[ofItems[at]]++;
    total += offsets[item + 1] - offsets[item];
  }
  return { counts, total };
}
