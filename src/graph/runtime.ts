/** The onnxruntime that graphs run on: the native one on an execution provider, or WebAssembly where there is no native one. */
import type { InferenceSession } from "onnxruntime-node";
import {
  EXECUTION_PROVIDER_VARIABLE,
  EXECUTION_PROVIDERS,
  type ExecutionProvider,
  RUNTIME_VARIABLE,
  RUNTIMES,
} from "../protocol/environment";
import { RecPrismError } from "../protocol/error";
import { runtimeMessage } from "./runtime-fault";
import { tellRuntimeNotice } from "./runtime-notice";

/** What both packages share. */
type Onnxruntime = Pick<typeof import("onnxruntime-node"), "InferenceSession" | "Tensor">;

export interface Runtime extends Onnxruntime {
  /** Of the sessions still to be created. */
  provider: ExecutionProvider | "wasm";
}

/** Only what ends the process is logged by onnxruntime itself: all else it throws, and we tell. */
export const SILENT = 4;

const PLATFORM = `${process.platform}-${process.arch}`;

let loading: Promise<Runtime> | null = null;

/**
 * The runtime of this process. Loaded on first use: a process that never runs a graph does not pay for it.
 *
 * @throws RecPrismError "settings-invalid" where an environment variable names no runtime or provider, or the runtime
 *   it insists on does not load
 */
export function loadRuntime(): Promise<Runtime> {
  loading ??= load();
  return loading;
}

/**
 * A session on the runtime's provider. If only the CPU can create it, the provider is given up for this process, with a notice.
 *
 * @param threads of the native runtime, 0 lets it choose; WebAssembly has one
 */
export async function createSession(runtime: Runtime, model: Uint8Array, threads: number): Promise<InferenceSession> {
  const { provider } = runtime;
  const createdOn = (name: Runtime["provider"]) =>
    runtime.InferenceSession.create(model, {
      executionProviders: [name],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: SILENT,
    });
  if (provider === "cpu" || provider === "wasm") return createdOn(provider);
  try {
    return await createdOn(provider);
  } catch (thrown) {
    const session = await createdOn("cpu");
    tellRuntimeNotice(
      `The execution provider ${provider} could not be used (${runtimeMessage(thrown)}): running on the CPU.`,
    );
    runtime.provider = "cpu";
    return session;
  }
}

async function load(): Promise<Runtime> {
  const provider = chosen(EXECUTION_PROVIDER_VARIABLE, EXECUTION_PROVIDERS) ?? "cpu";
  const kind = chosen(RUNTIME_VARIABLE, RUNTIMES);
  const notThere = provider === "cpu" ? "" : `, which has no execution provider ${provider}`;
  if (kind === "wasm") {
    if (notThere) tellRuntimeNotice(`Using WebAssembly${notThere}.`);
    return loadWasm();
  }
  try {
    return await loadNative(provider);
  } catch (thrown) {
    const cause = whyNotNative(thrown);
    if (kind === "native") {
      throw new RecPrismError(
        "settings-invalid",
        `${RUNTIME_VARIABLE} is "native", but ${cause}. Unset it to use WebAssembly.`,
        { key: RUNTIME_VARIABLE },
      );
    }
    tellRuntimeNotice(`${cause}: using WebAssembly${notThere}.`);
    return loadWasm();
  }
}

async function loadNative(provider: ExecutionProvider): Promise<Runtime> {
  const { env, InferenceSession, listSupportedBackends, Tensor } = await import("onnxruntime-node");
  env.logLevel = "fatal";
  const supported = listSupportedBackends().map(({ name }) => name);
  if (supported.includes(provider)) return { InferenceSession, Tensor, provider };
  tellRuntimeNotice(
    `onnxruntime for ${PLATFORM} has no execution provider ${provider}, only ${supported.join(", ")}: running on the CPU.`,
  );
  return { InferenceSession, Tensor, provider: "cpu" };
}

async function loadWasm(): Promise<Runtime> {
  const { env, InferenceSession, Tensor } = await import("onnxruntime-web");
  env.logLevel = "fatal";
  // Its threads work in Node, but a small SAE trained 2 to 3 times as fast on one as on two of a busy machine.
  env.wasm.numThreads = 1;
  return { InferenceSession, Tensor, provider: "wasm" };
}

/** @returns the start of a sentence */
function whyNotNative(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  // The package without the platform's file, or an extension packed without the package.
  const absent = /MODULE_NOT_FOUND/.test(code ?? "") && /onnxruntime_binding\.node|'onnxruntime-node'/.test(message);
  return absent
    ? `onnxruntime-node has no binary for ${PLATFORM}`
    : `onnxruntime-node could not be loaded (${runtimeMessage(thrown)})`;
}

/** @returns null where the environment variable is not set or empty */
function chosen<Choice extends string>(variable: string, choices: readonly Choice[]): Choice | null {
  const value = process.env[variable];
  if (!value) return null;
  const choice = choices.find((candidate) => candidate === value);
  if (choice) return choice;
  throw new RecPrismError("settings-invalid", `${variable} is "${value}"; it may be ${choices.join(", ")}.`, {
    key: variable,
  });
}
