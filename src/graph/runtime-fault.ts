/** Faults of onnxruntime in our words: what it was doing, and the sentence of its message that says why. */
import { RecPrismError } from "../protocol/error";

const LONGEST_MESSAGE = 300;
const OUT_OF_MEMORY = /allocate memory|bad_alloc|out of memory|shape is too large|\bOOM\b/i;

/**
 * @param doing what failed, as the sentence's start: `onnxruntime cannot load the graph`
 * @param advice what else to try, a sentence
 */
export function graphFault(doing: string, thrown: unknown, advice = ""): RecPrismError {
  const message = runtimeMessage(thrown);
  const remedy = OUT_OF_MEMORY.test(message)
    ? "It needs more memory than there is; smaller batches need less."
    : advice;
  return new RecPrismError(
    "graph-invalid",
    `${doing}: ${message}${/[.!?]$/.test(message) ? "" : "."} ${remedy}`.trim(),
  );
}

/** What onnxruntime said, without places in its sources, status codes and line breaks. */
export function runtimeMessage(thrown: unknown): string {
  // Its WebAssembly build throws C++ exceptions as numbers.
  if (typeof thrown === "number") return `it stopped without a reason (${thrown})`;
  const message = (thrown instanceof Error ? thrown.message : String(thrown))
    .replace(/^.*ERROR_MESSAGE: /s, "")
    .replace(/Non-zero status code returned while running (\w+) node\. Name:'([^']*)' Status Message: /g, "$1 ($2): ")
    .replace(/\S+\.(?:cc|h):\d+ [^(]*\([^)]*\)(?:::<lambda\(\)>)?(?: const)? /g, "")
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, "")
    .replace(/\s+/g, " ")
    .trim();
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}
