/** Training on embeddings that stay in their files: the same weights as from memory, to the bit. */
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset";
import { closeDataset } from "../../src/data/load";
import { matrix, type Rows, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { SaeSettings } from "../../src/protocol/manifest";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { openEvaluator } from "../../src/sae/evaluate";
import { type TrainResult, train } from "../../src/sae/train";
import { centreOf, trainTables } from "../../src/sae/train-tables";
import { countTrainingPairs, trainingPairs } from "../../src/sae/training-set";
import { datasetFromFiles } from "../data/from-files";
import { failure } from "../data/scratch";
import { type DatasetInMemory, randomDataset, randomMatrix } from "./fixtures";
import { completeSettings } from "./settings";

async function run(dataset: Dataset, settings: SaeSettings): Promise<TrainResult> {
  const { users, items } = dataset;
  const recommender = dotRecommender(users);
  const evaluator = await openEvaluator(dataset, recommender, settings.seed);
  const input = {
    users: users.embeddings,
    items: items.embeddings,
    userBias: users.bias,
    itemBias: items.bias,
    recommender,
    pairs: trainingPairs(dataset, settings.seed),
    scoreDeviation: 1,
    settings,
  };
  return train(input, {
    progress: () => {},
    cancelled: () => false,
    checkpoint: async () => {},
    evaluate: (sae) => evaluator.evaluate(sae),
  }).finally(() => evaluator.release());
}

function biased(dataset: DatasetInMemory): DatasetInMemory {
  const random = seededRandom(9);
  const bias = ({ rows }: Rows) => randomMatrix(1, rows, random).values;
  const { users, items } = dataset;
  return {
    ...dataset,
    users: { ...users, bias: bias(users.embeddings) },
    items: { ...items, bias: bias(items.embeddings) },
  };
}

describe("training from files", () => {
  const kinds: Partial<SaeSettings>[] = [
    {},
    { standardisation: "none" },
    { standardisation: "center", tied: false },
    { predictionLoss: "bce", activation: "topk" },
    { revival: "resample", klWeight: 0, l1Weight: 3, learningRate: 0.05 },
  ];
  it.each(kinds)("ends with the weights and the curve that memory gives: %o", async (kind) => {
    const settings = completeSettings({ epochs: 8, ...kind });
    const dataset = biased(randomDataset(60, 40, 6));
    const expected = await run(dataset, settings);
    for (const itemsToo of [false, true]) {
      const stored = await datasetFromFiles(dataset, itemsToo);
      const { sae, curve } = await run(stored, settings);
      await closeDataset(stored);
      expect(sae).toEqual(expected.sae);
      expect(curve).toEqual(expected.curve);
    }
  });

  it("says at which step it diverges, and where", async () => {
    const stored = await datasetFromFiles(randomDataset(60, 40, 6));
    await expect(run(stored, completeSettings({ predictionWeight: 3e38 }))).rejects.toMatchObject({
      reason: "training-diverged",
      message: expect.stringMatching(/at step \d+\. It began in \w+ \S+, which is (NaN|infinity)/),
    });
    await closeDataset(stored);
  });

  it("names the row of a value that is no number", async () => {
    const dataset = randomDataset(60, 40, 6);
    dataset.items.embeddings.values[7 * 6 + 1] = Number.NaN;
    const stored = await datasetFromFiles({ ...dataset, interactions: null });
    await failure(run(stored, completeSettings()), "value-not-finite", "row 7, column 1");
    await closeDataset(stored);
  });
});

describe("the tables of a chunk", () => {
  it("hold the rows of its batches alone, and never more than fit in memory", async () => {
    const dataset = biased(randomDataset(50, 30, 512));
    const stored = await datasetFromFiles(dataset, false);
    const settings = completeSettings({ batch: 1_024 });
    const rows = {
      users: stored.users.embeddings,
      items: stored.items.embeddings,
      userBias: stored.users.bias,
      itemBias: null,
    };
    const tables = trainTables(rows, settings, true, centreOf(rows, settings));
    // 16 turns of 2,048 rows of 512 values are 64 MiB.
    expect(tables.mostTurns).toBe(16);
    const { embeddings, biases, batches } = tables.ofChunk(Int32Array.of(49, 50, 3, 79), 2);
    expect(batches).toEqual({ data: Int32Array.of(0, 1, 2, 3), shape: [2, 2] });
    expect(biases.data).toEqual(Float32Array.of(dataset.users.bias![49], 0, dataset.users.bias![3], 0));
    const gathered = matrix(4, 512, embeddings.data as Float32Array);
    expect(row(gathered, 0)).toEqual(row(dataset.users.embeddings, 49));
    expect(row(gathered, 1)).toEqual(row(dataset.items.embeddings, 0));
    expect(row(gathered, 3)).toEqual(row(dataset.items.embeddings, 29));
    await closeDataset(stored);
  });
});

describe("pairs of millions of rows without interactions", () => {
  it("are no more than four million an epoch", () => {
    const few = { ...randomDataset(50, 40, 2), interactions: null };
    expect(countTrainingPairs(few, 1)).toBe(16 * 40);
    const many = { ...few, users: { ...few.users, ids: { ...few.users.ids, length: 10_000_000 } } };
    expect(countTrainingPairs(many, 1)).toBe(4_000_000);
  });
});
