/** What ships is what was seen: 500 users x 3 recipes in every language, lists identical to the preview's. */
import { cpSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatedCode } from "../../src/codegen/generate";
import { sidecarOf } from "../../src/codegen/sidecar";
import type { Dataset } from "../../src/data/dataset";
import { loadDataset } from "../../src/data/load";
import { seededRandom } from "../../src/data/random";
import { runOnnx } from "../../src/engine/run-onnx";
import { pythonWithNumpy, runPython } from "../../src/engine/run-python";
import { runTypescript } from "../../src/engine/run-typescript";
import { questionsOf, verifiedCode } from "../../src/engine/verify-code";
import type { Verification } from "../../src/protocol/engine";
import { cosineRecommender, dotRecommender } from "../../src/recommender/dot-and-cosine";
import { openHead } from "../../src/recommender/onnx-head";
import { openRecommender } from "../../src/recommender/open-recommender";
import type { Recommender } from "../../src/recommender/recommender";
import { headModel, initialHead } from "../../src/recommender/training/head-graph";
import { type SteeringContext, steeringContext } from "../../src/steering/context";
import { scratchFolder } from "../data/scratch";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { type SaeVariant, variantName } from "../sae/fixtures";
import { randomProject } from "../steering/random-project";
import { type CodeRecipe, threeRecipes, usersOf } from "./recipes";

const USERS = 500;
const python = await pythonWithNumpy();
const needsPython = python === null ? " (SKIPPED: no python3 with NumPy)" : "";
const unhurried = async () => {};

/** Doubles alone differ by rounding; models score in float32. */
const CLOSEST = { dot: 1e-9, cosine: 1e-9, onnx: 1e-6 };

/** d x m of an SAE whose weights stand in the code, and of one whose weights lie beside it. */
const SIZES = { inline: { dimensions: 16, latents: 24 }, beside: { dimensions: 20, latents: 280 } };

interface Design {
  variant: SaeVariant;
  recommender: Recommender["kind"];
  size: keyof typeof SIZES;
}

const DESIGNS: Design[] = [
  { variant: { activation: "relu", normalisation: "layer", tied: true }, recommender: "dot", size: "inline" },
  { variant: { activation: "topk", normalisation: "none", tied: false }, recommender: "cosine", size: "beside" },
  { variant: { activation: "jumprelu", normalisation: "norm", tied: true }, recommender: "dot", size: "beside" },
  { variant: { activation: "relu", normalisation: "none", tied: false }, recommender: "cosine", size: "inline" },
  { variant: { activation: "topk", normalisation: "layer", tied: true }, recommender: "onnx", size: "beside" },
  { variant: { activation: "jumprelu", normalisation: "layer", tied: false }, recommender: "onnx", size: "inline" },
];

describe.each(DESIGNS.map((design) => [titleOf(design), design] as const))(
  "500 users, %s",
  { timeout: 60_000 },
  (_, design) => {
    let context: SteeringContext;
    let recipes: CodeRecipe[];

    beforeAll(async () => {
      const seed = DESIGNS.indexOf(design);
      const shape = { users: USERS, items: 300, biased: seed % 2 === 0, ...SIZES[design.size], ...design.variant };
      const { sae, dataset } = randomProject(seed, shape);
      context = contextOf(sae, dataset, await recommenderOf(design, dataset));
      recipes = threeRecipes(context);
    });
    afterAll(() => context.recommender.release());

    it("puts weights where they belong", () => {
      const [, , reconstructed] = recipes;
      expect(sidecarOf(reconstructed.input, "steer.py", "npz") !== null).toBe(design.size === "beside");
    });

    verifies(() => ({ context, recipes, users: USERS }));
  },
);

describe.skipIf(!hasMovieLens)(`MovieLens 1M${needsMovieLens}`, { timeout: 300_000 }, () => {
  describe.each([
    { embeddings: "mf", users: USERS },
    { embeddings: "ncf", users: 40 },
  ])("$users users, embeddings $embeddings", ({ embeddings, users }) => {
    let context: SteeringContext;
    let recipes: CodeRecipe[];

    beforeAll(async () => {
      const folder = await scratchFolder();
      for (const name of ["interactions.csv", `embeddings/${embeddings}`]) {
        cpSync(join(MOVIELENS_1M, name), join(folder, name), { recursive: true });
      }
      await writeFile(join(folder, "recprism.json"), JSON.stringify(movieLensManifest(embeddings)));
      const dataset = await loadDataset(join(folder, "recprism.json"));
      // Parity is about arithmetic: an SAE that was never trained serves as well.
      const { sae } = randomProject(7, { users: 1, items: 1, dimensions: 20, latents: 22 });
      context = contextOf(sae, dataset, await openRecommender(dataset));
      recipes = threeRecipes(context);
    });
    afterAll(() => context.recommender.release());

    verifies(() => ({ context, recipes, users }));
  });
});

function verifies(given: () => { context: SteeringContext; recipes: CodeRecipe[]; users: number }): void {
  const expectSame = (language: string, { context, users }: ReturnType<typeof given>, verification: Verification) => {
    expect(verification, language).toMatchObject({ passed: true, users, identical: users });
    expect(verification.largestDifference).toBeLessThan(CLOSEST[context.recommender.kind]);
  };

  it("TypeScript gives the preview's lists", async () => {
    const of = given();
    for (const { rules, input } of of.recipes) {
      const run = runTypescript(input, sidecarOf(input, "steer.ts", "safetensors"));
      const questions = questionsOf(of.context, rules, usersOf(of.context, of.users));
      expectSame("TypeScript", of, await verifiedCode("TypeScript", run, questions, unhurried));
    }
  });

  it("ONNX gives the preview's lists", async () => {
    const of = given();
    for (const { rules, input } of of.recipes) {
      const run = runOnnx(input, generatedCode(input, "onnx", "steer.onnx").files);
      const questions = questionsOf(of.context, rules, usersOf(of.context, of.users));
      expectSame("ONNX", of, await verifiedCode("ONNX", run, questions, unhurried));
    }
  });

  it.skipIf(python === null)(`Python gives the preview's lists${needsPython}`, async () => {
    const of = given();
    for (const { rules, input } of of.recipes) {
      const run = runPython(python!, input, generatedCode(input, "python", "steer.py").files);
      const questions = questionsOf(of.context, rules, usersOf(of.context, of.users));
      expectSame("Python", of, await verifiedCode("Python", run, questions, unhurried));
    }
  });
}

function titleOf({ variant, recommender, size }: Design): string {
  return `${variantName(variant)}, ${recommender}, weights ${size}`;
}

function contextOf(sae: SteeringContext["sae"], dataset: Dataset, recommender: Recommender): SteeringContext {
  return steeringContext({
    dataset,
    sae,
    recommender,
    labels: [],
    concepts: [],
    seed: 1,
    usersWhere: async () => new Uint32Array(0),
  });
}

async function recommenderOf({ recommender }: Design, dataset: Dataset): Promise<Recommender> {
  if (recommender === "dot") return dotRecommender(dataset.users);
  if (recommender === "cosine") return cosineRecommender(dataset.users);
  const { users, items } = dataset;
  const { columns } = items.embeddings;
  const folder = await scratchFolder();
  await writeFile(join(folder, "head.onnx"), headModel(columns, initialHead(columns, seededRandom(5))));
  return openHead({ kind: "onnx", model: "head.onnx" }, folder, {
    users: users.embeddings,
    items: items.embeddings,
  });
}

function movieLensManifest(embeddings: string): object {
  const ids = { rule: "row-number", first: 1 };
  const biases = embeddings === "mf";
  return {
    version: 1,
    name: "MovieLens 1M",
    items: {
      embeddings: `embeddings/${embeddings}/items.npy`,
      ids,
      ...(biases ? { bias: "embeddings/mf/item_bias.npy" } : {}),
    },
    users: {
      embeddings: `embeddings/${embeddings}/users.npy`,
      ids,
      ...(biases ? { bias: "embeddings/mf/user_bias.npy" } : {}),
    },
    interactions: { table: "interactions.csv", user: "uid", item: "iid" },
    recommender: embeddings === "ncf" ? { kind: "onnx", model: "embeddings/ncf/head.onnx" } : { kind: "dot" },
  };
}
