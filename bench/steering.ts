/** Steering on MovieLens 1M: what the paper's edits reach and cost, in delta mode and in the paper's, and how long it takes. */
import { join } from "node:path";
import { itemsOfUser, titleOf } from "../src/data/dataset";
import { derivedSeed, seededRandom } from "../src/data/random";
import { Project } from "../src/engine/project";
import type { Effect, FoundDose } from "../src/protocol/effect";
import { EMPTY_RECIPE, type Recipe, type SteeringMode } from "../src/protocol/steering";
import { topRows } from "../src/recommender/ranking";
import { meanEstimates } from "../src/sae/bootstrap";
import { heldOutUsers } from "../src/sae/training-set";
import { comparedCohort, measuredCohort } from "../src/steering/cohort";
import type { SteeringContext } from "../src/steering/context";
import { measureEffect } from "../src/steering/effect";
import { findDose } from "../src/steering/find-dose";
import { steeringPlan } from "../src/steering/plan";
import { resolvedRule } from "../src/steering/resolve";
import { inMovieLensFolder, recprism, writeMovieLensProject } from "./movielens-folder";
import { type Measurement, printTable, quantile } from "./table";

const K = 30;
const COHORT = 20;
const MODES: SteeringMode[] = ["delta", "reconstruct"];
const pace = async () => {};

export async function benchSteering(data: string): Promise<void> {
  const measurements: Measurement[] = [];
  await inMovieLensFolder(data, async (folder) => {
    const onMf = async (context: SteeringContext, name: string) => [
      ...(await paperEdits(context, name)),
      ...(await exposure(context, name)),
    ];
    measurements.push(
      ...(await withSae(folder, "mf", [], async (context) => [
        ...(await onMf(context, "mf, default")),
        ...(await cohortTime(context, "dot head", 300)),
      ])),
      ...(await withSae(folder, "mf", ["--preset", "paper-mf", "--epochs", "18"], (context) =>
        onMf(context, "mf, paper-mf"),
      )),
      ...(await withSae(folder, "ncf", [], async (context) => [
        ...(await promotionOfItems(context, "ncf, default")),
        ...(await cohortTime(context, "ncf ONNX head", 3_000)),
      ])),
    );
    printTable(`Steering MovieLens 1M: share of the top ${K}, NDCG@20 on held-out films`, measurements);
  });
}

async function withSae(
  folder: string,
  embeddings: "mf" | "ncf",
  options: string[],
  measure: (context: SteeringContext) => Promise<Measurement[]>,
): Promise<Measurement[]> {
  writeMovieLensProject(folder, embeddings);
  recprism(folder, "train", "--restart", ...options);
  const project = await Project.open(join(folder, "recprism.json"), "none");
  try {
    return await measure(project.steering);
  } finally {
    await project.dispose();
  }
}

/** The smallest dose that reaches the paper's shares, in both modes. */
async function paperEdits(context: SteeringContext, name: string): Promise<Measurement[]> {
  return [
    ...(await dosesOf(context, {
      what: `${name}: suppress Horror, its ${COHORT} greatest held-out fans`,
      users: await greatestFans(context, "Horror"),
      neurons: neuronsOf(context, "tag:genres:Horror"),
      share: { atMost: 0.02 },
    })),
    ...(await dosesOf(context, {
      what: `${name}: promote Children's, ${COHORT} held-out users`,
      users: someUsers(context, COHORT),
      // The one that reaches it: more of them cost more.
      neurons: neuronsOf(context, "tag:genres:Children").slice(0, 1),
      share: { atLeast: 0.66 },
    })),
  ];
}

interface Task {
  what: string;
  users: string[];
  neurons: number[];
  share: { atMost: number } | { atLeast: number };
}

async function dosesOf(context: SteeringContext, { what, users, neurons, share }: Task): Promise<Measurement[]> {
  if (neurons.length === 0) return [{ what, measured: "no neuron has this name", budget: null }];
  const found: Record<string, { dose: FoundDose; recipe: Recipe; effect: Effect }> = {};
  // The other mode has to reach what delta reached, for costs are compared at equal effect.
  let goal = share;
  for (const mode of MODES) {
    const recipe = (value: number): Recipe => ({
      ...EMPTY_RECIPE,
      mode,
      audience: { kind: "users", users },
      edits: neurons.map((neuron) => ({ neuron, operation: "set", value })),
    });
    const dose = await findDose(context, recipe(1), neurons, { share: goal }, K, pace);
    const dosed = recipe(dose.strength);
    goal = "atMost" in share ? { atMost: dose.share.value } : { atLeast: dose.share.value };
    found[mode] = { dose, recipe: dosed, effect: await measureEffect(context, dosed, K, pace) };
  }
  const { delta, reconstruct } = found;
  const [target] = delta.effect.concepts;
  const limit = "atMost" in share ? `≤${share.atMost}` : `≥${share.atLeast}`;
  return [
    {
      what: `${what} (set to ${delta.dose.strength})`,
      measured: `${figure(target.before.value)} -> ${figure(target.after.value)}, RBO ${figure(delta.effect.rbo?.value)}`,
      budget: { limit, kept: delta.dose.reached },
    },
    await cost(context, delta, reconstruct, figure(reconstruct.effect.concepts[0].after.value)),
  ];
}

/** One children's film pushed towards Romance until its fans have it in their lists, in both modes. */
async function exposure(context: SteeringContext, name: string): Promise<Measurement[]> {
  const what = `${name}: expose a children's film to the ${COHORT} greatest held-out fans of Romance`;
  const neurons = neuronsOf(context, "tag:genres:Romance");
  if (neurons.length === 0) return [{ what, measured: "no neuron has this name", budget: null }];
  const film = childrensFilm(context);
  const users = await greatestFans(context, "Romance");
  const effects: Partial<Record<SteeringMode, { recipe: Recipe; effect: Effect; strength: number }>> = {};
  for (const mode of MODES) {
    for (let strength = 1; strength <= 64; strength++) {
      const recipe: Recipe = {
        ...EMPTY_RECIPE,
        mode,
        audience: { kind: "users", users },
        items: [
          {
            items: { kind: "items", items: [context.dataset.items.ids.at(film)] },
            edits: neurons.map((neuron) => ({ neuron, operation: "set", value: strength })),
          },
        ],
      };
      effects[mode] = { recipe, effect: await measureEffect(context, recipe, K, pace), strength };
      if ((effects[mode].effect.exposure[0].gained?.value ?? 0) >= 0.94) break;
    }
  }
  const { delta, reconstruct } = effects;
  if (!delta || !reconstruct) return [];
  const [seen] = delta.effect.exposure;
  return [
    {
      what: `${what}: ${titleOf(context.dataset.items, film)} (set to ${delta.strength})`,
      measured: `${figure(seen.gained?.value)} of those without it, ${figure(seen.before.value)} -> ${figure(seen.after.value)} of all`,
      budget: { limit: "≥0.94", kept: (seen.gained?.value ?? 0) >= 0.94 },
    },
    await cost(context, delta, reconstruct, figure(reconstruct.effect.exposure[0].gained?.value)),
  ];
}

/** What two recipes that reach the same cost the same users, and the difference with its interval over users. */
async function cost(
  context: SteeringContext,
  delta: { recipe: Recipe; effect: Effect },
  reconstruct: { recipe: Recipe; effect: Effect },
  reached: string,
): Promise<Measurement> {
  const [ours, theirs] = [await ndcgOf(context, delta.recipe), await ndcgOf(context, reconstruct.recipe)];
  const before = ours.before.reduce((sum, value) => sum + value, 0) / ours.before.length;
  const [difference] = meanEstimates(
    [ours.after.map((value, at) => (value - theirs.after[at]) / before)],
    derivedSeed(context.seed, "bootstrap of the bench"),
  );
  return {
    what: "  NDCG@20, with 95% interval",
    measured: `${changeOf(delta.effect.accuracy?.ndcg20Change ?? null)}; less reconstruct's: ${changeOf(difference)}`,
    budget: { limit: "not below reconstruct's", kept: (difference.interval?.[1] ?? difference.value) >= 0 },
    baseline: `reconstruct, same SAE, at ${reached}: ${changeOf(reconstruct.effect.accuracy?.ndcg20Change ?? null)}`,
  };
}

/** NDCG@20 of each user of the recipe's audience who has enough interactions. */
async function ndcgOf(
  context: SteeringContext,
  recipe: Recipe,
): Promise<{ before: Float64Array; after: Float64Array }> {
  const rule = await resolvedRule(context, recipe, recipe.mode);
  const { rows } = measuredCohort(context, rule.members);
  const users = await comparedCohort(context, await steeringPlan(context, [rule]), rows, K, pace);
  const measured = users.filter(({ before }) => before.accuracy !== null);
  return {
    before: Float64Array.from(measured, ({ before }) => before.accuracy!.ndcg20),
    after: Float64Array.from(measured, ({ after }) => after.accuracy!.ndcg20),
  };
}

/** Of an edit that is tried on every neuron that may do. */
const PROBE = 8;

/**
 * Children's films pushed towards what sells: the neuron that does most is found by trying. Users and items of a neural
 * head do not share their directions as those of a dot product do, so that edits of users reach little.
 */
async function promotionOfItems(context: SteeringContext, name: string): Promise<Measurement[]> {
  const audience = { kind: "users" as const, users: someUsers(context, COHORT) };
  const concept = "tag:genres:Children";
  const recipe = (neuron: number, value: number): Recipe => ({
    ...EMPTY_RECIPE,
    audience,
    items: [
      { items: { kind: "tag", column: "genres", tag: "Children" }, edits: [{ neuron, operation: "add", value }] },
    ],
  });
  let best = { neuron: -1, share: -1 };
  for (const neuron of [...neuronsOf(context, "popularity:head"), ...neuronsOf(context, concept)]) {
    const effect = await measureEffect(context, recipe(neuron, PROBE), K, pace);
    const share = effect.concepts.find((one) => one.concept === concept)?.after.value ?? 0;
    if (share > best.share) best = { neuron, share };
  }
  const goal = { concept, share: { atLeast: 0.79 } };
  const { reached, share, strength, ndcg20Change, tried } = await findDose(
    context,
    recipe(best.neuron, 1),
    [best.neuron],
    goal,
    K,
    pace,
  );
  const before = tried.find((trial) => trial.strength === 0)?.share;
  return [
    {
      what: `${name}: promote Children's, ${COHORT} held-out users, by adding ${strength} to neuron ${best.neuron} of its films`,
      measured: `${figure(before)} -> ${figure(share.value)}, NDCG@20 ${changeOf(ndcg20Change)}`,
      budget: { limit: "≥0.79", kept: reached },
    },
  ];
}

const MOVES = 12;

/** A cohort of 1,000, measured again and again with another strength, as a slider does that comes to rest. */
async function cohortTime(context: SteeringContext, head: string, budget: number): Promise<Measurement[]> {
  const users = someUsers(context, 1_000);
  const times: number[] = [];
  for (let move = 0; move < MOVES; move++) {
    const started = performance.now();
    const edits = [{ neuron: 0, operation: "set" as const, value: move / 2 }];
    await measureEffect(context, { ...EMPTY_RECIPE, audience: { kind: "users", users }, edits }, K, pace);
    times.push(performance.now() - started);
  }
  const [first, ...later] = times;
  const median = quantile(later, 0.5);
  return [
    {
      what: `effect on 1,000 users, ${context.dataset.items.ids.length.toLocaleString("en")} items, ${head}, median`,
      measured: `${median.toFixed(0)} ms`,
      budget: { limit: `${budget} ms`, kept: median <= budget },
      baseline: `the first, which also finds the lists before: ${first.toFixed(0)} ms`,
    },
  ];
}

function neuronsOf({ labels }: SteeringContext, concept: string): number[] {
  return labels.flatMap(({ neuron, evidence }) => (evidence?.concept === concept ? [neuron] : []));
}

/** Held-out users whose lists hold most of a genre. */
async function greatestFans(context: SteeringContext, genre: string): Promise<string[]> {
  const { dataset } = context;
  const genres = dataset.items.tags[0].values;
  const shares: { user: number; share: number }[] = [];
  for (const user of heldOutUsers(dataset.users.ids.length, context.seed)) {
    const list = topRows(await context.scoresBefore(user), K, itemsOfUser(dataset.interactions, user));
    shares.push({ user, share: list.filter((item) => genres[item].includes(genre)).length });
  }
  shares.sort((a, b) => b.share - a.share || a.user - b.user);
  return shares.slice(0, COHORT).map(({ user }) => dataset.users.ids.at(user));
}

/** Held-out users at random; others too where there are not as many. */
function someUsers({ dataset, seed }: SteeringContext, count: number): string[] {
  const held = heldOutUsers(dataset.users.ids.length, seed);
  const among = held.length >= count ? held : Uint32Array.from(dataset.users.ids, (_, user) => user);
  const order = seededRandom(derivedSeed(seed, "users of the bench")).shuffle(among.slice());
  return Array.from(order.subarray(0, count), (user) => dataset.users.ids.at(user));
}

/** The children's film with the most interactions that is no romance. */
function childrensFilm({ dataset, interactionsOfItems }: SteeringContext): number {
  const genres = dataset.items.tags[0].values;
  const films = Array.from(genres.keys()).filter(
    (item) => genres[item].includes("Children") && !genres[item].includes("Romance"),
  );
  return films.reduce((a, b) => ((interactionsOfItems?.[b] ?? 0) > (interactionsOfItems?.[a] ?? 0) ? b : a));
}

function figure(share: number | null | undefined): string {
  return share === null || share === undefined ? "-" : share.toFixed(3);
}

function changeOf(change: Effect["rbo"]): string {
  if (change === null) return "-";
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  return `${percent(change.value)} (${change.interval?.map(percent).join(" to ") ?? "-"})`;
}
