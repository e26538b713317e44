/** Ids of rows, listed or numbered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ids, listedIds, numberedIds } from "../../src/data/ids";

const oddities = ["", "0", "-0", "-1", "1", "01", "1.5", "1e1", "0x1", " 1", "1 ", "NaN", "Infinity", "١", "x"];

describe("numbered ids", () => {
  it("are those of a list of the same numbers, in every respect", () => {
    const sizes = fc.tuple(fc.nat(30), fc.nat(1_000));
    fc.assert(
      fc.property(sizes, fc.array(fc.oneof(fc.nat(1_100).map(String), fc.string())), ([length, first], asked) => {
        const list = Array.from({ length }, (_, row) => String(first + row));
        const [numbered, listed]: Ids[] = [numberedIds(length, first), listedIds(list)];
        expect(numbered.length).toBe(listed.length);
        expect([...numbered]).toEqual([...listed]);
        for (let row = 0; row < length; row++) expect(numbered.at(row)).toBe(listed.at(row));
        for (const id of [...list, ...asked, ...oddities]) expect(numbered.rowOf(id)).toBe(listed.rowOf(id));
      }),
    );
  });

  it("take no time to make, however many", () => {
    const ids = numberedIds(2 ** 40, 1);
    expect(ids.at(2 ** 40 - 1)).toBe("1099511627776");
    expect(ids.rowOf("1099511627776")).toBe(2 ** 40 - 1);
    expect(ids.rowOf("1099511627777")).toBeUndefined();
  });
});

describe("listed ids", () => {
  it("mean the first of two rows that are called alike", () => {
    expect(listedIds(["a", "b", "a"]).rowOf("a")).toBe(0);
  });
});
