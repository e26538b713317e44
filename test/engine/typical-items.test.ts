import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { typicalActivation, typicalItems } from "../../src/engine/typical-items";

const activations = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 }), fc.float({ min: 0, max: 9, noNaN: true })))
  .map((values) => Float32Array.from(values));

describe("items that are typical of a neuron, and borderline", () => {
  it("are those about the median and the weakest tenth", () => {
    // 41 active items with activations 1 to 41, strongest first, and silent ones between.
    const values = Float32Array.from({ length: 82 }, (_, row) => (row % 2 === 0 ? 41 - row / 2 : 0));
    const { thresholds, typical, borderline } = typicalItems(values, 3);
    expect(thresholds).toEqual({ borderline: 5, typicalFrom: 17, typicalTo: 25 });
    expect(typical).toEqual([
      { row: 38, activation: 22 },
      { row: 40, activation: 21 },
      { row: 42, activation: 20 },
    ]);
    expect(borderline.map(({ activation }) => activation)).toEqual([1, 2, 3]);
  });

  it("lie within the thresholds, are active, and are as many as asked for where there are so many", () => {
    fc.assert(
      fc.property(activations, fc.integer({ min: 1, max: 8 }), (values, limit) => {
        const { thresholds, typical, borderline } = typicalItems(values, limit);
        const active = values.filter((value) => value > 0).length;
        if (active === 0) {
          expect({ thresholds, typical, borderline }).toEqual({ thresholds: null, typical: [], borderline: [] });
          return;
        }
        for (const { row, activation } of [...typical, ...borderline]) expect(values[row]).toBe(activation);
        for (const { activation } of typical) {
          expect(activation).toBeGreaterThanOrEqual(thresholds!.typicalFrom);
          expect(activation).toBeLessThanOrEqual(thresholds!.typicalTo);
        }
        for (const { activation } of borderline) {
          expect(activation).toBeGreaterThan(0);
          expect(activation).toBeLessThanOrEqual(thresholds!.borderline);
        }
        const inBand = Math.ceil(0.6 * (active - 1)) - Math.floor(0.4 * (active - 1)) + 1;
        expect(typical).toHaveLength(Math.min(limit, inBand));
        expect(borderline).toHaveLength(Math.min(limit, Math.floor(0.1 * (active - 1)) + 1));
      }),
    );
  });

  it("are the one item of a neuron that only one activates", () => {
    const only = { row: 1, activation: 2 };
    expect(typicalItems(Float32Array.of(0, 2, 0), 5)).toMatchObject({ typical: [only], borderline: [only] });
  });
});

describe("the typical activation", () => {
  it("is the median of those above 0", () => {
    expect(typicalActivation(Float32Array.of(0, 9, 0, 1, 2))).toBe(2);
    expect(typicalActivation(Float32Array.of(0, 3, 1))).toBe(1);
    expect(typicalActivation(Float32Array.of(0, 0))).toBe(0);
  });
});
