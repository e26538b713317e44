import { describe, expect, it } from "vitest";
import { matrix, row, transposed } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { encode, reconstruct } from "../../src/sae/model";
import { randomSae } from "../../src/sae/random-sae";
import { randomMatrix, SAE_VARIANTS, randomSae as someSae, variantName } from "./fixtures";
import { completeSettings } from "./settings";

const rows = randomMatrix(50, 6, seededRandom(3));

describe("a random SAE", () => {
  it.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))(
    "has the shape and normalisation of the trained one: %s",
    (_, variant) => {
      const sae = someSae(6, 9, 1, variant);
      const random = randomSae(sae, 3.2, [rows], 1);
      expect(random.normalisation).toBe(sae.normalisation);
      expect([random.encoderWeights.rows, random.encoderWeights.columns]).toEqual([6, 9]);
      const { values } = random.decoderWeights;
      if (variant.tied) expect(values).toEqual(transposed(random.encoderWeights).values);
      else expect(Math.hypot(...row(random.decoderWeights, 4))).toBeCloseTo(1, 6);
      expect([...reconstruct(random, row(rows, 0))].every(Number.isFinite)).toBe(true);
    },
  );

  it("is as sparse as the trained one where thresholds were learned", () => {
    const random = randomSae(someSae(6, 9, 1, { activation: "jumprelu" }), 3.2, [rows], 1);
    expect(random.activation).toEqual({ kind: "topk", k: 3 });
    expect(encode(random, row(rows, 1)).filter((z) => z > 0).length).toBeLessThanOrEqual(3);
    expect(randomSae(someSae(6, 9, 1, { activation: "jumprelu" }), 0, [rows], 1).activation).toMatchObject({ k: 1 });
  });

  it("follows from the seed, and is not what training starts from", () => {
    const sae = someSae(6, 9);
    expect(randomSae(sae, 3, [rows], 1)).toEqual(randomSae(sae, 3, [rows], 1));
    expect(randomSae(sae, 3, [rows], 1).encoderWeights).not.toEqual(randomSae(sae, 3, [rows], 2).encoderWeights);
  });

  it("starts its directions at the mean row where embeddings are centred", () => {
    const two = matrix(2, 6, Float32Array.of(1, 2, 3, 4, 5, 6, 3, 2, 1, 0, -1, -2));
    const centred = { ...someSae(6, 9), settings: completeSettings({ standardisation: "center" }) };
    expect([...randomSae(centred, 3, [two], 1).decoderBias]).toEqual([2, 2, 2, 2, 2, 2]);
    expect([...randomSae(someSae(6, 9), 3, [two], 1).decoderBias]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
