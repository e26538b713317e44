/** An SAE opened on data: what is shown of its neurons, and where that comes from. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { strongest } from "../../src/concepts/strongest";
import type { Dataset } from "../../src/data/dataset";
import { closeDataset } from "../../src/data/load";
import { column } from "../../src/data/matrix";
import { measured } from "../../src/engine/measure";
import { OpenSae } from "../../src/engine/open-sae";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { readActivity, writeActivity } from "../../src/sae/activity-file";
import { writeArtifact } from "../../src/sae/artifact";
import { dataFingerprint } from "../../src/sae/data-fingerprint";
import { encodeRows } from "../../src/sae/encode";
import { datasetFromFiles } from "../data/from-files";
import { failure, scratchFolder } from "../data/scratch";
import { type DatasetInMemory, randomDataset, randomSae } from "../sae/fixtures";

const LATENTS = 8;
const sae = randomSae(6, LATENTS);
const HORROR = "tag:genres:Horror";

function taggedDataset(): DatasetInMemory {
  const dataset = randomDataset(60, 200, 6);
  const kinds = Array.from({ length: 200 }, (_, item) => [item % 4 === 0 ? "Horror" : "Drama"]);
  kinds.forEach(([kind], item) => {
    dataset.items.embeddings.values[item * 6] += kind === "Horror" ? 6 : -2;
  });
  return { ...dataset, items: { ...dataset.items, tags: [{ column: "genres", values: kinds }] } };
}

/** @returns its folder and hash */
async function artifactOf(dataset: Dataset): Promise<{ folder: string; hash: string }> {
  const folder = join(await scratchFolder(), "sae");
  const training = { steps: 1, seconds: 1, interrupted: false };
  const { hash } = await writeArtifact(
    folder,
    sae,
    await measured(dataset, dotRecommender(dataset.users), sae, training),
  );
  return { folder, hash };
}

const fingerprintOf = ({ users, items }: Dataset) => dataFingerprint([users.embeddings, items.embeddings]);

describe("a neuron of an open SAE", () => {
  it("is shown with what all its activations say, from memory or from files", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const stored = await datasetFromFiles(dataset);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const users = await encodeRows(sae, dataset.users.embeddings);
    for (const of of [dataset, stored]) {
      const open = await OpenSae.open(folder, of);
      for (let neuron = 0; neuron < LATENTS; neuron++) {
        const detail = await open.detail(neuron);
        const ofItems = column(activations, neuron);
        expect(detail.topItems.map(({ row }) => row)).toEqual(strongest(ofItems, 50));
        expect(detail.topItems.map(({ activation }) => activation)).toEqual(
          strongest(ofItems, 50).map((item) => ofItems[item]),
        );
        expect(detail.activeItems).toBe(ofItems.filter((activation) => activation > 0).length);
        expect(detail.density).toBe(detail.activeItems / 200);
        expect(detail.largestItemActivation).toBe(Math.max(0, ...ofItems));
        expect(detail.largestUserActivation).toBe(Math.max(0, ...column(users, neuron)));
        const { edges, items } = detail.activationHistogram;
        expect(edges).toHaveLength(items.length + 1);
        items.forEach((count, bin) => {
          const inBin = ofItems.filter((a) => a > 0 && a >= edges[bin] && a < edges[bin + 1]);
          expect(count).toBe(inBin.length);
        });
        expect(detail.histogram).toHaveLength(20);
        expect(detail.histogram.reduce((sum, count) => sum + count, 0)).toBe(detail.activeItems);
      }
      expect(open.export()[0].topItems.map(({ title }) => title)).toEqual(
        strongest(column(activations, 0), 10).map((item) => `Item ${item}`),
      );
    }
    await closeDataset(stored);
  });

  it("has lifts that say of its label what the label says", async () => {
    const dataset = taggedDataset();
    const open = await OpenSae.open((await artifactOf(dataset)).folder, dataset);
    const named = open.rows.filter(({ kind }) => kind === "tag");
    expect(named.length).toBeGreaterThan(0);
    for (const { neuron } of named) {
      const { evidence, lifts, topItems } = await open.detail(neuron);
      expect(lifts).toContainEqual(evidence);
      const bears = topItems.map(({ row }) => (row % 4 === 0) === (evidence!.concept === HORROR));
      expect(topItems.map(({ bearsConcept }) => bearsConcept)).toEqual(bears);
    }
  });
});

describe("what neurons do", () => {
  it("is taken from the artifact, not found again", async () => {
    const dataset = taggedDataset();
    const { folder, hash } = await artifactOf(dataset);
    const data = fingerprintOf(dataset);
    const activity = await readActivity(folder, hash, LATENTS, data);
    await writeActivity(folder, hash, { ...activity!, largestUser: new Float32Array(LATENTS).fill(12.5) });
    expect((await (await OpenSae.open(folder, dataset)).detail(3)).largestUserActivation).toBe(12.5);
  });

  it("is found again where the data are others than they were, and not too many", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const [before] = (await (await OpenSae.open(folder, dataset)).detail(0)).topItems;
    dataset.items.embeddings.values.subarray(before.row * 6, (before.row + 1) * 6).fill(0);
    const [after] = (await (await OpenSae.open(folder, dataset)).detail(0)).topItems;
    expect(after.row).not.toBe(before.row);
  });

  it("must be measured first where the data are others and too many", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const many = { rows: 2 ** 26, columns: 6, readInto: () => {} };
    const changed = { ...dataset, items: { ...dataset.items, embeddings: many } };
    await failure(OpenSae.open(folder, changed), "artifact-unmeasured", "too large", "Measure it first");
  });
});
