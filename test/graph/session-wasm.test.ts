/** WebAssembly in place of the native library: the same graphs, the same numbers. */
import { beforeAll, describe, expect, it } from "vitest";
import { gradients } from "../../src/graph/differentiate";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession, type TensorIn } from "../../src/graph/session";
import type { SubgraphContent } from "../../src/graph/value";
import { freshRuntime } from "./fresh-runtime";

let wasm: Awaited<ReturnType<typeof freshRuntime>>;
beforeAll(async () => {
  wasm = await freshRuntime({ RECPRISM_RUNTIME: "wasm" });
});

/** Uneven numbers in (-1, 1) that are the same in every run. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i + seed) * Math.cos(4.1414 * i));
}

async function results(open: typeof openSession, graph: SubgraphContent, inputs: Record<string, TensorIn>) {
  const session = await open(graph);
  try {
    return await session.runTensors(inputs);
  } finally {
    await session.release();
  }
}

/** Floats within float error of the other runtime's, everything else the same. */
async function expectAlike(graph: SubgraphContent, inputs: Record<string, TensorIn>): Promise<void> {
  const native = await results(openSession, graph, inputs);
  const other = await results(wasm.openSession, graph, inputs);
  expect(Object.keys(other)).toEqual(Object.keys(native));
  for (const [name, { type, data, shape }] of Object.entries(native)) {
    expect(other[name]).toMatchObject({ type, shape });
    const otherData = other[name].data;
    if (data instanceof Float32Array) expect(largestDifference(data, otherData as Float32Array)).toBeLessThan(1e-5);
    else expect(otherData).toEqual(data);
  }
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i])), 0);
}

describe("on WebAssembly", () => {
  it("top-k latents are those of the native library", async () => {
    const graph = new GraphBuilder("encode");
    const x = graph.input("x", ["rows", 24]);
    const weights = graph.constant(numbers(24 * 96, 1), [24, 96]);
    const z = graph.op("Relu", [graph.op("Gemm", [x, weights, graph.constant(numbers(96, 2), [96])])]);
    const [values, places] = graph.ops("TopK", [z, graph.ints([8])]);
    graph.output("values", values);
    graph.output("places", places);
    await expectAlike(graph.content(), { x: { data: numbers(50 * 24, 3), shape: [50, 24] } });
  });

  it("a training loop ends at the weights of the native library", async () => {
    const graph = new GraphBuilder("descend");
    const x = graph.input("x", [40, 6]);
    const y = graph.input("y", [40, 1]);
    const steps = graph.input("steps", [], "int64");
    const { carried, stacked } = graph.loop(steps, [graph.zeros([6, 1])], (body, _step, [weights]) => {
      const error = body.sub(body.matmul(x, weights), y);
      const loss = body.mean(body.mul(error, error));
      const [gradient] = gradients(body, loss, [weights]);
      return { carried: [body.sub(weights, body.mul(body.scalar(0.3), gradient))], stacked: [loss] };
    });
    graph.output("weights", carried[0]);
    graph.output("losses", stacked[0]);
    const inputs = {
      x: { data: numbers(40 * 6, 4), shape: [40, 6] },
      y: { data: numbers(40, 5), shape: [40, 1] },
      steps: { data: BigInt64Array.of(60n), shape: [] },
    };
    await expectAlike(graph.content(), inputs);
    const { losses } = await results(wasm.openSession, graph.content(), inputs);
    expect(losses.shape).toEqual([60]);
    expect(Number(losses.data[59])).toBeLessThan(Number(losses.data[0]));
  });

  it("booleans and integers are those of the native library", async () => {
    const graph = new GraphBuilder("mask");
    const scores = graph.input("scores", ["items"]);
    const hidden = graph.op("Not", [graph.input("shown", ["items"], "bool")]);
    graph.output("hidden", hidden);
    graph.output("kept", graph.op("Where", [hidden, graph.scalar(-1e9), scores]));
    graph.output("best", graph.op("ArgMax", [scores]));
    await expectAlike(graph.content(), {
      scores: { data: numbers(9, 6), shape: [9] },
      shown: { data: Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0, 1), shape: [9] },
    });
  });

  it("faults of a graph are told alike", async () => {
    const graph = new GraphBuilder("misfit");
    graph.output("y", graph.op("Gather", [graph.input("x", ["rows"]), graph.input("row", [1], "int64")]));
    const inputs = { x: { data: numbers(3, 7), shape: [3] }, row: { data: BigInt64Array.of(7n), shape: [1] } };
    const fault = (open: typeof openSession) => results(open, graph.content(), inputs).catch((thrown) => thrown);
    const told = await fault(wasm.openSession);
    expect(told).toMatchObject({ reason: "graph-invalid", message: expect.stringContaining("idx=7 must be within") });
    expect(told.message).toBe((await fault(openSession)).message);
    await expect(wasm.openModel(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
      reason: "graph-invalid",
      message: "onnxruntime cannot load the graph: Failed to load model because protobuf parsing failed.",
    });
  });

  it("needs no notice where it was asked for", () => {
    expect(wasm.notices).toEqual([]);
  });
});
