/** Steering on MovieLens 1M: what the paper's edits reach and cost, in delta mode and in the paper's, and how long it takes. */
import { join } from "node:path";
import { itemsOfUser, titleOf } from "../src/data/dataset";
import { derivedSeed, seededRandom } from "../src/data/random";
import { Project } from "../src/engine/project";
import type { Effect, FoundDose } from "../src/protocol/effect";
import { EMPTY_RECIPE, type Recipe, type SteeringMode } from "../src/protocol/steering";
import { topRows } from "../src/recommender/ranking";
import { heldOutUsers } from "../src/sae/training-set";
import type { SteeringContext } from "../src/steering/context";
import { measureEffect } from "../src/steering/effect";
import { findDose } from "../src/steering/find-dose";
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
  const found: Record<string, { dose: FoundDose; effect: Effect }> = {};
  for (const mode of MODES) {
    const recipe = (value: number): Recipe => ({
      ...EMPTY_RECIPE,
      mode,
      audience: { kind: "users", users },
      edits: neurons.map((neuron) => ({ neuron, operation: "set", value })),
    });
    const dose = await findDose(context, recipe(1), neurons, { share }, K, pace);
    found[mode] = { dose, effect: await measureEffect(context, recipe(dose.strength), K, pace) };
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
    cost(delta.effect, reconstruct.effect, figure(reconstruct.effect.concepts[0].after.value)),
  ];
}

/** One children's film pushed towards Romance until its fans have it in their lists, in both modes. */
async function exposure(context: SteeringContext, name: string): Promise<Measurement[]> {
  const what = `${name}: expose a children's film to the ${COHORT} greatest held-out fans of Romance`;
  const neurons = neuronsOf(context, "tag:genres:Romance");
  if (neurons.length === 0) return [{ what, measured: "no neuron has this name", budget: null }];
  const film = childrensFilm(context);
  const users = await greatestFans(context, "Romance");
  const effects: Partial<Record<SteeringMode, { effect: Effect; strength: number }>> = {};
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
      effects[mode] = { effect: await measureEffect(context, recipe, K, pace), strength };
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
    cost(delta.effect, reconstruct.effect, figure(reconstruct.effect.exposure[0].gained?.value)),
  ];
}

/** @param reached by the other mode, to show that effects are alike */
function cost(delta: Effect, reconstruct: Effect, reached: string): Measurement {
  const [ours, theirs] = [delta, reconstruct].map(({ accuracy }) => accuracy?.ndcg20Change ?? null);
  return {
    what: "  NDCG@20, with 95% interval",
    measured: changeOf(ours),
    budget: { limit: "no more than reconstruct", kept: (ours?.value ?? Number.NaN) >= (theirs?.value ?? Number.NaN) },
    baseline: `reconstruct, same SAE, at ${reached}: ${changeOf(theirs)}`,
  };
}

/**
 * Children's films pushed towards what sells. Users and items of a neural head do not share their directions as those of a
 * dot product do: what a neuron is on items need not raise these items when users are edited.
 */
async function promotionOfItems(context: SteeringContext, name: string): Promise<Measurement[]> {
  const users = someUsers(context, COHORT);
  const rows: Measurement[] = [];
  for (const neuron of neuronsOf(context, "popularity:head").concat(neuronsOf(context, "tag:genres:Children"))) {
    const recipe: Recipe = {
      ...EMPTY_RECIPE,
      audience: { kind: "users", users },
      items: [
        { items: { kind: "tag", column: "genres", tag: "Children" }, edits: [{ neuron, operation: "add", value: 1 }] },
      ],
    };
    const goal = { concept: "tag:genres:Children", share: { atLeast: 0.79 } };
    const { reached, share, strength, ndcg20Change, tried } = await findDose(context, recipe, [neuron], goal, K, pace);
    const before = tried.find((trial) => trial.strength === 0)?.share;
    rows.push({
      what: `${name}: promote Children's, ${COHORT} held-out users, by adding ${strength} to neuron ${neuron} of its films`,
      measured: `${figure(before)} -> ${figure(share.value)}, NDCG@20 ${changeOf(ndcg20Change)}`,
      budget: { limit: "≥0.79 by one neuron", kept: reached },
    });
  }
  // One that reaches it is enough; the dearest are left out.
  return rows
    .filter(({ budget }) => budget?.kept)
    .slice(0, 2)
    .concat(rows.every(({ budget }) => !budget?.kept) ? rows : []);
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
