/** What a neuron does to scores: how much each item gains or loses when the neuron is turned up on users. */
import type { Dataset } from "../data/dataset";
import { gatheredRows, type Matrix, type Rows, row, rowsBetween } from "../data/matrix";
import { derivedSeed, sampledRows, seededRandom } from "../data/random";
import { topRows } from "../recommender/ranking";
import type { Recommender, Scorer } from "../recommender/recommender";
import type { Sae } from "../sae/model";
import { standardised } from "../sae/standardise";
import { unwatchedPace } from "./pace";

/** Items that gain or lose, and by how much; the largest change first. */
export interface ScoreEffect {
  /** Over how many users changes are means; null where they are those of all users measured, without rounding by a sample. */
  sampledUsers: number | null;
  /** How many items were looked at; null where it was all. */
  sampledItems: number | null;
  gains: { item: number; change: number }[];
  losses: { item: number; change: number }[];
}

/** Values of items that are gone through between two turns of the event loop. */
const BLOCK_VALUES = 2 ** 20;
const COSINE_USERS = 1_000;
/** A model scores each pair: so many take less time than a person notices. */
const MOST_PAIRS = 2 ** 16;
const LEAST_USERS = 8;
const MOST_MODELLED_ITEMS = 20_000;

/**
 * The edit is `add` in delta mode: x' = x + by * scale(x) * w, w being the neuron's decoder row. So the change of a dot
 * product is by * scale(x) * (w . item), whose mean over users needs their mean scale alone, and that of a cosine is the
 * product of the item's unit vector with the mean change of the users'. A model scores some users before and after.
 */
export class ScoreEffects {
  private meanScale: number | null = null;
  private modelled: Promise<ModelledBefore> | null = null;

  /** @param users embeddings of the users measured */
  constructor(
    private readonly sae: Sae,
    private readonly dataset: Dataset,
    private readonly recommender: Recommender,
    private readonly users: Matrix,
    private readonly seed: number,
  ) {}

  /**
   * @param by added to the neuron's activation on users
   * @param limit how many items of each kind
   */
  async of(neuron: number, by: number, limit: number): Promise<ScoreEffect> {
    const { kind } = this.recommender;
    if (by === 0 || this.users.rows === 0) return { sampledUsers: null, sampledItems: null, gains: [], losses: [] };
    if (kind === "onnx") return this.byModel(neuron, by, limit);
    const { direction, sampledUsers } =
      kind === "dot" ? this.dotDirection(neuron, by) : this.cosineDirection(neuron, by);
    const changes = await productsWith(direction, this.dataset.items.embeddings, kind === "cosine");
    return { sampledUsers, sampledItems: null, ...strongestChanges(changes, limit, (place) => place) };
  }

  private dotDirection(neuron: number, by: number): { direction: Float64Array; sampledUsers: null } {
    this.meanScale ??= meanScaleOf(this.users, this.sae);
    const scale = by * this.meanScale;
    const direction = Float64Array.from(row(this.sae.decoderWeights, neuron), (weight) => scale * weight);
    return { direction, sampledUsers: null };
  }

  private cosineDirection(neuron: number, by: number): { direction: Float64Array; sampledUsers: number } {
    const rows = this.sampled(COSINE_USERS);
    const direction = new Float64Array(this.users.columns);
    for (const user of rows) {
      const x = row(this.users, user);
      const before = unit(x);
      const after = unit(turnedUp(this.sae, x, neuron, by));
      for (let c = 0; c < direction.length; c++) direction[c] += (after[c] - before[c]) / rows.length;
    }
    return { direction, sampledUsers: rows.length };
  }

  private async byModel(neuron: number, by: number, limit: number): Promise<ScoreEffect> {
    this.modelled ??= this.modelledBefore();
    const { scorer, items, users, before } = await this.modelled;
    const after = await meanScores(scorer, users, (x) => turnedUp(this.sae, x, neuron, by));
    const changes = after.map((score, place) => score - before[place]);
    const sampledItems = items.length < this.dataset.items.embeddings.rows ? items.length : null;
    return { sampledUsers: users.length, sampledItems, ...strongestChanges(changes, limit, (place) => items[place]) };
  }

  private async modelledBefore(): Promise<ModelledBefore> {
    const { embeddings } = this.dataset.items;
    const items = sampledRows(embeddings.rows, MOST_MODELLED_ITEMS, derivedSeed(this.seed, "items of effects"));
    const scorer = this.recommender.scorer({
      embeddings: items.length === embeddings.rows ? embeddings : gatheredRows(embeddings, items),
      bias: null,
    });
    const most = Math.max(LEAST_USERS, Math.floor(MOST_PAIRS / Math.max(1, items.length)));
    const users = Array.from(this.sampled(most), (user) => row(this.users, user));
    return { scorer, items, users, before: await meanScores(scorer, users, (x) => x) };
  }

  /** Rows of `users`, at most so many. */
  private sampled(most: number): Uint32Array {
    const rows = Uint32Array.from({ length: this.users.rows }, (_, user) => user);
    return seededRandom(derivedSeed(this.seed, "users of effects")).shuffle(rows).slice(0, most);
  }
}

interface ModelledBefore {
  scorer: Scorer;
  /** Rows of the items scored. */
  items: Uint32Array;
  users: Float32Array[];
  /** Mean score of each of the items. */
  before: Float64Array;
}

/** x' of a row on which a neuron is turned up. */
function turnedUp(sae: Sae, x: ArrayLike<number>, neuron: number, by: number): Float64Array {
  const { scale } = standardised(x, sae.normalisation);
  const weights = row(sae.decoderWeights, neuron);
  return Float64Array.from(x, (value, c) => value + by * scale * weights[c]);
}

function meanScaleOf(users: Matrix, { normalisation }: Sae): number {
  let sum = 0;
  for (let user = 0; user < users.rows; user++) sum += standardised(row(users, user), normalisation).scale;
  return sum / users.rows;
}

async function meanScores(
  scorer: Scorer,
  users: Float32Array[],
  changed: (x: Float32Array) => ArrayLike<number>,
): Promise<Float64Array> {
  const pace = unwatchedPace();
  let mean = new Float64Array(0);
  for (const [place, x] of users.entries()) {
    const scores = await scorer.scoreItems(changed(x), 0);
    if (place === 0) mean = new Float64Array(scores.length);
    for (let item = 0; item < scores.length; item++) mean[item] += scores[item] / users.length;
    await pace(place / users.length);
  }
  return mean;
}

/** Product of a direction with each item, or with each item's unit vector. */
async function productsWith(direction: Float64Array, items: Rows, unitItems: boolean): Promise<Float64Array> {
  const products = new Float64Array(items.rows);
  const size = Math.max(1, Math.floor(BLOCK_VALUES / items.columns));
  const pace = unwatchedPace();
  for (let start = 0; start < items.rows; start += size) {
    const { rows, columns, values } = rowsBetween(items, start, Math.min(items.rows, start + size));
    for (let r = 0; r < rows; r++) {
      let product = 0;
      let squares = 0;
      for (let c = 0, at = r * columns; c < columns; c++, at++) {
        product += direction[c] * values[at];
        squares += values[at] * values[at];
      }
      products[start + r] = unitItems ? (squares === 0 ? 0 : product / Math.sqrt(squares)) : product;
    }
    await pace(start / items.rows);
  }
  return products;
}

function strongestChanges(
  changes: Float64Array,
  limit: number,
  itemAt: (place: number) => number,
): Pick<ScoreEffect, "gains" | "losses"> {
  const listed = (places: Uint32Array) =>
    Array.from(places, (place) => ({ item: itemAt(place), change: changes[place] }));
  return {
    gains: listed(topRows(changes, limit)).filter(({ change }) => change > 0),
    losses: listed(
      topRows(
        changes.map((change) => -change),
        limit,
      ),
    ).filter(({ change }) => change < 0),
  };
}

function unit(x: ArrayLike<number>): Float64Array {
  let squares = 0;
  for (let c = 0; c < x.length; c++) squares += x[c] * x[c];
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  return Float64Array.from(x, (value) => value * scale);
}
