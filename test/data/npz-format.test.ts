/** Archives of arrays, stored and deflated; and archives that claim more than they hold. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRows, inMemory, isInMemory, type Matrix, matrix, rowsBetween } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { npyHeaderBytes } from "../../src/data/npy";
import { PYTHON, runNumpy } from "../python-run";
import { failure, scratchFile, scratchFolder } from "./scratch";
import { type Member, zipBytes } from "./zip-bytes";

function npy(rows: number, columns: number, values: Float32Array): Buffer {
  return Buffer.concat([npyHeaderBytes(rows, columns), Buffer.from(values.buffer)]);
}

const counting = (count: number) => Float32Array.from({ length: count }, (_, i) => i);

async function archive(...members: Member[]): Promise<string> {
  return scratchFile("arrays.npz", zipBytes(members));
}

describe("an .npz archive", () => {
  it("gives back any array, stored or deflated, whole or by rows", async () => {
    const file = join(await scratchFolder(), "arrays.npz");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.nat(40),
        fc.nat(40),
        async (rows, columns, deflated, a, b) => {
          const of = matrix(rows, columns, counting(rows * columns));
          const content = npy(rows, columns, of.values);
          await writeFile(
            file,
            zipBytes([
              { name: "other.npy", content: npy(1, 1, Float32Array.of(7)) },
              { name: "users.npy", content, deflated },
            ]),
          );
          const { rows: read } = await openMatrix({ file, tensor: "users" }, 0);
          expect(isInMemory(read)).toBe(false);
          const [from, to] = [a % (rows + 1), b % (rows + 1)].sort((x, y) => x - y);
          expect(rowsBetween(read, from, to)).toEqual(rowsBetween(of, from, to));
          expect(inMemory(read)).toEqual(of);
          await closeRows(read);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is read across the pieces it is inflated in, whose ends fall into values", async () => {
    const of = matrix(150_001, 3, counting(450_003));
    const content = npy(of.rows, of.columns, of.values);
    // A header of odd length, as only old writers make them.
    const odd = Buffer.concat([
      content.subarray(0, 8),
      Buffer.from([119, 0]),
      content.subarray(10, 128),
      Buffer.from("\n"),
      content.subarray(128),
    ]);
    const file = await archive({ name: "a.npy", content: odd, deflated: true });
    expect((await openMatrix(file)).rows).toEqual(of);
  });

  it("stays out of memory where it is deflated and large, in either order", async () => {
    const rows = 20_000;
    const content = npy(rows, 30, counting(rows * 30));
    const fortran = Buffer.from(content);
    fortran.write("True, ", fortran.indexOf("False,"), "latin1");
    const file = await archive(
      { name: "c.npy", content, deflated: true },
      { name: "f.npy", content: fortran, deflated: true },
    );
    for (const tensor of ["c", "f"]) {
      for (const turned of [false, true]) {
        const source = { file, tensor, transposed: turned };
        const { rows: stored } = await openMatrix(source, 1_000);
        expect(isInMemory(stored)).toBe(false);
        const [read, whole] = [inMemory(stored), inMemory((await openMatrix(source)).rows)];
        expect([read.rows, read.columns]).toEqual([whole.rows, whole.columns]);
        expect(Buffer.from(read.values.buffer).equals(Buffer.from(whole.values.buffer))).toBe(true);
        await closeRows(stored);
      }
    }
    // Rows of the one are columns of the other.
    const c = (await openMatrix({ file, tensor: "c" })).rows as Matrix;
    const f = (await openMatrix({ file, tensor: "f" })).rows as Matrix;
    expect([c.values[1], f.values[1], f.values[30]]).toEqual([1, rows, 1]);
  });

  it("lists its arrays, and takes the only one that can be read", async () => {
    const words = Buffer.from(npyHeaderBytes(0, 2).toString("latin1").replace("<f4", "<U4"), "latin1");
    const file = await archive(
      { name: "vectors.npy", content: npy(2, 2, counting(4)), deflated: true },
      { name: "names.npy", content: words },
      { name: "readme.txt", content: Buffer.from("no array") },
    );
    expect(await describeMatrixFile(file)).toEqual([
      { source: { file, tensor: "vectors" }, shape: [2, 2], dtype: "float32", unusable: null },
      { source: { file, tensor: "names" }, shape: [0, 2], dtype: "text", unusable: expect.stringContaining("text") },
    ]);
    expect((await openMatrix(file)).rows).toEqual(matrix(2, 2, counting(4)));
    await failure(openMatrix({ file, tensor: "names" }), "dtype-unsupported", file, "names", "text");
    await failure(openMatrix({ file, tensor: "items" }), "not-found", file, "items", "vectors [2, 2] float32");
  });

  it("of several arrays asks which", async () => {
    const content = npy(1, 1, counting(1));
    const file = await archive({ name: "users.npy", content }, { name: "items.npy", content });
    await failure(openMatrix(file), "not-found", file, "2 arrays", "users [1, 1]", "items [1, 1]", '"tensor"');
    await failure(openMatrix(await archive()), "not-found", "nothing");
  });

  it("names the member, row and column of a value that is no number", async () => {
    const content = npy(2, 3, Float32Array.of(1, 2, 3, 4, Number.NaN, 6));
    for (const deflated of [true, false]) {
      const file = await archive({ name: "users.npy", content, deflated });
      const error = await failure(openMatrix(file), "value-not-finite", `${file}, users,`, "row 1, column 1");
      expect(error.where).toEqual({ file, key: "users", row: 1, column: "1" });
    }
    const fortran = Buffer.from(content);
    fortran.write("True, ", fortran.indexOf("False,"), "latin1");
    const file = await archive({ name: "users.npy", content: fortran, deflated: true });
    for (const mostBytes of [0, undefined]) {
      await failure(openMatrix(file, mostBytes), "value-not-finite", `${file}, users,`, "row 0, column 2");
      const turned = openMatrix({ file, transposed: true }, mostBytes);
      await failure(turned, "value-not-finite", `${file}, users,`, "row 0, column 2");
    }
  });
});

describe("an .npz archive that cannot be right", () => {
  const zeros = Buffer.concat([npyHeaderBytes(1000, 1000), Buffer.alloc(4_000_000)]);

  it("does not swell beyond what it promises", async () => {
    // The content is 4 MB, the directory says 200 bytes, the header of the array says 18 values.
    const promising = Buffer.concat([npyHeaderBytes(2, 9), zeros.subarray(128)]);
    const bomb = { name: "a.npy", content: promising, deflated: true };
    await failure(openMatrix(await archive({ ...bomb, size: 200 })), "file-format", "a.npy", "more than its 200 bytes");
    await failure(openMatrix(await archive(bomb)), "file-format", "a", "too many");
  });

  it("may not promise more than deflate can hold, or more than memory", async () => {
    const small = { name: "a.npy", content: zeros, deflated: true };
    await failure(openMatrix(await archive({ ...small, size: 2 ** 31 })), "file-format", "a.npy", "cannot hold");
    await failure(openMatrix(await archive({ ...small, size: 2 ** 32 - 2, compressed: 2 ** 23 })), "file-format");
    const content = Buffer.concat([npyHeaderBytes(2 ** 30, 2 ** 30), Buffer.alloc(80)]);
    for (const deflated of [true, false]) {
      await failure(openMatrix(await archive({ name: "a.npy", content, deflated })), "file-truncated", "are missing");
    }
  });

  it("may not be large and compressed as no embeddings are", async () => {
    const rows = 1_100_000;
    const content = Buffer.concat([npyHeaderBytes(rows, 64), Buffer.alloc(rows * 64 * 4)]);
    const file = await archive({ name: "a.npy", content, deflated: true });
    expect(await describeMatrixFile(file)).toMatchObject([{ shape: [rows, 64], unusable: null }]);
    await failure(openMatrix(file), "file-format", `${file}, a,`, "promises 281,600,128 bytes", "numpy.savez");
  });

  it("may not use its bytes twice", async () => {
    const content = npy(1, 1, counting(1));
    const bytes = zipBytes([
      { name: "a.npy", content },
      { name: "b.npy", content },
    ]);
    // The second entry of the directory is told to be where the first is.
    bytes.writeUInt32LE(0, bytes.lastIndexOf("PK\x01\x02") + 42);
    await failure(openMatrix(await scratchFile("a.npz", bytes)), "file-format", "overlaps");
    const twice = await archive({ name: "a.npy", content }, { name: "a.npy", content });
    await failure(openMatrix(twice), "file-format", "two entries a.npy");
  });

  it("is named when deflated bytes are altered", async () => {
    const bytes = zipBytes([{ name: "a.npy", content: npy(40, 3, counting(120)), deflated: true }]);
    bytes[120] ^= 0xff;
    await failure(openMatrix(await scratchFile("a.npz", bytes)), "file-format", "a.npy");
  });

  it("is named when its checksum differs", async () => {
    const content = npy(40, 3, counting(120));
    const file = await archive({ name: "a.npy", content, deflated: true, crc: crc32(content) ^ 1 });
    await failure(openMatrix(file), "file-format", "a.npy", "checksum");
  });

  it("is named when a member is compressed in an unknown way, encrypted, or no array", async () => {
    const content = npy(1, 1, counting(1));
    await failure(openMatrix(await archive({ name: "a.npy", content, method: 14 })), "file-format", "a.npy", "deflate");
    await failure(
      openMatrix(await archive({ name: "a.npy", content, deflated: true, flags: 1 })),
      "file-format",
      "a.npy",
      "encrypted",
    );
    await failure(
      openMatrix(await archive({ name: "a.npy", content: Buffer.from("x") })),
      "file-format",
      "a",
      "does not start",
    );
    await failure(openMatrix(await archive({ name: "../a.npy", content })), "file-format", "relative path");
  });

  it("is named when empty, foreign, cut short, or of too many members", async () => {
    await failure(openMatrix(await scratchFile("a.npz", "")), "file-format", "empty");
    await failure(openMatrix(await scratchFile("a.npz", "\x93NUMPY")), "file-format", "a.npz", "directory");
    const bytes = zipBytes([{ name: "a.npy", content: npy(1, 1, counting(1)) }]);
    await failure(openMatrix(await scratchFile("a.npz", bytes.subarray(0, 100))), "file-format", "directory");
    bytes.writeUInt16LE(20_000, bytes.length - 12);
    await failure(openMatrix(await scratchFile("a.npz", bytes)), "file-format", "20000 entries");
  });
});

describe.skipIf(PYTHON === null)("NumPy's archives (needs python3 with numpy)", () => {
  it("mean the same to both, stored and compressed, in every order and type", async () => {
    const folder = await scratchFolder();
    runNumpy(
      `
a = np.arange(12).reshape(3, 4)
arrays = {d + o: np.asarray(a.astype(d), order=o) for d in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 >f4 >i8".split() for o in "CF"}
np.savez(sys.argv[1] + "/stored.npz", **arrays)
np.savez_compressed(sys.argv[1] + "/deflated.npz", **arrays)
`,
      folder,
    );
    const expected = matrix(3, 4, counting(12));
    for (const name of ["stored.npz", "deflated.npz"]) {
      const file = join(folder, name);
      const found = await describeMatrixFile(file);
      expect(found).toHaveLength(26);
      for (const { source } of found) {
        for (const mostBytes of [0, 1000]) {
          const { rows } = await openMatrix(source, mostBytes);
          expect(inMemory(rows), `${name} ${source.tensor}`).toEqual(expected);
          await closeRows(rows);
        }
        const { rows } = await openMatrix({ ...source, transposed: true }, 0);
        expect([rows.rows, rows.columns]).toEqual([4, 3]);
        expect([...rowsBetween(rows, 1, 2).values], source.tensor).toEqual([1, 5, 9]);
        await closeRows(rows);
      }
    }
  });

  it("may be written as they come, with sizes that only zip64 can say", async () => {
    const file = join(await scratchFolder(), "streamed.npz");
    runNumpy(
      `
import zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    with z.open("a.npy", "w", force_zip64=True) as f:
        np.lib.format.write_array(f, np.arange(6.).reshape(2, 3))
`,
      file,
    );
    expect((await openMatrix(file)).rows).toEqual(matrix(2, 3, counting(6)));
  });
});
