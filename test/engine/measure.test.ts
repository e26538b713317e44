/** The whole report on small data: what it says, and that nothing in it is made up where data is missing. */
import { describe, expect, it } from "vitest";
import { type Dataset, titleOf } from "../../src/data/dataset";
import { closeDataset } from "../../src/data/load";
import { type Matrix, matrix } from "../../src/data/matrix";
import { measured } from "../../src/engine/measure";
import { measuredRows } from "../../src/engine/measured-rows";
import { rankedUsers } from "../../src/engine/ranked-users";
import { labelsFileSchema, type Report, reportSchema } from "../../src/protocol/artifact";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import type { Sae } from "../../src/sae/model";
import { heldOutUsers } from "../../src/sae/training-set";
import { datasetFromFiles } from "../data/from-files";
import { type DatasetInMemory, randomDataset, randomSae, SAE_VARIANTS, variantName } from "../sae/fixtures";

const TRAINING = { steps: 10, seconds: 2, interrupted: false };

/** The report as it is read back from its file. */
async function reportOf(dataset: Dataset, sae: Sae): Promise<Report> {
  const { labels, report } = (await measured(dataset, dotRecommender(dataset.users), sae, TRAINING))("hash");
  labelsFileSchema.parse(JSON.parse(JSON.stringify(labels)));
  return reportSchema.parse(JSON.parse(JSON.stringify(report)));
}

/** Items of two kinds that differ in the first dimension, with a tag that tells them apart. */
function taggedDataset(): DatasetInMemory {
  const dataset = randomDataset(60, 200, 6);
  const { items } = dataset;
  const kinds = Array.from({ length: 200 }, (_, item) => (item % 4 === 0 ? "Horror" : "Other"));
  kinds.forEach((kind, item) => {
    items.embeddings.values[item * 6] += kind === "Horror" ? 6 : -2;
  });
  return { ...dataset, items: { ...items, tags: [{ column: "genres", values: kinds.map((kind) => [kind]) }] } };
}

/** Each neuron is one half of one dimension, and decodes to it: reconstruction is perfect. */
function perfectSae(dimensions: number): Sae {
  const encoderWeights = matrix(dimensions, 2 * dimensions);
  const decoderWeights = matrix(2 * dimensions, dimensions);
  for (let c = 0; c < dimensions; c++) {
    for (const [half, sign] of [
      [2 * c, 1],
      [2 * c + 1, -1],
    ]) {
      encoderWeights.values[c * 2 * dimensions + half] = sign;
      decoderWeights.values[half * dimensions + c] = sign;
    }
  }
  return {
    ...randomSae(dimensions, 2 * dimensions),
    encoderWeights,
    decoderWeights,
    encoderBias: new Float32Array(2 * dimensions),
    decoderBias: new Float32Array(dimensions),
    normalisation: "none",
  };
}

function filled(of: Matrix, value: number): Matrix {
  return matrix(of.rows, of.columns, new Float32Array(of.values.length).fill(value));
}

describe("the report", () => {
  it("is at every ceiling for an SAE that only splits dimensions in halves, and equals the raw dimensions", async () => {
    const report = await reportOf(taggedDataset(), perfectSae(6));
    expect(report.explainedVariance).toBeCloseTo(1, 6);
    expect(report.cosine).toBeCloseTo(1, 6);
    expect(report.shrinkage).toBeCloseTo(1, 6);
    expect(report.rbo30).toBeCloseTo(1 - 0.9 ** 30, 6);
    expect(report).toMatchObject({ l0: 6, l0Users: 6, l0Items: 6, dead: 0, measuredUsers: 60, measuredItems: 200 });
    expect(report.accuracy!.reconstructed).toEqual(report.accuracy!.original);
    expect(report.accuracy!.ndcg20Change!.value).toBe(0);
    const { rawDimensions } = report.baselines;
    for (const key of [
      "rbo30",
      "rbo30Extrapolated",
      "kendall30",
      "purity10",
      "purity10BaseRate",
      "labelled",
      "labelledSurely",
    ] as const) {
      expect(rawDimensions[key], key).toBeCloseTo(report[key]!, 12);
    }
    expect(rawDimensions).toMatchObject({ neurons: 12, l0: 6, dead: 0, explainedVariance: 1 });
    expect(report.labelled).toBeGreaterThan(0);
  });

  it("shows a random SAE beside it, which reconstructs worse", async () => {
    const report = await reportOf(taggedDataset(), perfectSae(6));
    const { randomSae: random } = report.baselines;
    expect(random.neurons).toBe(12);
    expect(random.rbo30!).toBeLessThan(report.rbo30!);
    expect(random.explainedVariance!).toBeLessThan(report.explainedVariance!);
    expect(random.ms).not.toBeNull();
  });

  it("has intervals that hold their measures", async () => {
    const report = await reportOf(taggedDataset(), randomSae(6, 8));
    for (const of of [report, report.baselines.randomSae]) {
      for (const key of ["ms", "rbo30", "rbo30Extrapolated", "kendall30"] as const) {
        const [low, high] = of.intervals[key]!;
        expect(low, key).toBeLessThanOrEqual(of[key]!);
        expect(high, key).toBeGreaterThanOrEqual(of[key]!);
      }
    }
  });

  it.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))(
    "can be made of every kind of SAE: %s",
    async (_, variant) => {
      const report = await reportOf(randomDataset(30, 40, 5), randomSae(5, 7, 1, variant));
      expect(report.neurons).toHaveLength(7);
      expect(report.rbo30).toBeGreaterThan(0);
    },
  );

  it("is the same again", async () => {
    const [once, again] = [
      await reportOf(taggedDataset(), randomSae(6, 8)),
      await reportOf(taggedDataset(), randomSae(6, 8)),
    ];
    expect(again).toEqual(once);
  });

  it("is the same of embeddings that stay in their files", async () => {
    const dataset = taggedDataset();
    const stored = await datasetFromFiles(dataset);
    expect(await reportOf(stored, randomSae(6, 8))).toEqual(await reportOf(dataset, randomSae(6, 8)));
    await closeDataset(stored);
  });

  it("counts duplicates by the labels it gives", async () => {
    const sae = perfectSae(6);
    const twin = matrix(6, 12, sae.encoderWeights.values.slice());
    // Neuron 3 becomes a second neuron 0: the positive half of the dimension that tells Horror.
    for (let c = 0; c < 6; c++) twin.values[c * 12 + 3] = twin.values[c * 12];
    const { duplicates, labelled } = await reportOf(taggedDataset(), { ...sae, encoderWeights: twin });
    expect(labelled).toBeGreaterThan(1);
    expect(duplicates.strongest).toContainEqual(expect.objectContaining({ neurons: [0, 3], sameLabel: true }));
  });

  it("ranks users of an SAE trained elsewhere without calling them held out", async () => {
    const dataset = randomDataset(30, 40, 5);
    const foreign = { ...randomSae(5, 7), settings: null };
    expect(await reportOf(dataset, foreign)).toMatchObject({
      settings: null,
      rankedUsers: 30,
      rankedUsersHeldOut: false,
    });
    const own = await reportOf(dataset, randomSae(5, 7));
    expect(own).toMatchObject({ rankedUsers: 6, rankedUsersHeldOut: true });
    const { rows } = rankedUsers(dataset, randomSae(5, 7), 1, false);
    expect([...rows].sort((a, b) => a - b)).toEqual([...heldOutUsers(30, 1)]);
  });
});

describe("the report of poor data", () => {
  it("has no fidelity without users", async () => {
    const dataset = { ...randomDataset(0, 40, 5), interactions: null };
    expect(await reportOf(dataset, randomSae(5, 7))).toMatchObject({
      rbo30: null,
      kendall30: null,
      rankedUsers: 0,
      l0Users: null,
      accuracy: null,
      intervals: { rbo30: null },
    });
  });

  it("has no accuracy without interactions, but fidelity", async () => {
    const report = await reportOf({ ...randomDataset(30, 40, 5), interactions: null }, randomSae(5, 7));
    expect(report.accuracy).toBeNull();
    expect(report.rbo30).toBeGreaterThan(0);
  });

  it("explains no variance where there is none", async () => {
    const dataset = randomDataset(30, 40, 5);
    dataset.users.embeddings = filled(dataset.users.embeddings, 0.1);
    dataset.items.embeddings = filled(dataset.items.embeddings, 0.1);
    const report = await reportOf(dataset, randomSae(5, 7));
    expect(report).toMatchObject({ explainedVariance: null, ms: null });
    expect(report.baselines.rawDimensions).toMatchObject({ ms: null, explainedVariance: null });
  });

  it("bears embeddings that are all zero", async () => {
    const dataset = randomDataset(30, 40, 5);
    dataset.users.embeddings = filled(dataset.users.embeddings, 0);
    dataset.items.embeddings = filled(dataset.items.embeddings, 0);
    expect(await reportOf(dataset, randomSae(5, 7))).toMatchObject({ cosine: null, shrinkage: null });
  });

  it("calls neurons dead that nothing activates", async () => {
    const sae = randomSae(5, 7);
    sae.encoderBias.fill(-1e6);
    expect(await reportOf(randomDataset(30, 40, 5), sae)).toMatchObject({
      dead: 7,
      l0: 0,
      ms: null,
      labelled: 0,
      duplicates: { pairs: 0 },
    });
  });

  it("bears a single user and a single item", async () => {
    const report = await reportOf(randomDataset(1, 1, 5), randomSae(5, 7));
    expect(report).toMatchObject({ rankedUsers: 0, rbo30: null, accuracy: null });
  });
});

describe("measuring", () => {
  it("tells how far it is, never backwards, up to the end", async () => {
    const shares: number[] = [];
    const hooks = { progress: (share: number) => shares.push(share), cancelled: () => false };
    const dataset = randomDataset(200, 300, 8);
    await measured(dataset, dotRecommender(dataset.users), randomSae(8, 12), TRAINING, hooks);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeGreaterThanOrEqual(0);
  });

  it("ends when it is cancelled, at whatever point", async () => {
    const dataset = randomDataset(60, 80, 5);
    for (const patience of [0, 3, 20]) {
      let asked = 0;
      const hooks = { progress: () => {}, cancelled: () => asked++ >= patience };
      const work = measured(dataset, dotRecommender(dataset.users), randomSae(5, 7), TRAINING, hooks);
      await expect(work).rejects.toMatchObject({ reason: "cancelled" });
      expect(asked).toBe(patience + 1);
    }
  });

  it("lets other work of the process in", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const dataset = randomDataset(1_500, 1_500, 16);
    await measured(dataset, dotRecommender(dataset.users), randomSae(16, 24), TRAINING);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

describe("the rows that are measured", () => {
  it("are all, as they are, where there are not too many", () => {
    const dataset = randomDataset(30, 40, 5);
    const rows = measuredRows(dataset, 7, 1);
    expect(rows.items).toEqual(dataset.items);
    expect(rows.users).toBe(dataset.users.embeddings);
  });

  it("are a sample where activations would not fit, each with its own titles, tags and concepts", () => {
    const dataset = taggedDataset();
    const { items, concepts } = measuredRows(dataset, 2 ** 21, 1);
    expect(items.ids).toHaveLength(32);
    [...items.ids].forEach((id, row) => {
      const original = dataset.items.ids.rowOf(id)!;
      expect(titleOf(items, row)).toBe(titleOf(dataset.items, original));
      expect(items.embeddings.values[row * 6]).toBe(dataset.items.embeddings.values[original * 6]);
      expect(items.tags[0].values[row]).toEqual(dataset.items.tags[0].values[original]);
    });
    const horror = concepts.find(({ label }) => label === "Horror")!;
    const ofHorror = items.tags[0].values.flatMap(([tag], row) => (tag === "Horror" ? [row] : []));
    expect([...horror.bearers]).toEqual(ofHorror);
    expect(horror.rows).toBe(32);
  });
});
