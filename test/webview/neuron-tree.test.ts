import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { below, neuronTree, parentRow, seenRows, withChildren } from "../../webview/lab/neuron-tree";

/** Trees whose parents are of lower numbers, as earlier levels are. */
const trees = fc.array(fc.option(fc.nat()), { maxLength: 60 }).map((parents) =>
  parents.map((parent, neuron) => ({
    neuron,
    level: 0,
    parent: parent === null || neuron === 0 ? null : parent % neuron,
    share: ((neuron * 37) % 100) / 100,
  })),
);

describe("the tree of neurons", () => {
  it("shows every neuron once when all is open, but for those that stand alone", () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { roots, alone } = neuronTree(tree);
        const rows = seenRows(roots, new Set(withChildren(roots)));
        const shown = [...rows.map(({ node }) => node.neuron), ...alone].sort((a, b) => a - b);
        expect(shown).toEqual(tree.map(({ neuron }) => neuron));
        expect(roots.reduce((sum, root) => sum + 1 + below(root), 0)).toBe(rows.length);
      }),
    );
  });

  it("draws a neuron below the one that it lies within, one step deeper", () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { roots } = neuronTree(tree);
        const rows = seenRows(roots, new Set(withChildren(roots)));
        for (const [index, { node, depth }] of rows.entries()) {
          const around = parentRow(rows, index);
          expect(around === -1 ? null : rows[around].node.neuron).toBe(node.parent);
          expect(depth).toBe(around === -1 ? 1 : rows[around].depth + 1);
        }
      }),
    );
  });

  it("hides what lies within a closed neuron, and sorts by share", () => {
    const entry = (neuron: number, parent: number | null, share: number) => ({ neuron, level: 0, parent, share });
    const { roots, alone } = neuronTree([entry(0, null, 0), entry(1, null, 0), entry(2, 0, 0.4), entry(3, 0, 0.9)]);
    expect(seenRows(roots, new Set()).map(({ node }) => node.neuron)).toEqual([0]);
    expect(seenRows(roots, new Set([0])).map(({ node }) => node.neuron)).toEqual([0, 3, 2]);
    expect(alone).toEqual([1]);
  });
});
