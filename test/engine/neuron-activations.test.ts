import { describe, expect, it } from "vitest";
import { column, type StoredRows } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { NeuronActivations } from "../../src/engine/neuron-activations";
import { encodeRows } from "../../src/sae/encode";
import { randomMatrix, randomSae } from "../sae/fixtures";

/** Rows that note how often they are read. */
function watchedRows(rows: number, columns: number): StoredRows & { read: number; broken: boolean } {
  const values = randomMatrix(Math.min(rows, 97), columns, seededRandom(3)).values;
  return {
    rows,
    columns,
    read: 0,
    broken: false,
    readInto(into, at, from, to) {
      if (this.broken) throw new Error("gone");
      this.read += to - from;
      for (let i = from * columns; i < to * columns; i++) into[at++] = values[i % values.length];
    },
  };
}

describe("activations of single neurons", () => {
  for (const activation of ["relu", "topk", "jumprelu"] as const) {
    it(`are those of encoding everything, ${activation}`, async () => {
      const sae = randomSae(5, 9, 2, { activation });
      const rows = randomMatrix(70, 5, seededRandom(1));
      const all = await encodeRows(sae, rows);
      const activations = new NeuronActivations(sae, rows);
      expect(await activations.ofEach([7, 0, 7])).toEqual([7, 0, 7].map((neuron) => column(all, neuron)));
      expect(await activations.of(8)).toEqual(column(all, 8));
    });
  }

  it("come of one pass where those of all neurons can be kept", async () => {
    const rows = watchedRows(200, 5);
    const activations = new NeuronActivations(randomSae(5, 9), rows);
    await Promise.all([activations.of(3), activations.ofEach([1, 2]), activations.of(3)]);
    await activations.of(8);
    expect(rows.read).toBe(200);
  });

  it("of a few neurons are kept where there are too many rows for all, the latest asked for", async () => {
    const many = 300;
    const rows = watchedRows(many, 2);
    const activations = new NeuronActivations(randomSae(2, 20), rows, 15 * many);
    await activations.of(0);
    await activations.ofEach([1, 2, 0]);
    expect(rows.read).toBe(2 * many);
    await activations.ofEach([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(rows.read).toBe(3 * many);
    await activations.of(0);
    expect(rows.read).toBe(3 * many);
    await activations.of(1);
    expect(rows.read).toBe(4 * many);
  });

  it("of a top-k SAE come of one pass, where the k of each row can be kept", async () => {
    const rows = watchedRows(300, 5);
    const sae = randomSae(5, 60, 2, { activation: "topk" });
    const activations = new NeuronActivations(sae, rows, 20 * 300);
    for (const neuron of [3, 40, 3, 59]) await activations.of(neuron);
    expect(rows.read).toBe(300);
    const fewer = new NeuronActivations(sae, rows, 20 * 300 - 1);
    expect(await fewer.ofEach([3, 40])).toEqual(await activations.ofEach([3, 40]));
  });

  it.each(["relu", "topk"] as const)("are tried again after a fault, %s", async (activation) => {
    const rows = watchedRows(50, 5);
    const activations = new NeuronActivations(randomSae(5, 4, 1, { activation }), rows);
    rows.broken = true;
    await expect(activations.of(2)).rejects.toThrow("gone");
    rows.broken = false;
    expect(await activations.of(2)).toHaveLength(50);
  });

  it("let others have their turn meanwhile", async () => {
    const activations = new NeuronActivations(randomSae(16, 64), randomMatrix(60_000, 16, seededRandom(1)));
    let turns = 0;
    let going = true;
    const others = (async () => {
      while (going) {
        await new Promise((resolve) => setImmediate(resolve));
        turns++;
      }
    })();
    await activations.of(1);
    going = false;
    await others;
    expect(turns).toBeGreaterThan(5);
  });
});
