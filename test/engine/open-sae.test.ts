/** An SAE opened on data: what is shown of its neurons, and where that comes from. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { strongest } from "../../src/concepts/strongest";
import type { Dataset } from "../../src/data/dataset";
import { byUser } from "../../src/data/interactions-file";
import { closeDataset } from "../../src/data/load";
import { column } from "../../src/data/matrix";
import { measured } from "../../src/engine/measure";
import { OpenSae } from "../../src/engine/open-sae";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { readActivity, writeActivity } from "../../src/sae/activity-file";
import { writeArtifact } from "../../src/sae/artifact";
import { dataFingerprint } from "../../src/sae/data-fingerprint";
import { encodeRows } from "../../src/sae/encode";
import { datasetFromFiles } from "../data/from-files";
import { failure, scratchFolder } from "../data/scratch";
import { type DatasetInMemory, randomDataset, randomSae } from "../sae/fixtures";
import { personalWord } from "./labelled-neurons";

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
async function artifactOf(dataset: Dataset, within = scratchFolder()): Promise<{ folder: string; hash: string }> {
  const folder = join(await within, "sae");
  const training = { steps: 1, seconds: 1, interrupted: false };
  const { hash } = await writeArtifact(
    folder,
    sae,
    await measured(dataset, dotRecommender(dataset.users), sae, training),
  );
  return { folder, hash };
}

const opened = (folder: string, dataset: Dataset) => OpenSae.open(folder, dataset, dotRecommender(dataset.users));

const fingerprintOf = ({ users, items }: Dataset) => dataFingerprint([users.embeddings, items.embeddings]);

describe("a neuron of an open SAE", () => {
  it("is shown with what all its activations say, from memory or from files", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const stored = await datasetFromFiles(dataset);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const users = await encodeRows(sae, dataset.users.embeddings);
    for (const of of [dataset, stored]) {
      const open = await opened(folder, of);
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
    const open = await opened((await artifactOf(dataset)).folder, dataset);
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
    expect((await (await opened(folder, dataset)).detail(3)).largestUserActivation).toBe(12.5);
  });

  it("is found again where the data are others than they were, and not too many", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const [before] = (await (await opened(folder, dataset)).detail(0)).topItems;
    dataset.items.embeddings.values.subarray(before.row * 6, (before.row + 1) * 6).fill(0);
    const [after] = (await (await opened(folder, dataset)).detail(0)).topItems;
    expect(after.row).not.toBe(before.row);
  });

  it("must be measured first where the data are others and too many", async () => {
    const dataset = taggedDataset();
    const { folder } = await artifactOf(dataset);
    const many = { rows: 2 ** 26, columns: 6, readInto: () => {} };
    const changed = { ...dataset, items: { ...dataset.items, embeddings: many } };
    await failure(opened(folder, changed), "artifact-unmeasured", "too large", "Measure it first");
  });
});

describe("what a person sees of a neuron", () => {
  it("has parts that agree with one another, from memory or from files", async () => {
    const dataset = withYearsAndUsers(taggedDataset());
    const { folder } = await artifactOf(dataset);
    const stored = await datasetFromFiles(dataset);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const details: NeuronDetail[][] = [];
    for (const of of [dataset, stored]) {
      const open = await opened(folder, of);
      details.push(await Promise.all(open.rows.map(({ neuron }) => open.detail(neuron))));
    }
    await closeDataset(stored);
    expect(details[1]).toEqual(details[0]);
    for (const detail of details[0]) {
      const ofItems = column(activations, detail.neuron);
      for (const bins of [detail.years!, detail.popularity!]) {
        expect(sumOf(bins.map(({ all }) => all))).toBe(200);
        expect(sumOf(bins.map(({ active }) => active))).toBe(detail.activeItems);
        expect(sumOf(bins.map(({ all, mean }) => all * mean))).toBeCloseTo(sumOf([...ofItems]), 3);
      }
      for (const { row, activation } of [...detail.typicalItems, ...detail.borderlineItems]) {
        expect(activation).toBe(ofItems[row]);
      }
      for (const { activation } of detail.typicalItems) {
        expect(activation).toBeGreaterThanOrEqual(detail.thresholds!.typicalFrom);
        expect(activation).toBeLessThanOrEqual(detail.thresholds!.typicalTo);
      }
      expect(detail.topUsers[0]?.activation ?? 0).toBe(detail.largestUserActivation);
      const gender = detail.audience.find(({ column }) => column === "gender");
      if (gender) expect(sumOf(gender.values.map(({ share }) => share))).toBeCloseTo(1, 9);
      expect(gender === undefined).toBe(detail.largestUserActivation === 0);
      expect(detail.reason).not.toBe("");
      expect(detail.nearest.every(({ neuron }) => neuron !== detail.neuron)).toBe(true);
    }
  });

  it("passes titles through as they are, in any script", async () => {
    const titles = [
      "<script>alert(1)</script>",
      "الرسالة ‏(1976)",
      "千と千尋の神隠し",
      "Zażółć\u202e gęślą",
      "👩‍🚀 Gravity",
    ];
    const plain = taggedDataset();
    const dataset = {
      ...plain,
      items: { ...plain.items, titles: Array.from({ length: 200 }, (_, item) => titles[item % titles.length]) },
    };
    const open = await opened((await artifactOf(dataset)).folder, dataset);
    const { topItems, typicalItems, effect } = await open.detail(0);
    for (const { row, title } of [...topItems, ...typicalItems, ...effect.gains, ...open.items([0, 1, 2, 3, 4])]) {
      expect(title).toBe(titles[row % titles.length]);
    }
    const exported = open.export();
    expect(exported.flatMap(({ topItems }) => topItems).every(({ title }) => titles.includes(title))).toBe(true);
  });
});

const dataset = taggedDataset();
/** An artifact that no test changes. */
let measuredOnce: string;
beforeAll(async () => {
  measuredOnce = (await artifactOf(dataset, mkdtemp(join(tmpdir(), "recprism-")))).folder;
});
afterAll(() => rm(dirname(measuredOnce), { recursive: true }));

describe("other labels", () => {
  it("are shown from the moment on that they are there, and measures stay", async () => {
    const open = await opened(measuredOnce, dataset);
    const before = open.rows;
    const { labels } = open.artifact;
    const word = personalWord({ label: "Schauer", pinned: true, note: "dark" });
    open.relabelled({
      ...labels,
      neurons: labels.neurons.map((of) => (of.neuron === 2 ? { ...of, person: word } : of)),
    });
    expect(open.rows).not.toBe(before);
    expect(open.rows[2]).toEqual({
      ...before[2],
      label: "Schauer",
      labelledBy: "person",
      pinned: true,
      hasNote: true,
      statisticalLabel: before[2].label,
    });
    expect(open.rows[1]).toEqual(before[1]);
    const detail = await open.detail(2);
    expect([detail.label, detail.person]).toEqual(["Schauer", word]);
    expect(detail.reason).toContain("Named by Ada.");
    expect((await open.detail(0)).nearest.find(({ neuron }) => neuron === 2)?.label).toBe("Schauer");
    expect(open.export()[2]).toMatchObject({ label: "Schauer", labelledBy: "person" });
    expect(open.export([open.rows[2]])).toHaveLength(1);
  });
});

describe("neurons side by side", () => {
  it("are compared alike in both directions, in the order asked for", async () => {
    const open = await opened(measuredOnce, dataset);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const neurons = [5, 0, 3];
    const { decoderCosine, jaccard, concepts, topItems, ...compared } = await open.compare(neurons);
    expect(compared.neurons).toEqual(neurons.map((neuron) => open.rows[neuron]));
    for (let a = 0; a < 3; a++) {
      expect(topItems[a]).toEqual((await open.detail(neurons[a])).topItems.slice(0, 10));
      expect(decoderCosine[4 * a]).toBeCloseTo(1, 9);
      expect(jaccard[4 * a]).toBe(1);
      for (let b = 0; b < 3; b++) {
        expect(decoderCosine[3 * a + b]).toBe(decoderCosine[3 * b + a]);
        const [ofA, ofB] = [neurons[a], neurons[b]].map((neuron) => column(activations, neuron));
        const both = ofA.filter((activation, item) => activation > 0 && ofB[item] > 0).length;
        const either = ofA.filter((activation, item) => activation > 0 || ofB[item] > 0).length;
        expect(jaccard[3 * a + b]).toBeCloseTo(both / either, 12);
      }
    }
    const reversed = await open.compare([3, 0, 5]);
    for (const { concept, baseRate, lifts } of concepts) {
      const same = reversed.concepts.find((other) => other.concept === concept)!;
      expect(same).toMatchObject({ baseRate, lifts: [...lifts].reverse() });
    }
  });

  it("have the lifts of their labels' proof", async () => {
    const open = await opened(measuredOnce, dataset);
    const named = open.rows.filter(({ lift }) => lift !== null).slice(0, 4);
    const other = open.rows.find(({ neuron }) => !named.some((row) => row.neuron === neuron))!;
    const { concepts } = await open.compare([...named, other].map(({ neuron }) => neuron));
    expect(named.length).toBeGreaterThan(0);
    for (const [place, { neuron, lift }] of named.entries()) {
      const { evidence } = await open.detail(neuron);
      expect(concepts.find(({ concept }) => concept === evidence!.concept)!.lifts[place]).toBeCloseTo(lift!, 9);
    }
  });

  it("are two to twelve that there are", async () => {
    const open = await opened(measuredOnce, dataset);
    await failure(open.compare([1]), "query-invalid", "2 to 12");
    await failure(open.compare(new Array(13).fill(0)), "query-invalid", "13 neurons");
    await failure(open.compare([1, 99]), "not-found", "99");
  });
});

describe("the map of an open SAE", () => {
  it("is drawn once, and coloured by what each neuron does", async () => {
    const open = await opened(measuredOnce, dataset);
    const map = await open.itemMap();
    expect(map.rows).toHaveLength(200);
    expect(await open.itemMap()).toBe(map);
    const activations = await encodeRows(sae, dataset.items.embeddings);
    expect(await open.mapActivations(6)).toEqual(column(activations, 6));
    await failure(open.mapActivations(LATENTS), "not-found", `${LATENTS}`);
  });

  it("tells what its items are, a thousand at a time", async () => {
    const open = await opened(measuredOnce, dataset);
    expect(open.items([7, 0]).map(({ id, title, tags }) => [id, title, tags])).toEqual([
      ["i7", "Item 7", ["Drama"]],
      ["i0", "Item 0", ["Horror"]],
    ]);
    expect(() => open.items([200])).toThrow("no item in row 200");
    expect(() => open.items([0.5])).toThrow("no item in row 0.5");
    expect(() => open.items(new Array(1_001).fill(0))).toThrow("at most 1,000");
  });
});

function withYearsAndUsers(dataset: DatasetInMemory): DatasetInMemory {
  const { items, users } = dataset;
  return {
    ...dataset,
    items: { ...items, years: Array.from({ length: 200 }, (_, item) => 1930 + (item % 80)) },
    users: {
      ...users,
      attributes: [{ column: "gender", values: Array.from({ length: 60 }, (_, user) => "FM"[user % 2]) }],
    },
    // Every item is used, some more often than others.
    interactions: byUser(
      Array.from({ length: 400 }, (_, pair) => pair % 60),
      Array.from({ length: 400 }, (_, pair) => (pair < 200 ? pair : (pair * pair) % 50)),
      60,
    ),
  };
}

const sumOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
