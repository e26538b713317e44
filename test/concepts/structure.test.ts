/** Structure of planted neurons: what was planted is found, and nothing where neurons know nothing of each other. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { absorbedOf } from "../../src/concepts/absorption";
import { activeCount, activeRows, activeRowsAmong, neuronsOfRows, rowsOf } from "../../src/concepts/active-rows";
import { carriedConcepts, type KnownConcept, partsOf } from "../../src/concepts/carried-concepts";
import { clustersOf } from "../../src/concepts/clusters";
import { companions, countedItems } from "../../src/concepts/companions";
import { splitOf } from "../../src/concepts/splitting";
import { structureOf } from "../../src/concepts/structure";
import { matryoshkaLevels } from "../../src/concepts/tree";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { structureSchema } from "../../src/protocol/structure";
import { randomMatrix } from "../sae/fixtures";
import { completeSettings } from "../sae/settings";
import { labelsNaming } from "./labelled";

const ITEMS = 1_000;
const pace = async () => {};
const allLive = (neurons: number) => new Uint8Array(neurons).fill(1);

/** A neuron is told by the items that activate it; activations differ a little. */
function neuronsOn(...active: ((item: number) => boolean)[]): Matrix {
  const random = seededRandom(5);
  const activations = matrix(ITEMS, active.length);
  for (let item = 0; item < ITEMS; item++) {
    active.forEach((isActive, neuron) => {
      if (isActive(item)) row(activations, item)[neuron] = 1 + random.uniform();
    });
  }
  return activations;
}

/** The coin of an item, the same each time it is asked. */
function coin(share: number, seed: number): (item: number) => boolean {
  const random = seededRandom(seed);
  const heads = Array.from({ length: ITEMS }, () => random.uniform() < share);
  return (item) => heads[item];
}

function conceptOn(key: string, bears: (item: number) => boolean): KnownConcept {
  return {
    key,
    label: key.split(":").at(-1)!,
    bearers: Uint32Array.from({ length: ITEMS }, (_, item) => item).filter(bears),
  };
}

async function structure(
  activations: Matrix,
  { prefixes = [] as number[], labels = [] as (string | null)[], concepts = [] as KnownConcept[] } = {},
) {
  const neurons = activations.columns;
  const named = labels.length > 0 ? labels : Array<string | null>(neurons).fill(null);
  const settings = completeSettings({ latents: neurons, prefixes });
  const decoderWeights = randomMatrix(neurons, 32, seededRandom(3));
  const found = await structureOf(
    { decoderWeights, settings },
    activeRows(activations),
    allLive(neurons),
    labelsNaming(named),
    concepts,
    1,
    pace,
  );
  return structureSchema.parse({ ...found, sae: "sha256:0" });
}

const horror = (item: number) => item < 200;
const slashers = (item: number) => item < 60;
const comedies = (item: number) => item >= 500 && item < 800;

describe("the tree", () => {
  it("puts a narrow neuron within the broader one that holds its items, with the share that it holds", async () => {
    const { tree } = await structure(neuronsOn(comedies, horror, (item) => slashers(item) || item === 950));
    expect(tree.map(({ parent }) => parent)).toEqual([null, null, 1]);
    expect(tree[2].share).toBeGreaterThan(0.96);
    expect(tree[2].share).toBeLessThan(1);
    expect(tree[1].share).toBe(0);
  });

  it("has parents of earlier Matryoshka levels only, however broad they are", async () => {
    const { tree, levels } = await structure(
      neuronsOn(slashers, comedies, horror, (item) => item < 30),
      {
        prefixes: [2],
      },
    );
    expect(levels).toEqual([2, 4]);
    expect(tree.map(({ level }) => level)).toEqual([0, 0, 1, 1]);
    // Horror is broader than the slashers, but came later: most of its activation is elsewhere.
    expect(tree.map(({ parent }) => parent)).toEqual([null, null, null, 0]);
    expect(tree[3].share).toBe(1);
  });

  it("prefers the parent that says most: one that is active nearly everywhere holds everything", async () => {
    const { tree } = await structure(neuronsOn((item) => item !== 999, horror, slashers));
    expect(tree[2].parent).toBe(1);
    expect(tree[1].parent).toBeNull();
  });

  it("finds nothing among neurons that are active at random", async () => {
    const random = Array.from({ length: 60 }, (_, seed) => coin(0.05 + 0.01 * (seed % 50), seed + 1));
    const { tree, coactivation } = await structure(neuronsOn(...random));
    expect(tree.filter(({ parent }) => parent !== null)).toEqual([]);
    expect(coactivation).toEqual([]);
  });

  it("never holds a neuron within itself", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000 }), fc.boolean(), async (seed, nested) => {
        const random = seededRandom(seed);
        const edges = Array.from({ length: 8 }, () => [random.integer(900), 30 + random.integer(400)]);
        const planted = edges.map(
          ([from, size]) =>
            (item: number) =>
              item >= from && item < from + size,
        );
        const { tree } = await structure(neuronsOn(...planted), { prefixes: nested ? [3] : [] });
        const parents = new Map(tree.map(({ neuron, parent }) => [neuron, parent]));
        for (let at of parents.keys()) {
          const path = [at];
          for (let up = parents.get(at) ?? null; up !== null; up = parents.get(at) ?? null) {
            expect(path).not.toContain(up);
            path.push(up);
            at = up;
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has one level without Matryoshka, and ignores prefixes that hold all neurons", () => {
    expect(matryoshkaLevels(4, [])).toEqual({ levels: [4], of: Uint8Array.of(0, 0, 0, 0) });
    expect(matryoshkaLevels(4, [1, 3])).toEqual({ levels: [1, 3, 4], of: Uint8Array.of(0, 1, 1, 2) });
    expect(matryoshkaLevels(4, [2, 4]).levels).toEqual([2, 4]);
  });
});

describe("co-activation", () => {
  it("gives the Jaccard index of two neurons, and how much oftener than chance they are active together", async () => {
    const { coactivation } = await structure(neuronsOn(horror, comedies, (item) => item < 100));
    expect(coactivation).toEqual([{ neurons: [0, 2], jaccard: 0.5, lift: 5 }]);
  });

  it("keeps the strongest pairs of each neuron, so that their number stays in bounds", async () => {
    const alike = Array.from({ length: 20 }, (_, at) => (item: number) => item < 100 + at);
    const { coactivation } = await structure(neuronsOn(...alike));
    expect(coactivation.length).toBeLessThanOrEqual(60);
    expect(coactivation[0].jaccard).toBeCloseTo(118 / 119, 12);
    const jaccards = coactivation.map(({ jaccard }) => jaccard);
    expect(jaccards).toEqual(jaccards.toSorted((a, b) => b - a));
  });

  it("is counted on a sample of the items where all pairs were too many", () => {
    const dense = activeRows(matrix(20_000, 128, new Float32Array(20_000 * 128).fill(1)));
    const counted = countedItems(dense, 1);
    expect(counted.rows).toBeLessThan(20_000);
    expect(counted.rows).toBeGreaterThanOrEqual(1_000);
    expect(activeCount(counted, 7)).toBe(counted.rows);
  });
});

describe("splitting", () => {
  const concept = conceptOn("tag:genres:Horror", horror);
  const split = (...active: ((item: number) => boolean)[]) => {
    const labels = labelsNaming(active.map(() => concept.key));
    const [carried] = carriedConcepts(labels, [concept]);
    return splitOf(activeRows(neuronsOn(...active)), carried);
  };

  it("is found where neurons share a concept's items, with what the best finds alone and all together", () => {
    const found = split(
      (item) => item < 120,
      (item) => item >= 120 && item < 180,
    );
    expect(found).toEqual({
      concept: concept.key,
      label: "Horror",
      neurons: [0, 1],
      recallOfBest: 0.6,
      recallTogether: 0.9,
    });
  });

  it("is not where neurons find the same items: these are duplicates", () => {
    const noisy = (seed: number) => {
      const [hit, noise] = [coin(0.8, seed), coin(0.03, seed + 50)];
      return (item: number) => (horror(item) ? hit(item) : noise(item));
    };
    expect(split(noisy(1), noisy(2))).toBeNull();
    expect(split(horror, horror)).toBeNull();
    expect(split(horror)).toBeNull();
  });

  it("leaves out neurons that find more only by being less precise", () => {
    const found = split(
      (item) => item < 120,
      (item) => item >= 120 && item < 600,
      (item) => item >= 120 && item < 180,
    );
    expect(found?.neurons).toEqual([0, 2]);
  });

  it("counts a neuron for Horror of the 1980s as a part of Horror", () => {
    const eighties = conceptOn("era:1980", (item) => item % 3 === 0);
    const labels = labelsNaming(["tag:genres:Horror & era:1980", "tag:genres:Horror"]);
    const [carriedHorror, carriedEra] = carriedConcepts(labels, [concept, eighties]);
    expect(carriedHorror).toMatchObject({ concept: { key: concept.key }, neurons: [0, 1], wholly: [1] });
    expect(carriedEra).toMatchObject({ concept: { key: "era:1980" }, neurons: [0], wholly: [] });
  });

  it("takes a tag that holds an ampersand for what it is", () => {
    const known = new Set(["tag:g:Sci-Fi", "tag:g:Sci-Fi & Fantasy", "era:1980"]);
    expect(partsOf("tag:g:Sci-Fi & Fantasy", known)).toEqual(["tag:g:Sci-Fi & Fantasy"]);
    expect(partsOf("tag:g:Sci-Fi & Fantasy & era:1980", known)).toEqual(["tag:g:Sci-Fi & Fantasy", "era:1980"]);
    expect(partsOf("tag:g:Unknown & era:1980", known)).toEqual(["tag:g:Unknown & era:1980"]);
  });
});

describe("absorption", () => {
  const concept = conceptOn("tag:genres:Horror", horror);
  const absorbed = (...active: ((item: number) => boolean)[]) => {
    const labels = labelsNaming(active.map((_, neuron) => (neuron === 0 ? concept.key : null)));
    const [carried] = carriedConcepts(labels, [concept]);
    const items = activeRows(neuronsOn(...active));
    return absorbedOf(items, neuronsOfRows(items), carried);
  };
  const withoutSlashers = (item: number) => horror(item) && !slashers(item);

  it("is found where a general neuron is silent on just the items of a narrow one", () => {
    expect(absorbed(withoutSlashers, comedies, slashers)).toEqual([
      { concept: concept.key, label: "Horror", general: 0, narrow: 2, share: 1, items: 60 },
    ]);
  });

  it("is not where the narrow neuron is active beside the general one too", () => {
    expect(absorbed(horror, comedies, slashers)).toEqual([]);
    const often = coin(0.5, 8);
    expect(absorbed((item) => horror(item) && often(item), slashers)).toEqual([]);
  });

  it("is not where what is active on the silent items is about something else", () => {
    expect(absorbed(withoutSlashers, (item) => slashers(item) || (item >= 300 && item < 400))).toEqual([]);
  });

  it("is not where what is active on the silent items bears the concept no more than items at large", () => {
    const nineties = conceptOn("era:1990", (item) => item < 600);
    const labels = labelsNaming([nineties.key, null]);
    const items = activeRows(
      neuronsOn(
        (item) => item < 400,
        (item) => item >= 400 && item < 700,
      ),
    );
    const [carried] = carriedConcepts(labels, [nineties]);
    expect(absorbedOf(items, neuronsOfRows(items), carried)).toEqual([]);
  });

  it("is not where the general neuron hardly knows its concept", () => {
    expect(
      absorbed(
        (item) => item >= 170 && item < 200,
        (item) => item < 25,
      ),
    ).toEqual([]);
  });
});

describe("clusters", () => {
  const random = seededRandom(2);
  const directions = randomMatrix(3, 16, random);
  /** Decoder rows near one of three directions. */
  const decoder = (of: readonly number[]) => {
    const rows = matrix(of.length, 16);
    of.forEach((direction, neuron) => {
      row(rows, neuron).set(row(directions, direction).map((value) => value + 0.1 * random.normal()));
    });
    return rows;
  };
  const concepts = [
    { key: "tag:genres:Horror", label: "Horror" },
    { key: "era:1980", label: "1980s" },
  ];

  it("hold neurons of one concept, of its conjunctions, and of directions near to theirs", async () => {
    const labels = labelsNaming(["tag:genres:Horror", "era:1980", "tag:genres:Horror & era:1980", null, null]);
    expect(await clustersOf(decoder([0, 1, 0, 0, 1]), allLive(5), labels, concepts)).toEqual([
      { name: "Horror", neurons: [0, 2, 3] },
      { name: "1980s", neurons: [1, 4] },
    ]);
  });

  it("hold neurons without a concept by their direction, and those like no other together", async () => {
    const labels = labelsNaming([null, "era:1980", null, null, null]);
    expect(await clustersOf(decoder([0, 1, 0, 2, 0]), allLive(5), labels, concepts)).toEqual([
      { name: "like Item 0", neurons: [0, 2, 4] },
      { name: "1980s", neurons: [1] },
      { name: "Like no other", neurons: [3] },
    ]);
  });

  it("hold every live neuron once and no dead one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ alive: fc.boolean(), of: fc.constantFrom("era:1980", "tag:genres:Horror", null) }), {
          maxLength: 30,
        }),
        async (neurons) => {
          const live = Uint8Array.from(neurons, ({ alive }) => Number(alive));
          const rows = randomMatrix(neurons.length, 4, seededRandom(neurons.length));
          const found = await clustersOf(rows, live, labelsNaming(neurons.map(({ of }) => of)), concepts);
          const held = found.flatMap((cluster) => cluster.neurons).sort((a, b) => a - b);
          expect(held).toEqual(Array.from(live.keys()).filter((neuron) => live[neuron] === 1));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("the structure of poor data", () => {
  it("is empty without items, without neurons that are active, and without concepts", async () => {
    const silent = await structure(matrix(ITEMS, 3));
    expect(silent).toMatchObject({ splitting: [], absorption: [], coactivation: [] });
    expect(silent.tree.map(({ parent }) => parent)).toEqual([null, null, null]);
    expect((await structure(matrix(0, 3))).tree).toHaveLength(3);
  });
});

describe("active rows", () => {
  it("tell the same by neuron, by row and of some rows as the matrix they are of", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (seed) => {
        const activations = randomMatrix(9, 5, seededRandom(seed));
        const active = activeRows(activations);
        const byRow = neuronsOfRows(active);
        for (let r = 0; r < 9; r++) {
          const expected = [0, 1, 2, 3, 4].filter((k) => row(activations, r)[k] > 0);
          expect([...byRow.neuron.subarray(byRow.offsets[r], byRow.offsets[r + 1])]).toEqual(expected);
        }
        const among = activeRowsAmong(active, Uint32Array.of(2, 3, 7));
        const expected = [2, 3, 7].flatMap((r, at) => (row(activations, r)[1] > 0 ? [at] : []));
        expect([...rowsOf(among, 1).row]).toEqual(expected);
      }),
    );
  });

  it("meet each pair from both sides", () => {
    const active = activeRows(randomMatrix(40, 6, seededRandom(1)));
    const counts = new Map<string, number>();
    for (const { neuron, others, together } of companions(active)) {
      for (const other of others) counts.set(`${neuron} ${other}`, together[other]);
    }
    for (const [pair, count] of counts) expect(counts.get(pair.split(" ").reverse().join(" "))).toBe(count);
    expect(counts.size).toBeGreaterThan(10);
  });
});
