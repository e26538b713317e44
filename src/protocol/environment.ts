/** Environment variables that say how graphs run: a process that is forked inherits them, on the command line they stand for themselves. */

/** What computes: the processor, or a graphics card by one of the interfaces that onnxruntime knows. */
export const EXECUTION_PROVIDERS = ["cpu", "webgpu", "cuda", "coreml", "dml"] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** One of `EXECUTION_PROVIDERS`; `cpu` where it is not set. VS Code's setting `recprism.executionProvider` reaches the engine as this. */
export const EXECUTION_PROVIDER_VARIABLE = "RECPRISM_EXECUTION_PROVIDER";

export const RUNTIMES = ["native", "wasm"] as const;
export type RuntimeKind = (typeof RUNTIMES)[number];

/** One of `RUNTIMES`: onnxruntime-node or onnxruntime-web and no other. Where it is not set: the native one if it loads. */
export const RUNTIME_VARIABLE = "RECPRISM_RUNTIME";
