/** The sample's planted directions are found, and nothing else: with exact neurons, with noisy ones, and with random ones. */
import { beforeAll, describe, expect, it } from "vitest";
import { labelNeurons } from "../../src/concepts/label";
import { loadDataset } from "../../src/data/load";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { writeSample } from "../../src/data/sample";
import { SAMPLE_GENRES, sampleWorld } from "../../src/data/sample-world";
import { type LabelledUsers, labelledUsers } from "../../src/engine/labelled-users";
import { type MeasuredRows, measuredRows } from "../../src/engine/measured-rows";
import type { NeuronLabel } from "../../src/protocol/artifact";
import { scratchFolder } from "../data/scratch";

const { directions } = sampleWorld();
const [RECENT, POPULAR] = [SAMPLE_GENRES.length, SAMPLE_GENRES.length + 1];
/** Each genre, old films and new ones, popular films and niche ones. */
const PLANTED = [
  ...SAMPLE_GENRES.map(({ genre }, direction) => ({ direction, sign: 1, isFound: (label: string) => label === genre })),
  { direction: RECENT, sign: 1, isFound: (label: string) => label === "2010s" || label === "Since 2000" },
  { direction: RECENT, sign: -1, isFound: (label: string) => label === "Before 1980" },
  { direction: POPULAR, sign: 1, isFound: (label: string) => label === "Popular" },
  { direction: POPULAR, sign: -1, isFound: (label: string) => label === "Niche" },
];
const SEEDS = [1, 2, 3, 4, 5];

let rows: MeasuredRows;
let users: LabelledUsers;
beforeAll(async () => {
  const dataset = await loadDataset(await writeSample(await scratchFolder()));
  rows = measuredRows(dataset, PLANTED.length, 1);
  users = labelledUsers(dataset, PLANTED.length, 1);
});

/** max(0, row . direction + noise - threshold), the noise being a share of the row's own spread. */
function activationsOf(of: Matrix, weights: Float64Array[], noise: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const result = matrix(of.rows, weights.length);
  for (let r = 0; r < of.rows; r++) {
    const x = row(of, r);
    weights.forEach((weight, neuron) => {
      const drive = x.reduce((sum, value, at) => sum + value * weight[at], 0) + noise * random.normal();
      result.values[r * weights.length + neuron] = Math.max(0, drive - 0.2);
    });
  }
  return result;
}

function labelled(weights: Float64Array[], noise: number, seed: number): NeuronLabel[] {
  return labelNeurons({
    activations: activationsOf(rows.items.embeddings, weights, noise, seed),
    live: new Uint8Array(weights.length).fill(1),
    items: rows.items,
    concepts: rows.concepts,
    audience: { concepts: users.concepts, activations: activationsOf(rows.users, weights, noise, seed + 1) },
  });
}

const planted = PLANTED.map(({ direction, sign }) =>
  Float64Array.from(row(directions, direction), (value) => sign * value),
);

describe("the sample's planted directions", () => {
  it.each([0, 0.1, 0.2])("are all found, each under its name, at noise %f", (noise) => {
    for (const seed of SEEDS) {
      const labels = labelled(planted, noise, 10 * seed).map(({ label }) => label);
      expect(labels.filter((label, neuron) => !PLANTED[neuron].isFound(label))).toEqual([]);
    }
  });

  it("are not found in neurons that know nothing", () => {
    const named = SEEDS.flatMap((seed) =>
      labelled(
        planted.map(() => new Float64Array(directions.columns)),
        1,
        10 * seed,
      ),
    ).filter(({ confidence }) => confidence !== "none");
    expect(named.length).toBeLessThanOrEqual(0.05 * SEEDS.length * PLANTED.length);
  });
});
