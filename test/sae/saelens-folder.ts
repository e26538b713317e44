/** Folders as SAELens saves them, of any number format: what the tests read that others wrote. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type StoredType = "F64" | "F32" | "F16" | "BF16";

export interface StoredTensor {
  shape: number[];
  values: ArrayLike<number>;
}

/** What `cfg.json` and `sae_weights.safetensors` hold. */
export interface SaeLensFolder {
  config: Record<string, unknown>;
  tensors: Record<string, StoredTensor>;
  type?: StoredType;
}

export async function writeSaeLensFolder(
  folder: string,
  { config, tensors, type = "F32" }: SaeLensFolder,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "cfg.json"), JSON.stringify(config));
  await writeFile(join(folder, "sae_weights.safetensors"), stored(tensors, type));
}

/** As PyTorch's `save_file` lays them out: by name, after a header that it pads with spaces. */
function stored(tensors: Record<string, StoredTensor>, type: StoredType): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const name of Object.keys(tensors).sort()) {
    const bytes = encoded(tensors[name].values, type);
    header[name] = { dtype: type, shape: tensors[name].shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

function encoded(values: ArrayLike<number>, type: StoredType): Uint8Array {
  switch (type) {
    case "F64":
      return new Uint8Array(Float64Array.from(values).buffer);
    case "F32":
      return new Uint8Array(Float32Array.from(values).buffer);
    case "F16":
      return new Uint8Array(Uint16Array.from(values, halfBits).buffer);
    case "BF16":
      return new Uint8Array(Uint16Array.from(values, (value) => float32Bits(value) >>> 16).buffer);
  }
}

function float32Bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}

/** Cut rather than rounded, which suits as well here; normal numbers and 0 only. */
function halfBits(value: number): number {
  const bits = float32Bits(value);
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  if (exponent <= 0) return (bits >>> 16) & 0x8000;
  if (exponent >= 31) throw new RangeError(`${value} is too large for float16`);
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
