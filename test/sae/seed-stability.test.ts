import { describe, expect, it } from "vitest";
import { gatheredRows, type Matrix, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { seedStability } from "../../src/sae/seed-stability";
import { randomMatrix } from "./fixtures";

const decoder = (decoderWeights: Matrix, seed: number, live = new Uint8Array(decoderWeights.rows).fill(1)) => ({
  seed,
  decoderWeights,
  live,
});
const rows = randomMatrix(40, 24, seededRandom(1));

describe("seed stability", () => {
  it("is 1 where another seed found the same neurons in another order and at another length", async () => {
    const order = seededRandom(2).shuffle(Uint32Array.from({ length: 40 }, (_, neuron) => neuron));
    const permuted = gatheredRows(rows, order);
    const scaled = matrix(
      40,
      24,
      permuted.values.map((value) => 3 * value),
    );
    const stability = (await seedStability([decoder(rows, 1), decoder(permuted, 2), decoder(scaled, 3)]))!;
    expect(stability.seeds).toEqual([1, 2, 3]);
    expect(stability.mean.value).toBeCloseTo(1, 5);
    expect(stability.mean.interval![0]).toBeCloseTo(1, 5);
    for (const neuron of stability.neurons) expect(neuron).toBeCloseTo(1, 5);
  });

  it("is no better than chance for unrelated neurons", async () => {
    const unrelated = randomMatrix(40, 24, seededRandom(7));
    const { mean, chance } = (await seedStability([decoder(rows, 1), decoder(unrelated, 2)]))!;
    expect(mean.value).toBeCloseTo(chance, 1);
    expect(chance).toBeGreaterThan(0.2);
    expect(chance).toBeLessThan(0.7);
  });

  it("averages each neuron's best match over the other seeds", async () => {
    const axes = (...vectors: number[][]) => matrix(vectors.length, 2, Float32Array.from(vectors.flat()));
    const first = axes([1, 0], [0, 1]);
    const second = axes([1, 0], [0.6, 0.8]);
    const third = axes([-1, 0], [0.8, 0.6]);
    const { neurons, mean } = (await seedStability([decoder(first, 1), decoder(second, 2), decoder(third, 3)]))!;
    expect(neurons[0]).toBeCloseTo((1 + 0.8) / 2, 6);
    expect(neurons[1]).toBeCloseTo((0.8 + 0.6) / 2, 6);
    expect(mean.value).toBeCloseTo(0.8, 6);
  });

  it("leaves dead neurons out on both sides", async () => {
    const live = new Uint8Array(40).fill(1);
    live[5] = 0;
    const { neurons } = (await seedStability([decoder(rows, 1, live), decoder(rows, 2)]))!;
    expect(neurons[5]).toBeNull();
    const deadThere = (await seedStability([decoder(rows, 1), decoder(rows, 2, live)]))!;
    expect(deadThere.neurons[5]).toBeLessThan(0.9);
  });

  it("needs another seed, and live neurons in each", async () => {
    expect(await seedStability([decoder(rows, 1)])).toBeNull();
    expect(await seedStability([decoder(rows, 1), decoder(rows, 2, new Uint8Array(40))])).toBeNull();
  });
});
