import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSafetensors, safetensorsBytes } from "../../src/data/safetensors";
import { RecPrismError } from "../../src/protocol/error";
import { failure, scratchFolder } from "./scratch";

const tensors = {
  W: { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
  b: { shape: [3], values: Float32Array.of(-1, 0, 0.5) },
};

async function scratchTensors(bytes: Uint8Array): Promise<string> {
  const file = join(await scratchFolder(), "weights.safetensors");
  await writeFile(file, bytes);
  return file;
}

/** A file with any header over any data. */
function fileOf(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe("safetensors", () => {
  it("come back as they were written", async () => {
    const file = await scratchTensors(safetensorsBytes(tensors, { format: "pt" }));
    expect((await readSafetensors(file)).tensors).toEqual(tensors);
  });

  it("begin their data on a multiple of eight bytes, whatever their names", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }), (name) => {
        const bytes = Buffer.from(safetensorsBytes({ [`x${name}`]: tensors.b }, {}));
        expect(Number(bytes.readBigUInt64LE(0)) % 8).toBe(0);
      }),
    );
  });

  it("are refused when cut short or of another type, by name", async () => {
    const good = safetensorsBytes(tensors, {});
    await failure(readSafetensors(await scratchTensors(good.subarray(0, 4))), "file-truncated", "4 bytes");
    await failure(readSafetensors(await scratchTensors(good.subarray(0, 40))), "file-truncated", "header");
    await failure(
      readSafetensors(await scratchTensors(good.subarray(0, good.length - 4))),
      "file-truncated",
      "tensor b",
    );
    const half = fileOf({ h: { dtype: "F16", shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2));
    await failure(readSafetensors(await scratchTensors(half)), "dtype-unsupported", "tensor h is F16");
    const wrong = fileOf({ h: { dtype: "F32", shape: [2 ** 40], data_offsets: [0, 4] } }, new Uint8Array(4));
    await failure(readSafetensors(await scratchTensors(wrong)), "file-format", "tensor h");
  });

  it("never crash the reader, however they are altered", async () => {
    const good = Buffer.from(safetensorsBytes(tensors, {}));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, length) => {
        const altered = Buffer.from(good);
        altered[at] = byte;
        const file = await scratchTensors(altered.subarray(0, length));
        await readSafetensors(file).catch((thrown) => {
          expect(thrown).toBeInstanceOf(RecPrismError);
          expect(thrown.message).toContain(file);
        });
      }),
      { numRuns: 100 },
    );
  });
});
