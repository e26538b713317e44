import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NamedTensor, safetensorsBytes, safetensorsHeader, withSafetensors } from "../../src/data/safetensors";
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
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

async function everything(file: string): Promise<Record<string, NamedTensor>> {
  return withSafetensors(file, async ({ shapes, values }) => {
    const read: Record<string, NamedTensor> = {};
    for (const [name, shape] of shapes) read[name] = { shape: [...shape], values: await values(name) };
    return read;
  });
}

async function refusal(bytes: Uint8Array, reason: "file-truncated" | "file-format", ...fragments: string[]) {
  const file = await scratchTensors(bytes);
  return failure(everything(file), reason, file, ...fragments);
}

describe("safetensors", () => {
  it("come back as they were written, with their metadata", async () => {
    const bytes = safetensorsBytes(tensors, { format: "pt" });
    const file = await scratchTensors(bytes);
    expect(await everything(file)).toEqual(tensors);
    await withSafetensors(file, async ({ metadata, sha256 }) => {
      expect(metadata).toEqual({ format: "pt" });
      expect(await sha256()).toBe(createHash("sha256").update(bytes).digest("hex"));
    });
  });

  it("hold integers, which are asked for as such", async () => {
    const file = await scratchTensors(
      safetensorsBytes({ rows: { shape: [2], values: Int32Array.of(-1, 2 ** 31 - 1) }, b: tensors.b }, {}),
    );
    await withSafetensors(file, async ({ values, integers }) => {
      expect(await integers("rows")).toEqual(Int32Array.of(-1, 2 ** 31 - 1));
      expect(await values("b")).toEqual(tensors.b.values);
      await failure(values("rows"), "dtype-unsupported", "tensor rows is I32", "F32");
      await failure(integers("b"), "dtype-unsupported", "tensor b is F32", "I32");
    });
  });

  it("can be written piece by piece where the header says", async () => {
    const { bytes, starts } = safetensorsHeader(
      { W: { dtype: "F32", shape: [2, 3] }, b: { dtype: "F32", shape: [3] } },
      {},
    );
    const whole = Buffer.alloc(bytes.length + 9 * 4);
    bytes.copy(whole);
    for (const name of ["b", "W"] as const) Buffer.from(tensors[name].values.buffer).copy(whole, starts.get(name));
    expect(await everything(await scratchTensors(whole))).toEqual(tensors);
  });

  it("begin their data on a multiple of eight bytes, whatever their names", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }), (name) => {
        const bytes = Buffer.from(safetensorsBytes({ [`x${name}`]: tensors.b }, {}));
        expect(Number(bytes.readBigUInt64LE(0)) % 8).toBe(0);
      }),
    );
  });

  it("are widened from half precision and bfloat16, and rounded from double", async () => {
    // The extremes and oddities of each, as their standards give their bits.
    const half: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x83ff, -1023 * 2 ** -24],
      [0x8000, -0],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x7e00, Number.NaN],
    ];
    const brain: [number, number][] = [
      [0x3f80, 1],
      [0xc040, -3],
      [0x3eab, 0.333984375],
      [0x7f7f, 3.3895313892515355e38],
      [0x0001, 2 ** -133],
      [0x8000, -0],
      [0xff80, Number.NEGATIVE_INFINITY],
      [0x7fc0, Number.NaN],
    ];
    const stored = [
      ["h", "F16", new Uint16Array(half.map(([bits]) => bits))],
      ["b", "BF16", new Uint16Array(brain.map(([bits]) => bits))],
      ["d", "F64", Float64Array.of(1 / 3, -1e300)],
    ] as const;
    const header: Record<string, unknown> = {};
    let offset = 0;
    for (const [name, dtype, { length, byteLength }] of stored) {
      header[name] = { dtype, shape: [length], data_offsets: [offset, offset + byteLength] };
      offset += byteLength;
    }
    const data = Buffer.concat(stored.map(([, , values]) => Buffer.from(values.buffer)));
    const read = await everything(await scratchTensors(fileOf(header, data)));
    expect([...read.h.values]).toEqual(half.map(([, value]) => value));
    expect([...read.b.values]).toEqual(brain.map(([, value]) => value));
    expect([...read.d.values]).toEqual([Math.fround(1 / 3), Number.NEGATIVE_INFINITY]);
  });

  it("of other types lie beside floats, and are refused by name only when they are asked for", async () => {
    const header = {
      steps: { dtype: "I64", shape: [], data_offsets: [4, 12] },
      x: { dtype: "F32", shape: [], data_offsets: [0, 4] },
    };
    const file = await scratchTensors(fileOf(header, new Uint8Array(12)));
    await withSafetensors(file, async ({ shapes, values }) => {
      expect([...shapes]).toEqual([
        ["steps", []],
        ["x", []],
      ]);
      expect([...(await values("x"))]).toEqual([0]);
      await failure(values("steps"), "dtype-unsupported", "tensor steps is I64", "F32");
      await failure(values("y"), "file-format", "no tensor y");
    });
  });

  it("are refused when cut short, by name", async () => {
    const good = safetensorsBytes(tensors, {});
    await refusal(good.subarray(0, 4), "file-truncated", "4 bytes");
    await refusal(good.subarray(0, 40), "file-truncated", "header");
    await refusal(good.subarray(0, good.length - 4), "file-truncated", "tensor b ends 4 bytes after");
  });

  it("are refused when their header lies, before anything is allocated for it", async () => {
    const tensor = (shape: number[], from: number, to: number) => ({ dtype: "F32", shape, data_offsets: [from, to] });
    const data = new Uint8Array(12);
    await refusal(fileOf({ h: tensor([2 ** 40], 0, 12) }, data), "file-format", "tensor h", "cannot have 12 bytes");
    await refusal(fileOf({ h: tensor([2 ** 50, 2 ** 50], 0, 12) }, data), "file-format", "tensor h");
    await refusal(fileOf({ h: tensor([2 ** 40], 0, 2 ** 42) }, data), "file-truncated", "tensor h");
    await refusal(fileOf({ h: tensor([3], 12, 0) }, data), "file-format", "tensor h");
    await refusal(fileOf({ h: tensor([-3], 0, 12) }, data), "file-format", "entry of tensor h");
    await refusal(
      fileOf({ g: tensor([2], 0, 8), h: tensor([2], 4, 12) }, data),
      "file-format",
      "tensor h starts at byte 4 of the data, where 8 was due",
    );
    await refusal(fileOf({ h: tensor([2], 4, 12) }, data), "file-format", "tensor h starts at byte 4");
    await refusal(fileOf({ h: tensor([2], 0, 8) }, data), "file-format", "4 bytes at its end");
    await refusal(fileOf({ h: [] }, data), "file-format", "entry of tensor h");
    await refusal(fileOf({ __metadata__: { a: 1 } }), "file-format", "__metadata__");
    await refusal(fileOf("[]"), "file-format", "JSON object");
    await refusal(fileOf("{"), "file-format", "JSON object");
  });

  it("are told from files of another kind", async () => {
    await refusal(Buffer.from("PK\x03\x04 and so on, as PyTorch writes"), "file-format", "does not start like one");
    await refusal(
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"),
      "file-format",
      "git lfs pull",
    );
    await failure(everything(await scratchFolder()), "file-unreadable", "is a folder");
  });

  it("never crash the reader, however they are altered", async () => {
    const good = Buffer.from(safetensorsBytes(tensors, {}));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), async (at, byte, length) => {
        const altered = Buffer.from(good);
        altered[at] = byte;
        const file = await scratchTensors(altered.subarray(0, length));
        await everything(file).catch((thrown) => {
          expect(thrown).toBeInstanceOf(RecPrismError);
          expect(thrown.message).toContain(file);
        });
      }),
      { numRuns: 100 },
    );
  });
});
