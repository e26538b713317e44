/** Scores of the whole catalogue under rules: the definition that previews, effects and generated code have to meet. */
import { holds } from "../data/ascending-rows";
import { row } from "../data/matrix";
import { dot } from "../recommender/scorer";
import type { SteeringContext } from "./context";
import { type SteeringPlan, steeringPlan } from "./plan";
import type { ResolvedRule } from "./resolved";
import { type Steered, steered } from "./steer";

export interface SteeredScores {
  /** Of all items, hidden ones too; not to be written to. */
  scores: Float64Array;
  /** Rows of the items that filters hide from the user, ascending. */
  hidden: Uint32Array;
}

export class SteeredCatalogue {
  /** By the rules that they are of. */
  private readonly plans = new Map<string, Promise<SteeringPlan>>();

  constructor(
    private readonly context: SteeringContext,
    private readonly rules: readonly ResolvedRule[],
  ) {}

  /** Of a user with the rules that concern it. */
  async scores(user: number): Promise<SteeredScores> {
    return this.scoresBy(await this.plan(user), user);
  }

  /** As if the user were of the audience of every rule. */
  async scoresAsMember(user: number): Promise<SteeredScores> {
    return this.scoresBy(await this.planAsMember(), user);
  }

  plan(user: number): Promise<SteeringPlan> {
    return this.planOf(this.rules.filter(({ members }) => members === null || holds(members, user)));
  }

  planAsMember(): Promise<SteeringPlan> {
    return this.planOf(this.rules);
  }

  private planOf(rules: readonly ResolvedRule[]): Promise<SteeringPlan> {
    const key = rules.map((rule) => this.rules.indexOf(rule)).join();
    const known = this.plans.get(key);
    if (known !== undefined) return known;
    const plan = steeringPlan(this.context, rules);
    this.plans.set(key, plan);
    return plan;
  }

  private async scoresBy(plan: SteeringPlan, user: number): Promise<SteeredScores> {
    return { scores: await plannedScores(this.context, plan, user), hidden: plan.hidden };
  }
}

/**
 * Scores of all items for a user under a plan; those of before where it changes none of them.
 *
 * @param before scores of the user as it is, where they are known
 * @param scratch of as many values, which may then hold what is returned
 */
export async function plannedScores(
  context: SteeringContext,
  plan: SteeringPlan,
  user: number,
  before?: Float64Array,
  scratch?: Float64Array,
): Promise<Float64Array> {
  if (plan.mode === null) return before ?? context.scoresBefore(user);
  const { dataset, sae, scorer } = context;
  const x = row(dataset.users.embeddings, user);
  const change = steered(sae, x, plan.edits, plan.mode);
  const scores = await catalogueScores(context, change, plan, user, x, before, scratch);
  if (plan.itemEdits.size === 0) return scores;
  const { rows, vectors } = plan.itemVectors();
  const ofEdited = await scorer.scoreVectors(change.vector, user, vectors, rows);
  const all = scores.slice();
  for (const [at, item] of rows.entries()) all[item] = ofEdited[at];
  return all;
}

/** With the items as they are. */
async function catalogueScores(
  context: SteeringContext,
  change: Steered,
  plan: SteeringPlan,
  user: number,
  x: Float32Array,
  before: Float64Array | undefined,
  scratch: Float64Array | undefined,
): Promise<Float64Array> {
  const { recommender, scorer } = context;
  if (plan.mode === "delta") {
    const moved = movedNeurons(change);
    if (moved.length === 0) return before ?? context.scoresBefore(user);
    if (recommender.kind !== "onnx") {
      return linearScores(context, change, moved, user, x, before ?? (await context.scoresBefore(user)), scratch);
    }
  }
  return scorer.scoreItems(change.vector, user);
}

function movedNeurons({ before, after }: Steered): number[] {
  const moved: number[] = [];
  for (let neuron = 0; neuron < before.length; neuron++) if (before[neuron] !== after[neuron]) moved.push(neuron);
  return moved;
}

/**
 * In delta mode x' = x + scale sum_k (z'_k - z_k) w_k, so that a dot product changes by scale sum_k (z'_k - z_k) (w_k . i):
 * O(items) a neuron, whatever the dimensions. A cosine is that over the new length of the user.
 */
async function linearScores(
  context: SteeringContext,
  { before: z, after, scale, vector }: Steered,
  moved: readonly number[],
  user: number,
  x: Float32Array,
  before: Float64Array,
  scratch: Float64Array = new Float64Array(before.length),
): Promise<Float64Array> {
  const { recommender, dataset } = context;
  const scores = scratch;
  scores.set(before);
  const cosine = recommender.kind === "cosine";
  const bias = dataset.items.bias;
  const userBias = dataset.users.bias?.[user] ?? 0;
  const lengthBefore = cosine ? Math.sqrt(dot(x, x)) : 1;
  const lengthAfter = cosine ? Math.sqrt(dot(vector, vector)) : 1;
  if (cosine) {
    for (let item = 0; item < scores.length; item++) {
      scores[item] = (scores[item] - (bias?.[item] ?? 0) - userBias) * lengthBefore;
    }
  }
  for (const neuron of moved) {
    const products = await context.decoderProducts(neuron);
    const by = scale * (after[neuron] - z[neuron]);
    for (let item = 0; item < scores.length; item++) scores[item] += by * products[item];
  }
  if (cosine) {
    const inverse = lengthAfter === 0 ? 0 : 1 / lengthAfter;
    for (let item = 0; item < scores.length; item++) {
      scores[item] = scores[item] * inverse + (bias?.[item] ?? 0) + userBias;
    }
  }
  return scores;
}
