/** Where the item map leads, and which item lies under the pointer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moved, viewAfterKey, WHOLE_MAP, zoomed } from "../../webview/lab/item-map-view";
import { PointGrid } from "../../webview/lab/nearest-point";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const factor = fc.double({ min: 0.05, max: 20, noNaN: true });

describe("the view of the item map", () => {
  it("never leaves the map", () => {
    const step = fc.oneof(
      fc.tuple(factor, share, share).map(([by, x, y]) => ({ by, x, y })),
      fc
        .tuple(fc.constant(null), fc.double({ min: -9, max: 9, noNaN: true }), share)
        .map(([by, x, y]) => ({ by, x, y })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let view = WHOLE_MAP;
        for (const { by, x, y } of steps) {
          view = by === null ? moved(view, x, y) : zoomed(view, by, x, y);
          expect(view.zoom).toBeGreaterThanOrEqual(1);
          for (const edge of [view.left, view.top]) {
            expect(edge).toBeGreaterThanOrEqual(0);
            expect(edge + 1 / view.zoom).toBeLessThanOrEqual(1 + 1e-9);
          }
        }
      }),
    );
  });

  it("zooms in about the pointer: what lies under it stays there", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 20, noNaN: true }), share, share, (by, x, y) => {
        const view = zoomed(WHOLE_MAP, by, x, y);
        expect(view.left + x / view.zoom).toBeCloseTo(x);
        expect(view.top + y / view.zoom).toBeCloseTo(y);
      }),
    );
  });

  it("is moved by arrows, zoomed by plus and minus, and whole again at 0", () => {
    const near = viewAfterKey(WHOLE_MAP, "+")!;
    expect(near.zoom).toBeGreaterThan(1);
    expect(viewAfterKey(near, "ArrowRight")!.left).toBeGreaterThan(near.left);
    expect(viewAfterKey(near, "ArrowUp")!.top).toBeLessThan(near.top);
    expect(viewAfterKey(near, "-")).toEqual(WHOLE_MAP);
    expect(viewAfterKey(near, "0")).toEqual(WHOLE_MAP);
    expect(viewAfterKey(near, "a")).toBeNull();
  });
});

describe("the point under the pointer", () => {
  it("is the nearest of all within reach", () => {
    const points = fc.array(fc.tuple(share, share), { maxLength: 200 });
    const reach = fc.double({ min: 0.001, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(points, share, share, reach, (all, x, y, radius) => {
        const scatter = {
          x: Float32Array.from(all, ([horizontal]) => horizontal),
          y: Float32Array.from(all, ([, vertical]) => vertical),
        };
        const distance = (point: number) => Math.hypot(scatter.x[point] - x, scatter.y[point] - y);
        const found = new PointGrid(scatter).nearest(x, y, radius);
        const least = Math.min(...all.map((_, point) => distance(point)));
        if (found === null) expect(least).toBeGreaterThan(radius - 1e-12);
        else expect(distance(found)).toBeCloseTo(least, 10);
      }),
    );
  });
});
