import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/differentiate";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import { type Expression, opened } from "../finite-differences";
import { binary, unary } from "./gradient-case";

/** The gradients of the value's sum, where differences cannot tell them. */
async function gradientsAt(expression: Expression, ...points: number[][]): Promise<number[][]> {
  const graph = new GraphBuilder("points");
  const inputs = points.map((values, index) => graph.input(`x${index}`, [values.length]));
  gradients(graph, graph.sum(expression(graph, inputs)), inputs).forEach((gradient, index) => {
    graph.output(`gradient${index}`, gradient);
  });
  const run = await opened(graph);
  const results = await run.of(points.map((values) => ({ values, shape: [values.length] })));
  await run.release();
  return points.map((_, index) => results[`gradient${index}`].data);
}

describe("gradients where a function has a kink", () => {
  it.each([
    ["Relu", 0, 0],
    ["LeakyRelu", 0, Math.fround(0.01)],
    ["Abs", 0, 0],
    ["HardSigmoid", -2.5, 0],
    ["HardSigmoid", 2.5, 0],
    ["HardSwish", -3, 0],
    ["HardSwish", 3, 1],
    ["Elu", 0, 1],
  ])("%s at %d has the slope %d", async (operator, point, slope) => {
    expect(await gradientsAt(unary(operator), [point])).toEqual([[slope]]);
  });

  it("Clip passes the gradient at its bounds", async () => {
    const clipped: Expression = (graph, [x]) => graph.op("Clip", [x, graph.scalar(-1), graph.scalar(1)]);
    expect(await gradientsAt(clipped, [-1.5, -1, 0, 1, 1.5])).toEqual([[0, 1, 1, 1, 0]]);
  });

  it("Max and Min share the gradient among operands that tie", async () => {
    for (const operator of ["Max", "Min"]) {
      expect(await gradientsAt(binary(operator), [1], [1])).toEqual([[0.5], [0.5]]);
      const ofThree: Expression = (graph, operands) => graph.op(operator, operands);
      const third = Math.fround(1 / 3);
      expect(await gradientsAt(ofThree, [1], [1], [1])).toEqual([[third], [third], [third]]);
    }
  });

  it("ReduceMax and ReduceMin share the gradient among elements that tie, as amax does", async () => {
    expect(await gradientsAt(unary("ReduceMax"), [2, 3, 3, 1])).toEqual([[0, 0.5, 0.5, 0]]);
    expect(await gradientsAt(unary("ReduceMin"), [1, 3, 3, 1])).toEqual([[0.5, 0, 0, 0.5]]);
  });
});

describe("gradients where a formula would divide by zero", () => {
  it("of a norm of zeros is zero", async () => {
    expect(await gradientsAt(unary("ReduceL2"), [0, 0])).toEqual([[0, 0]]);
    expect(await gradientsAt(unary("ReduceL1"), [0, 0])).toEqual([[0, 0]]);
  });

  it("of a norm so small that its square is lost stays finite", async () => {
    const [slopes] = await gradientsAt(unary("ReduceL2"), [1e-30, -1e-30]);
    for (const slope of slopes) expect(Math.abs(slope)).toBeLessThanOrEqual(1);
  });

  it("of zeros that are normalised is zero", async () => {
    expect(await gradientsAt(unary("LpNormalization"), [0, 0])).toEqual([[0, 0]]);
  });

  it("of a power of zero is that of the power, and zero to the exponent", async () => {
    expect(await gradientsAt(binary("Pow"), [0, 0], [2, 1])).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(await gradientsAt(binary("Pow"), [0], [0])).toEqual([[0], [0]]);
  });
});
