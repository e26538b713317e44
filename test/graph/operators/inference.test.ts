import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import { ABSENT, type Attributes, ONNX_TYPES, type Shape, type Value } from "../../../src/graph/value";
import { opened } from "../finite-differences";
import { float, indices, int, ints, text, variable } from "./gradient-case";

/** Differentiable operators are compared with the runtime where their gradients are. */
describe("the shapes of operators without gradient are the runtime's", () => {
  const x = [2, 3];
  const boolean = (graph: GraphBuilder, value: Value) => graph.op("Greater", [value, graph.scalar(0)]);
  const cases: [string, (graph: GraphBuilder, x: Value) => Value][] = [
    ...["Sign", "Floor", "Ceil", "Round"].map((operator): (typeof cases)[number] => [
      operator,
      (graph, value) => graph.op(operator, [value]),
    ]),
    ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map((operator): (typeof cases)[number] => [
      operator,
      (graph, value) => graph.op(operator, [value, graph.constant(new Float32Array(2), [2, 1, 1])]),
    ]),
    ...["And", "Or", "Xor"].map((operator): (typeof cases)[number] => [
      operator,
      (graph, value) => graph.op(operator, [boolean(graph, value), graph.constant(Uint8Array.of(1), [])]),
    ]),
    ["Not", (graph, value) => graph.op("Not", [boolean(graph, value)])],
    ["ArgMax of the first axis", (graph, value) => graph.op("ArgMax", [value])],
    ["ArgMin of a negative axis", (graph, value) => graph.op("ArgMin", [value], { axis: int(-1), keepdims: int(0) })],
    [
      "OneHot at the end",
      (graph) =>
        graph.op("OneHot", [indices(graph, [0, 2, 1]), graph.ints([4]), graph.constant(Float32Array.of(0, 1), [2])]),
    ],
    [
      "OneHot at the start",
      (graph) =>
        graph.op(
          "OneHot",
          [indices(graph, [0, 2], [1, 2]), graph.ints([4]), graph.constant(Float32Array.of(0, 1), [2])],
          {
            axis: int(0),
          },
        ),
    ],
    ["Cast to int64", (graph, value) => graph.op("Cast", [value], { to: int(ONNX_TYPES.int64) })],
  ];

  it.each(cases)("%s", async (_, expression) => {
    const graph = new GraphBuilder("shapes");
    const value = expression(graph, graph.input("x0", x));
    // Booleans and integers are read as they are; the declared type must be the runtime's for the graph to load.
    graph.output("value", value);
    const run = await opened(graph);
    const { value: result } = await run.of([variable(x)]);
    await run.release();
    expect(result.shape).toEqual(value.shape);
  });
});

describe("a dimension known only when the graph runs", () => {
  const passing: [string, Shape, (graph: GraphBuilder, x: Value) => Value][] = [
    ["elementwise operators", ["rows", 3], (graph, x) => graph.mul(graph.op("Relu", [x]), graph.scalar(2))],
    ["a product", ["rows", 2], (graph, x) => graph.matmul(x, graph.zeros([3, 2]))],
    ["a product with a vector", ["rows"], (graph, x) => graph.matmul(x, graph.zeros([3]))],
    ["Gemm", ["rows", 2], (graph, x) => graph.op("Gemm", [x, graph.zeros([3, 2]), graph.zeros([2])])],
    ["Softmax", ["rows", 3], (graph, x) => graph.op("Softmax", [x])],
    ["LayerNormalization", ["rows", 3], (graph, x) => graph.op("LayerNormalization", [x, graph.zeros([3])])],
    ["a sum of rows", ["rows"], (graph, x) => graph.sum(x, [1])],
    ["a sum over it", [3], (graph, x) => graph.sum(x, [0])],
    ["TopK", ["rows", 2], (graph, x) => graph.op("TopK", [x, graph.ints([2])])],
    ["Gather of columns", ["rows", 2], (graph, x) => graph.op("Gather", [x, graph.ints([0, 2])], { axis: int(1) })],
    ["Einsum", ["rows"], (graph, x) => graph.op("Einsum", [x, x], { equation: text("ij,ij->i") })],
    ["Concat beside it", ["rows", 6], (graph, x) => graph.op("Concat", [x, x], { axis: int(1) })],
    ["a slice of columns", ["rows", 2], (graph, x) => graph.slice(x, 1, 0, 2)],
    ["a slice that leaves it whole", ["rows", 1], (graph, x) => sliced(graph, x, [0, 2], [Number.MAX_SAFE_INTEGER, 3])],
    ["Split of columns", ["rows", 1], (graph, x) => graph.split(x, 1, [1, 2])[0]],
    ["Flatten", ["rows", 3], (graph, x) => graph.op("Flatten", [graph.op("Unsqueeze", [x, graph.ints([1])])])],
    ["Reshape that works it out", ["rows", 1, 3], (graph, x) => graph.op("Reshape", [x, graph.ints([-1, 1, 3])])],
    ["Reshape that keeps it", ["rows", 3, 1], (graph, x) => graph.op("Reshape", [x, graph.ints([0, -1, 1])])],
    ["Transpose", [3, "rows"], (graph, x) => graph.transposed(x)],
    ["Expand of others", [2, "rows", 3], (graph, x) => graph.op("Expand", [x, graph.ints([2, 1, 1])])],
    ["Tile of others", ["rows", 6], (graph, x) => graph.op("Tile", [x, graph.ints([1, 2])])],
    ["Pad of others", ["rows", 5], (graph, x) => graph.op("Pad", [x, graph.ints([0, 1, 0, 1])])],
  ];

  it.each(passing)("passes through %s", (_, shape, expression) => {
    const graph = new GraphBuilder("open");
    expect(expression(graph, graph.input("x", ["rows", 3])).shape).toEqual(shape);
  });

  it("is refused where its length is needed", () => {
    const graph = new GraphBuilder("open");
    const x = graph.input("x", ["rows", 3]);
    expect(() => graph.slice(x, 0, 0, 2)).toThrow(/open length "rows"/);
    expect(() => graph.op("Reshape", [x, graph.ints([-1, 2])])).toThrow(/\[rows,3\] and \[-1,2\] do not have/);
  });
});

function sliced(graph: GraphBuilder, x: Value, starts: number[], ends: number[]): Value {
  return graph.op("Slice", [x, graph.ints(starts), graph.ints(ends)]);
}

describe("operands that do not fit", () => {
  const make = (graph: GraphBuilder, shape: number[]) => graph.input(`x${graph.inputs.length}`, shape);
  const refused: [string, number[][], Attributes, RegExp][] = [
    ["Add", [[2, 3], [4]], {}, /^Add of x0 \[2,3\], x1 \[4\]: .*do not broadcast/],
    [
      "MatMul",
      [
        [2, 3],
        [2, 3],
      ],
      {},
      /^MatMul of x0 \[2,3\], x1 \[2,3\]: need \[n, k\] and \[k, p\]/,
    ],
    [
      "MatMul",
      [
        [2, 2, 3],
        [4, 3, 2],
      ],
      {},
      /^MatMul of .*do not broadcast/,
    ],
    ["MatMul", [[], [3]], {}, /^MatMul of x0 \[\]/],
    [
      "Gemm",
      [
        [2, 3],
        [2, 3],
      ],
      { transA: int(1), transB: int(1) },
      /need \[n, k\] and \[k, p\], not \[3,2\] and \[3,2\]/,
    ],
    ["Gemm", [[2, 3], [3, 4], [2]], {}, /third operand does not broadcast to \[2,4\]/],
    [
      "Einsum",
      [
        [2, 3],
        [2, 3],
      ],
      { equation: text("ij,jk->ik") },
      /the index j runs over both 3 and 2/,
    ],
    ["Einsum", [[2, 3]], { equation: text("ijk->i") }, /"ijk" does not fit \[2,3\]/],
    ["Einsum", [[2, 3]], { equation: text("ij,jk->ik") }, /has 2 terms/],
    ["Einsum", [[2, 3]], { equation: text("ij->ik") }, /no operand has the index k/],
    ["Einsum", [[2, 3], [3]], { equation: text("...i,...i->...") }, /stand for 1 and 0 dimensions/],
    ["Softmax", [[2, 3]], { axis: int(2) }, /the axis 2 does not exist among 2 dimensions/],
    [
      "Concat",
      [
        [2, 3],
        [2, 4],
      ],
      { axis: int(0) },
      /differ elsewhere than along the axis 0/,
    ],
    ["Split", [[2, 3]], { axis: int(1) }, /neither lengths nor num_outputs/],
    ["Transpose", [[2, 3]], { perm: ints(0, 0) }, /\[0,0\] is no order of its axes/],
    ["PRelu", [[3], [2, 3]], {}, /slope must broadcast/],
    ["LayerNormalization", [[2, 3], [2]], { epsilon: float(0.1) }, /x1 does not broadcast to \[2,3\]/],
    ["BatchNormalization", [[2, 3], [3], [3], [2], [3]], {}, /x3 does not have one number a channel/],
    ["BatchNormalization", [[2, 3], [3], [3], [3], [3]], { training_mode: int(1) }, /training mode/],
    ["Cast", [[2]], { to: int(8) }, /the ONNX element type 8 is none of/],
    ["Pad", [[2], [2]], { mode: text("reflect") }, /the mode "reflect"/],
  ];

  it.each(refused)("%s of %j", (operator, shapes, attributes, message) => {
    const graph = new GraphBuilder("misfit");
    const operands = shapes.map((shape) => make(graph, shape));
    expect(() => graph.op(operator, operands, attributes)).toThrow(message);
  });

  const withConstants: [string, (graph: GraphBuilder, x: Value) => Value, RegExp][] = [
    [
      "Reshape",
      (graph, x) => graph.reshaped(x, [4]),
      /^Reshape of x \[2,3\], .*: \[2,3\] and \[4\] do not have the same number/,
    ],
    ["Reshape", (graph, x) => graph.op("Reshape", [x, graph.ints([-1, 4])]), /\[-1,4\] do not have the same number/],
    ["Squeeze", (graph, x) => graph.op("Squeeze", [x, graph.ints([1])]), /the axis 1 does not have length 1/],
    ["Tile", (graph, x) => graph.op("Tile", [x, graph.ints([2])]), /1 repeats for 2 dimensions/],
    ["Split", (graph, x) => graph.split(x, 1, [2, 2])[0], /\[2,2\] do not make up the axis 1/],
    ["TopK", (graph, x) => graph.op("TopK", [x, graph.ints([4])]), /has fewer than 4/],
    ["Gather", (graph, x) => graph.op("Gather", [x, graph.ints([0, 2])]), /the index 2 lies outside the axis 0/],
    [
      "GatherElements",
      (graph, x) => graph.op("GatherElements", [x, graph.ints([0])]),
      /as many dimensions as the data/,
    ],
    ["Add", (graph, x) => graph.add(x, graph.ints([1])), /float32 but .* is int64; cast one of them/],
    ["Dropout", (graph, x) => graph.op("Dropout", [x, ABSENT, graph.constant(Uint8Array.of(1), [])]), /training mode/],
    ["ReduceSum", (graph, x) => graph.sum(x, [2]), /the axis 2 does not exist/],
    ["Expand", (graph, x) => graph.op("Expand", [x, graph.ints([3, 3])]), /do not broadcast/],
    ["Pad", (graph, x) => graph.op("Pad", [x, graph.ints([1, 1])]), /2 widths for 2 axes/],
    [
      "Slice",
      (graph, x) => graph.op("Slice", [x, graph.ints([0]), graph.ints([1]), ABSENT, graph.ints([0])]),
      /a step of 0/,
    ],
    [
      "Reshape",
      (graph, x) => graph.op("Reshape", [x, graph.input("target", [2], "int64")]),
      /target must be an integer constant/,
    ],
  ];

  it.each(withConstants)("%s, case %#", (_, expression, message) => {
    const graph = new GraphBuilder("misfit");
    const x = graph.input("x", [2, 3]);
    expect(() => expression(graph, x)).toThrow(message);
  });
});
