/** What neurons do on a catalogue, found in one pass: the same as all activations together say. */

import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { strongest } from "../../src/concepts/strongest";
import { closeRows, column, type Matrix, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { NEURONS_FILE } from "../../src/protocol/artifact";
import { HISTOGRAM_BINS, type NeuronActivity, neuronActivity, TOP_ITEMS } from "../../src/sae/activity";
import { readActivity, writeActivity } from "../../src/sae/activity-file";
import { encodeRows } from "../../src/sae/encode";
import { rowsInFile } from "../data/from-files";
import { scratchFolder } from "../data/scratch";
import { randomMatrix, randomSae, SAE_VARIANTS, variantName } from "./fixtures";

const D = 5;
const M = 9;
/** More than one block of rows. */
const ITEMS = 20_000;

function expectActivity(found: NeuronActivity, items: Matrix, users: Matrix): void {
  for (let neuron = 0; neuron < items.columns; neuron++) {
    const activations = column(items, neuron);
    const top = strongest(activations, TOP_ITEMS);
    const padded = Array.from({ length: TOP_ITEMS }, (_, place) => top[place] ?? -1);
    const of = <Values extends Int32Array | Float32Array>(values: Values, width: number) => [
      ...values.subarray(neuron * width, (neuron + 1) * width),
    ];
    expect(of(found.topItems, TOP_ITEMS)).toEqual(padded);
    expect(of(found.topActivations, TOP_ITEMS)).toEqual(padded.map((item) => (item < 0 ? 0 : activations[item])));
    const active = activations.filter((activation) => activation > 0);
    expect(found.activeItems[neuron]).toBe(active.length);
    expect(found.largestUser[neuron]).toBe(Math.max(0, ...column(users, neuron)));

    const bound = found.bounds[neuron];
    const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
    for (const activation of active) counts[Math.floor((activation / bound) * HISTOGRAM_BINS)]++;
    expect(of(found.histogram, HISTOGRAM_BINS)).toEqual(counts);
    const largest = activations[top[0]] ?? 0;
    expect(bound).toBeGreaterThanOrEqual(largest);
    expect(bound).toBeLessThanOrEqual(1.25 * largest);
  }
}

describe("the activity of neurons", () => {
  it.each(SAE_VARIANTS.filter(({ tied }) => tied).map((variant) => [variantName(variant), variant] as const))(
    "is what all activations say, for an SAE that is %s",
    async (_, variant) => {
      const random = seededRandom(4);
      const sae = randomSae(D, M, 3, variant);
      const [users, items] = [randomMatrix(300, D, random), randomMatrix(ITEMS, D, random)];
      const activity = await neuronActivity(sae, users, items, "data");
      expectActivity(activity, await encodeRows(sae, items), await encodeRows(sae, users));
    },
  );

  it("bears activations of every size, in any order, and neurons that are never active", async () => {
    const sae = { ...randomSae(1, 3), normalisation: "none" as const };
    sae.encoderWeights.values.set([1, -1, 0]);
    sae.encoderBias.fill(0);
    sae.decoderBias.fill(0);
    const sizes = [1e-30, 0.75, 1, 1, 2 ** 20, 3, 1e38, -4, 0, 2 ** -10, 1];
    const items = matrix(sizes.length, 1, Float32Array.from(sizes));
    const activity = await neuronActivity(sae, matrix(0, 1), items, "data");
    expectActivity(activity, await encodeRows(sae, items), matrix(0, 3));
    expect([...activity.topItems.subarray(0, 3)]).toEqual([6, 4, 5]);
    expect([...activity.activeItems]).toEqual([9, 1, 0]);
    expect(activity.bounds[2]).toBe(0);
  });

  it("is the same of items in a file", async () => {
    const random = seededRandom(4);
    const sae = randomSae(D, M);
    const [users, items] = [randomMatrix(20, D, random), randomMatrix(300, D, random)];
    const stored = await rowsInFile(items);
    expect(await neuronActivity(sae, users, stored, "data")).toEqual(await neuronActivity(sae, users, items, "data"));
    await closeRows(stored);
  });

  it("tells how far it is and ends when it is told", async () => {
    const random = seededRandom(4);
    const [users, items] = [randomMatrix(20, D, random), randomMatrix(ITEMS, D, random)];
    const shares: number[] = [];
    await neuronActivity(randomSae(D, M), users, items, "data", async (share) => {
      shares.push(share);
    });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.length).toBeGreaterThan(2);
    const stop = () => Promise.reject(new Error("enough"));
    await expect(neuronActivity(randomSae(D, M), users, items, "data", stop)).rejects.toThrow("enough");
  });
});

describe("the file of it", () => {
  async function written() {
    const random = seededRandom(4);
    const activity = await neuronActivity(
      randomSae(D, M),
      randomMatrix(20, D, random),
      randomMatrix(99, D, random),
      "data",
    );
    const folder = await scratchFolder();
    await writeActivity(folder, "sha256:1", activity);
    return { folder, activity };
  }

  it("gives it back", async () => {
    const { folder, activity } = await written();
    expect(await readActivity(folder, "sha256:1", M, "data")).toEqual(activity);
  });

  it("is passed over where it is of other weights, other data or other neurons, damaged or not there", async () => {
    const { folder } = await written();
    expect(await readActivity(folder, "sha256:2", M, "data")).toBeNull();
    expect(await readActivity(folder, "sha256:1", M, "other")).toBeNull();
    expect(await readActivity(folder, "sha256:1", M + 1, "data")).toBeNull();
    await truncate(join(folder, NEURONS_FILE), 500);
    expect(await readActivity(folder, "sha256:1", M, "data")).toBeNull();
    expect(await readActivity(await scratchFolder(), "sha256:1", M, "data")).toBeNull();
  });
});
