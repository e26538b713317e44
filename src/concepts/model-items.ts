/** Items that a language model is shown of a neuron: what activates it, and what is alike and does not. */
import { type Matrix, row } from "../data/matrix";
import { seededRandom } from "../data/random";
import { strongest } from "./strongest";

/** What is chosen from. */
export interface ModelItemPool {
  /** Of one neuron on all items. */
  activations: Float32Array;
  /** Of all items. */
  embeddings: Matrix;
  tags(item: number): readonly string[];
  /** Rows of the items that may be chosen: of one half, so that a name is tested on others than it was found on. */
  items: Uint32Array;
}

const SHOWN_ACTIVE = 12;
const SHOWN_SILENT = 8;
const ASKED_OF_EACH = 10;
/** Active items are drawn from so many times as many of the strongest: a name should hold for more than the very top. */
const ASKED_DEPTH = 3;

/** The strongest items, strongest first, and items like them that do not activate the neuron. */
export function itemsToName(pool: ModelItemPool): { active: number[]; silent: number[] } {
  const active = strongestItems(pool, SHOWN_ACTIVE);
  return { active, silent: hardNegatives(pool, active, SHOWN_SILENT) };
}

/** An item of a test, and the answer. */
export interface TestItem {
  item: number;
  active: boolean;
}

/**
 * As many active items as hard negatives, at most ten of each, shuffled; empty where there is nothing of either.
 *
 * @param seed of the order
 */
export function itemsToTell(pool: ModelItemPool, seed: number): TestItem[] {
  const ranked = strongestItems(pool, ASKED_OF_EACH * ASKED_DEPTH);
  const asked = Math.min(ASKED_OF_EACH, ranked.length);
  const spread = Array.from({ length: asked }, (_, place) => ranked[Math.floor((place * ranked.length) / asked)]);
  const silent = hardNegatives(pool, spread, asked);
  const active = spread.slice(0, silent.length);
  return seededRandom(seed).shuffle([
    ...active.map((item) => ({ item, active: true })),
    ...silent.map((item) => ({ item, active: false })),
  ]);
}

function strongestItems({ activations, items }: ModelItemPool, limit: number): number[] {
  const ofItems = Float32Array.from(items, (item) => activations[item]);
  return strongest(ofItems, limit).map((position) => items[position]);
}

/**
 * Silent items most like the active ones, by cosine of embeddings and share of common tags: one for each in turn, until
 * there are `most` or no silent ones are left.
 */
function hardNegatives(pool: ModelItemPool, active: readonly number[], most: number): number[] {
  const { activations, embeddings, tags, items } = pool;
  const silent = items.filter((item) => !(activations[item] > 0));
  const norms = Float64Array.from(silent, (item) =>
    Math.sqrt(dotProduct(row(embeddings, item), row(embeddings, item))),
  );
  const found = new Set<number>();
  for (let turn = 0; found.size < Math.min(most, silent.length) && active.length > 0; turn++) {
    const like = active[turn % active.length];
    const vector = row(embeddings, like);
    const norm = Math.sqrt(dotProduct(vector, vector));
    const tagsOfLike = new Set(tags(like));
    let best = -1;
    let bestLikeness = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < silent.length; place++) {
      const item = silent[place];
      if (found.has(item)) continue;
      const norms2 = norm * norms[place];
      const cosine = norms2 > 0 ? dotProduct(vector, row(embeddings, item)) / norms2 : 0;
      const likeness = cosine + commonShare(tagsOfLike, tags(item));
      if (likeness <= bestLikeness) continue;
      bestLikeness = likeness;
      best = item;
    }
    found.add(best);
  }
  return [...found];
}

function dotProduct(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
  return dot;
}

/** Jaccard's; 0 where neither has tags. */
function commonShare(a: ReadonlySet<string>, b: readonly string[]): number {
  const common = b.filter((tag) => a.has(tag)).length;
  const either = a.size + b.length - common;
  return either === 0 ? 0 : common / either;
}
