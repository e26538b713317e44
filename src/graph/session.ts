/** Runs ONNX graphs on onnxruntime. `run` blocks its thread, so long work belongs in a job process. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { RecPrismError } from "../protocol/error";
import { onnxModel } from "./model";
import { createSession, loadRuntime, type Runtime, SILENT } from "./runtime";
import { graphFault } from "./runtime-fault";
import { type ConstantData, type ElementType, elementCount, ONNX_TYPES, type SubgraphContent } from "./value";

/** Uint8Array holds booleans: 0 or 1. */
export type TensorData = ConstantData;

export interface TensorIn {
  data: TensorData;
  shape: readonly number[];
}

export interface TensorOut extends TensorIn {
  type: ElementType;
}

/** Every method throws RecPrismError "graph-invalid", with the runtime's own words, where the graph cannot be run. */
export interface GraphSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the graph once. Inputs and results are keyed by their names in the graph.
   *
   * @param wanted names of the results to give, which must be float32; `runTensors` gives those of other types
   */
  run(inputs: Record<string, TensorIn>, wanted?: readonly string[]): Promise<Record<string, Float32Array>>;
  /** The same, with results of any type and their shapes. */
  runTensors(inputs: Record<string, TensorIn>, wanted?: readonly string[]): Promise<Record<string, TensorOut>>;
  release(): Promise<void>;
}

/** @param threads 0 lets onnxruntime choose */
export function openSession(graph: SubgraphContent, threads = 0): Promise<GraphSession> {
  return openModel(onnxModel(graph), threads);
}

/**
 * @param model a serialised ONNX model
 * @param threads 0 lets onnxruntime choose
 * @throws RecPrismError "graph-invalid" where onnxruntime does not accept the model
 */
export async function openModel(model: Uint8Array, threads = 0): Promise<GraphSession> {
  const runtime = await loadRuntime();
  let session: InferenceSession;
  try {
    session = await createSession(runtime, model, threads);
  } catch (thrown) {
    throw graphFault("onnxruntime cannot load the graph", thrown);
  }
  const { provider } = runtime;
  const advice = provider === "cpu" || provider === "wasm" ? "" : `It ran on ${provider}; the CPU may do better.`;
  let released: Promise<void> | null = null;

  async function results(inputs: Record<string, TensorIn>, wanted: readonly string[]) {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, tensorOf(runtime, name, tensor)]),
    );
    try {
      return await session.run(feeds, wanted, { logSeverityLevel: SILENT });
    } catch (thrown) {
      throw graphFault("onnxruntime cannot run the graph", thrown, advice);
    }
  }

  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(inputs, wanted = session.outputNames) {
      const tensors = Object.entries(await results(inputs, wanted));
      return Object.fromEntries(tensors.map(([name, tensor]) => [name, floats(name, tensor)]));
    },
    async runTensors(inputs, wanted = session.outputNames) {
      const tensors = Object.entries(await results(inputs, wanted));
      return Object.fromEntries(tensors.map(([name, tensor]) => [name, typed(name, tensor)]));
    },
    release() {
      released ??= session.release();
      return released;
    },
  };
}

function tensorOf({ Tensor }: Runtime, name: string, { data, shape }: TensorIn): Tensor {
  if (elementCount(shape) !== data.length) {
    throw new RecPrismError("graph-invalid", `${name}: ${data.length} values do not fill the shape [${shape}].`);
  }
  if (data instanceof Float32Array) return new Tensor("float32", data, shape);
  if (data instanceof Float64Array) return new Tensor("float64", data, shape);
  if (data instanceof Int32Array) return new Tensor("int32", data, shape);
  if (data instanceof BigInt64Array) return new Tensor("int64", data, shape);
  return new Tensor("bool", data, shape);
}

function floats(name: string, { type, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new RecPrismError("graph-invalid", `The result ${name} is ${type} where float32 is needed; add a Cast to it.`);
}

function typed(name: string, { type, data, dims }: Tensor): TensorOut {
  if (type in ONNX_TYPES) return { type: type as ElementType, data: data as TensorData, shape: dims };
  throw new RecPrismError(
    "graph-invalid",
    `The result ${name} is ${type}, which is none of ${Object.keys(ONNX_TYPES).join(", ")}; add a Cast to it.`,
  );
}
