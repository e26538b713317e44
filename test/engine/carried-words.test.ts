/** Words that outlive their SAE: which neuron gets them, and what they say there. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { LEAST_CARRYING_COSINE, matchedNeurons, withCarriedWords } from "../../src/engine/carried-words";
import type { NeuronLabel } from "../../src/protocol/artifact";
import { randomMatrix } from "../sae/fixtures";
import { FRIGHT, neuronLabel, personalWord } from "./labelled-neurons";

const rowsOf = (...rows: number[][]) => matrix(rows.length, rows[0].length, Float32Array.from(rows.flat()));
const labels = (...person: NeuronLabel["person"][]) =>
  person.map((word, neuron) => neuronLabel({ neuron, person: word }));

describe("matching neurons by their decoder rows", () => {
  it("finds every row again in another order and length, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 12 }), async (seed, latents) => {
        const random = seededRandom(seed);
        const before = randomMatrix(latents, 64, random);
        const order = random.shuffle(Array.from({ length: latents }, (_, neuron) => neuron));
        const now = rowsOf(
          ...order.map((neuron) => Array.from(before.values.subarray(neuron * 64, (neuron + 1) * 64), (x) => 3 * x)),
        );
        const matches = await matchedNeurons(before, now);
        expect(matches).toHaveLength(latents);
        for (const match of matches) {
          expect(order[match.now]).toBe(match.before);
          expect(match.cosine).toBeCloseTo(1, 5);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is one to one: the better match takes a neuron that two claim", async () => {
    const before = rowsOf([1, 0], [0.9, 0.3]);
    const matches = await matchedNeurons(before, rowsOf([1, 0.05], [-1, 0]));
    expect(matches).toEqual([{ before: 0, now: 0, cosine: expect.closeTo(0.9988, 3) }]);
  });

  it("leaves out rows that differ too much, opposite ones and those of another width", async () => {
    const angle = Math.acos(LEAST_CARRYING_COSINE - 0.01);
    expect(await matchedNeurons(rowsOf([1, 0]), rowsOf([Math.cos(angle), Math.sin(angle)], [-1, 0]))).toEqual([]);
    expect(await matchedNeurons(rowsOf([1, 0]), rowsOf([1, 0, 0]))).toEqual([]);
  });
});

describe("carried words", () => {
  const hash = "sha256:before";

  it("say the same of the neuron that was found again, with the cosine, and keep who said so", () => {
    const word = personalWord({ label: "Slasher", note: "see Halloween", by: "Bob" });
    const carried = withCarriedWords(labels(null, null), { hash, neurons: labels(word) }, [
      { before: 0, now: 1, cosine: 0.93 },
    ]);
    expect(carried[0].person).toBeNull();
    expect(carried[1].person).toEqual({ ...word, carried: { sae: hash, neuron: 0, cosine: 0.93 } });
  });

  it("keep together those of merged neurons that were found again", () => {
    const merged = [0, 1, 2].map((neuron) =>
      personalWord({ label: "Gore", mergedWith: [0, 1, 2].filter((other) => other !== neuron) }),
    );
    const carried = withCarriedWords(labels(null, null, null, null), { hash, neurons: labels(...merged) }, [
      { before: 0, now: 3, cosine: 0.99 },
      { before: 2, now: 1, cosine: 0.9 },
    ]);
    expect(carried.map(({ person }) => person?.mergedWith ?? null)).toEqual([null, [3], null, [1]]);
  });

  it("no longer call a name wrong where another was found, nor keep a word that says nothing more", () => {
    const refuted = personalWord({ wrong: true });
    const noted = personalWord({ wrong: true, note: "see Halloween" });
    const before = labels(refuted, refuted, noted).map((label) => ({ ...label, label: "Horror" }));
    const now = labels(null, null, null).map((label, neuron) => ({ ...label, label: neuron === 0 ? "Horror" : "War" }));
    const matches = [0, 1, 2].map((neuron) => ({ before: neuron, now: neuron, cosine: 0.9 }));
    const carried = withCarriedWords(now, { hash, neurons: before }, matches);
    expect(carried.map(({ person }) => person?.wrong ?? null)).toEqual([true, null, false]);
    expect(carried[2].person?.note).toBe("see Halloween");
  });

  it("leave out a language model's, which was tested on other activations", () => {
    const before = [neuronLabel({ model: FRIGHT, person: personalWord({ pinned: true }) })];
    const [carried] = withCarriedWords(labels(null), { hash, neurons: before }, [{ before: 0, now: 0, cosine: 1 }]);
    expect(carried).toMatchObject({ model: null, person: { pinned: true } });
  });
});
