import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { onnxModel } from "../../src/graph/model";
import { type GraphSession, openModel, openSession, type TensorIn } from "../../src/graph/session";
import { ONNX_TYPES, type Value } from "../../src/graph/value";

const vector = (...values: number[]): TensorIn => ({ data: Float32Array.from(values), shape: [values.length] });

/** Opens the graph, has it used and releases it. */
async function using<Result>(graph: GraphBuilder, use: (session: GraphSession) => Promise<Result>): Promise<Result> {
  const session = await openSession(graph.content(), 1);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

/** The two largest scores, and where they are. */
function topTwo(): GraphBuilder {
  const graph = new GraphBuilder("top two");
  const [values, places] = graph.ops("TopK", [graph.input("scores", ["items"]), graph.ints([2])]);
  graph.output("values", values);
  graph.output("places", places);
  return graph;
}

describe("a graph's session", () => {
  it("names its inputs and results as the model does", async () => {
    const session = await openModel(onnxModel(topTwo().content()));
    expect(session.inputNames).toEqual(["scores"]);
    expect(session.outputNames).toEqual(["values", "places"]);
    await session.release();
  });

  it("gives results of every type, with their shapes", async () => {
    const results = await using(topTwo(), (session) => session.runTensors({ scores: vector(1, 5, 2, 4) }));
    expect(results).toEqual({
      values: { type: "float32", data: Float32Array.of(5, 4), shape: [2] },
      places: { type: "int64", data: BigInt64Array.of(1n, 3n), shape: [2] },
    });
  });

  it("takes and gives booleans as bytes of 0 and 1", async () => {
    const graph = new GraphBuilder("mask");
    const seen = graph.input("seen", ["items"], "bool");
    const unseen = graph.op("Not", [seen]);
    graph.output("unseen", unseen);
    graph.output("kept", graph.op("Where", [unseen, graph.input("scores", ["items"]), graph.scalar(-1)]));
    const { unseen: mask, kept } = await using(graph, (session) =>
      session.runTensors({ seen: { data: Uint8Array.of(0, 1, 0), shape: [3] }, scores: vector(7, 8, 9) }),
    );
    expect(mask).toEqual({ type: "bool", data: Uint8Array.of(1, 0, 1), shape: [3] });
    expect(kept.data).toEqual(Float32Array.of(7, -1, 9));
  });

  it("takes int32 and int64, and computes in double precision where the graph does", async () => {
    const graph = new GraphBuilder("doubles", null, "float64");
    const sum = graph.add(graph.input("x", [1]), graph.op("Cast", [graph.input("n", [1], "int32")], to("float64")));
    graph.output("y", graph.add(sum, graph.op("Cast", [graph.input("m", [1], "int64")], to("float64"))));
    const { y } = await using(graph, (session) =>
      session.runTensors({
        x: { data: Float64Array.of(1e-12), shape: [1] },
        n: { data: Int32Array.of(2), shape: [1] },
        m: { data: BigInt64Array.of(3n), shape: [1] },
      }),
    );
    expect(y).toEqual({ type: "float64", data: Float64Array.of(5 + 1e-12), shape: [1] });
  });

  it("gives only the results that are wanted", async () => {
    const results = await using(topTwo(), (session) => session.run({ scores: vector(1, 5, 2) }, ["values"]));
    expect(results).toEqual({ values: Float32Array.of(5, 2) });
  });

  it("refuses to pass integers off as floats", async () => {
    await using(topTwo(), async (session) => {
      await expect(session.run({ scores: vector(1, 2) })).rejects.toMatchObject({
        reason: "graph-invalid",
        message: expect.stringContaining("places is int64"),
      });
    });
  });

  it("may be released twice, and cannot run afterwards", async () => {
    const session = await openSession(topTwo().content());
    await session.release();
    await session.release();
    await expect(session.run({ scores: vector(1, 2) }, ["values"])).rejects.toMatchObject({ reason: "graph-invalid" });
  });
});

describe("what onnxruntime cannot do", () => {
  it("is a fault of the graph: bytes that are no model", async () => {
    await expect(openModel(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      reason: "graph-invalid",
      message: "onnxruntime cannot load the graph: Failed to load model because protobuf parsing failed.",
    });
  });

  it("is a fault of the graph, told with its node: operands that do not fit", async () => {
    const graph = new GraphBuilder("misfit");
    unchecked(graph, "Reshape", graph.input("x", ["rows"]), graph.ints([2, 2]));
    const fault = await using(graph, (session) => session.run({ x: vector(1, 2, 3) })).catch((thrown) => thrown);
    expect(fault.reason).toBe("graph-invalid");
    expect(fault.message).toContain("onnxruntime cannot run the graph: Reshape (Reshape_unchecked): ");
    expect(fault.message).toContain("Input shape:{3}, requested shape:{2,2}.");
    expect(fault.message).not.toMatch(/onnxruntime_src|\.h:\d|\n/);
  });

  it("is a fault of the graph, with a remedy: more memory than there is", async () => {
    const graph = new GraphBuilder("vast");
    unchecked(graph, "Expand", graph.scalar(1), graph.input("shape", [1], "int64"));
    const asked = { shape: { data: BigInt64Array.of(10n ** 15n), shape: [1] } };
    await expect(using(graph, (session) => session.run(asked))).rejects.toMatchObject({
      reason: "graph-invalid",
      message: expect.stringMatching(/requested buffer of size 4000000000000000\. .*smaller batches need less\.$/),
    });
  });

  it("is a fault of the graph: an input that is left out", async () => {
    await expect(using(topTwo(), (session) => session.run({}))).rejects.toMatchObject({
      reason: "graph-invalid",
      message: expect.stringContaining("'scores' is missing"),
    });
  });
});

/** Adds a node that the builder would refuse, with the result `y`. */
function unchecked(graph: GraphBuilder, operator: string, ...inputs: Value[]): void {
  const y: Value = { name: "y", shape: ["rows"], type: "float32" };
  graph.nodes.push({ operator, name: `${operator}_unchecked`, inputs, outputs: [y], attributes: {} });
  graph.outputs.push(y);
}

function to(type: keyof typeof ONNX_TYPES) {
  return { to: { kind: "int", value: ONNX_TYPES[type] } } as const;
}
