import { describe, expect, it } from "vitest";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { duplicates } from "../../src/sae/duplicates";
import { randomMatrix } from "./fixtures";

const alive = (count: number) => new Uint8Array(count).fill(1);
const nameless = (count: number) => new Array<string | null>(count).fill(null);

/** Random directions, of which some are copies of others at another length, with a little noise. */
function decoder(neurons: number, copies: [from: number, to: number][]) {
  const random = seededRandom(9);
  const rows = randomMatrix(neurons, 32, random);
  for (const [from, to] of copies) {
    row(rows, to).set(row(rows, from).map((value) => 2.5 * value + 0.1 * random.normal()));
  }
  return rows;
}

describe("duplicate neurons", () => {
  it("are found by their decoder rows, whatever their lengths", async () => {
    const rows = decoder(50, [
      [3, 41],
      [10, 11],
    ]);
    const found = await duplicates(rows, alive(50), nameless(50));
    expect(found).toMatchObject({ leastCosine: 0.9, pairs: 2, byDecoder: 2, byLabel: 0 });
    expect(found.strongest.map(({ neurons }) => neurons).sort()).toEqual([
      [10, 11],
      [3, 41],
    ]);
    expect(Math.min(...found.strongest.map(({ cosine }) => cosine))).toBeGreaterThan(0.98);
  });

  it("are not those that point away from each other", async () => {
    const rows = matrix(2, 2, Float32Array.of(1, 0, -1, 0));
    expect((await duplicates(rows, alive(2), nameless(2))).pairs).toBe(0);
  });

  it("are found by their label; pairs that share both count once", async () => {
    const labels = nameless(50);
    labels[3] = labels[41] = labels[7] = "tag:genres:Horror";
    const found = await duplicates(decoder(50, [[3, 41]]), alive(50), labels);
    expect(found).toMatchObject({ pairs: 3, byDecoder: 1, byLabel: 3 });
    expect(found.strongest[0]).toMatchObject({ neurons: [3, 41], sameLabel: true });
    expect(found.strongest.every(({ sameLabel }) => sameLabel)).toBe(true);
  });

  it("are never dead, and keep their own numbers", async () => {
    const live = alive(50);
    live[0] = 0;
    live[11] = 0;
    const found = await duplicates(
      decoder(50, [
        [3, 41],
        [10, 11],
      ]),
      live,
      nameless(50),
    );
    expect(found.strongest.map(({ neurons }) => neurons)).toEqual([[3, 41]]);
    expect(await duplicates(decoder(5, []), new Uint8Array(5), nameless(5))).toMatchObject({ pairs: 0, strongest: [] });
  });

  it("are all counted, and the 20 strongest listed in order", async () => {
    const rows = randomMatrix(1, 16, seededRandom(2));
    const random = seededRandom(3);
    const copies = matrix(
      12,
      16,
      Float32Array.from({ length: 12 * 16 }, (_, i) => rows.values[i % 16] + 0.1 * random.normal()),
    );
    const { pairs, strongest } = await duplicates(copies, alive(12), nameless(12));
    expect(pairs).toBe(66);
    expect(strongest).toHaveLength(20);
    const cosines = strongest.map(({ cosine }) => cosine);
    expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
  });
});
