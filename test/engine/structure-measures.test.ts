/** Structure and audit as measuring makes them: whole, true of what was planted, and of every kind of SAE. */
import { describe, expect, it } from "vitest";
import { activeRows } from "../../src/concepts/active-rows";
import { allRows, column, matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { auditOf } from "../../src/engine/audit-measures";
import { SteeredLists } from "../../src/engine/audit-ranking";
import { measured } from "../../src/engine/measure";
import { rankedCatalogue } from "../../src/engine/ranked-catalogue";
import { auditSchema, structureSchema } from "../../src/protocol/structure";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { encodeRows } from "../../src/sae/encode";
import type { Sae } from "../../src/sae/model";
import { labelsNaming } from "../concepts/labelled";
import { type DatasetInMemory, randomDataset, randomSae, SAE_VARIANTS, variantName } from "../sae/fixtures";

const DIMENSIONS = 6;
const USERS = 400;
const pace = async () => {};

/** Neuron k is max(x_k, 0), and decodes to dimension k. */
function positiveHalves(): Sae {
  const identity = () => {
    const weights = matrix(DIMENSIONS, DIMENSIONS);
    for (let c = 0; c < DIMENSIONS; c++) weights.values[c * DIMENSIONS + c] = 1;
    return weights;
  };
  return {
    ...randomSae(DIMENSIONS, DIMENSIONS),
    encoderWeights: identity(),
    decoderWeights: identity(),
    encoderBias: new Float32Array(DIMENSIONS),
    decoderBias: new Float32Array(DIMENSIONS),
    normalisation: "none",
  };
}

/** Women are drawn to dimension 2, and the items along it are what their lists are of. */
function genderedDataset(): DatasetInMemory {
  const dataset = randomDataset(USERS, 300, DIMENSIONS);
  const genders = Array.from({ length: USERS }, (_, user) => (user % 2 === 0 ? "F" : "M"));
  genders.forEach((gender, user) => {
    row(dataset.users.embeddings, user)[2] += gender === "F" ? 3 : -1;
  });
  const random = seededRandom(8);
  const attributes = [
    { column: "gender", values: genders },
    { column: "town", values: genders.map(() => (random.uniform() < 0.5 ? "north" : "south")) },
  ];
  return { ...dataset, users: { ...dataset.users, attributes } };
}

describe("the audit of a data set", () => {
  const dataset = genderedDataset();
  const sae = positiveHalves();
  const live = new Uint8Array(DIMENSIONS).fill(1);
  const audit = async (of = dataset) => {
    const audited = {
      dataset: of,
      sae,
      labels: labelsNaming(Array<null>(DIMENSIONS).fill(null)),
      live,
      active: activeRows(await encodeRows(sae, of.items.embeddings)),
      items: allRows(of.items.ids.length),
    };
    const users = allRows(of.users.ids.length);
    const found = await auditOf(audited, rankedCatalogue(of, 1), dotRecommender(of.users), users, 1, pace);
    return auditSchema.parse({ ...found, sae: "sha256:0" });
  };

  it("names the planted gender neuron, and none for what has no bearing on taste", async () => {
    const { attributes } = await audit();
    const [gender, town] = attributes;
    expect(gender).toMatchObject({ column: "gender", protected: true, users: USERS });
    expect(gender.neurons.map(({ neuron, value }) => [neuron, value])).toEqual([[2, "F"]]);
    expect(town).toMatchObject({ column: "town", protected: false, neurons: [], ranking: null });
  });

  it("tells that more of the ranking runs through it than through a random one", async () => {
    const { ranking } = (await audit()).attributes[0];
    expect(ranking).toMatchObject({ neurons: 1, users: 100 });
    expect(ranking!.change.value).toBeGreaterThan(ranking!.changeOfRandom.value);
    const [low, high] = ranking!.change.interval!;
    expect(low).toBeLessThan(ranking!.change.value);
    expect(high).toBeGreaterThan(ranking!.change.value);
  });

  it("is the same again", async () => {
    expect(await audit()).toEqual(await audit());
  });

  it("takes the manifest's word for what is protected", async () => {
    const { manifest } = dataset;
    const stating = { ...manifest, users: { ...manifest.users, protected: ["town"] } };
    const { attributes } = await audit({ ...dataset, manifest: stating });
    expect(attributes.map((attribute) => attribute.protected)).toEqual([false, true]);
  });

  it("has nothing to say without attributes, without interactions, and without users", async () => {
    const bare = { ...dataset, users: { ...dataset.users, attributes: [] }, interactions: null };
    expect(await audit(bare)).toMatchObject({ attributes: [], popularity: null });
    expect(await audit({ ...randomDataset(0, 40, DIMENSIONS), interactions: null })).toMatchObject({
      attributes: [],
      popularity: null,
    });
  });
});

describe("lists of steered users", () => {
  const dataset = randomDataset(20, 60, DIMENSIONS);
  const sae = positiveHalves();
  const lists = SteeredLists.of(sae, rankedCatalogue(dataset, 1), dotRecommender(dataset.users), allRows(20), 1);
  const live = [0, 1, 2, 3, 4, 5];

  it("do not change without the neurons that no user activates", async () => {
    const silent = positiveHalves();
    silent.encoderBias[4] = -1e6;
    const of = SteeredLists.of(silent, rankedCatalogue(dataset, 1), dotRecommender(dataset.users), allRows(20), 1);
    expect((await of.shareThrough([4], live, pace))!.change.value).toBe(0);
  });

  it("change the more, the more neurons are suppressed", async () => {
    const changes = [];
    for (const neurons of [[0], [0, 1, 2], live]) {
      changes.push((await lists.shareThrough(neurons, live, pace))!.change.value);
    }
    expect(changes).toEqual(changes.toSorted((a, b) => a - b));
    expect(changes[2]).toBeGreaterThan(0.3);
  });

  it("have nothing to tell where no neuron is named", async () => {
    expect(await lists.shareThrough([], live, pace)).toBeNull();
  });
});

describe("what measuring writes of neurons together", () => {
  it.each(SAE_VARIANTS.filter(({ tied }) => tied).map((variant) => [variantName(variant), variant] as const))(
    "is whole for every kind of SAE: %s",
    async (_, variant) => {
      const dataset = randomDataset(40, 80, 5);
      const sae = randomSae(5, 9, 1, variant);
      const training = { steps: 1, seconds: 1, interrupted: false };
      const { structure, audit, labels } = (await measured(dataset, dotRecommender(dataset.users), sae, training))("h");
      const found = structureSchema.parse(JSON.parse(JSON.stringify(structure)));
      expect(auditSchema.parse(JSON.parse(JSON.stringify(audit)))).toEqual(audit);
      const live = labels.neurons.filter(({ kind }) => kind !== "dead").map(({ neuron }) => neuron);
      expect(found.tree.map(({ neuron }) => neuron)).toEqual(live);
      expect(found.clusters.flatMap(({ neurons }) => neurons).sort((a, b) => a - b)).toEqual(live);
      const activations = await encodeRows(sae, dataset.items.embeddings);
      for (const { neuron, parent, share } of found.tree) {
        if (parent === null) continue;
        const [own, others] = [column(activations, neuron), column(activations, parent)];
        const total = own.reduce((sum, z) => sum + z, 0);
        expect(share).toBeCloseTo(own.reduce((sum, z, item) => sum + (others[item] > 0 ? z : 0), 0) / total, 4);
      }
    },
  );
});
