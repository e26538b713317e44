import { describe, expect, it } from "vitest";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { encodeRows } from "../../src/sae/encode";
import { reconstruct } from "../../src/sae/model";
import { reconstructedBlocks, reconstructedRows } from "../../src/sae/reconstruct";
import { randomMatrix, randomSae, SAE_VARIANTS, variantName } from "./fixtures";

describe("reconstructing whole matrices", () => {
  const rows = randomMatrix(30, 6, seededRandom(2));

  it.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))(
    "agrees with row by row: %s",
    async (_, variant) => {
      const sae = randomSae(6, 9, 1, variant);
      const all = await reconstructedRows(sae, rows);
      for (let r = 0; r < rows.rows; r++) {
        reconstruct(sae, row(rows, r)).forEach((value, c) => {
          expect(Math.abs(row(all, r)[c] - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
        });
      }
    },
  );

  it("hands on each block with what it activates", async () => {
    const sae = randomSae(6, 9);
    const activations = await encodeRows(sae, rows);
    for await (const block of reconstructedBlocks(sae, rows)) {
      expect(block.start).toBe(0);
      expect(block.embeddings.values).toEqual(rows.values);
      expect(block.activations.values).toEqual(activations.values);
    }
  });

  it("gives nothing of nothing", async () => {
    expect((await reconstructedRows(randomSae(6, 9), randomMatrix(0, 6, seededRandom(1)))).rows).toBe(0);
  });
});
