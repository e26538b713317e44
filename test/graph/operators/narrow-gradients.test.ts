import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/differentiate";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import type { Value } from "../../../src/graph/value";

/** Names of the operators that differentiation adds for the gradient of a loss by x, [64, 8]. */
function added(loss: (graph: GraphBuilder, x: Value) => Value): string[] {
  const graph = new GraphBuilder("narrow");
  const x = graph.input("x", [64, 8]);
  const scalar = loss(graph, x);
  const before = graph.nodes.length;
  const [gradient] = gradients(graph, scalar, [x]);
  expect(gradient.shape).toEqual([64, 8]);
  return graph.nodes.slice(before).map(({ operator }) => operator);
}

describe("a gradient that is the same along an axis", () => {
  it("stays one number until the variable needs it whole", () => {
    expect(added((graph, x) => graph.sum(graph.op("Neg", [graph.op("Identity", [x])])))).toEqual(["Neg", "Expand"]);
  });

  it("is never expanded where a product makes it whole", () => {
    expect(added((graph, x) => graph.sum(graph.op("Tanh", [x])))).not.toContain("Expand");
    expect(added((graph, x) => graph.sum(graph.mean(graph.op("Exp", [x]), [0])))).toEqual(["Mul", "Mul"]);
    expect(added((graph, x) => graph.mean(graph.op("ReduceSumSquare", [x, graph.ints([1])])))).not.toContain("Expand");
  });

  it("is counted rather than summed where it goes back to what had been repeated", () => {
    const repeated = (graph: GraphBuilder, x: Value) => graph.op("Expand", [x, graph.ints([5, 64, 8])]);
    expect(added((graph, x) => graph.sum(repeated(graph, x)))).toEqual(["Mul", "Expand"]);
  });

  it("is expanded for an operator that needs it whole", () => {
    expect(added((graph, x) => graph.sum(graph.matmul(x, graph.zeros([8, 2]))))).toEqual([
      "Expand",
      "Transpose",
      "MatMul",
    ]);
  });
});

describe("the gradient of Relu", () => {
  it("is a product with a mask made of its result, which runs faster than a comparison", () => {
    expect(added((graph, x) => graph.sum(graph.op("Relu", [x])))).toEqual(["Mul", "Min", "Mul"]);
  });
});
