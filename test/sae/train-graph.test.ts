import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { openSession, type TensorIn } from "../../src/graph/session";
import type { SaeSettings } from "../../src/protocol/manifest";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { LIST_SHARPNESS, predictionLossOf } from "../../src/recommender/prediction-loss";
import { adamSchedule } from "../../src/sae/adam";
import { lossesOf } from "../../src/sae/objective";
import { normalisationOf } from "../../src/sae/parameters";
import { standardisedRows } from "../../src/sae/standardise";
import { stateLengths, trainGraph } from "../../src/sae/train-graph";

interface Case {
  settings: SaeSettings;
  dimensions: number;
  steps: number;
  deadAfter: number;
  users: { rows: number; values: number[] };
  items: { rows: number; values: number[] };
  biases: number[];
  userRows: number[];
  itemRows: number[];
  start: number[];
  end: number[];
  threshold: number;
  losses: Record<string, number>[];
}

/** Made by make_training_fixture.py, which uses PyTorch and none of our code. */
const cases: Record<string, Case> = JSON.parse(
  readFileSync(fileURLToPath(new URL("../fixtures/training.json", import.meta.url)), "utf8"),
);

describe("the train graph beside PyTorch: losses of every step, and weights after twenty", () => {
  for (const [name, expected] of Object.entries(cases)) {
    it(name, async () => {
      const results = await trained(expected);
      for (const loss of lossesOf(expected.settings)) {
        expected.losses.forEach((losses, step) => {
          expect(relativeError(results[loss][step], losses[loss])).toBeLessThan(1e-4);
        });
      }
      expect(Object.keys(expected.losses[0]).sort()).toEqual([...lossesOf(expected.settings)].sort());
      const moved = largestDifference(expected.end, expected.start);
      expect(moved).toBeGreaterThan(0.05);
      expect(largestDifference(expected.end, results.next_parameters)).toBeLessThan(1e-4 * moved);
      if ("next_threshold" in results)
        expect(relativeError(results.next_threshold[0], expected.threshold)).toBeLessThan(1e-4);
    });
  }
});

async function trained(of: Case): Promise<Record<string, ArrayLike<number>>> {
  const { dimensions, settings, steps, users, items } = of;
  const rows = users.rows + items.rows;
  const embeddings = matrix(rows, dimensions, Float32Array.from([...users.values, ...items.values]));
  const withBiases = settings.predictionLoss !== "mse";
  const plan = {
    dimensions,
    settings,
    predictionLoss: predictionLossOf(dotRecommender({ bias: null }), settings, LIST_SHARPNESS),
    withBiases,
    deadAfter: of.deadAfter,
  };
  const tables: Record<string, TensorIn> = { embeddings: { data: embeddings.values, shape: [rows, dimensions] } };
  if (normalisationOf(settings) !== "none") {
    const { values, scale } = standardisedRows(embeddings, "layer");
    tables.standardised = { data: values, shape: [rows, dimensions] };
    tables.scale = { data: scale, shape: [rows, 1] };
  }
  if (withBiases) tables.biases = { data: Float32Array.from(of.biases), shape: [rows, 1] };
  const batches: number[] = [];
  for (let step = 0; step < steps; step++) {
    const part = (indices: number[]) => indices.slice(step * settings.batch, (step + 1) * settings.batch);
    batches.push(...part(of.userRows));
    batches.push(...part(of.itemRows).map((item) => item + users.rows));
  }
  const states: Record<string, TensorIn> = {};
  for (const [name, length] of stateLengths(plan)) {
    states[name] = {
      data: name === "parameters" ? Float32Array.from(of.start) : new Float32Array(length),
      shape: [length],
    };
  }
  const schedule = Array.from({ length: steps }, (_, step) => adamSchedule(step + 1, settings.learningRate));
  const session = await openSession(trainGraph(plan), 1);
  try {
    return (await session.run({
      ...tables,
      ...states,
      batches: { data: Int32Array.from(batches), shape: [steps, 2 * settings.batch] },
      turns: { data: BigInt64Array.of(BigInt(steps)), shape: [] },
      stepSizes: { data: Float32Array.from(schedule, ({ stepSize }) => stepSize), shape: [steps] },
      epsilons: { data: Float32Array.from(schedule, ({ epsilon }) => epsilon), shape: [steps] },
    })) as Record<string, Float32Array>;
  } finally {
    await session.release();
  }
}

function relativeError(value: number, expected: number): number {
  return Math.abs(value - expected) / Math.max(1e-3, Math.abs(expected));
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
