import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../../src/graph/graph-builder";
import { elementCount, fixedShape, type Value } from "../../../src/graph/value";
import { compareGradients, type Expression, type Variable } from "../finite-differences";
import { float, indices, int } from "./gradient-case";

/** One step of a composition: of the value so far, and of a variable of shape [1] that broadcasts everywhere. */
type Link = (graph: GraphBuilder, x: Value, weight: Value, pick: number) => Value;

/** An axis of x, whatever its rank. */
const axisOf = (x: Value, pick: number) => pick % x.shape.length;
const unary =
  (operator: string): Link =>
  (graph, x) =>
    graph.op(operator, [x]);
const alongAxis =
  (operator: string): Link =>
  (graph, x, _, pick) =>
    graph.op(operator, [x], { axis: int(axisOf(x, pick)) });
const reduced =
  (operator: string, keep: number): Link =>
  (graph, x, _, pick) =>
    graph.op(operator, [x, graph.ints([axisOf(x, pick)])], { keepdims: int(keep) });

const links: Record<string, Link> = {
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  softplus: unary("Softplus"),
  exp: (graph, x) => graph.op("Exp", [graph.op("Tanh", [x])]),
  relu: unary("Relu"),
  elu: unary("Elu"),
  abs: unary("Abs"),
  square: (graph, x) => graph.op("Pow", [x, graph.scalar(2)]),
  "plus the weight": (graph, x, weight) => graph.add(x, weight),
  "the weight minus x": (graph, x, weight) => graph.sub(weight, x),
  "times the weight": (graph, x, weight) => graph.mul(x, weight),
  "by the weight": (graph, x, weight) => graph.div(x, graph.op("Exp", [weight])),
  "at most the weight": (graph, x, weight) => graph.op("Min", [x, weight]),
  "the weight where negative": (graph, x, weight) =>
    graph.op("Where", [graph.op("Less", [x, graph.scalar(0)]), weight, x]),
  "times its own mean": (graph, x) => graph.mul(x, graph.mean(x)),
  "minus its greatest": (graph, x, _, pick) => graph.sub(x, graph.op("ReduceMax", [x, graph.ints([axisOf(x, pick)])])),
  sum: reduced("ReduceSum", 0),
  mean: reduced("ReduceMean", 1),
  "sum of squares": reduced("ReduceSumSquare", 1),
  norm: reduced("ReduceL2", 0),
  "log-sum-exp": reduced("ReduceLogSumExp", 0),
  greatest: reduced("ReduceMax", 0),
  softmax: alongAxis("Softmax"),
  "log-softmax": alongAxis("LogSoftmax"),
  "layer normalisation": (graph, x) =>
    graph.op("LayerNormalization", [x, graph.scalar(1.5)], { axis: int(-1), epsilon: float(0.5) }),
  transposed: unary("Transpose"),
  flat: (graph, x) => graph.reshaped(x, [elementCount(fixedShape(x))]),
  "one more axis": (graph, x, _, pick) => graph.op("Unsqueeze", [x, graph.ints([axisOf(x, pick)])]),
  "repeated along a new axis": (graph, x) => graph.op("Expand", [x, graph.ints([2, ...fixedShape(x)])]),
  tiled: (graph, x) => graph.op("Tile", [x, graph.ints(x.shape.map((_, axis) => (axis === 0 ? 2 : 1)))]),
  reversed: (graph, x, _, pick) =>
    graph.op("Slice", [x, graph.ints([-1]), graph.ints([-99]), graph.ints([axisOf(x, pick)]), graph.ints([-1])]),
  "its first": (graph, x, _, pick) => graph.slice(x, axisOf(x, pick), 0, 1),
  "its last twice and its first": (graph, x, _, pick) =>
    graph.op("Gather", [x, indices(graph, [-1, 0, -1])], { axis: int(axisOf(x, pick)) }),
  "beside itself": (graph, x, _, pick) => graph.op("Concat", [x, x], { axis: int(axisOf(x, pick)) }),
  padded: (graph, x) => graph.op("Pad", [x, graph.ints(x.shape.flatMap(() => [1, 0]))]),
  "running sum": (graph, x, _, pick) => graph.op("CumSum", [x, indices(graph, [axisOf(x, pick)], [])]),
  "Gram matrix": (graph, x) =>
    x.shape.length === 2
      ? graph.matmul(graph.transposed(x), x)
      : graph.matmul(graph.reshaped(x, [1, -1]), graph.reshaped(x, [-1])),
};

/** A rank of zero has no axis to act along, and shapes must not grow without end. */
const fits = (x: Value) => x.shape.length > 0 && x.shape.length < 5 && elementCount(fixedShape(x)) <= 200;

const composed =
  (chain: [string, number][]): Expression =>
  (graph, [x, weight]) =>
    chain.reduce((value, [name, pick]) => (fits(value) ? links[name](graph, value, weight, pick) : value), x);

const variables = fc
  .constantFrom<number[][]>([3], [2, 3], [1, 3], [2, 2, 2])
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.array(fc.integer({ min: -32, max: 32 }), { minLength: elementCount(shape), maxLength: elementCount(shape) }),
      fc.integer({ min: -16, max: 16 }),
    ),
  )
  .map(([shape, sixteenths, weight]): Variable[] => [
    // Nowhere zero and no two alike: at a kink itself central differences give no sign of it.
    { shape, values: sixteenths.map((number, i) => number / 16 + Math.sin(i + 1) / 31) },
    { shape: [1], values: [weight / 16 + 1 / 541] },
  ]);

const chains = fc.array(fc.tuple(fc.constantFrom(...Object.keys(links)), fc.nat(3)), { minLength: 2, maxLength: 4 });

describe("the gradient of a random composition", () => {
  it("agrees with finite differences, wherever those tell it", async () => {
    await fc.assert(
      fc.asyncProperty(chains, variables, async (chain, at) => {
        const { comparisons } = await compareGradients(composed(chain), at);
        const { comparisons: finer } = await compareGradients(composed(chain), at, "float64", 1 / 4);
        comparisons.forEach(({ of, exact, measured }, index) => {
          const size = Math.max(1, ...exact.map(Math.abs));
          const differences = measured.map((value, element) => Math.abs(value - finer[index].measured[element]));
          // At a kink they change with the step.
          fc.pre(differences.every((difference) => difference < 1e-8 * size));
          exact.forEach((value, element) => {
            expect(Math.abs(value - measured[element]), of).toBeLessThan(1e-7 * size);
          });
        });
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
