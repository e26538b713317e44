import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeInAfter, changeInBefore } from "../../webview/lab/rank-change";

describe("marks on ranks", () => {
  it("says how many places an item rose, fell, or that it stayed", () => {
    expect(changeInAfter(5, 1, 10)).toEqual({ kind: "up", mark: "▲4", spoken: "up 4" });
    expect(changeInAfter(1, 3, 10)).toEqual({ kind: "down", mark: "▼2", spoken: "down 2" });
    expect(changeInAfter(4, 4, 10)).toEqual({ kind: "same", mark: "=", spoken: "same rank" });
  });

  it("calls an item new that was below the list", () => {
    expect(changeInAfter(11, 10, 10)).toEqual({ kind: "new", mark: "new", spoken: "new, was 11" });
    expect(changeInAfter(10, 10, 10).kind).toBe("same");
  });

  it("marks in the list before only what left it", () => {
    expect(changeInBefore(10, 10)).toBeNull();
    expect(changeInBefore(42, 10)).toEqual({ kind: "out", mark: "out", spoken: "out, now 42" });
  });

  it("marks as many items out as new, for any reordering", () => {
    const reordering = fc.shuffledSubarray([...Array(12).keys()], { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(reordering, fc.integer({ min: 1, max: 12 }), (order, k) => {
        const after = order.slice(0, k).map((item, index) => changeInAfter(item + 1, index + 1, k));
        const before = [...Array(k).keys()].map((item) => changeInBefore(order.indexOf(item) + 1, k));
        expect(after.filter(({ kind }) => kind === "new").length).toBe(
          before.filter((change) => change !== null).length,
        );
      }),
    );
  });
});
