import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { encodeRows } from "../../src/sae/encode";
import { decode, encode, reconstruct } from "../../src/sae/model";
import { standardised } from "../../src/sae/standardise";
import { randomMatrix, randomSae } from "./fixtures";

describe("layer standardisation", () => {
  it("gives mean 0 and unbiased standard deviation 1, to the epsilon", () => {
    const { values, mean, scale } = standardised([1, 2, 3, 4]);
    expect(mean).toBe(2.5);
    expect(scale).toBeCloseTo(Math.sqrt(5 / 3) + 1e-5, 12);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  it("makes zeros of a constant row", () => {
    expect(Array.from(standardised([7, 7, 7]).values)).toEqual([0, 0, 0]);
  });

  it("forgets offset and scale of a row", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 8 }).filter((x) => new Set(x).size > 1),
        fc.integer({ min: -9, max: 9 }),
        (x, offset) => {
          const moved = standardised(x.map((value) => 3 * value + offset)).values;
          standardised(x).values.forEach((value, c) => {
            expect(moved[c]).toBeCloseTo(value, 3);
          });
        },
      ),
    );
  });
});

describe("the SAE", () => {
  const sae = randomSae(6, 9);
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
    const { mean, scale } = standardised(x);
    expect(reconstruct(sae, x)).toEqual(decode(sae, encode(sae, x), { mean, scale }));
    const nothing = decode(sae, new Float64Array(9), { mean: 2, scale: 3 });
    nothing.forEach((value, c) => {
      expect(value).toBeCloseTo(sae.decoderBias[c] * 3 + 2, 12);
    });
  });
});
