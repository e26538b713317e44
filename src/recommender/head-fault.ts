/** What is wrong with an ONNX model, said of its file. */
import { RecPrismError } from "../protocol/error";

/**
 * @param found  sentences: what was found, and the remedy
 * @param key    the node, input or output it was found at
 */
export function headInvalid(file: string, found: string, key?: string): RecPrismError {
  return new RecPrismError("head-invalid", `${file} cannot be the recommender. ${found}`, { file, key });
}

/** What a graph's fault means for the model in `file`; other faults stay as they are. */
export function headFault(file: string, thrown: unknown, remedy = ""): unknown {
  if (!(thrown instanceof RecPrismError) || thrown.reason !== "graph-invalid") return thrown;
  return headInvalid(file, `${thrown.message} ${remedy}`.trim(), thrown.where.key);
}
