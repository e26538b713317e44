import { describe, expect, it } from "vitest";
import { gradients } from "../../src/graph/differentiate";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { differentiableOperators } from "../../src/graph/operators/registry";
import { compareGradients, type Expression, type Variable } from "./finite-differences";

/** Values on both sides of zero, none close to it, all multiples of 1/16 so that float32 holds them exactly. */
function variable(shape: number[], { positive = false } = {}): Variable {
  const count = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: count }, (_, i) => {
    const size = 0.375 + (((i * 5 + shape.length) % 11) + 1) / 8;
    return positive || i % 3 !== 1 ? size : -size;
  });
  return { shape, values };
}

const unary =
  (operator: string): Expression =>
  (graph, [x]) =>
    graph.op(operator, [x]);
const binary =
  (operator: string): Expression =>
  (graph, [a, b]) =>
    graph.op(operator, [a, b]);
const axis = (value: number) => ({ axis: { kind: "int", value } }) as const;
const keep = (value: number) => ({ keepdims: { kind: "int", value } }) as const;
const positive = { positive: true };

/** Every differentiable operator stands here; a test below makes sure of it. */
const cases: { operator: string; what: string; variables: Variable[]; expression: Expression }[] = [
  {
    operator: "Add",
    what: "of like shapes",
    variables: [variable([2, 3]), variable([2, 3])],
    expression: binary("Add"),
  },
  {
    operator: "Add",
    what: "with a row repeated",
    variables: [variable([2, 3]), variable([3])],
    expression: binary("Add"),
  },
  {
    operator: "Sub",
    what: "with a column repeated",
    variables: [variable([2, 3]), variable([2, 1])],
    expression: binary("Sub"),
  },
  {
    operator: "Sub",
    what: "with the first repeated",
    variables: [variable([3]), variable([2, 3])],
    expression: binary("Sub"),
  },
  { operator: "Mul", what: "with a scalar", variables: [variable([2, 3]), variable([])], expression: binary("Mul") },
  {
    operator: "Mul",
    what: "with both repeated",
    variables: [variable([2, 1]), variable([1, 3])],
    expression: binary("Mul"),
  },
  {
    operator: "Div",
    what: "with a row repeated",
    variables: [variable([2, 3]), variable([3], positive)],
    expression: binary("Div"),
  },
  {
    operator: "Pow",
    what: "by a constant",
    variables: [variable([2, 3], positive)],
    expression: (graph, [x]) => graph.op("Pow", [x, graph.scalar(1.5)]),
  },
  { operator: "Neg", what: "", variables: [variable([4])], expression: unary("Neg") },
  { operator: "Identity", what: "", variables: [variable([4])], expression: unary("Identity") },
  { operator: "Exp", what: "", variables: [variable([4])], expression: unary("Exp") },
  { operator: "Log", what: "", variables: [variable([4], positive)], expression: unary("Log") },
  { operator: "Sqrt", what: "", variables: [variable([4], positive)], expression: unary("Sqrt") },
  { operator: "Abs", what: "", variables: [variable([5])], expression: unary("Abs") },
  { operator: "Sigmoid", what: "", variables: [variable([5])], expression: unary("Sigmoid") },
  { operator: "Tanh", what: "", variables: [variable([5])], expression: unary("Tanh") },
  { operator: "Relu", what: "", variables: [variable([5])], expression: unary("Relu") },
  {
    operator: "Clip",
    what: "below, inside and above",
    variables: [{ shape: [4], values: [-2, 0.25, 0.5, 3] }],
    expression: (graph, [x]) => graph.op("Clip", [x, graph.scalar(-1), graph.scalar(1)]),
  },
  {
    operator: "Where",
    what: "with a scalar on one side",
    variables: [variable([2, 3]), variable([])],
    expression: (graph, [a, b]) => graph.op("Where", [graph.op("GreaterOrEqual", [a, graph.scalar(0)]), a, b]),
  },
  { operator: "MatMul", what: "", variables: [variable([2, 3]), variable([3, 4])], expression: binary("MatMul") },
  { operator: "Transpose", what: "of a matrix", variables: [variable([2, 3])], expression: unary("Transpose") },
  {
    operator: "Transpose",
    what: "by a given order",
    variables: [variable([2, 3, 4])],
    expression: (graph, [x]) => graph.op("Transpose", [x], { perm: { kind: "ints", value: [2, 0, 1] } }),
  },
  {
    operator: "ReduceSum",
    what: "over all axes",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.sum(x),
  },
  {
    operator: "ReduceSum",
    what: "over a negative axis",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("ReduceSum", [x, graph.ints([-1])], keep(1)),
  },
  {
    operator: "ReduceMean",
    what: "over the first axis",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.mean(x, [0]),
  },
  {
    operator: "ReduceMean",
    what: "over all axes",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.mean(x),
  },
  {
    operator: "ReduceSumSquare",
    what: "over all axes",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("ReduceSumSquare", [x], keep(0)),
  },
  {
    operator: "ReduceSumSquare",
    what: "over the last axis",
    variables: [variable([2, 3])],
    expression: (graph, [x]) => graph.op("ReduceSumSquare", [x, graph.ints([-1])], keep(0)),
  },
  {
    operator: "Reshape",
    what: "",
    variables: [variable([2, 6])],
    expression: (graph, [x]) => graph.reshaped(x, [3, 4]),
  },
  {
    operator: "Expand",
    what: "by a new and a repeated axis",
    variables: [variable([3, 1])],
    expression: (graph, [x]) => graph.op("Expand", [x, graph.ints([2, 3, 4])]),
  },
  {
    operator: "Concat",
    what: "along a negative axis",
    variables: [variable([2, 1]), variable([2, 3])],
    expression: (graph, [a, b]) => graph.op("Concat", [a, b], axis(-1)),
  },
  {
    operator: "Split",
    what: "with every part used",
    variables: [variable([5, 2])],
    expression: (graph, [x]) => {
      const [head, tail] = graph.split(x, 0, [2, 3]);
      return graph.add(graph.sum(graph.mul(head, head), [0]), graph.sum(tail, [0]));
    },
  },
  {
    operator: "Split",
    what: "with a part left out, along a negative axis",
    variables: [variable([2, 5])],
    expression: (graph, [x]) => {
      const [, middle] = graph.split(x, -1, [1, 2, 2]);
      return graph.mul(middle, middle);
    },
  },
  {
    operator: "Slice",
    what: "from the middle",
    variables: [variable([5, 2])],
    expression: (graph, [x]) => graph.slice(x, 0, 1, 3),
  },
  {
    operator: "Slice",
    what: "from the start of the last axis",
    variables: [variable([2, 4])],
    expression: (graph, [x]) => graph.slice(x, 1, 0, 3),
  },
];

describe("gradient rules agree with finite differences", () => {
  for (const { operator, what, variables, expression } of cases) {
    it(`${operator} ${what}`.trim(), async () => {
      for (const { exact, measured } of await compareGradients(expression, variables)) {
        expect(exact).toHaveLength(measured.length);
        exact.forEach((value, element) => {
          expect(Math.abs(value - measured[element])).toBeLessThan(2e-4 * Math.max(1, Math.abs(value)));
        });
      }
    });
  }

  it("covers every operator that has a rule", () => {
    expect([...new Set(cases.map(({ operator }) => operator))].sort()).toEqual(differentiableOperators());
  });

  it("holds for a value that is used twice", async () => {
    const [{ exact, measured }] = await compareGradients(
      (graph, [x]) => graph.add(graph.mul(x, x), x),
      [variable([4])],
    );
    exact.forEach((value, element) => {
      expect(value).toBeCloseTo(measured[element], 3);
    });
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
