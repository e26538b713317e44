/** Fingerprints of data: equal for equal data, wherever it is kept, and for no other. */
import { describe, expect, it } from "vitest";
import { closeRows, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { dataFingerprint } from "../../src/sae/data-fingerprint";
import { rowsInFile } from "../data/from-files";
import { randomMatrix } from "./fixtures";

describe("the fingerprint of data", () => {
  it("tells arrays apart by any value, and by where one ends", () => {
    const a = Float32Array.from({ length: 5_000 }, (_, i) => i);
    const changed = a.slice();
    changed[4_321] += 1;
    expect(dataFingerprint([a])).toBe(dataFingerprint([a.slice()]));
    expect(dataFingerprint([a])).not.toBe(dataFingerprint([changed]));
    expect(dataFingerprint([a, Float32Array.of(1)])).not.toBe(dataFingerprint([Float32Array.of(1), a]));
    expect(dataFingerprint([Float32Array.of(1, 2)])).not.toBe(
      dataFingerprint([Float32Array.of(1), Float32Array.of(2)]),
    );
  });

  it("is the same of rows in memory and in a file, and tells their shape", async () => {
    const rows = randomMatrix(3_000, 7, seededRandom(1));
    const stored = await rowsInFile(rows);
    expect(dataFingerprint([stored])).toBe(dataFingerprint([rows]));
    await closeRows(stored);
    expect(dataFingerprint([matrix(7, 3_000, rows.values)])).not.toBe(dataFingerprint([rows]));
  });

  it("samples large data, from its first row to its last", () => {
    const rows = matrix(2_000_000, 1);
    const fingerprint = dataFingerprint([rows]);
    rows.values[1_999_999] = 1;
    expect(dataFingerprint([rows])).not.toBe(fingerprint);
  });
});
