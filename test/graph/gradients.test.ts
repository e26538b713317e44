import { describe, expect, it } from "vitest";
import { gradients } from "../../src/graph/differentiate";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { differentiableOperators } from "../../src/graph/operators/registry";
import { type Comparison, compareGradients, type Precision } from "./finite-differences";
import { activations } from "./operators/activations.cases";
import { arithmetic } from "./operators/arithmetic.cases";
import { einsum } from "./operators/einsum.cases";
import { variable } from "./operators/gradient-case";
import { indexing } from "./operators/indexing.cases";
import { joining } from "./operators/joining.cases";
import { linear } from "./operators/linear.cases";
import { normalisation } from "./operators/normalisation.cases";
import { passing } from "./operators/passing.cases";
import { reductions } from "./operators/reductions.cases";
import { selection } from "./operators/selection.cases";
import { shaping } from "./operators/shaping.cases";

/** Every differentiable operator stands here; a test below makes sure of it. */
const cases = [
  ...activations,
  ...arithmetic,
  ...einsum,
  ...indexing,
  ...joining,
  ...linear,
  ...normalisation,
  ...passing,
  ...reductions,
  ...selection,
  ...shaping,
];

/** How far the two gradients may lie apart, for gradients of size 1 or less; beyond that, in proportion. */
const TOLERANCE: Record<Precision, number> = { float64: 1e-10, float32: 5e-6 };

function expectAgreement(comparisons: Comparison[], precision: Precision): void {
  for (const { of, exact, measured } of comparisons) {
    expect(exact, of).toHaveLength(measured.length);
    exact.forEach((value, element) => {
      const tolerance = TOLERANCE[precision] * Math.max(1, Math.abs(value));
      expect(Math.abs(value - measured[element]), `${of}: [${exact}] beside [${measured}]`).toBeLessThan(tolerance);
    });
  }
}

describe("gradient rules agree with finite differences", () => {
  for (const { operator, what, variables, expression, precision = "float64" } of cases) {
    it(`${operator} ${what}`.trim(), async () => {
      const { comparisons, value, expectedShape } = await compareGradients(expression, variables, precision);
      expectAgreement(comparisons, precision);
      expect(value.shape).toEqual(expectedShape);
      if (precision === "float32") return;
      // Training runs in single precision, on kernels of its own.
      const single = await compareGradients(expression, variables, "float32");
      single.comparisons.forEach(({ exact }, index) => {
        exact.forEach((gradient, element) => {
          const wanted = comparisons[index].exact[element];
          expect(Math.abs(gradient - wanted)).toBeLessThan(2e-6 * Math.max(1, Math.abs(wanted)));
        });
      });
    });
  }

  it("covers every operator that has a rule", () => {
    expect([...new Set(cases.map(({ operator }) => operator))].sort()).toEqual(differentiableOperators());
  });

  it("holds for a value that is used twice", async () => {
    const { comparisons } = await compareGradients((graph, [x]) => graph.add(graph.mul(x, x), x), [variable([4])]);
    expectAgreement(comparisons, "float64");
  });
});

describe("differentiation", () => {
  it("names the operator and node that has no rule, and the operators that have one", () => {
    const graph = new GraphBuilder("frozen");
    const x = graph.input("x", [3]);
    const loss = graph.sum(graph.op("Sign", [x]));
    expect(() => gradients(graph, loss, [x])).toThrow(
      /Sign \(node Sign_\d+\) has no gradient rule\. Supported: Abs, Add/,
    );
  });

  it("gives zeros for a variable the loss does not depend on", () => {
    const graph = new GraphBuilder("unrelated");
    const x = graph.input("x", [2, 3]);
    const [gradient] = gradients(graph, graph.sum(graph.input("y", [2])), [x]);
    expect(gradient.shape).toEqual([2, 3]);
    expect(graph.initialisers.find(({ value }) => value.name === gradient.name)?.data).toEqual(new Float32Array(6));
  });

  it("refuses a loss that is no scalar", () => {
    const graph = new GraphBuilder("vector");
    const x = graph.input("x", [3]);
    expect(() => gradients(graph, graph.mul(x, x), [x])).toThrow(/must be a scalar/);
  });
});
