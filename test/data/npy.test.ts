import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRows, inMemory, isInMemory, matrix, row } from "../../src/data/matrix";
import { describeMatrixFile } from "../../src/data/matrix-file";
import { openNpy, readNpy, writeNpy } from "../../src/data/npy";
import { RecPrismError } from "../../src/protocol/error";
import { PYTHON, runNumpy } from "../python-run";
import { failure, scratchFile, scratchFolder } from "./scratch";

/** Bytes of a `.npy` file with the given dictionary and data, version 1.0 unless told. */
function npyBytes(dictionary: string, data: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(`${dictionary}\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([Buffer.from("\x93NUMPY", "latin1"), Buffer.from([version, 0]), length, text, data]);
}

function dictionary(descr: string, shape: string, fortran = false): string {
  return `{'descr': ${descr}, 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`;
}

function littleEndian(values: number[]): Buffer {
  return Buffer.from(new Float32Array(values).buffer);
}

describe("reading .npy", () => {
  it("reads a file as NumPy wrote it, byte for byte", async () => {
    // numpy.save of numpy.array([[1, 2], [3, 4.5]], dtype="float32"), made with NumPy 1.24
    const saved =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAg" +
      "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAAQEAAAJBA";
    const read = await readNpy(await scratchFile("a.npy", Buffer.from(saved, "base64")));
    expect(read).toEqual(matrix(2, 2, new Float32Array([1, 2, 3, 4.5])));
  });

  it("reads both byte orders, both widths, both orders and all header versions", async () => {
    const values = [1, 2, 3, 4, 5, 6];
    const big32 = littleEndian(values).swap32();
    const little64 = Buffer.from(new Float64Array(values).buffer);
    const rowMajor = matrix(2, 3, new Float32Array(values));
    const cases: [string, Buffer, boolean][] = [
      ["'<f4'", littleEndian(values), false],
      ["'>f4'", big32, false],
      ["'<f8'", little64, false],
      ["'>f8'", Buffer.from(little64).swap64(), false],
      ["'<f4'", littleEndian([1, 4, 2, 5, 3, 6]), true],
    ];
    for (const [descr, data, fortran] of cases) {
      for (const version of [1, 2, 3]) {
        const file = await scratchFile("a.npy", npyBytes(dictionary(descr, "(2, 3)", fortran), data, version));
        expect(await readNpy(file)).toEqual(rowMajor);
      }
    }
  });

  it("takes a 1-d array for one column", async () => {
    const file = await scratchFile("bias.npy", npyBytes(dictionary("'<f4'", "(3,)"), littleEndian([1, 2, 3])));
    expect(await readNpy(file)).toEqual(matrix(3, 1, new Float32Array([1, 2, 3])));
  });

  it("reads files larger than one chunk", async () => {
    const large = matrix(1500, 1001);
    for (let i = 0; i < large.values.length; i++) large.values[i] = i;
    const file = join(await scratchFolder(), "large.npy");
    await writeNpy(file, large);
    const read = await readNpy(file);
    expect(read.values.every((value, i) => value === i)).toBe(true);
    expect((await readFile(file)).length % 64).toBe((1500 * 1001 * 4) % 64);
  });

  it("knows shape and type without reading values", async () => {
    const file = await scratchFile("a.npy", npyBytes(dictionary("'>f8'", "(2, 3)"), Buffer.alloc(48)));
    expect(await describeMatrixFile(file)).toEqual([
      { source: { file }, shape: [2, 3], dtype: "float64", unusable: null },
    ]);
  });
});

describe("a .npy file that cannot be right", () => {
  it.each([
    ["(2, 3)", 20, "file-truncated", "4 bytes are missing"],
    ["(2, 3)", 31, "file-format", "7 bytes too many"],
    ["(1152921504606846976, 1152921504606846976)", 8, "file-truncated", "are missing"],
    ["(1152921504606846976, 0)", 0, "file-format", "impossible shape"],
    ["(2, 1, 1)", 8, "file-format", "3 dimensions (2 x 1 x 1)"],
    ["()", 4, "file-format", "a single number"],
    [`(${"9, ".repeat(65)})`, 8, "file-format", "damaged"],
    ["(-1, 3)", 8, "file-format", "damaged"],
    ["(,)", 8, "file-format", "shape"],
    ["(1e3, 2)", 8, "file-format", "damaged"],
  ] as const)(
    "of shape %s over %d bytes is refused before anything is allocated",
    async (shape, size, reason, said) => {
      const file = await scratchFile("a.npy", npyBytes(dictionary("'<f4'", shape), Buffer.alloc(size)));
      await failure(readNpy(file), reason, file, said);
    },
  );

  it.each([
    ["'|b1'", "bool"],
    ["'<c8'", "complex64"],
    ["'<U3'", "text"],
    ["'<f16'", "float128"],
    ["'<M8[ns]'", "M8"],
    ["[('a', '<f4')]", "structured"],
  ])("of dtype %s is refused by name, with the line that converts it", async (descr, name) => {
    const file = await scratchFile("a.npy", npyBytes(dictionary(descr, "(1, 1)"), Buffer.alloc(4)));
    await failure(readNpy(file), "dtype-unsupported", file, name, "are read", "np.save(", 'astype("float32")');
    const [found] = await describeMatrixFile(file);
    expect(found.unusable).toContain(name);
  });

  it.each([
    ["'<i8'", new BigInt64Array([3n, 1n - 2n ** 53n, -(2n ** 53n) - 1n]), 2],
    ["'<u8'", new BigUint64Array([2n ** 64n - 1n, 1n, 2n ** 53n - 1n]), 0],
  ])("of %s beyond what a float keeps is refused by row", async (descr, values, row) => {
    const file = await scratchFile("a.npy", npyBytes(dictionary(descr, "(3,)"), Buffer.from(values.buffer)));
    const error = await failure(readNpy(file), "value-not-finite", file, `row ${row}, column 0`, "2^53 or beyond");
    expect(error.where.row).toBe(row);
  });

  it("of Python objects is refused and nothing in it runs", async () => {
    const marker = join(await scratchFolder(), "executed");
    const pickle = Buffer.from(`cos\nsystem\n(S'touch ${marker}'\ntR.`);
    const file = await scratchFile("a.npy", npyBytes(dictionary("'|O'", "(1,)"), pickle));
    await failure(readNpy(file), "dtype-unsupported", "Python objects", "can run code");
    expect(existsSync(marker)).toBe(false);
  });

  it.each([
    [Number.NaN, "not a number"],
    [Number.NEGATIVE_INFINITY, "infinite"],
  ])("with a value of %d is refused by row and column", async (value, said) => {
    const file = await scratchFile(
      "a.npy",
      npyBytes(dictionary("'<f4'", "(2, 3)"), littleEndian([1, 2, 3, 4, 5, value])),
    );
    const error = await failure(readNpy(file), "value-not-finite", file, "row 1, column 2", said);
    expect(error.where).toEqual({ file, row: 1, column: "2" });
  });

  it("with a float64 beyond float32 is refused, not made infinite", async () => {
    const file = await scratchFile(
      "a.npy",
      npyBytes(dictionary("'<f8'", "(1,)"), Buffer.from(new Float64Array([1e300]).buffer)),
    );
    await failure(readNpy(file), "value-not-finite", "too large for float32");
  });

  it("is named when empty, foreign, too new, or cut inside the header", async () => {
    await failure(readNpy(await scratchFile("a.npy", "")), "file-format", "is empty");
    await failure(
      readNpy(await scratchFile("a.npy", "PK\x03\x04 something else")),
      "file-format",
      "does not start like",
    );
    const good = npyBytes(dictionary("'<f4'", "(1,)"), littleEndian([1]));
    await failure(readNpy(await scratchFile("a.npy", good.subarray(0, 30))), "file-truncated", "inside its header");
    const tooNew = Buffer.from(good);
    tooNew[6] = 9;
    await failure(readNpy(await scratchFile("a.npy", tooNew)), "file-format", "version 9");
  });

  it("is named when missing, a folder, or a device", async () => {
    const folder = await scratchFolder();
    await failure(readNpy(join(folder, "no.npy")), "file-missing", "no.npy");
    await mkdir(join(folder, "folder.npy"));
    await failure(readNpy(join(folder, "folder.npy")), "file-unreadable", "is a folder");
    if (process.platform !== "win32") await failure(readNpy("/dev/zero"), "file-unreadable", "device");
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "is named when it may not be read (root and Windows read everything)",
    async () => {
      const file = await scratchFile("a.npy", "x");
      await chmod(file, 0);
      await failure(readNpy(file), "file-unreadable", "permission");
    },
  );

  it("never crashes the reader, however it is cut or altered", async () => {
    const file = join(await scratchFolder(), "fuzzed.npy");
    const good = npyBytes(dictionary("'<f4'", "(2, 3)"), littleEndian([1, 2, 3, 4, 5, 6]));
    const altered = fc.tuple(
      fc.nat(good.length),
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(altered, async ([length, changes]) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        await writeFile(file, bytes.subarray(0, length));
        const outcome = await readNpy(file).catch((error: unknown) => error);
        if (outcome instanceof RecPrismError) {
          expect(outcome.message).toContain(file);
        } else {
          const read = outcome as Awaited<ReturnType<typeof readNpy>>;
          expect(read.values.length).toBe(read.rows * read.columns);
          expect(read.values.every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("writing .npy", () => {
  it("gives back every matrix exactly", async () => {
    const file = join(await scratchFolder(), "round.npy");
    const matrices = fc.tuple(fc.nat(9), fc.nat(9)).chain(([rows, columns]) =>
      fc
        .array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        })
        .map((values) => matrix(rows, columns, new Float32Array(values))),
    );
    await fc.assert(
      fc.asyncProperty(matrices, async (of) => {
        await writeNpy(file, of);
        expect(await readNpy(file)).toEqual(of);
      }),
      { numRuns: 50 },
    );
  });
});

const DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];

describe.skipIf(PYTHON === null)("NumPy and RecPrism (needs python3 with numpy)", () => {
  it("mean the same numbers by every dtype, byte order, memory order and header version", async () => {
    const folder = await scratchFolder();
    runNumpy(
      `
a = np.array([[0, 1, 2, 3], [100, 101, 102, 103], [7, 6, 5, 4]])
for dtype in sys.argv[2].split(","):
    for byte_order in "<>":
        for order in "CF":
            for version in (1, 2, 3):
                values = (a - 50 if dtype[0] != "u" else a).astype(byte_order + dtype)
                with open("%s/%s%s%s%d.npy" % (sys.argv[1], "l" if byte_order == "<" else "b", dtype, order, version), "wb") as f:
                    np.lib.format.write_array(f, np.asarray(values, order=order), version=(version, 0))
`,
      folder,
      DTYPES.join(","),
    );
    const unsigned = matrix(3, 4, Float32Array.of(0, 1, 2, 3, 100, 101, 102, 103, 7, 6, 5, 4));
    const signed = matrix(
      3,
      4,
      unsigned.values.map((value) => value - 50),
    );
    const files = await readdir(folder);
    expect(files).toHaveLength(DTYPES.length * 2 * 2 * 3);
    for (const name of files) {
      const file = join(folder, name);
      const expected = name[1] === "u" ? unsigned : signed;
      expect(await readNpy(file), name).toEqual(expected);
      const stored = await openNpy(file, 0);
      expect(isInMemory(stored), name).toBe(false);
      expect(inMemory(stored), name).toEqual(expected);
      expect(row(stored, 1), name).toEqual(row(expected, 1));
      await closeRows(stored);
      const [found] = await describeMatrixFile(file);
      const bits = 8 * Number(name[2]);
      const dtype = `${{ f: "float", i: "int", u: "uint" }[name[1]]}${bits}`;
      expect(found).toEqual({ source: { file }, shape: [3, 4], dtype, unusable: null });
    }
  });

  it("round every float16 to the same float32", async () => {
    const folder = await scratchFolder();
    runNumpy(
      `
halves = np.arange(65536, dtype="uint16").view("float16")
halves = halves[np.isfinite(halves)]
np.save(sys.argv[1] + "/half.npy", halves)
np.save(sys.argv[1] + "/single.npy", halves.astype("float32"))
`,
      folder,
    );
    const halves = await readNpy(join(folder, "half.npy"));
    expect(halves.rows).toBe(63_488);
    expect(halves).toEqual(await readNpy(join(folder, "single.npy")));
  });

  it("agree on what we write", async () => {
    const file = join(await scratchFolder(), "ours.npy");
    await writeNpy(file, matrix(2, 2, Float32Array.of(0, 1.5, -2, 3)));
    const seen = runNumpy("a = np.load(sys.argv[1]); print(a.dtype, a.shape, a.ravel().tolist())", file);
    expect(seen.trim()).toBe("float32 (2, 2) [0.0, 1.5, -2.0, 3.0]");
  });

  it("agree that objects and truth values need converting, by the line that the message gives", async () => {
    const folder = await scratchFolder();
    runNumpy(
      'np.save(sys.argv[1] + "/o.npy", np.array([1, "a"], dtype=object)); np.save(sys.argv[1] + "/b.npy", np.ones((2, 2), "bool"))',
      folder,
    );
    await failure(readNpy(join(folder, "o.npy")), "dtype-unsupported", "objects");
    const error = await failure(readNpy(join(folder, "b.npy")), "dtype-unsupported", "bool");
    runNumpy(error.message.slice(error.message.indexOf("import numpy")));
    expect(await readNpy(join(folder, "b.npy"))).toEqual(matrix(2, 2, new Float32Array(4).fill(1)));
  });
});
