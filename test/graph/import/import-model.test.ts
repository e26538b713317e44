import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/differentiate";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import { importable, importableOperators, importModel } from "../../../src/graph/import/import-model";
import { decodeModel } from "../../../src/graph/import/onnx-model";
import { openSession } from "../../../src/graph/session";
import type { RecPrismError } from "../../../src/protocol/error";
import {
  headBytes,
  integers,
  type ModelInput,
  modelBytes,
  nodeProto,
  originalAndImported,
  tensorProto,
} from "./onnx-files";

const { DataType } = onnx.TensorProto;

/** No two alike, on both sides of zero. */
const X = [0.5, -1.25, 2, -0.125, 3.5, 0.75, -2.5, 1, -0.375, 0.25, -3, 1.5];
const x = { x: { values: X, shape: [3, 4] } };

async function expectSame(model: ModelInput, inputs: Parameters<typeof originalAndImported>[1] = x) {
  const { original, imported, graph } = await originalAndImported(modelBytes(model), inputs);
  expect(imported).toHaveLength(original.length);
  imported.forEach((number, index) => {
    expect(Math.abs(number - original[index])).toBeLessThan(1e-6 * Math.max(1, Math.abs(original[index])));
  });
  return { values: imported, graph };
}

/** What importing throws. */
async function fault(model: ModelInput): Promise<RecPrismError> {
  try {
    const graph = new GraphBuilder("fault");
    const inputs = new Map(Object.keys(model.inputs ?? { x: 1 }).map((name) => [name, graph.input(name, [3, 4])]));
    importModel(graph, await importable(decodeModel(modelBytes(model)), "y"), inputs, { exported: null, wanted: 3 });
  } catch (thrown) {
    return thrown as RecPrismError;
  }
  throw new Error("nothing failed");
}

describe("forms of older operators", () => {
  const cases: { what: string; model: ModelInput }[] = [
    {
      what: "reductions whose axes are an attribute",
      model: {
        opset: 11,
        nodes: [{ operator: "ReduceL2", inputs: ["x"], outputs: ["y"], attributes: { axes: [-1], keepdims: 0 } }],
      },
    },
    {
      what: "a reduction over no axes that does nothing",
      model: {
        weights: { axes: integers() },
        nodes: [
          { operator: "ReduceSum", inputs: ["x", "axes"], outputs: ["y"], attributes: { noop_with_empty_axes: 1 } },
        ],
      },
    },
    {
      what: "Slice by attributes, from the end",
      model: {
        opset: 9,
        nodes: [
          { operator: "Slice", inputs: ["x"], outputs: ["y"], attributes: { axes: [1], starts: [-3], ends: [9999] } },
        ],
      },
    },
    {
      what: "Split into equal parts and Split by an attribute",
      model: {
        opset: 11,
        nodes: [
          { operator: "Split", inputs: ["x"], outputs: ["a", "b"], attributes: { axis: 1 } },
          { operator: "Split", inputs: ["b"], outputs: ["c", "d"], attributes: { axis: 1, split: [1, 1] } },
          { operator: "Concat", inputs: ["d", "a"], outputs: ["y"], attributes: { axis: 1 } },
        ],
      },
    },
    {
      what: "Clip between attributes",
      model: {
        opset: 10,
        nodes: [
          { operator: "Clip", inputs: ["x"], outputs: ["y"], attributes: { min: { float: -1 }, max: { float: 1.25 } } },
        ],
      },
    },
    {
      what: "Clip with an upper bound only",
      model: {
        weights: { top: { dims: [], data: [1.25] } },
        nodes: [{ operator: "Clip", inputs: ["x", "", "top"], outputs: ["y"] }],
      },
    },
    {
      what: "Softmax over all axes from the second on",
      model: {
        opset: 11,
        weights: { shape: integers(3, 2, 2) },
        nodes: [
          { operator: "Reshape", inputs: ["x", "shape"], outputs: ["a"] },
          { operator: "Softmax", inputs: ["a"], outputs: ["y"] },
        ],
      },
    },
    {
      what: "Squeeze and Unsqueeze by attributes",
      model: {
        opset: 12,
        nodes: [
          { operator: "Unsqueeze", inputs: ["x"], outputs: ["a"], attributes: { axes: [0, 3] } },
          { operator: "Squeeze", inputs: ["a"], outputs: ["y"], attributes: { axes: [0] } },
        ],
      },
    },
    {
      what: "TopK whose k is an attribute",
      model: {
        opset: 9,
        nodes: [{ operator: "TopK", inputs: ["x"], outputs: ["y", "places"], attributes: { k: 2 } }],
      },
    },
    {
      what: "Gemm without a third operand, then Flatten and Dropout",
      model: {
        opset: 11,
        weights: { w: { dims: [2, 4], data: [1, -2, 0.5, 3, 0.25, 1, -1, 2] } },
        nodes: [
          { operator: "Gemm", inputs: ["x", "w"], outputs: ["a"], attributes: { transB: 1, alpha: { float: 0.5 } } },
          { operator: "Dropout", inputs: ["a"], outputs: ["b"], attributes: { ratio: { float: 0.5 } } },
          { operator: "Flatten", inputs: ["b"], outputs: ["y"], attributes: { axis: 0 } },
        ],
      },
    },
    {
      what: "BatchNormalization by running statistics",
      model: {
        opset: 9,
        weights: {
          scale: { dims: [4], data: [1, 2, 0.5, -1] },
          shift: { dims: [4], data: [0, 1, -1, 0.5] },
          mean: { dims: [4], data: [0.5, -0.5, 1, 0] },
          variance: { dims: [4], data: [1, 0.25, 2, 4] },
        },
        nodes: [
          { operator: "BatchNormalization", inputs: ["x", "scale", "shift", "mean", "variance"], outputs: ["y"] },
        ],
      },
    },
  ];
  it.each(cases)("$what", ({ model }) => expectSame(model).then(() => undefined));
});

describe("composed operators", () => {
  const unary = (operator: string, opset = 20, attributes = {}) => ({ operator, opset, attributes });
  it.each([
    unary("Gelu"),
    unary("Gelu", 20, { approximate: "tanh" }),
    unary("Softplus"),
    unary("Softsign"),
    unary("Mish"),
    unary("HardSwish"),
    unary("HardSigmoid"),
    unary("ThresholdedRelu", 18, { alpha: { float: 0.5 } }),
    unary("com.microsoft.Gelu"),
    unary("com.microsoft.QuickGelu"),
    unary("com.microsoft.FastGelu"),
    unary("ReduceLogSumExp", 13, { axes: [1] }),
    unary("LogSoftmax", 13),
    unary("LpNormalization", 18, { axis: 1, p: 1 }),
  ])("$operator", async ({ operator, opset, attributes }) => {
    await expectSame({ opset, nodes: [{ operator, inputs: ["x"], outputs: ["y"], attributes }] });
  });

  it("the sum, mean, greatest and least of several", async () => {
    const three = ["x", "a", "x"];
    await expectSame({
      weights: { a: { dims: [4], data: [1, -1, 0.5, 2] } },
      nodes: [
        { operator: "Sum", inputs: three, outputs: ["s"] },
        { operator: "Mean", inputs: three, outputs: ["m"] },
        { operator: "Max", inputs: [...three, "m"], outputs: ["g"] },
        { operator: "Min", inputs: [...three, "s"], outputs: ["l"] },
        { operator: "Concat", inputs: ["s", "m", "g", "l"], outputs: ["y"], attributes: { axis: 1 } },
      ],
    });
  });

  it("fused products", async () => {
    await expectSame({
      weights: { w: { dims: [2, 4], data: [1, -2, 0.5, 3, 0.25, 1, -1, 2] }, b: { dims: [2], data: [0.5, -0.5] } },
      nodes: [
        {
          operator: "com.microsoft.FusedGemm",
          inputs: ["x", "w", "b"],
          outputs: ["a"],
          attributes: { transB: 1, activation: "Relu" },
        },
        {
          operator: "com.microsoft.FusedMatMul",
          inputs: ["a", "w"],
          outputs: ["y"],
          attributes: { alpha: { float: 2 } },
        },
      ],
    });
  });
});

describe("what is known while importing", () => {
  it("shapes computed from the batch, as PyTorch writes view(x.size(0), 2, -1)", async () => {
    const { graph } = await expectSame({
      opset: 11,
      weights: { zero: { dims: [], data: [0], type: DataType.INT64 }, rest: integers(2, -1) },
      nodes: [
        { operator: "Shape", inputs: ["x"], outputs: ["shape"] },
        { operator: "Gather", inputs: ["shape", "zero"], outputs: ["rows"], attributes: { axis: 0 } },
        { operator: "Unsqueeze", inputs: ["rows"], outputs: ["first"], attributes: { axes: [0] } },
        { operator: "Concat", inputs: ["first", "rest"], outputs: ["target"], attributes: { axis: 0 } },
        { operator: "Reshape", inputs: ["x", "target"], outputs: ["y"] },
      ],
    });
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Reshape", "Identity"]);
  });

  it("arithmetic, comparisons and masks of shapes", async () => {
    const { graph } = await expectSame({
      weights: {
        two: integers(2),
        ones: { dims: [1], data: [1] },
        from: { dims: [], data: [0], type: DataType.INT64 },
      },
      nodes: [
        { operator: "Shape", inputs: ["x"], outputs: ["width"], attributes: { start: 1 } },
        { operator: "Div", inputs: ["width", "two"], outputs: ["half"] },
        { operator: "Squeeze", inputs: ["width"], outputs: ["limit"] },
        { operator: "Cast", inputs: ["half"], outputs: ["halfFloat"], attributes: { to: DataType.FLOAT } },
        { operator: "Sqrt", inputs: ["halfFloat"], outputs: ["root"] },
        { operator: "Div", inputs: ["x", "root"], outputs: ["scaled"] },
        { operator: "Cast", inputs: ["from"], outputs: ["start"], attributes: { to: DataType.INT64 } },
        { operator: "Squeeze", inputs: ["two"], outputs: ["step"] },
        { operator: "Range", inputs: ["start", "limit", "step"], outputs: ["even"] },
        { operator: "Gather", inputs: ["scaled", "even"], outputs: ["picked"], attributes: { axis: 1 } },
        { operator: "ConstantOfShape", inputs: ["half"], outputs: ["zeros"] },
        { operator: "Equal", inputs: ["even", "half"], outputs: ["mask"] },
        { operator: "Where", inputs: ["mask", "picked", "zeros"], outputs: ["y"] },
      ],
    });
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Div", "Gather", "Where", "Identity"]);
  });

  it("a condition on shapes, whose branch is taken", async () => {
    const branch = (operator: string): onnx.IGraphProto => ({
      name: operator,
      node: [nodeProto({ operator, inputs: ["x"], outputs: [`of ${operator}`] })],
      output: [{ name: `of ${operator}`, type: { tensorType: { elemType: DataType.FLOAT } } }],
    });
    const { graph } = await expectSame({
      weights: { one: integers(1) },
      nodes: [
        { operator: "Shape", inputs: ["x"], outputs: ["width"], attributes: { start: 1, end: 2 } },
        { operator: "Equal", inputs: ["width", "one"], outputs: ["is one"] },
        {
          operator: "If",
          inputs: ["is one"],
          outputs: ["y"],
          attributes: { then_branch: branch("Exp"), else_branch: branch("Tanh") },
        },
      ],
    });
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["Tanh", "Identity"]);
  });

  it("whatever is made of weights alone, by any operator, once and without copies", async () => {
    const { graph } = await expectSame({
      weights: {
        quantised: { dims: [4, 4], data: Array.from({ length: 16 }, (_, i) => i * 9 - 60), type: DataType.INT8 },
        scale: { dims: [], data: [0.03125] },
        zero: { dims: [], data: [5], type: DataType.INT8 },
      },
      nodes: [
        { operator: "DequantizeLinear", inputs: ["quantised", "scale", "zero"], outputs: ["w"] },
        { operator: "Trilu", inputs: ["w"], outputs: ["triangle"] },
        { operator: "MatMul", inputs: ["x", "triangle"], outputs: ["y"] },
      ],
    });
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["MatMul", "Identity"]);
    expect(graph.initialisers).toHaveLength(1);
  });
});

describe("weights", () => {
  const data = [1, -2, 0.5, 3];
  const halves = [0x3c00, 0xc000, 0x3800, 0x4200];
  const brains = [0x3f80, 0xc000, 0x3f00, 0x4040];
  const added = (weights: ModelInput["weights"], cast: boolean): ModelInput => ({
    weights,
    nodes: [
      { operator: "Cast", inputs: cast ? ["w"] : ["x"], outputs: ["c"], attributes: { to: DataType.FLOAT } },
      { operator: "Add", inputs: cast ? ["x", "c"] : ["c", "w"], outputs: ["y"] },
    ],
  });

  it.each([
    ["float32", { dims: [4], data }],
    ["float64", { dims: [4], data, type: DataType.DOUBLE }],
    ["float16", { dims: [4], data: halves, type: DataType.FLOAT16 }],
    ["int64", { dims: [4], data: [1, -2, 0, 3], type: DataType.INT64 }],
    ["int32", { dims: [4], data: [1, -2, 0, 3], type: DataType.INT32 }],
    ["bool", { dims: [4], data: [1, 0, 0, 1], type: DataType.BOOL }],
  ] as const)("of type %s", async (type, tensor) => {
    const { values } = await expectSame(added({ w: { ...tensor, dims: [4], data: [...tensor.data] } }, true));
    const read = type.startsWith("float") ? data : tensor.data;
    expect(values.slice(0, 4)).toEqual(read.map((number, index) => number + X[index]));
  });

  it("of type bfloat16, which become float32", async () => {
    const graph = new GraphBuilder("brains");
    const input = graph.input("x", [3, 4]);
    const model = decodeModel(modelBytes(added({ w: { dims: [4], data: brains, type: DataType.BFLOAT16 } }, false)));
    importModel(graph, await importable(model, "y"), new Map([["x", input]]), { exported: null, wanted: 3 });
    expect(graph.initialisers.map((initialiser) => Array.from(initialiser.data as Float32Array))).toEqual([data]);
  });

  it("in a Constant of any form", async () => {
    const constant = (name: string, attributes: NonNullable<ModelInput["nodes"][0]["attributes"]>) => ({
      operator: "Constant",
      inputs: [],
      outputs: [name],
      attributes,
    });
    await expectSame({
      nodes: [
        constant("a", { value_float: { float: 1.5 } }),
        constant("b", { value: { dims: [4], data } }),
        constant("c", { value_ints: [2, 6] }),
        constant("d", { value_int: 1 }),
        { operator: "Mul", inputs: ["x", "a"], outputs: ["e"] },
        { operator: "Add", inputs: ["e", "b"], outputs: ["f"] },
        { operator: "Reshape", inputs: ["f", "c"], outputs: ["g"] },
        { operator: "Gather", inputs: ["g", "d"], outputs: ["y"], attributes: { axis: 0 } },
      ],
    });
  });

  it("are held once by a graph that imports the model twice, and shared with a loop's body", async () => {
    const model = await importable(decodeModel(headBytes("normalised-17")), "score");
    const rows = { exported: null, wanted: 2 };
    const outer = new GraphBuilder("outer");
    const vectors = ["user", "item"].map((name) => outer.input(name, [2, 6]));
    const imported = (graph: GraphBuilder, [user, item]: typeof vectors) =>
      importModel(
        graph,
        model,
        new Map([
          ["user", user],
          ["item", item],
        ]),
        rows,
      );
    const trips = outer.input("trips", [], "int64");
    const { carried } = outer.loop(trips, vectors, (body, _turn, [user, item]) => {
      const sum = body.add(imported(body, [user, item]), imported(body, [item, user]));
      const weights = body.initialisers.filter(({ value }) => value.shape.length === 2);
      expect(weights).toHaveLength(2);
      const slopes = gradients(body, body.sum(sum), [user, item]);
      return { carried: [body.add(user, slopes[0]), body.add(item, slopes[1])], stacked: [] };
    });
    outer.output("climbed", imported(outer, carried));
    outer.output("before", imported(outer, vectors));
    const session = await openSession(outer.content(), 1);
    const vector = { data: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), shape: [2, 6] };
    const result = await session.run({
      user: vector,
      item: vector,
      trips: { data: BigInt64Array.of(3n), shape: [] },
    });
    await session.release();
    const total = (scores: Float32Array) => scores.reduce((sum, score) => sum + score, 0);
    expect(total(result.climbed)).toBeGreaterThan(total(result.before));
  });
});

describe("functions of the model itself", () => {
  const twice: onnx.IFunctionProto = {
    domain: "ours",
    name: "ScaledTwice",
    input: ["v"],
    output: ["w"],
    attribute: ["slope"],
    opsetImport: [{ domain: "", version: 18 }],
    node: [
      nodeProto({ operator: "LeakyRelu", inputs: ["v"], outputs: ["a"], attributes: { alpha: { ref: "slope" } } }),
      nodeProto({ operator: "Add", inputs: ["a", "v"], outputs: ["w"] }),
    ],
  };
  const called: ModelInput = {
    functions: [twice],
    nodes: [
      { operator: "ours.ScaledTwice", inputs: ["x"], outputs: ["a"], attributes: { slope: { float: 0.25 } } },
      { operator: "ours.ScaledTwice", inputs: ["a"], outputs: ["y"], attributes: { slope: { float: 0.5 } } },
    ],
  };

  it("are replaced by what they consist of", async () => {
    const { graph } = await expectSame(called);
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(["LeakyRelu", "Add", "LeakyRelu", "Add", "Identity"]);
  });

  it("may not call themselves", async () => {
    const endless = { ...twice, node: [nodeProto({ operator: "ours.ScaledTwice", inputs: ["v"], outputs: ["w"] })] };
    expect((await fault({ ...called, functions: [endless] })).message).toMatch(/ours\.ScaledTwice calls itself/);
  });
});

describe("a batch size that the model fixes", () => {
  it("of one gives way to another", async () => {
    const input = (from: number) => ({
      values: Array.from({ length: 6 }, (_, i) => Math.sin(from + i)),
      shape: [1, 6],
    });
    const inputs = { user: input(0), item: input(50) };
    const bytes = headBytes("fixed-batch-of-one-13");
    const { original } = await originalAndImported(bytes, inputs, { exported: 1, wanted: 1 });
    const scores = await wider(bytes, inputs, { exported: 1, wanted: 3 });
    expect(scores).toHaveLength(3);
    for (const score of scores) expect(score).toBeCloseTo(original[0], 5);
  });

  it("gives way where it was written into shapes", async () => {
    const bytes = modelBytes({
      inputs: { x: [3, 4] },
      weights: { tokens: integers(3, 2, -1), flat: integers(3, 4), repeated: integers(3, 2, 2) },
      nodes: [
        { operator: "Reshape", inputs: ["x", "tokens"], outputs: ["a"] },
        { operator: "Softmax", inputs: ["a"], outputs: ["b"] },
        { operator: "Expand", inputs: ["b", "repeated"], outputs: ["c"] },
        { operator: "Reshape", inputs: ["c", "flat"], outputs: ["y"] },
      ],
    });
    const { original } = await originalAndImported(bytes, x, { exported: 3, wanted: 3 });
    expect(await wider(bytes, x, { exported: 3, wanted: 6 })).toEqual([...original, ...original]);
  });

  it("is refused where tensors of that size were written into the model", async () => {
    const inputs = Object.fromEntries(
      ["user", "item"].map((name) => [name, { values: new Array(18).fill(1), shape: [3, 6] }]),
    );
    await expect(wider(headBytes("fixed-batch-13"), inputs, { exported: 3, wanted: 6 })).rejects.toThrow(
      /\(Add\) cannot be imported: .*\[6,3,8\] and \[3,3,8\] do not broadcast/,
    );
  });

  /** The import's scores for the inputs several times over. */
  async function wider(
    bytes: Uint8Array,
    inputs: typeof x | Record<string, (typeof x)["x"]>,
    rows: { exported: number; wanted: number },
  ) {
    const model = decodeModel(bytes);
    const graph = new GraphBuilder("wider");
    const bound = Object.entries(inputs).map(
      ([name, { shape }]) => [name, graph.input(name, shape.with(0, rows.wanted))] as const,
    );
    graph.output("y", importModel(graph, await importable(model, model.graph!.output![0].name!), new Map(bound), rows));
    const session = await openSession(graph.content(), 1);
    const copies = Array.from({ length: rows.wanted / rows.exported });
    const feeds = Object.entries(inputs).map(([name, { values, shape }]) => {
      const data = Float32Array.from(copies.flatMap(() => values));
      return [name, { data, shape: shape.with(0, rows.wanted) }];
    });
    const result = await session.run(Object.fromEntries(feeds)).finally(session.release);
    return Array.from(result.y);
  }
});

describe("a model that cannot be imported", () => {
  const one = (operator: string, more: Partial<ModelInput> = {}): ModelInput => ({
    nodes: [{ operator, inputs: ["x", ...Object.keys(more.weights ?? {})], outputs: ["y"] }],
    ...more,
  });

  it("names the operator and node that have no rule, and the operators that have one", async () => {
    const { message, where, reason } = await fault(one("NonZero"));
    expect(reason).toBe("graph-invalid");
    expect(where.key).toBe("/NonZero/y");
    expect(message).toMatch(
      /node \/NonZero\/y is a NonZero, which is not supported\. Supported: Abs, Add, .*Gelu, Gemm, .*Where, /,
    );
  });

  it("names what steps and so has no slope", async () => {
    expect((await fault(one("Round"))).message).toMatch(/node \/Round\/y is a Round, which has no gradient/);
  });

  it("names the domain of an operator that is not ONNX's", async () => {
    expect((await fault(one("com.microsoft.Attention"))).message).toMatch(/is a com\.microsoft\.Attention, which/);
  });

  it("names the node whose shapes do not fit", async () => {
    const { message } = await fault(one("MatMul", { weights: { w: { dims: [3, 3], data: new Array(9).fill(1) } } }));
    expect(message).toMatch(/node \/MatMul\/y \(MatMul\) cannot be imported: .*\[3,4\].*\[3,3\]/);
  });

  it("refuses control flow that depends on the vectors, and training mode", async () => {
    const loop = await fault({ nodes: [{ operator: "Loop", inputs: ["", "", "x"], outputs: ["y"] }] });
    expect(loop.message).toMatch(/is a Loop, which is not supported/);
    const dropout = await fault({
      weights: { ratio: { dims: [], data: [0.5] }, training: { dims: [], data: [1], type: DataType.BOOL } },
      nodes: [{ operator: "Dropout", inputs: ["x", "ratio", "training"], outputs: ["y"] }],
    });
    expect(dropout.message).toMatch(/\/Dropout.*training mode; call model\.eval\(\)/);
  });

  it("says when the output does not depend on the inputs, or not differentiably", async () => {
    const constant = {
      weights: { w: { dims: [1], data: [1] } },
      nodes: [{ operator: "Exp", inputs: ["w"], outputs: ["y"] }],
    };
    expect((await fault(constant)).message).toMatch(/output y does not change with the vectors/);
    const rounded = await fault({
      nodes: [
        { operator: "Cast", inputs: ["x"], outputs: ["whole"], attributes: { to: DataType.INT64 } },
        { operator: "Cast", inputs: ["whole"], outputs: ["y"], attributes: { to: DataType.FLOAT } },
      ],
    });
    expect(rounded.message).toMatch(/output y does not change with the vectors/);
  });

  it("refuses weights that are damaged or no numbers", async () => {
    const damaged = one("Add", { weights: { w: { dims: [4], data: [1, 2, 3] } } });
    expect((await fault(damaged)).message).toMatch(/w has 3 values where its shape \[4\] needs 4/);
    const text = onnx.ModelProto.decode(modelBytes(one("Add", { weights: { w: { dims: [1], data: [1] } } })));
    text.graph!.initializer![0] = {
      name: "w",
      dims: [1],
      dataType: DataType.STRING,
      stringData: [new Uint8Array([65])],
    };
    await expect(importable(decodeModel(onnx.ModelProto.encode(text).finish()), "y")).rejects.toThrow(
      /w is of type string/,
    );
  });

  it("refuses what is no model, its beginning, and operators of before version 7", () => {
    const bytes = headBytes("mlp-13");
    for (const wrong of [new Uint8Array(), new TextEncoder().encode("no model at all"), bytes.subarray(0, 900)]) {
      expect(() => decodeModel(wrong)).toThrow(/not an ONNX model, or only the beginning of one/);
    }
    expect(() => decodeModel(modelBytes(one("Exp", { opset: 6 })))).toThrow(/version 6 .* 7 is the oldest/);
  });
});

describe("the operators a model may hold", () => {
  it("are listed once each: differentiated ones, and those that may only be known beforehand", () => {
    const { differentiated, evaluated } = importableOperators();
    expect(differentiated).toEqual(expect.arrayContaining(["Gemm", "Gelu", "Einsum", "com.microsoft.FusedMatMul"]));
    expect(evaluated).toEqual(expect.arrayContaining(["Shape", "ConstantOfShape", "If", "Greater"]));
    expect(differentiated.filter((name) => evaluated.includes(name))).toEqual([]);
  });
});

it("tensors made by these tests' helpers hold what they say", () => {
  expect(tensorProto(integers(1, 2))).toMatchObject({ dims: [2], dataType: DataType.INT64, int64Data: [1, 2] });
});
