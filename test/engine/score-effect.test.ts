import { describe, expect, it } from "vitest";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { ScoreEffects } from "../../src/engine/score-effect";
import { cosineRecommender, dotRecommender } from "../../src/recommender/dot-and-cosine";
import type { Recommender, Scorer } from "../../src/recommender/recommender";
import type { Sae } from "../../src/sae/model";
import { steeredVector } from "../../src/steering/steer";
import { type DatasetInMemory, randomDataset, randomSae } from "../sae/fixtures";

const ITEMS = 40;
const USERS = 30;
const BY = 1.75;
const NEURON = 3;

const normalisations = ["none", "layer", "norm"] as const;

/** Mean over users of what the edit does to the scorer's score of each item. */
async function meanChange(sae: Sae, users: Matrix, scorer: Scorer): Promise<number[]> {
  const change = new Array<number>(ITEMS).fill(0);
  for (let user = 0; user < users.rows; user++) {
    const x = row(users, user);
    const before = await scorer.scoreItems(x, user);
    const edit = { neuron: NEURON, operation: "add", value: BY } as const;
    const after = await scorer.scoreItems(steeredVector(sae, x, [edit], "delta"), user);
    for (let item = 0; item < ITEMS; item++) change[item] += (after[item] - before[item]) / users.rows;
  }
  return change;
}

function withBiases(dataset: DatasetInMemory): DatasetInMemory {
  const bias = (rows: number) => Float32Array.from({ length: rows }, (_, r) => r / 7);
  return {
    ...dataset,
    users: { ...dataset.users, bias: bias(USERS) },
    items: { ...dataset.items, bias: bias(ITEMS) },
  };
}

/** Scores by a formula that is not linear, as a model does. */
function modelOf(scored: { pairs: number }): Recommender {
  return {
    ...dotRecommender({ bias: null }),
    kind: "onnx",
    scorer: ({ embeddings }) => ({
      scoreVectors: () => Promise.reject(new Error("not asked for")),
      async scoreItems(user) {
        scored.pairs += embeddings.rows;
        const { scoreItems } = dotRecommender({ bias: null }).scorer({ embeddings, bias: null });
        return (await scoreItems(user, 0)).map((score) => 1 / (1 + Math.exp(-score)));
      },
    }),
  };
}

describe("the effect of turning a neuron up", () => {
  for (const normalisation of normalisations) {
    const sae = randomSae(6, 8, 1, { normalisation });
    const dataset = withBiases(randomDataset(USERS, ITEMS, 6));
    const { users, items } = dataset;

    for (const kind of ["dot", "cosine", "onnx"] as const) {
      it(`is what the edit does to ${kind} scores, normalisation ${normalisation}`, async () => {
        const recommender = {
          dot: () => dotRecommender(users),
          cosine: () => cosineRecommender(users),
          onnx: () => modelOf({ pairs: 0 }),
        }[kind]();
        const changes = await meanChange(sae, users.embeddings, recommender.scorer(items));
        const effects = new ScoreEffects(sae, dataset, recommender, users.embeddings, 1);
        const { gains, losses, sampledUsers } = await effects.of(NEURON, BY, ITEMS);
        expect(sampledUsers).toBe(kind === "dot" ? null : USERS);
        expect(gains.length + losses.length).toBe(ITEMS);
        for (const { item, change } of [...gains, ...losses])
          expect(Math.abs(change - changes[item])).toBeLessThan(1e-5);
        const order = [...changes.keys()].sort((a, b) => changes[b] - changes[a]);
        expect(gains.map(({ item }) => item)).toEqual(order.filter((item) => changes[item] > 0));
        expect(losses.map(({ item }) => item)).toEqual(order.filter((item) => changes[item] < 0).reverse());
      });
    }
  }

  it("lists as many items as are asked for, and none that gains among those that lose", async () => {
    const sae = randomSae(6, 8);
    const dataset = randomDataset(USERS, ITEMS, 6);
    const weights = row(sae.decoderWeights, NEURON);
    for (let item = 0; item < ITEMS; item++) {
      dataset.items.embeddings.values.set(
        weights.map((weight) => weight * (1 + item)),
        item * 6,
      );
    }
    const effects = new ScoreEffects(sae, dataset, dotRecommender(dataset.users), dataset.users.embeddings, 1);
    const { gains, losses } = await effects.of(NEURON, BY, 3);
    expect(gains.map(({ item }) => item)).toEqual([39, 38, 37]);
    expect(losses).toEqual([]);
    expect(await effects.of(NEURON, 0, 3)).toEqual({ sampledUsers: null, sampledItems: null, gains: [], losses: [] });
  });

  it("asks a model once for the scores before, and of a sample of a large catalogue", async () => {
    const sae = randomSae(6, 8);
    const dataset = randomDataset(USERS, ITEMS, 6);
    const many = matrix(
      30_000,
      6,
      new Float32Array(180_000).map((_, place) => Math.sin(place)),
    );
    const large = { ...dataset, items: { ...dataset.items, embeddings: many } };
    const scored = { pairs: 0 };
    const effects = new ScoreEffects(sae, large, modelOf(scored), dataset.users.embeddings, 1);
    const { gains, sampledUsers, sampledItems } = await effects.of(0, BY, 5);
    expect([sampledUsers, sampledItems, gains.length]).toEqual([8, 20_000, 5]);
    expect(scored.pairs).toBe(2 * 8 * 20_000);
    await effects.of(1, BY, 5);
    expect(scored.pairs).toBe(3 * 8 * 20_000);
  });
});
