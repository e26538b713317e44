/** Runs ONNX graphs on onnxruntime. `run` blocks its thread, so long work belongs in a job process. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { RecPrismError } from "../protocol/error";
import { onnxModel } from "./model";
import { elementCount, type SubgraphContent } from "./value";

export type TensorData = Float32Array | Int32Array | BigInt64Array;

export interface TensorIn {
  data: TensorData;
  shape: readonly number[];
}

export interface GraphSession {
  /** Runs the graph once. Inputs and results are keyed by the names given to the builder. */
  run(inputs: Record<string, TensorIn>): Promise<Record<string, Float32Array>>;
  release(): Promise<void>;
}

/** @param threads 0 lets onnxruntime choose */
export async function openSession(graph: SubgraphContent, threads = 0): Promise<GraphSession> {
  // Loaded on first use: a process that never runs a graph does not pay for the native library.
  const runtime = await import("onnxruntime-node");
  const session: InferenceSession = await runtime.InferenceSession.create(onnxModel(graph), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(inputs) {
      const feeds: Record<string, Tensor> = {};
      for (const [name, { data, shape }] of Object.entries(inputs)) {
        if (elementCount(shape) !== data.length) {
          throw new RecPrismError("graph-invalid", `${name}: ${data.length} values do not fill the shape [${shape}].`);
        }
        feeds[name] = tensorOf(runtime, data, shape);
      }
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    release: () => session.release(),
  };
}

function tensorOf(runtime: typeof import("onnxruntime-node"), data: TensorData, shape: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new runtime.Tensor("float32", data, shape);
  if (data instanceof Int32Array) return new runtime.Tensor("int32", data, shape);
  return new runtime.Tensor("int64", data, shape);
}
