/** How much of the ranking runs through a set of neurons: what lists become when all of them are suppressed. */
import { itemsOfUser } from "../data/dataset";
import { row } from "../data/matrix";
import { derivedSeed, sampledRows, seededRandom } from "../data/random";
import type { Audit } from "../protocol/structure";
import { topRows } from "../recommender/ranking";
import type { Recommender, Scorer } from "../recommender/recommender";
import { meanEstimate } from "../sae/bootstrap";
import type { Sae } from "../sae/model";
import { rankBiasedOverlap } from "../sae/rank-agreement";
import { steeredVector } from "../steering/steer";
import { itemsAmong } from "./measured-rows";
import type { Pace } from "./pace";
import { interactionsAmong, type RankedDataset } from "./ranked-catalogue";

type RankingShare = NonNullable<Audit["attributes"][number]["ranking"]>;

const DEPTH = 30;
/** An interval over so many is a few hundredths wide. */
const MOST_USERS = 100;
/** A larger catalogue is sampled: how a list changes is as plain within a part of it. */
const MOST_ITEMS = 50_000;

/** Lists of sampled users, against which the lists of steered users are held. */
export class SteeredLists {
  private readonly scorer: Scorer;
  /** Of each user, in the order of `users`; found when first needed. */
  private readonly originals = new Map<number, Uint32Array>();

  private constructor(
    private readonly sae: Sae,
    private readonly dataset: RankedDataset,
    recommender: Recommender,
    private readonly users: Uint32Array,
    private readonly seed: number,
  ) {
    this.scorer = recommender.scorer(dataset.items);
  }

  /** @param users rows of the users to rank for, in random order */
  static of(sae: Sae, dataset: RankedDataset, recommender: Recommender, users: Uint32Array, seed: number) {
    return new SteeredLists(sae, fewerItems(dataset, seed), recommender, users.subarray(0, MOST_USERS), seed);
  }

  /**
   * 1 - extrapolated RBO of each user's list with and without the neurons, and, drawn anew for each user, without as many
   * other live neurons: of any live ones where others are too few.
   *
   * @param live neurons active on any row
   * @returns null without neurons, or without a user who has a list
   */
  async shareThrough(neurons: readonly number[], live: readonly number[], pace: Pace): Promise<RankingShare | null> {
    if (neurons.length === 0) return null;
    const named = new Set(neurons);
    const others = live.filter((neuron) => !named.has(neuron));
    const drawnFrom = others.length >= neurons.length ? others : [...live];
    const random = seededRandom(derivedSeed(this.seed, `random neurons ${neurons.length}`));
    const changes: number[] = [];
    const changesOfRandom: number[] = [];
    for (const [index, user] of this.users.entries()) {
      await pace(index / this.users.length);
      const original = await this.original(user);
      if (original.length === 0) continue;
      changes.push(await this.changeWithout(user, neurons, original));
      const drawn = random.shuffle(drawnFrom.slice()).slice(0, neurons.length);
      changesOfRandom.push(await this.changeWithout(user, drawn, original));
    }
    const bootstrap = derivedSeed(this.seed, "bootstrap of audit");
    const change = meanEstimate(changes, bootstrap);
    const changeOfRandom = meanEstimate(changesOfRandom, bootstrap);
    return change && changeOfRandom && { neurons: neurons.length, users: changes.length, change, changeOfRandom };
  }

  private async original(user: number): Promise<Uint32Array> {
    const known = this.originals.get(user);
    if (known !== undefined) return known;
    const list = await this.list(user, row(this.dataset.users.embeddings, user));
    this.originals.set(user, list);
    return list;
  }

  private async changeWithout(user: number, neurons: readonly number[], original: Uint32Array): Promise<number> {
    const edits = neurons.map((neuron) => ({ neuron, operation: "suppress" as const }));
    const vector = steeredVector(this.sae, row(this.dataset.users.embeddings, user), edits, "delta");
    // Equal lists overlap by 1 and a rounding error.
    return Math.max(0, 1 - rankBiasedOverlap(original, await this.list(user, vector)).extrapolated);
  }

  private async list(user: number, vector: ArrayLike<number>): Promise<Uint32Array> {
    const scores = await this.scorer.scoreItems(vector, user);
    return topRows(scores, DEPTH, itemsOfUser(this.dataset.interactions, user));
  }
}

function fewerItems(dataset: RankedDataset, seed: number): RankedDataset {
  const { items, interactions } = dataset;
  const rows = sampledRows(items.embeddings.rows, MOST_ITEMS, derivedSeed(seed, "items of audit"));
  if (rows.length === items.embeddings.rows) return dataset;
  return {
    ...dataset,
    items: itemsAmong(items, rows),
    interactions: interactions && interactionsAmong(interactions, rows, items.embeddings.rows),
  };
}
