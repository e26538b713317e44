import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { openSession } from "../../src/graph/session";
import { dotPredictionLoss } from "../../src/recommender/prediction-loss";
import { adamSchedule } from "../../src/sae/adam";
import { standardisedRows } from "../../src/sae/standardise";
import { LOSSES, trainGraph } from "../../src/sae/train-graph";

/** Made by make_training_fixture.py, which uses PyTorch and none of our code. */
const fixture = JSON.parse(readFileSync(fileURLToPath(new URL("../fixtures/training.json", import.meta.url)), "utf8"));

describe("the train graph beside PyTorch", () => {
  it("has the same losses at every step and the same weights after twenty", async () => {
    const { dimensions, settings, steps, users, items } = fixture;
    const rows = users.rows + items.rows;
    const embeddings = matrix(rows, dimensions, Float32Array.from([...users.values, ...items.values]));
    const { values, scale } = standardisedRows(embeddings);
    const batches: number[] = [];
    for (let step = 0; step < steps; step++) {
      const part = (indices: number[]) => indices.slice(step * settings.batch, (step + 1) * settings.batch);
      batches.push(...part(fixture.userRows));
      batches.push(...part(fixture.itemRows).map((item) => item + users.rows));
    }
    const size = fixture.start.length;
    const schedule = Array.from({ length: steps }, (_, step) => adamSchedule(step + 1, settings.learningRate));
    const session = await openSession(trainGraph(dimensions, settings, dotPredictionLoss), 1);
    const results = await session.run({
      embeddings: { data: embeddings.values, shape: [rows, dimensions] },
      standardised: { data: values, shape: [rows, dimensions] },
      scale: { data: scale, shape: [rows, 1] },
      batches: { data: Int32Array.from(batches), shape: [steps, 2 * settings.batch] },
      turns: { data: BigInt64Array.of(BigInt(steps)), shape: [] },
      parameters: { data: Float32Array.from(fixture.start), shape: [size] },
      firstMoment: { data: new Float32Array(size), shape: [size] },
      secondMoment: { data: new Float32Array(size), shape: [size] },
      stepSizes: { data: Float32Array.from(schedule, ({ stepSize }) => stepSize), shape: [steps] },
      epsilons: { data: Float32Array.from(schedule, ({ epsilon }) => epsilon), shape: [steps] },
    });
    await session.release();

    const losses = fixture.losses as number[][];
    LOSSES.forEach((name, index) => {
      losses.forEach((expected, step) => {
        expect(Math.abs(results[name][step] - expected[index]) / expected[index]).toBeLessThan(1e-4);
      });
    });
    const largest = Math.max(
      ...fixture.end.map((value: number, i: number) => Math.abs(value - results.next_parameters[i])),
    );
    const moved = Math.max(...fixture.end.map((value: number, i: number) => Math.abs(value - fixture.start[i])));
    expect(moved).toBeGreaterThan(0.05);
    expect(largest).toBeLessThan(5e-6);
  });
});
