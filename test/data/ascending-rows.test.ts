/** Sets of rows, against those of the language. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, union } from "../../src/data/ascending-rows";

const sets = fc.uniqueArray(fc.nat(40)).map((rows) => Uint32Array.from(rows).sort());

describe("ascending rows", () => {
  it("hold what is in them and nothing else", () => {
    fc.assert(
      fc.property(sets, fc.nat(45), (rows, wanted) => {
        expect(holds(rows, wanted)).toBe(rows.includes(wanted));
      }),
    );
  });

  it("unite to all that is in either, once and ascending", () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        expect([...union(a, b)]).toEqual([...new Set([...a, ...b])].sort((one, other) => one - other));
      }),
    );
  });
});
