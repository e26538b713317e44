import { describe, expect, it } from "vitest";
import { gatheredRows, type Matrix, matrix, row, type StoredRows } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { drawnItems, itemMap } from "../../src/engine/item-map";
import { unwatchedPace } from "../../src/engine/pace";
import { principalDirections } from "../../src/engine/principal-directions";
import { randomMatrix } from "../sae/fixtures";

const pace = unwatchedPace();
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, place) => sum + value * b[place], 0);

/** Rows that differ by 6 along (3, 4, 0) / 5, by 2 along (0, 0, 1) and hardly along (-4, 3, 0) / 5. */
function stretched(rows: number): Matrix {
  const random = seededRandom(4);
  const axes = [
    [0.6, 0.8, 0],
    [0, 0, 1],
    [-0.8, 0.6, 0],
  ];
  const result = matrix(rows, 3);
  for (let r = 0; r < rows; r++) {
    const along = [6, 2, 0.1].map((deviation) => deviation * random.normal());
    for (let c = 0; c < 3; c++) result.values[r * 3 + c] = axes.reduce((sum, axis, k) => sum + along[k] * axis[c], 5);
  }
  return result;
}

async function mapOf(embeddings: Matrix) {
  return itemMap(await drawnItems(embeddings, 1, pace), embeddings.rows, pace);
}

describe("principal directions", () => {
  it("are those that rows were stretched along", async () => {
    const { mean, directions } = await principalDirections(stretched(2_000), 2, pace);
    expect(Math.abs(mean[2] - 5)).toBeLessThan(0.2);
    [
      [0.6, 0.8, 0],
      [0, 0, 1],
    ].forEach((axis, k) => {
      expect(dot(directions[k], axis)).toBeGreaterThan(0.999);
    });
  });

  it("are orthogonal unit vectors whose largest coordinate is positive, and of eigenvector quality", async () => {
    const of = randomMatrix(300, 12, seededRandom(2));
    const { mean, directions } = await principalDirections(of, 2, pace);
    expect(dot(directions[0], directions[1])).toBeCloseTo(0, 9);
    for (const direction of directions) {
      expect(dot(direction, direction)).toBeCloseTo(1, 9);
      const largest = Math.max(...direction.map(Math.abs));
      expect(Math.max(...direction)).toBe(largest);
      const product = new Float64Array(12);
      for (let r = 0; r < of.rows; r++) {
        const centred = Array.from(row(of, r), (value, c) => value - mean[c]);
        const along = dot(centred, direction);
        for (let c = 0; c < 12; c++) product[c] += along * centred[c];
      }
      const eigenvalue = dot(product, direction);
      for (let c = 0; c < 12; c++) expect(product[c] / eigenvalue).toBeCloseTo(direction[c], 5);
    }
  });
});

describe("the map of a catalogue", () => {
  it("is the same whatever the order of the items", async () => {
    const embeddings = randomMatrix(120, 6, seededRandom(3));
    const order = seededRandom(5).shuffle(Array.from({ length: 120 }, (_, item) => item));
    const [straight, shuffled] = [await mapOf(embeddings), await mapOf(gatheredRows(embeddings, order))];
    order.forEach((item, place) => {
      expect(shuffled.x[place]).toBeCloseTo(straight.x[item], 5);
      expect(shuffled.y[place]).toBeCloseTo(straight.y[item], 5);
    });
    expect(await mapOf(embeddings)).toEqual(straight);
  });

  it("fills the unit square and puts items of one direction in one place, however long", async () => {
    const embeddings = randomMatrix(50, 5, seededRandom(6));
    for (let c = 0; c < 5; c++) embeddings.values[c] = 40 * embeddings.values[5 + c];
    const { x, y, rows, of, variance } = await mapOf(embeddings);
    for (const axis of [x, y]) expect([Math.min(...axis), Math.max(...axis)]).toEqual([0, 1]);
    expect(x[0]).toBeCloseTo(x[1], 5);
    expect(y[0]).toBeCloseTo(y[1], 5);
    expect([rows.length, of]).toEqual([50, 50]);
    expect(variance).toBeGreaterThan(0.4);
    expect(variance).toBeLessThan(1);
  });

  it("holds all variance of items that differ in two directions alone", async () => {
    const angles = Array.from({ length: 12 }, (_, k) => (2 * Math.PI * k) / 12);
    const circle = matrix(12, 4, Float32Array.from(angles.flatMap((a) => [0, Math.cos(a), 0, Math.sin(a)])));
    expect((await mapOf(circle)).variance).toBeCloseTo(1, 6);
  });

  it("puts items that do not differ in the middle", async () => {
    const { x, y, variance } = await mapOf(matrix(7, 3, new Float32Array(21).fill(0.3)));
    expect([...x, ...y]).toEqual(new Array(14).fill(0.5));
    expect(variance).toBe(0);
    expect((await mapOf(matrix(3, 1, Float32Array.of(1, 2, -3)))).y).toEqual(new Float32Array(3).fill(0.5));
  });

  it("draws a sample of a large catalogue, read from its file, the same each time", async () => {
    const rows: StoredRows = {
      rows: 80_000,
      columns: 4,
      readInto(values, at, from, to) {
        for (let r = from; r < to; r++) for (let c = 0; c < 4; c++) values[at++] = r + c / 8;
      },
    };
    const drawn = await drawnItems(rows, 9, pace);
    expect(drawn.rows).toHaveLength(50_000);
    expect([...drawn.rows]).toEqual([...drawn.rows].sort((a, b) => a - b));
    const place = 31_234;
    expect([...row(drawn.embeddings, place)]).toEqual([0, 1, 2, 3].map((c) => Math.fround(drawn.rows[place] + c / 8)));
    expect((await drawnItems(rows, 9, pace)).rows).toEqual(drawn.rows);
    expect((await itemMap(drawn, rows.rows, pace)).of).toBe(80_000);
  });
});
