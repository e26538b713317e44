/** Embeddings among the tensors of a safetensors file, by range. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRows, gatheredRows, inMemory, isInMemory, matrix } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { safetensorsBytes } from "../../src/data/safetensors";
import { PYTHON, runNumpy } from "../python-run";
import { failure, scratchFile, scratchFolder } from "./scratch";

interface RawTensor {
  dtype: string;
  shape: number[];
  data: Uint8Array;
}

function fileOf(tensors: Record<string, RawTensor>): Buffer {
  let end = 0;
  const header = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    end += data.length;
    return [name, { dtype, shape, data_offsets: [end - data.length, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...Object.values(tensors).map(({ data }) => data)]);
}

const singles = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

describe("a safetensors file of embeddings", () => {
  it("gives back any of its tensors, in memory or by rows, wherever it starts in the file", async () => {
    const file = join(await scratchFolder(), "weights.safetensors");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(7),
        fc.array(fc.nat(100)),
        async (rows, columns, before, wanted) => {
          const values = Float32Array.from({ length: rows * columns }, (_, i) => i / 4);
          const first = { shape: [before], values: new Float32Array(before) };
          await writeFile(file, safetensorsBytes({ first, users: { shape: [rows, columns], values } }, {}));
          const of = matrix(rows, columns, values);
          expect((await openMatrix({ file, tensor: "users" })).rows).toEqual(of);
          const { rows: stored } = await openMatrix({ file, tensor: "users" }, 0);
          expect(isInMemory(stored)).toBe(false);
          const some = wanted.map((row) => row % rows);
          expect(gatheredRows(stored, some)).toEqual(gatheredRows(of, some));
          await closeRows(stored);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("lists its tensors, and says why some cannot be embeddings", async () => {
    const file = await scratchFile(
      "weights.safetensors",
      fileOf({
        users: { dtype: "BF16", shape: [1, 2], data: Buffer.from([0x80, 0x3f, 0x00, 0xc0]) },
        seen: { dtype: "I64", shape: [1], data: Buffer.alloc(8) },
        odd: { dtype: "F8_E4M3", shape: [2, 2], data: Buffer.alloc(4) },
        cube: { dtype: "F32", shape: [1, 1, 2], data: singles(1, 2) },
      }),
    );
    expect(await describeMatrixFile(file)).toEqual([
      { source: { file, tensor: "users" }, shape: [1, 2], dtype: "BF16", unusable: null },
      {
        source: { file, tensor: "seen" },
        shape: [1],
        dtype: "I64",
        unusable: expect.stringContaining("I64; F64, F32"),
      },
      {
        source: { file, tensor: "odd" },
        shape: [2, 2],
        dtype: "F8_E4M3",
        unusable: expect.stringContaining("F8_E4M3"),
      },
      {
        source: { file, tensor: "cube" },
        shape: [1, 1, 2],
        dtype: "F32",
        unusable: expect.stringContaining("3 dimensions"),
      },
    ]);
    // The only one that can be read.
    expect((await openMatrix(file)).rows).toEqual(matrix(1, 2, Float32Array.of(1, -2)));
    await failure(openMatrix({ file, tensor: "seen" }), "dtype-unsupported", file, "seen", "I64");
    await failure(openMatrix({ file, tensor: "cube" }), "dtype-unsupported", file, "cube", "3 dimensions");
    await failure(openMatrix({ file, tensor: "items" }), "not-found", file, "items", "users [1, 2] BF16");
  });

  it("of several tensors asks which", async () => {
    const tensor = { dtype: "F32", shape: [1, 1], data: singles(1) };
    const file = await scratchFile("weights.safetensors", fileOf({ users: tensor, items: tensor }));
    await failure(openMatrix(file), "not-found", file, "users [1, 1]", "items [1, 1]", '"tensor"');
  });

  it("names tensor, row and column of a value that is no number", async () => {
    const users = { dtype: "F32", shape: [2, 2], data: singles(1, 2, 3, Number.NaN) };
    const file = await scratchFile("weights.safetensors", fileOf({ users }));
    const error = await failure(openMatrix(file), "value-not-finite", `${file}, users,`, "row 1, column 1");
    expect(error.where).toEqual({ file, key: "users", row: 1, column: "1" });
  });

  it("that promises more than it holds is refused before anything is allocated", async () => {
    const users = { dtype: "F32", shape: [2 ** 30, 2 ** 30], data: singles(1) };
    await failure(openMatrix(await scratchFile("a.safetensors", fileOf({ users }))), "file-format", "users");
    const deep = { dtype: "F32", shape: new Array(200_000).fill(2 ** 50), data: singles(1) };
    await failure(openMatrix(await scratchFile("a.safetensors", fileOf({ deep }))), "file-format", "deep");
    const of = fileOf({ users: { dtype: "F32", shape: [2, 2], data: singles(1, 2, 3, 4) } });
    await failure(openMatrix(await scratchFile("a.safetensors", of.subarray(0, -1))), "file-truncated", "users");
  });

  it.skipIf(PYTHON === null)(
    "means the numbers that NumPy means, by every type of float (needs python3 with numpy)",
    async () => {
      const file = join(await scratchFolder(), "weights.safetensors");
      runNumpy(
        `
import json, struct
a = np.arange(12).reshape(3, 4) - 5.5
header, data = {}, b""
for name, values in [("F64", a.astype("<f8")), ("F32", a.astype("<f4")), ("F16", a.astype("<f2")), ("BF16", (a.astype("<f4").view("<u4") >> 16).astype("<u2"))]:
    header[name] = {"dtype": name, "shape": [3, 4], "data_offsets": [len(data), len(data) + values.nbytes]}
    data += values.tobytes()
text = json.dumps(header).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + data)
`,
        file,
      );
      const expected = matrix(
        3,
        4,
        Float32Array.from({ length: 12 }, (_, i) => i - 5.5),
      );
      for (const { source } of await describeMatrixFile(file)) {
        const { rows } = await openMatrix(source, 0);
        expect(inMemory(rows), source.tensor).toEqual(expected);
        await closeRows(rows);
        const { rows: turned } = await openMatrix({ ...source, transposed: true }, 0);
        expect([...inMemory(turned).values.subarray(0, 3)], source.tensor).toEqual([-5.5, -1.5, 2.5]);
        await closeRows(turned);
      }
    },
  );
});
