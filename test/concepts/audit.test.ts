/** The audit of planted users: neurons that know an attribute are named, others are not, and popularity is told from taste. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activeRanks } from "../../src/concepts/active-ranks";
import { activeRows } from "../../src/concepts/active-rows";
import { aucOfRanks, midRanks, varianceOfRanks } from "../../src/concepts/auc";
import { auditFindings } from "../../src/concepts/audit";
import { auditedAttributes, isCalledProtected } from "../../src/concepts/audit-attributes";
import { audienceEffects } from "../../src/concepts/audit-audience";
import { FalseDiscovery } from "../../src/concepts/chance";
import { column, type Matrix, matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { evidenceFor, labelsNaming } from "./labelled";

const pace = async () => {};
const live = (neurons: number) => new Uint8Array(neurons).fill(1);

/** Neuron k is ReLU of noise, plus what `drive` gives it on a row. */
function neurons(rows: number, count: number, seed: number, drive: (row: number, neuron: number) => number): Matrix {
  const random = seededRandom(seed);
  const activations = matrix(rows, count);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < count; k++) row(activations, r)[k] = Math.max(0, random.normal() - 0.5 + drive(r, k));
  }
  return activations;
}

describe("attributes of users", () => {
  it.each(["gender", "Sex", "AGE", "age_group", "userAge", "ethnicity", "date of birth", "sexual orientation"])(
    "called %s are protected",
    (name) => expect(isCalledProtected(name)).toBe(true),
  );

  it.each(["occupation", "page", "language", "average", "message", "zip", "usage", "sextant"])(
    "called %s are not",
    (name) => expect(isCalledProtected(name)).toBe(false),
  );

  it("are protected by the manifest's word where it has one, and by that alone", () => {
    const values = Array.from({ length: 40 }, (_, user) => (user % 2 === 0 ? "a" : "b"));
    const attributes = ["gender", "dialect"].map((name) => ({ column: name, values }));
    const isProtected = (stated?: string[]) => auditedAttributes(attributes, stated).map((each) => each.protected);
    expect(isProtected()).toEqual([true, false]);
    expect(isProtected(["dialect"])).toEqual([false, true]);
    expect(isProtected([])).toEqual([false, false]);
  });

  it("that are ages stand in the bands that people use, and other numbers in fifths", () => {
    const ages = Array.from({ length: 100 }, (_, user) => String(user));
    const [age, income] = auditedAttributes(
      [
        { column: "age", values: ages },
        { column: "income", values: ages.map((value) => `${value}.5`) },
      ],
      undefined,
    );
    expect(age.values.map(({ value, rows }) => [value, rows.length])).toEqual([
      ["under 18", 18],
      ["18 to 24", 7],
      ["25 to 34", 10],
      ["35 to 44", 10],
      ["45 to 54", 10],
      ["55 to 64", 10],
      ["65 and over", 35],
    ]);
    expect(income.values.map(({ value }) => value)).toEqual([
      "under 20.5",
      "20.5 to under 40.5",
      "40.5 to under 60.5",
      "60.5 to under 80.5",
      "80.5 and over",
    ]);
  });

  it("that are few numbers, such as codes of age groups, are values of their own", () => {
    const codes = Array.from({ length: 70 }, (_, user) => ["1", "18", "25", "35", "45", "50", "56"][user % 7]);
    const [age] = auditedAttributes([{ column: "age", values: codes }], undefined);
    expect(age.values.map(({ value }) => value).sort()).toEqual(["1", "18", "25", "35", "45", "50", "56"]);
  });

  it("that tell nobody apart are left out: all alike, all different, or all missing", () => {
    const users = Array.from({ length: 60 }, (_, user) => user);
    const attributes = [
      { column: "gender", values: users.map(() => "F") },
      { column: "zip", values: users.map((user) => `0${1000 + user}`) },
      { column: "age", values: users.map(() => "") },
    ];
    expect(auditedAttributes(attributes, undefined)).toEqual([]);
  });
});

describe("the audience of neurons", () => {
  const USERS = 600;
  const isFemale = (user: number) => user % 3 === 0;
  const genders: string[] = Array.from({ length: USERS }, (_, user) => (isFemale(user) ? "F" : "M"));
  const audit = (activations: Matrix, values = genders) =>
    auditFindings(
      {
        users: activeRows(activations),
        attributes: auditedAttributes([{ column: "gender", values }], undefined),
        items: activeRows(matrix(0, activations.columns)),
        interactions: null,
        labels: labelsNaming(Array<null>(activations.columns).fill(null)),
        live: live(activations.columns),
      },
      pace,
    );

  it("is told of a planted neuron, with its effect, and of no random one", async () => {
    const planted = (user: number, neuron: number) => (neuron === 7 && isFemale(user) ? 1.2 : 0);
    const { attributes, popularity } = await audit(neurons(USERS, 200, 1, planted));
    expect(popularity).toBeNull();
    const [{ column: name, protected: isProtected, users, values, neurons: found }] = attributes;
    expect([name, isProtected, users]).toEqual(["gender", true, USERS]);
    expect(values.map(({ value }) => value)).toEqual(["M", "F"]);
    expect(values[1].share).toBeCloseTo(1 / 3, 12);
    expect(found.map(({ neuron, value }) => [neuron, value])).toEqual([[7, "F"]]);
    const [{ auc, interval, cohensD, q, users: females }] = found;
    expect(females).toBe(200);
    expect(auc).toBeGreaterThan(0.7);
    expect(interval[0]).toBeLessThan(auc);
    expect(interval[0]).toBeGreaterThan(0.6);
    expect(interval[1]).toBeGreaterThan(auc);
    expect(cohensD).toBeGreaterThan(0.6);
    expect(q).toBeLessThan(1e-6);
  });

  it("is the other value's where a neuron is silent on one", async () => {
    const planted = (user: number, neuron: number) => (neuron === 0 && isFemale(user) ? -3 : 0);
    const [{ neurons: found }] = (await audit(neurons(USERS, 3, 2, planted))).attributes;
    expect(found.map(({ neuron, value }) => [neuron, value])).toEqual([[0, "M"]]);
  });

  it("is invented for hardly any of many neurons that know nothing", async () => {
    let found = 0;
    for (let seed = 1; seed <= 10; seed++) {
      found += (await audit(neurons(USERS, 100, seed, () => 0))).attributes[0].neurons.length;
    }
    expect(found).toBeLessThanOrEqual(1);
  });

  it("is of the users with a value alone", async () => {
    const halfMissing = genders.map((value, user) => (user < 300 ? value : ""));
    // Neuron 0 tells who has a value from who has none, not one gender from the other.
    const planted = (user: number, neuron: number) => (neuron === 0 && user < 300 ? 3 : 0);
    const [{ users, neurons: found }] = (await audit(neurons(USERS, 2, 3, planted), halfMissing)).attributes;
    expect(users).toBe(300);
    expect(found).toEqual([]);
  });

  it("has the AUC and Cohen's d of the full activations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (seed) => {
        const activations = neurons(60, 2, seed, (user) => (isFemale(user) ? 1 : 0));
        const [attribute] = auditedAttributes([{ column: "gender", values: genders.slice(0, 60) }], undefined);
        const discoveries = new FalseDiscovery();
        const found = await audienceEffects(activeRows(activations), attribute, live(2), discoveries, pace);
        for (const { neuron, value, auc, cohensD } of found) {
          const z = column(activations, neuron);
          const bearers = attribute.values.find((each) => each.value === value)!.rows;
          expect(auc).toBeCloseTo(aucOfRanks(midRanks(z), bearers), 10);
          const [a, b] = [true, false].map((is) => z.filter((_, user) => bearers.includes(user) === is));
          const mean = (of: Float32Array) => of.reduce((sum, each) => sum + each, 0) / of.length;
          const squares = (of: Float32Array) => of.reduce((sum, each) => sum + (each - mean(of)) ** 2, 0);
          const pooled = Math.sqrt((squares(a) + squares(b)) / 58);
          expect(cohensD).toBeCloseTo((mean(a) - mean(b)) / pooled, 5);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("is nobody's where all users activate a neuron alike", async () => {
    const constant = matrix(USERS, 1, new Float32Array(USERS).fill(2));
    expect((await audit(constant)).attributes[0].neurons).toEqual([]);
  });
});

describe("popularity", () => {
  const ITEMS = 500;
  const random = seededRandom(4);
  const interactions = Array.from({ length: ITEMS }, () => Math.floor(200 * random.uniform() ** 3));
  const taste = Array.from({ length: ITEMS }, () => random.normal());
  /** Neuron 0 follows popularity, 1 flees it, 2 is about taste, 3 about nothing. */
  const activations = neurons(ITEMS, 4, 6, (item, neuron) => {
    const popularity = Math.cbrt(interactions[item] / 200) * 4 - 2;
    return [popularity, -popularity, taste[item], 0][neuron];
  });
  const audit = (labels = labelsNaming([null, null, null, null])) =>
    auditFindings(
      {
        users: activeRows(matrix(0, 4)),
        attributes: [],
        items: activeRows(activations),
        interactions,
        labels,
        live: live(4),
      },
      pace,
    );

  it("is followed by the neurons that it was planted in, forwards or backwards", async () => {
    const { neurons: found } = (await audit()).popularity!;
    expect(found.map(({ neuron }) => neuron).sort()).toEqual([0, 1]);
    const follower = found.find(({ neuron }) => neuron === 0)!;
    expect(follower.correlation).toBeGreaterThan(0.4);
    expect(follower.interval[0]).toBeLessThan(follower.correlation);
    expect(follower.interval[1]).toBeGreaterThan(follower.correlation);
    expect(found.find(({ neuron }) => neuron === 1)!.correlation).toBeLessThan(-0.4);
  });

  it("is not what a neuron follows that its name tells better", async () => {
    const labels = labelsNaming(["tag:genres:Blockbuster", null, null, null]);
    labels[0].evidence = evidenceFor("tag:genres:Blockbuster", { heldOutAuc: 0.97 });
    expect((await audit(labels)).popularity!.neurons.map(({ neuron }) => neuron)).toEqual([1]);
  });

  it("is Spearman's correlation", async () => {
    const { neurons: found } = (await audit()).popularity!;
    const x = midRanks(column(activations, 0));
    const y = midRanks(Float32Array.from(interactions));
    const mean = (ITEMS + 1) / 2;
    const product = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, each, item) => sum + (each - mean) * (b[item] - mean), 0);
    const expected = product(x, y) / Math.sqrt(product(x, x) * product(y, y));
    expect(found.find(({ neuron }) => neuron === 0)!.correlation).toBeCloseTo(expected, 10);
  });

  it("is nobody's where all items are used alike", async () => {
    const input = { users: activeRows(matrix(0, 4)), attributes: [], items: activeRows(activations), live: live(4) };
    const labels = labelsNaming([null, null, null, null]);
    const alike = new Uint32Array(ITEMS).fill(7);
    expect((await auditFindings({ ...input, labels, interactions: alike }, pace)).popularity).toEqual({ neurons: [] });
  });
});

it("ranks of active rows are those of all rows", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 }), (values) => {
      const z = Float32Array.from(values);
      const all = midRanks(z);
      const ranks = activeRanks(
        z.filter((value) => value > 0),
        z.length,
      );
      expect([...ranks.active]).toEqual([...all.filter((_, at) => z[at] > 0)]);
      const silent = values.indexOf(0);
      if (silent >= 0) expect(ranks.silent).toBe(all[silent]);
      expect(ranks.variance).toBeCloseTo(varianceOfRanks(all), 10);
    }),
  );
});
