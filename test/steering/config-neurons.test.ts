/** Neurons that a config names, and their directions as text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix, row } from "../../src/data/matrix";
import type { SteeringRule } from "../../src/protocol/steering";
import { neuronsOf, withNeurons } from "../../src/steering/config-neurons";
import { directionCosine, directionText, readDirection } from "../../src/steering/direction";

const rule: SteeringRule = {
  name: "a",
  audience: { kind: "neuron", neuron: 9, label: "Crime", top: { count: 5 } },
  edits: [
    { neuron: 4, operation: "suppress" },
    { neuron: 2, label: "Horror", operation: "add", value: 1 },
  ],
  items: [
    { items: { kind: "items", items: ["x"] }, edits: [{ neuron: 4, label: "Drama", operation: "set", value: 1 }] },
  ],
  filters: [{ neuron: 1, above: 0.5 }],
};

describe("the neurons of a config", () => {
  it("are those of audiences, edits, item edits and filters, each once, with the label that is said anywhere", () => {
    expect(neuronsOf([rule, rule])).toEqual([
      { neuron: 1, label: undefined },
      { neuron: 2, label: "Horror" },
      { neuron: 4, label: "Drama" },
      { neuron: 9, label: "Crime" },
    ]);
  });

  it("are exchanged everywhere, and nothing else", () => {
    const changed = withNeurons(rule, ({ neuron }) => ({ neuron: neuron + 10, label: `n${neuron}` }));
    expect(neuronsOf([changed])).toEqual([1, 2, 4, 9].map((n) => ({ neuron: n + 10, label: `n${n}` })));
    expect(withNeurons(changed, ({ neuron }) => ({ neuron: neuron - 10 })).edits[1]).toEqual({
      ...rule.edits[1],
      label: "n2",
    });
    expect(withNeurons(rule, (named) => named)).toEqual(rule);
  });
});

describe("a direction", () => {
  it("keeps its cosine to a thousandth, whatever the length of the row", () => {
    const rows = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 64 });
    fc.assert(
      fc.property(rows, (values) => {
        const weights = matrix(1, values.length, Float32Array.from(values));
        fc.pre(Math.max(...values.map(Math.abs)) > 1e-3);
        const read = readDirection(directionText(weights, 0))!;
        expect(directionCosine(read, row(weights, 0))).toBeGreaterThan(0.999);
      }),
    );
  });

  it("of a neuron without weights is like nothing, and text that is none is none", () => {
    const nothing = readDirection(directionText(matrix(1, 3), 0))!;
    expect(directionCosine(nothing, [1, 2, 3])).toBe(0);
    expect(directionCosine(Float32Array.of(1, 0), [1, 2, 3])).toBe(0);
    for (const text of ["", "no base64!", "AAA"]) expect(readDirection(text)).toBeNull();
  });
});
