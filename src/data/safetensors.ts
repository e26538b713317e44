/** Safetensors files: named float32 tensors behind a JSON header. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { RecPrismError } from "../protocol/error";
import { readFault } from "./file-fault";

export interface NamedTensor {
  shape: number[];
  values: Float32Array;
}

const LENGTH_BYTES = 8;
const FLOAT_BYTES = 4;

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** @param metadata strings for the header's `__metadata__` */
export function safetensorsBytes(tensors: Record<string, NamedTensor>, metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Padded with spaces so that the data starts on a multiple of eight bytes.
  const encoded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(encoded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(encoded.length));
  const data = Object.values(tensors).map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return Buffer.concat([length, encoded, ...data]);
}

/** @throws RecPrismError "file-missing", "file-truncated", "file-format" or "dtype-unsupported", naming file and tensor */
export async function readSafetensors(
  file: string,
): Promise<{ tensors: Record<string, NamedTensor>; bytes: Uint8Array }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (thrown) {
    throw readFault(thrown, file);
  }
  const fail = (reason: "file-truncated" | "file-format", what: string) =>
    new RecPrismError(reason, `${file} is not a readable safetensors file: ${what}. Write it anew.`, { file });
  if (bytes.length < LENGTH_BYTES) throw fail("file-truncated", `it has ${bytes.length} bytes, fewer than its header`);
  const headerLength = bytes.readBigUInt64LE(0);
  const start = LENGTH_BYTES + Number(headerLength);
  if (headerLength > BigInt(bytes.length - LENGTH_BYTES)) {
    throw fail("file-truncated", `its header should be ${headerLength} bytes but the file ends before`);
  }
  const header = headerSchema.safeParse(jsonOrNull(bytes.toString("utf8", LENGTH_BYTES, start)));
  if (!header.success) throw fail("file-format", "its header is not a JSON object");

  const tensors: Record<string, NamedTensor> = {};
  for (const [name, entry] of Object.entries(header.data)) {
    if (name === "__metadata__") continue;
    const tensor = tensorSchema.safeParse(entry);
    if (!tensor.success) throw fail("file-format", `the entry of tensor ${name} is malformed`);
    const { dtype, shape, data_offsets } = tensor.data;
    if (dtype !== "F32") {
      throw new RecPrismError(
        "dtype-unsupported",
        `${file}: tensor ${name} is ${dtype}; only F32 is read. Save it as float32.`,
        {
          file,
          key: name,
        },
      );
    }
    const [from, to] = data_offsets;
    const count = shape.reduce((product, length) => product * length, 1);
    if (to - from !== count * FLOAT_BYTES)
      throw fail("file-format", `tensor ${name} [${shape}] has ${to - from} bytes`);
    if (start + to > bytes.length) throw fail("file-truncated", `tensor ${name} ends after the file does`);
    // Copied: the data need not be aligned within the file.
    tensors[name] = {
      shape,
      values: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer),
    };
  }
  return { tensors, bytes };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
