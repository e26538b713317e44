/** Steering a user vector: what an edit may and may not change. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { row } from "../../src/data/matrix";
import type { Edit } from "../../src/protocol/steering";
import { encode } from "../../src/sae/model";
import { standardised } from "../../src/sae/standardise";
import { checkEdits, editedLatents } from "../../src/steering/edits";
import { steered, steeredVector } from "../../src/steering/steer";
import { SAE_VARIANTS } from "../sae/fixtures";
import { randomEdits, randomProject } from "./random-project";

const LATENTS = 9;
const shape = { users: 3, items: 5, dimensions: 6, latents: LATENTS };
const seeds = () => fc.integer({ min: 0, max: 1_000_000 });
const neurons = () => fc.integer({ min: 0, max: LATENTS - 1 });
const amounts = () => fc.double({ min: -5, max: 5, noNaN: true });

/** SAEs of every kind, by seed. */
function sample(seed: number) {
  const { sae, dataset, random } = randomProject(seed, { ...shape, ...SAE_VARIANTS[seed % SAE_VARIANTS.length] });
  return { sae, random, x: row(dataset.users.embeddings, 0) };
}

function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, c) => Math.abs(value - b[c])));
}

describe("edited latents", () => {
  it("are what each operation says, and leave the original alone", () => {
    const z = Float64Array.from([1, 2, 3, 4]);
    const edits: Edit[] = [
      { neuron: 0, operation: "suppress" },
      { neuron: 1, operation: "scale", value: -2 },
      { neuron: 2, operation: "set", value: 7 },
      { neuron: 3, operation: "add", value: 0.5 },
    ];
    expect([...editedLatents(z, edits)]).toEqual([0, -4, 7, 4.5]);
    expect([...z]).toEqual([1, 2, 3, 4]);
  });

  it("apply several edits of one neuron in order", () => {
    const add: Edit = { neuron: 0, operation: "add", value: 1 };
    const scale: Edit = { neuron: 0, operation: "scale", value: 3 };
    expect(editedLatents(Float64Array.of(2), [add, scale])[0]).toBe(9);
    expect(editedLatents(Float64Array.of(2), [scale, add])[0]).toBe(7);
  });

  it("refuse a neuron that does not exist, naming the edit", () => {
    expect(() => checkEdits([{ neuron: 4, label: "Horror", operation: "set", value: 1 }], 4)).toThrow(
      expect.objectContaining({
        reason: "config-invalid",
        message: expect.stringMatching(/edits\[0\] \(set neuron 4, Horror, to 1\).*0 to 3/),
        where: { key: "edits[0]" },
      }),
    );
    expect(() => checkEdits([{ neuron: -1, operation: "suppress" }], 4)).toThrow(/does not have/);
    expect(() => checkEdits([{ neuron: 1.5, operation: "suppress" }], 4)).toThrow(/does not have/);
  });

  it("refuse values that are not finite", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => editedLatents(new Float64Array(2), [{ neuron: 1, operation: "add", value }])).toThrow(
        expect.objectContaining({ reason: "config-invalid", message: expect.stringContaining("no finite value") }),
      );
    }
  });
});

describe("delta steering", () => {
  it("leaves x as it is, to the bit, when no edit is made", () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { sae, x } = sample(seed);
        expect(steeredVector(sae, x, [], "delta")).toEqual(Float64Array.from(x));
      }),
    );
  });

  it("leaves x as it is, to the bit, when edits change nothing", () => {
    fc.assert(
      fc.property(seeds(), neurons(), (seed, neuron) => {
        const { sae, x } = sample(seed);
        const idle: Edit[] = [
          { neuron, operation: "scale", value: 1 },
          { neuron, operation: "add", value: 0 },
          { neuron, operation: "set", value: encode(sae, x)[neuron] },
        ];
        expect(steeredVector(sae, x, idle, "delta")).toEqual(Float64Array.from(x));
      }),
    );
  });

  it("knows three ways to silence a neuron, all the same", () => {
    fc.assert(
      fc.property(seeds(), neurons(), (seed, neuron) => {
        const { sae, x } = sample(seed);
        const suppressed = steeredVector(sae, x, [{ neuron, operation: "suppress" }], "delta");
        expect(steeredVector(sae, x, [{ neuron, operation: "set", value: 0 }], "delta")).toEqual(suppressed);
        expect(steeredVector(sae, x, [{ neuron, operation: "scale", value: 0 }], "delta")).toEqual(suppressed);
      }),
    );
  });

  it("moves x in proportion to what is added", () => {
    fc.assert(
      fc.property(seeds(), neurons(), amounts(), (seed, neuron, value) => {
        const { sae, x } = sample(seed);
        const shift = (amount: number) =>
          steeredVector(sae, x, [{ neuron, operation: "add", value: amount }], "delta").map((v, c) => v - x[c]);
        const expected = shift(1).map((change) => change * value);
        expect(largestGap(shift(value), expected)).toBeLessThan(1e-12);
      }),
    );
  });

  it("does not mind the order of edits on different neurons", () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { sae, x, random } = sample(seed);
        const edits = [...new Map(randomEdits(random, LATENTS, 6).map((edit) => [edit.neuron, edit])).values()];
        expect(steeredVector(sae, x, edits.toReversed(), "delta")).toEqual(steeredVector(sae, x, edits, "delta"));
      }),
    );
  });

  it("moves x along the decoder row of the edited neuron, by the edit on the scale of x", () => {
    fc.assert(
      fc.property(seeds(), neurons(), amounts(), (seed, neuron, value) => {
        const { sae, x } = sample(seed);
        const { scale } = standardised(x, sae.normalisation);
        const moved = steeredVector(sae, x, [{ neuron, operation: "add", value }], "delta");
        const expected = Float64Array.from(row(sae.decoderWeights, neuron), (w, c) => x[c] + scale * value * w);
        expect(largestGap(moved, expected)).toBeLessThan(1e-12);
      }),
    );
  });

  it("can switch on a neuron that top-k or a threshold left out, and no other", () => {
    for (const activation of ["topk", "jumprelu"] as const) {
      const { sae, dataset } = randomProject(7, { ...shape, activation });
      const x = row(dataset.users.embeddings, 0);
      const idle = encode(sae, x).indexOf(0);
      const { before, after } = steered(sae, x, [{ neuron: idle, operation: "set", value: 2 }], "delta");
      expect(before).toEqual(encode(sae, x));
      expect(after).toEqual(before.with(idle, 2));
    }
  });
});

describe("reconstruct steering", () => {
  it("differs from delta steering by the reconstruction error, whatever the edits", () => {
    fc.assert(
      fc.property(seeds(), (seed) => {
        const { sae, x, random } = sample(seed);
        const edits = randomEdits(random, LATENTS, 4);
        const error = steeredVector(sae, x, [], "reconstruct").map((value, c) => value - x[c]);
        const delta = steeredVector(sae, x, edits, "delta");
        const rebuilt = steeredVector(sae, x, edits, "reconstruct").map((value, c) => value - error[c]);
        expect(largestGap(delta, rebuilt)).toBeLessThan(1e-11);
      }),
    );
  });
});
