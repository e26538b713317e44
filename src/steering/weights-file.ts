/** The file that lies beside generated code with what is too much for a source text: weights, and long lists of ids. */
import { npzBytes } from "../data/npz";
import { safetensorsBytes } from "../data/safetensors";

/** `npz` for NumPy, `safetensors` for everyone else. */
export type WeightsFormat = "npz" | "safetensors";

export interface WeightsArray {
  shape: number[];
  values: Float32Array | Uint8Array;
}

/** @param metadata strings for formats that hold any */
export function weightsFileBytes(
  format: WeightsFormat,
  arrays: Readonly<Record<string, WeightsArray>>,
  metadata: Record<string, string>,
): Uint8Array {
  if (format === "npz") return npzBytes(arrays);
  // Readers may want floats on multiples of their size: bytes, of any number, come last.
  const ordered = Object.entries(arrays).sort(([, a], [, b]) => byteOrder(a) - byteOrder(b));
  return safetensorsBytes(Object.fromEntries(ordered), metadata);
}

function byteOrder({ values }: WeightsArray): number {
  return values instanceof Float32Array ? 0 : 1;
}
