import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { row, rowsBetween } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { activated } from "../../src/sae/activation";
import { encodeRows } from "../../src/sae/encode";
import { decode, encode, reconstruct } from "../../src/sae/model";
import { standardised, standardisedRows } from "../../src/sae/standardise";
import { randomMatrix, randomSae, SAE_VARIANTS, variantName } from "./fixtures";

const wholeRows = () =>
  fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 8 }).filter((x) => new Set(x).size > 1);

describe("layer standardisation", () => {
  it("gives mean 0 and unbiased standard deviation 1, to the epsilon", () => {
    const { values, mean, scale } = standardised([1, 2, 3, 4], "layer");
    expect(mean).toBe(2.5);
    expect(scale).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(values[3]).toBeCloseTo(1.5 / (scale + 1e-5), 12);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  it("makes zeros of a constant row", () => {
    expect(Array.from(standardised([7, 7, 7], "layer").values)).toEqual([0, 0, 0]);
    expect(Array.from(standardised([7], "layer").values)).toEqual([0]);
  });

  it("forgets offset and scale of a row", () => {
    fc.assert(
      fc.property(wholeRows(), fc.integer({ min: -9, max: 9 }), (x, offset) => {
        const moved = standardised(
          x.map((value) => 3 * value + offset),
          "layer",
        ).values;
        standardised(x, "layer").values.forEach((value, c) => {
          expect(moved[c]).toBeCloseTo(value, 3);
        });
      }),
    );
  });
});

describe("norm standardisation", () => {
  it("gives every row the length sqrt(d), and back", () => {
    fc.assert(
      fc.property(wholeRows(), (x) => {
        const { values, mean, scale } = standardised(x, "norm");
        expect(Math.hypot(...values)).toBeCloseTo(Math.sqrt(x.length), 9);
        values.forEach((value, c) => {
          expect(value * scale + mean).toBeCloseTo(x[c], 9);
        });
      }),
    );
  });

  it("leaves a row of zeros", () => {
    expect(standardised([0, 0], "norm")).toEqual({ values: new Float64Array(2), mean: 0, scale: 1 });
  });
});

it("rows are standardised together as they are one by one", () => {
  const rows = randomMatrix(7, 5, seededRandom(3));
  for (const normalisation of ["none", "layer", "norm"] as const) {
    const { values, mean, scale } = standardisedRows(rowsBetween(rows, 2, 6), normalisation);
    for (let r = 2; r < 6; r++) {
      const alone = standardised(row(rows, r), normalisation);
      expect(values.subarray((r - 2) * 5, (r - 1) * 5)).toEqual(Float32Array.from(alone.values));
      expect([mean[r - 2], scale[r - 2]]).toEqual([Math.fround(alone.mean), Math.fround(alone.scale)]);
    }
  }
});

describe("activations", () => {
  it("of top-k are the k largest where positive; of equal ones the lower neurons", () => {
    const kept = (k: number, ...values: number[]) => [...activated({ kind: "topk", k }, Float64Array.from(values))];
    expect(kept(2, 1, 5, 3, 4)).toEqual([0, 5, 0, 4]);
    expect(kept(2, 3, 4, 3, 3)).toEqual([3, 4, 0, 0]);
    expect(kept(3, -1, 2, -3, 0)).toEqual([0, 2, 0, 0]);
    expect(kept(9, -1, 2)).toEqual([0, 2]);
  });

  it("of top-k are never more than k, and none that is left out is larger", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 20 }),
        (values, k) => {
          const z = activated({ kind: "topk", k }, Float64Array.from(values));
          const active = values.filter((_, i) => z[i] > 0);
          expect(active).toHaveLength(Math.min(k, values.filter((value) => value > 0).length));
          const leftOut = values.filter((value, i) => value > 0 && z[i] === 0);
          expect(Math.max(0, ...leftOut)).toBeLessThanOrEqual(Math.min(Number.POSITIVE_INFINITY, ...active));
        },
      ),
    );
  });

  it("of jumprelu are those above their threshold, and positive", () => {
    const thresholds = Float32Array.of(0.5, 0.5, 0.5, -1, -1, 0);
    const z = activated({ kind: "jumprelu", thresholds }, Float64Array.of(0.4, 0.5, 0.6, -0.5, 0.1, 0));
    expect([...z]).toEqual([0, 0, 0.6, 0, 0.1, 0]);
  });
});

describe.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))("a %s SAE", (_, variant) => {
  const sae = randomSae(6, 9, 1, variant);
  const rows = randomMatrix(50, 6, seededRandom(2));

  it("never has negative activations, and some of zero", () => {
    const latents = Array.from({ length: rows.rows }, (_, r) => encode(sae, row(rows, r))).flatMap((z) => [...z]);
    expect(Math.min(...latents)).toBe(0);
    expect(Math.max(...latents)).toBeGreaterThan(0);
  });

  it("encodes on onnxruntime as it does row by row", async () => {
    const encoded = await encodeRows(sae, rows);
    for (let r = 0; r < rows.rows; r++) {
      encode(sae, row(rows, r)).forEach((z, k) => {
        expect(encoded.values[r * 9 + k]).toBeCloseTo(z, 4);
      });
    }
  });

  it("reconstructs by decoding what it encoded, on the row's own scale", () => {
    const x = row(rows, 4);
    const { mean, scale } = standardised(x, variant.normalisation);
    expect(reconstruct(sae, x)).toEqual(decode(sae, encode(sae, x), { mean, scale }));
    const nothing = decode(sae, new Float64Array(9), { mean: 2, scale: 3 });
    nothing.forEach((value, c) => {
      expect(value).toBeCloseTo(sae.decoderBias[c] * 3 + 2, 12);
    });
  });
});
