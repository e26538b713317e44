import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/differentiate";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import type { Value } from "../../../src/graph/value";
import { opened } from "../finite-differences";
import { indices, int, text } from "./gradient-case";

function differentiated(expression: (graph: GraphBuilder, x: Value) => Value): () => Value[] {
  const graph = new GraphBuilder("undifferentiable");
  const x = graph.input("x", [3, 3]);
  const loss = graph.sum(expression(graph, x));
  return () => gradients(graph, loss, [x]);
}

describe("what has no gradient is refused by operator, node and reason", () => {
  it("gathering from a variable by indices that are computed", () => {
    expect(differentiated((graph, x) => graph.op("Gather", [x, graph.op("ArgMax", [x])]))).toThrow(
      /^Gather \(node Gather_\d+\) has no gradient: .* the indices ArgMax_\d+ are not constant/,
    );
  });

  it("an index that occurs twice in one operand", () => {
    expect(differentiated((graph, x) => graph.op("Einsum", [x], { equation: text("ii->i") }))).toThrow(
      /^Einsum .* an index occurs twice in its operand "ii"/,
    );
  });

  it("scattering that multiplies", () => {
    const scattered = (graph: GraphBuilder, x: Value) =>
      graph.op("ScatterElements", [x, indices(graph, [0], [1, 1]), graph.zeros([1, 1])], { reduction: text("mul") });
    expect(differentiated(scattered)).toThrow(/^ScatterElements .* its reduction is "mul"/);
  });

  it("padding by a number that is trained", () => {
    const padded = (graph: GraphBuilder, x: Value) => graph.op("Pad", [x, graph.ints([1, 0, 0, 0]), graph.mean(x)]);
    expect(differentiated(padded)).toThrow(/^Pad .* must not depend on what is trained/);
  });

  it("an operator that changes in steps", () => {
    expect(differentiated((graph, x) => graph.op("Round", [x]))).toThrow(/Round .* has no gradient rule/);
  });
});

describe("integers and booleans carry no derivative", () => {
  it("so a choice by the greatest passes the gradient of what is chosen alone", async () => {
    const graph = new GraphBuilder("chosen");
    const x = graph.input("x0", [2, 3]);
    const values = graph.constant(Float32Array.of(0, 1), [2]);
    const greatest = graph.op("ArgMax", [x], { axis: int(1), keepdims: int(0) });
    const chosen = graph.op("OneHot", [greatest, graph.ints([3]), values]);
    const [gradient] = gradients(graph, graph.sum(graph.mul(x, chosen)), [x]);
    graph.output("gradient", gradient);
    const run = await opened(graph);
    const result = await run.of([{ shape: [2, 3], values: [1, 3, 2, 6, 5, 4] }]);
    await run.release();
    expect(result.gradient.data).toEqual([0, 1, 0, 1, 0, 0]);
  });
});
