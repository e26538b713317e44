/** Auto-dose: the smallest edit that brings a concept's share to a goal, at a cost that may be paid. */

import { conceptOfKey } from "../concepts/concept-by-key";
import type { Estimate } from "../protocol/artifact";
import type { DoseGoal, FoundDose } from "../protocol/effect";
import { RecPrismError } from "../protocol/error";
import type { Recipe } from "../protocol/steering";
import { ConceptShare } from "./concepts-of-items";
import type { Pace, SteeringContext } from "./context";
import { type Dosing, dosing, listsAt } from "./dose";
import { accuracyOf } from "./effect";
import { percent } from "./figures";
import { shareAfter } from "./share-effects";

/** The first dose tried is such a part of the largest activation; every next is twice the one before. */
const FIRST = 1 / 32;
const DOUBLINGS = 10;
/** Of the interval that holds the dose. */
const HALVINGS = 7;
const DECIMALS = 2;
/** Measurements, at most: up both ways, down, the rounded dose, and down again for the budget. */
const MOST_TRIALS = 2 * DOUBLINGS + 2 * HALVINGS + 4;

interface Trial {
  strength: number;
  share: Estimate;
  ndcg20Change: Estimate | null;
}

/**
 * The share is followed outwards from where the edit changes nothing, doubling, until the goal is reached, and the first
 * dose that reaches it is found by bisection. If that costs more than allowed, the strongest dose within the budget is
 * found by bisection too, and told with what it misses. Both take for granted that more dose has more effect and more
 * cost; what was measured is all in `tried`.
 *
 * @throws RecPrismError "config-invalid" for a goal without a concept or out of range, "not-found" for one that is not
 *   there, "cancelled"
 */
export async function findDose(
  context: SteeringContext,
  recipe: Recipe,
  neurons: readonly number[],
  goal: DoseGoal,
  k: number,
  pace: Pace,
  signal?: AbortSignal,
): Promise<FoundDose> {
  checkGoal(goal);
  const of = await dosing(context, recipe, neurons, MOST_TRIALS / 4, signal);
  const concept = goalConcept(context, of, goal);
  if (of.cohort.rows.length === 0) {
    throw new RecPrismError("not-found", "Nobody is in this audience, so that no dose can be found. Choose another.", {
      key: "audience",
    });
  }
  const trials = new Trials(context, of, concept, k, pace);
  const search = new DoseSearch(of, goal, trials);
  const found = await search.run();
  const { operation } = of;
  const ordered = trials.all.sort((a, b) => a.strength - b.strength);
  return {
    ...found,
    operation,
    neurons: [...neurons],
    concept: { concept: concept.key, label: concept.label },
    tried: ordered.map(({ strength, share, ndcg20Change }) => ({
      strength,
      share: share.value,
      ndcg20Change: ndcg20Change?.value ?? null,
    })),
    message: messageOf(found, concept.label, goal, k),
  };
}

class Trials {
  readonly all: Trial[] = [];
  private readonly share: ConceptShare;

  constructor(
    private readonly context: SteeringContext,
    private readonly of: Dosing,
    concept: ConceptShare["concept"],
    private readonly k: number,
    private readonly pace: Pace,
  ) {
    this.share = new ConceptShare(concept, context.dataset.items.ids.length);
  }

  async at(strength: number): Promise<Trial> {
    const known = this.all.find((trial) => trial.strength === strength);
    if (known !== undefined) return known;
    const done = this.all.length;
    const users = await listsAt(this.context, this.of, strength, this.k, (share) =>
      this.pace(Math.min(1, (done + share) / MOST_TRIALS)),
    );
    if (users.length === 0) {
      throw new RecPrismError("not-found", "Nobody in this audience has a list: they have seen every item.", {
        key: "audience",
      });
    }
    const share = shareAfter(this.context, this.share, users);
    const ndcg20Change = accuracyOf(users, this.context.seed)?.ndcg20Change ?? null;
    const trial = { strength, share, ndcg20Change };
    this.all.push(trial);
    return trial;
  }
}

type Found = Pick<FoundDose, "reached" | "strength" | "share" | "ndcg20Change" | "missedBy">;

class DoseSearch {
  constructor(
    private readonly of: Dosing,
    private readonly goal: DoseGoal,
    private readonly trials: Trials,
  ) {}

  async run(): Promise<Found> {
    const { neutral } = this.of;
    // For `set`, users differ in what changes nothing: the edit is at work already where it changes nothing on average.
    const start = await this.trials.at(rounded(neutral, 0));
    if (this.missed(start) <= 0) return this.outcome(start, true);
    const outwards = await this.outwards();
    if (outwards === null) return this.outcome(this.best(), false);
    const first = await this.firstReaching(outwards.below, outwards.reaching);
    if (this.isAffordable(first)) return this.outcome(first, true);
    return this.outcome(await this.dearestAffordable(start, first), false);
  }

  /** By how much the share misses the goal; at most 0 where it is reached. */
  private missed({ share: { value } }: Trial): number {
    const { share } = this.goal;
    return "atMost" in share ? value - share.atMost : share.atLeast - value;
  }

  private isAffordable({ ndcg20Change }: Trial): boolean {
    const { ndcgLoss } = this.goal;
    return ndcgLoss === undefined || ndcg20Change === null || -ndcg20Change.value <= ndcgLoss;
  }

  /** Doubles the dose until the goal is reached: downwards first where less is wanted, and the other way if that fails. */
  private async outwards(): Promise<{ below: Trial; reaching: Trial } | null> {
    const first = "atMost" in this.goal.share ? -1 : 1;
    for (const direction of [first, -first]) {
      let below = await this.trials.at(rounded(this.of.neutral, 0));
      for (let doubling = 0; doubling < DOUBLINGS; doubling++) {
        const trial = await this.trials.at(this.strength(direction * this.unit * 2 ** doubling));
        if (this.missed(trial) <= 0) return { below, reaching: trial };
        below = trial;
      }
    }
    return null;
  }

  private async firstReaching(below: Trial, reaching: Trial): Promise<Trial> {
    let [low, high] = [below, reaching];
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = await this.trials.at(this.strength((low.strength + high.strength) / 2 - this.of.neutral));
      if (middle.strength === low.strength || middle.strength === high.strength) break;
      if (this.missed(middle) <= 0) high = middle;
      else low = middle;
    }
    return high;
  }

  private async dearestAffordable(start: Trial, tooDear: Trial): Promise<Trial> {
    let [low, high] = [start, tooDear];
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = await this.trials.at(this.strength((low.strength + high.strength) / 2 - this.of.neutral));
      if (middle.strength === low.strength || middle.strength === high.strength) break;
      if (this.isAffordable(middle)) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Of what was tried, what comes nearest within the budget. */
  private best(): Trial {
    const affordable = this.trials.all.filter((trial) => this.isAffordable(trial));
    const among = affordable.length > 0 ? affordable : this.trials.all;
    return among.reduce((a, b) => (this.missed(b) < this.missed(a) ? b : a));
  }

  private outcome(trial: Trial, reached: boolean): Found {
    const { strength, share, ndcg20Change } = trial;
    const affordable = this.isAffordable(trial);
    return { reached: reached && affordable, strength, share, ndcg20Change, missedBy: Math.max(0, this.missed(trial)) };
  }

  private get unit(): number {
    return FIRST * (this.of.operation === "scale" ? 1 : Math.max(1, this.of.largest));
  }

  /** @param dose how far from where nothing changes; rounded away from there, so that what was reached stays so */
  private strength(dose: number): number {
    return rounded(this.of.neutral + dose, Math.sign(dose));
  }
}

/** To so many decimals as a person would type, towards `direction`. */
function rounded(strength: number, direction: number): number {
  const scale = 10 ** DECIMALS;
  const scaled = strength * scale;
  // A dose that is round already stays: 1.1 * 100 is a little more than 110.
  const near = Math.round(scaled);
  const whole =
    Math.abs(scaled - near) < 1e-6
      ? near
      : direction > 0
        ? Math.ceil(scaled)
        : direction < 0
          ? Math.floor(scaled)
          : near;
  return whole / scale;
}

function goalConcept(context: SteeringContext, { target, neurons }: Dosing, { concept: key }: DoseGoal) {
  if (key === undefined) {
    if (target !== null) return { ...target.concept, label: target.label };
    throw new RecPrismError(
      "config-invalid",
      `Neuron ${neurons.join(", ")} has no proven concept whose share could be a goal. Choose a concept for the goal.`,
      { key: "goal" },
    );
  }
  if (target?.concept.key === key) return { ...target.concept, label: target.label };
  const concept = conceptOfKey(key, context.concepts, context.dataset.items);
  if (concept !== null) return concept;
  throw new RecPrismError("not-found", `There is no concept ${key} in these data. Choose one of the list.`, {
    key: "goal",
  });
}

function checkGoal({ share, ndcgLoss }: DoseGoal): void {
  const bound = "atMost" in share ? share.atMost : share.atLeast;
  if (!(bound >= 0 && bound <= 1)) {
    throw new RecPrismError("config-invalid", `A share is between 0 and 1 (0% and 100%), not ${bound}.`, {
      key: "goal",
    });
  }
  if (ndcgLoss !== undefined && !(ndcgLoss >= 0 && ndcgLoss <= 1)) {
    throw new RecPrismError("config-invalid", `A loss of NDCG is between 0 and 1 (0% and 100%), not ${ndcgLoss}.`, {
      key: "goal",
    });
  }
}

function messageOf(
  { reached, strength, share, ndcg20Change, missedBy }: Found,
  label: string,
  goal: DoseGoal,
  k: number,
): string {
  const cost = ndcg20Change === null ? "" : `, NDCG@20 ${signedPercent(ndcg20Change.value)}`;
  const got = `${label} is ${percent(share.value)} of the top ${k} at ${strength}${cost}`;
  if (reached) return `${got}.`;
  const wanted =
    "atMost" in goal.share ? `at most ${percent(goal.share.atMost)}` : `at least ${percent(goal.share.atLeast)}`;
  const budget = goal.ndcgLoss === undefined ? "" : ` for at most ${percent(goal.ndcgLoss)} of NDCG@20`;
  const missed = missedBy > 0 ? `: ${percent(missedBy)} ${"atMost" in goal.share ? "too much" : "too little"}` : "";
  return `No dose reaches ${wanted}${budget}. The nearest: ${got}${missed}.`;
}

function signedPercent(share: number): string {
  return `${share > 0 ? "+" : ""}${percent(share)}`;
}
