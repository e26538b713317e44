/** Initialisers of ONNX models: found without decoding the model, wherever and however their values are kept. */
import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { closeRows, inMemory, isInMemory, rowsBetween } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import type { MatrixSource } from "../../src/protocol/manifest";
import { PROJECT_ROOT } from "../built";
import { modelBytes } from "./onnx-bytes";
import { failure, scratchFile } from "./scratch";

const { DataType } = onnx.TensorProto;
const SIX = [1, -2, 3, 0, 5, 100];
const raw = (values: ArrayBufferView) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const model = (...initialisers: onnx.ITensorProto[]) => scratchFile("model.onnx", modelBytes(initialisers));

async function valuesOf(source: MatrixSource): Promise<number[]> {
  const { rows } = await openMatrix(source);
  return Array.from(inMemory(rows).values);
}

describe("initialisers", () => {
  it.each<[string, number, ArrayBufferView, onnx.ITensorProto]>([
    ["float32", DataType.FLOAT, Float32Array.from(SIX), { floatData: SIX }],
    ["float64", DataType.DOUBLE, Float64Array.from(SIX), { doubleData: SIX }],
    ["int64", DataType.INT64, BigInt64Array.from(SIX.map(BigInt)), { int64Data: SIX }],
    ["int32", DataType.INT32, Int32Array.from(SIX), { int32Data: SIX }],
    ["int16", DataType.INT16, Int16Array.from(SIX), { int32Data: SIX }],
    ["int8", DataType.INT8, Int8Array.from(SIX), { int32Data: SIX }],
    [
      "float16",
      DataType.FLOAT16,
      Uint16Array.of(0x3c00, 0xc000, 0x4200, 0, 0x4500, 0x5640),
      { int32Data: [0x3c00, 0xc000, 0x4200, 0, 0x4500, 0x5640] },
    ],
    [
      "bfloat16",
      DataType.BFLOAT16,
      Uint16Array.of(0x3f80, 0xc000, 0x4040, 0, 0x40a0, 0x42c8),
      { int32Data: [0x3f80, 0xc000, 0x4040, 0, 0x40a0, 0x42c8] },
    ],
  ])("of %s are read from raw data and from their own field", async (dtype, dataType, values, listed) => {
    for (const content of [{ rawData: raw(values) }, listed]) {
      const file = await model({ name: "items", dataType, dims: [3, 2], ...content });
      const source = { file, tensor: "items" };
      expect(await describeMatrixFile(file)).toEqual([{ source, shape: [3, 2], dtype, unusable: null }]);
      expect(await valuesOf(file)).toEqual(SIX);
      expect(await valuesOf({ ...source, transposed: true })).toEqual([1, 3, 5, -2, 0, 100]);
    }
  });

  it("are what the protobuf library decodes, in a model that PyTorch exported", async () => {
    const file = join(PROJECT_ROOT, "test", "fixtures", "heads", "mlp-13.onnx");
    const decoded = onnx.ModelProto.decode(await readFile(file)).graph?.initializer ?? [];
    const found = await describeMatrixFile(file);
    expect(found.map(({ source, shape }) => [source.tensor, shape])).toEqual(
      decoded.map(({ name, dims }) => [name, dims?.map(Number)]),
    );
    expect(found.length).toBeGreaterThan(3);
    for (const [index, { source, unusable }] of found.entries()) {
      const bytes = Uint8Array.from(decoded[index].rawData ?? []);
      if (unusable === null) expect(await valuesOf(source)).toEqual(Array.from(new Float32Array(bytes.buffer)));
    }
  });

  it("stay in the model's file where memory is short, and are not decoded with it", async () => {
    const file = await model({
      name: "items",
      dataType: DataType.FLOAT,
      dims: [3, 2],
      rawData: raw(Float32Array.from(SIX)),
    });
    const { rows } = await openMatrix(file, 0);
    expect(isInMemory(rows)).toBe(false);
    expect(Array.from(rowsBetween(rows, 1, 3).values)).toEqual(SIX.slice(2));
    await closeRows(rows);
  });

  it("that are no embeddings are listed with the reason", async () => {
    const file = await model(
      { name: "words", dataType: DataType.STRING, dims: [1], stringData: [Buffer.from("a")] },
      { name: "flags", dataType: DataType.BOOL, dims: [2], rawData: Buffer.alloc(2) },
      { name: "cube", dataType: DataType.FLOAT, dims: [1, 1, 1], rawData: Buffer.alloc(4) },
      { name: "number", dataType: DataType.FLOAT, dims: [], rawData: Buffer.alloc(4) },
      { name: "bias", dataType: DataType.FLOAT, dims: [2], rawData: raw(Float32Array.of(7, 8)) },
    );
    const reasons = (await describeMatrixFile(file)).map(({ unusable }) => unusable?.slice(0, 14) ?? null);
    expect(reasons).toEqual(["It holds strin", "It holds bool;", "It has 3 dimen", "It has a singl", null]);
    expect(await valuesOf(file)).toEqual([7, 8]);
  });
});

describe("values in a file beside the model", () => {
  const beside = (entries: Record<string, string>, dims = [3, 2]) =>
    model({
      name: "items",
      dataType: DataType.FLOAT,
      dims,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    });
  const data = Buffer.concat([Buffer.alloc(8), raw(Float32Array.from(SIX))]);

  it("are read from where they start", async () => {
    const file = await beside({ location: "weights/items.bin", offset: "8", length: "24" });
    await mkdir(join(dirname(file), "weights"));
    await writeFile(join(dirname(file), "weights", "items.bin"), data);
    expect(await valuesOf(file)).toEqual(SIX);
  });

  it.each(["../items.bin", "/etc/passwd", "weights/../../items.bin", "", "a\0b", "C:\\items.bin"])(
    "are refused where they would be outside its folder: %j",
    async (location) => {
      const file = await beside({ location });
      const { where } = await failure(describeMatrixFile(file), "file-format", "not in the model's folder: refused");
      expect(where).toEqual({ file, key: "items" });
    },
  );

  it("are refused where a link leads out of its folder", async () => {
    const outside = await scratchFile("secret.bin", data);
    const file = await beside({ location: "items.bin", offset: "8" });
    await symlink(outside, join(dirname(file), "items.bin"));
    await failure(openMatrix(file), "file-format", "a link that leads out of the model's folder: refused");
  });

  it("must be there, whole", async () => {
    const file = await beside({ location: "items.bin", offset: "8" });
    await failure(openMatrix(file), "file-missing", "tensor items", "items.bin", "Put it beside the model");
    await writeFile(join(dirname(file), "items.bin"), data.subarray(0, 20));
    await failure(openMatrix(file), "file-truncated", "items.bin", "end at byte 32");
    await failure(describeMatrixFile(await beside({ location: "w", length: "23" })), "file-format", '"23" bytes');
    await failure(describeMatrixFile(await beside({ location: "w", offset: "-1" })), "file-format", 'byte "-1"');
  });
});

describe("a model that is damaged", () => {
  const tensor = (words: onnx.ITensorProto) =>
    model({ name: "items", dataType: DataType.FLOAT, dims: [3, 2], rawData: raw(Float32Array.from(SIX)), ...words });

  it.each<[string, onnx.ITensorProto, string]>([
    ["2^60 rows", { dims: [2 ** 52, 256] }, "cannot have 24 bytes"],
    ["more rows than values", { dims: [4, 2] }, "cannot have 24 bytes"],
    ["fewer rows than values", { dims: [2, 2] }, "cannot have 24 bytes"],
    ["a negative length", { dims: [-3, -2] }, "an impossible shape"],
    ["no values", { rawData: null }, "has no values"],
  ])("is refused for %s", async (_, words, said) => {
    const file = await tensor(words);
    const { where } = await failure(describeMatrixFile(file), "file-format", "items", said);
    expect(where.file).toBe(file);
  });

  it("is refused for more or fewer packed values than its shape has", async () => {
    const packed = (dims: number[], int64Data: number[]) =>
      model({ name: "items", dataType: DataType.INT64, dims, int64Data });
    await failure(openMatrix(await packed([2], [1, 2, 3])), "file-format", "has more values");
    await failure(openMatrix(await packed([2], [300])), "file-format", "has 1 values");
    await failure(describeMatrixFile(await packed([2 ** 40], [1, 2, 3])), "file-format", "cannot have 3 bytes");
  });

  it("is refused for two tensors of one name", async () => {
    const bias = { name: "bias", dataType: DataType.FLOAT, dims: [1], rawData: Buffer.alloc(4) };
    await failure(describeMatrixFile(await model(bias, bias)), "file-format", "two tensors bias");
  });

  it("is refused where it is cut short, anywhere", async () => {
    const whole = modelBytes([
      { name: "a", dataType: DataType.FLOAT, dims: [3, 2], rawData: raw(Float32Array.from(SIX)) },
    ]);
    const graphEnd =
      whole.length - onnx.ModelProto.encode({ opsetImport: [{ domain: "", version: 17 }] }).finish().length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: graphEnd - 1 }), async (end) => {
        await failure(describeMatrixFile(await scratchFile("model.onnx", whole.subarray(0, end))), "file-truncated");
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["empty", Buffer.of(), "it is empty"],
    ["text", Buffer.from("user,item\n1,2\n"), "ONNX model"],
    ["another message", Buffer.of(0x08, 0x07), "it has no graph"],
    ["a group, which no model has", Buffer.of(0x0b, 0x0c), "byte 0 does not begin a field"],
    ["a number without an end", Buffer.concat([Buffer.of(0x08), Buffer.alloc(20, 0xff)]), "does not begin a number"],
    ["nothing but fields", Buffer.alloc(6_000_000, Buffer.of(0x08, 0x01)), "fields"],
  ])("is no model that is %s", async (_, content, said) => {
    const file = await scratchFile("model.onnx", content);
    const thrown = await describeMatrixFile(file).catch((error) => error);
    expect(["file-format", "file-truncated"]).toContain(thrown.reason);
    expect(thrown.message).toContain(said);
    expect(thrown.message).toContain(file);
  });

  it("passes over what is not asked for, however large", async () => {
    const file = await model(
      { name: "huge", dataType: DataType.FLOAT, dims: [2 ** 14, 2 ** 8], rawData: Buffer.alloc(2 ** 24) },
      { name: "bias", dataType: DataType.FLOAT, dims: [1], rawData: raw(Float32Array.of(9)) },
    );
    expect(await valuesOf({ file, tensor: "bias" })).toEqual([9]);
    await truncate(file, 1_000_000);
    await failure(openMatrix({ file, tensor: "bias" }), "file-truncated", file);
  });
});
