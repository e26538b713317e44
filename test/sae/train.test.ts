import { describe, expect, it } from "vitest";
import { aucOfRanks, midRanks } from "../../src/concepts/auc";
import type { Dataset } from "../../src/data/dataset";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { encodeRows } from "../../src/sae/encode";
import { rankingFidelity } from "../../src/sae/fidelity";
import { health } from "../../src/sae/health";
import { type ChunkReport, type TrainHooks, train } from "../../src/sae/train";
import { countTrainingPairs, heldOutUsers, trainingPairs } from "../../src/sae/training-set";
import { randomDataset, randomMatrix, SETTINGS } from "./fixtures";

const quiet: TrainHooks = { progress: () => {}, cancelled: () => false, checkpoint: async () => {} };

function inputOf(dataset = randomDataset(60, 40, 6), settings = SETTINGS) {
  return {
    users: dataset.users.embeddings,
    items: dataset.items.embeddings,
    pairs: trainingPairs(dataset, settings.seed),
    settings,
  };
}

describe("training", () => {
  it("lowers the loss and counts its steps", async () => {
    const reports: ChunkReport[] = [];
    const settings = { ...SETTINGS, epochs: 40 };
    const result = await train(inputOf(undefined, settings), { ...quiet, progress: (report) => reports.push(report) });
    const perEpoch = Math.floor(inputOf().pairs.users.length / SETTINGS.batch);
    expect(result.steps).toBe(40 * perEpoch);
    expect(reports.at(-1)).toMatchObject({ epoch: 40, step: result.steps, steps: result.steps });
    expect(reports.at(-1)!.losses.total).toBeLessThan(0.5 * reports[0].losses.total);
    expect(result.interrupted).toBe(false);
  });

  it("gives the same weights for the same seed, others for another", async () => {
    const first = await train(inputOf(), quiet);
    const again = await train(inputOf(), quiet);
    const other = await train(inputOf(undefined, { ...SETTINGS, seed: 2 }), quiet);
    expect(again.sae.encoderWeights).toEqual(first.sae.encoderWeights);
    expect(other.sae.encoderWeights).not.toEqual(first.sae.encoderWeights);
  });

  it("stops when told, with the weights it has", async () => {
    let reports = 0;
    const settings = { ...SETTINGS, epochs: 10_000 };
    const result = await train(inputOf(undefined, settings), {
      ...quiet,
      progress: () => {
        reports++;
      },
      cancelled: () => reports >= 3,
    });
    expect(result.interrupted).toBe(true);
    expect(result.steps).toBeGreaterThan(0);
    expect(result.sae.encoderWeights.values.every(Number.isFinite)).toBe(true);
  });

  it("names the step at which it diverges", async () => {
    const settings = { ...SETTINGS, predictionWeight: 3e38 };
    await expect(train(inputOf(undefined, settings), quiet)).rejects.toMatchObject({
      reason: "training-diverged",
      message: expect.stringMatching(/loss at step \d+ is not a finite number/),
    });
  });

  it("refuses a batch larger than the pairs there are", async () => {
    await expect(train(inputOf(undefined, { ...SETTINGS, batch: 8_000 }), quiet)).rejects.toMatchObject({
      reason: "settings-invalid",
      message: expect.stringContaining("Choose a smaller batch"),
    });
  });

  it("gives each planted concept a neuron that tells its items from the others", async () => {
    const { dataset, bearers } = planted();
    const settings = { ...SETTINGS, latents: 24, epochs: 100, batch: 64 };
    const { sae } = await train(inputOf(dataset, settings), quiet);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const neurons = Array.from({ length: settings.latents }, (_, neuron) =>
      midRanks(Float32Array.from(dataset.items.ids, (_, item) => activations.values[item * settings.latents + neuron])),
    );
    const best = bearers.map((items) => Math.max(...neurons.map((ranks) => aucOfRanks(ranks, items))));
    expect(Math.min(...best)).toBeGreaterThan(0.95);
    expect(health(sae, [{ embeddings: dataset.items.embeddings, activations }]).explainedVariance).toBeGreaterThan(0.7);
    const fidelity = rankingFidelity(dataset, sae, heldOutUsers(dataset.users.ids.length, 1), 10);
    expect(fidelity?.rboExtrapolated).toBeGreaterThan(0.6);
  });
});

describe("held-out users", () => {
  it("are a fifth, the same for the same seed, and never trained on", () => {
    const dataset = randomDataset(100, 40, 6);
    const held = heldOutUsers(100, 1);
    expect(held).toHaveLength(20);
    expect(heldOutUsers(100, 1)).toEqual(held);
    expect(heldOutUsers(100, 2)).not.toEqual(held);
    const trained = new Set(trainingPairs(dataset, 1).users);
    expect([...held].filter((user) => trained.has(user))).toEqual([]);
    expect(trained.size).toBe(80);
    expect(countTrainingPairs(dataset, 1)).toBe(trainingPairs(dataset, 1).users.length);
  });

  it("are left out of random pairs too, where there are no interactions", () => {
    const dataset = { ...randomDataset(50, 40, 6), interactions: null };
    const { users, items } = trainingPairs(dataset, 1);
    expect(users.length).toBe(items.length);
    expect(countTrainingPairs(dataset, 1)).toBe(users.length);
    const held = new Set(heldOutUsers(50, 1));
    expect([...users].some((user) => held.has(user))).toBe(false);
  });
});

/** Users and items that are sums of one or two of five directions, and the items that bear each. */
function planted(): { dataset: Dataset; bearers: Uint32Array[] } {
  const random = seededRandom(5);
  const directions = randomMatrix(5, 24, random);
  const bearers: number[][] = Array.from({ length: 5 }, () => []);
  const rowsOf = (count: number, borne?: number[][]) => {
    const result = matrix(count, 24);
    for (let r = 0; r < count; r++) {
      for (const concept of new Set([random.integer(5), random.integer(5)])) {
        borne?.[concept].push(r);
        const strength = 0.7 + 0.6 * random.uniform();
        row(directions, concept).forEach((value, c) => {
          result.values[r * 24 + c] += strength * value + 0.05 * random.normal();
        });
      }
    }
    return result;
  };
  const dataset = randomDataset(300, 200, 24);
  dataset.users.embeddings = rowsOf(300);
  dataset.items.embeddings = rowsOf(200, bearers);
  return { dataset, bearers: bearers.map((items) => Uint32Array.from(items)) };
}
