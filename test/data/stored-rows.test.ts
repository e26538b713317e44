/** Rows that stay in their file: the same numbers as in memory, checked where they are read. */
import { open, rename, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closeRows,
  gatheredRows,
  inMemory,
  isInMemory,
  type Matrix,
  matrix,
  type Rows,
  row,
  rowBlocks,
  rowsBetween,
  stackedRows,
  transposed,
} from "../../src/data/matrix";
import { openMatrix } from "../../src/data/matrix-file";
import { npyHeaderBytes, openNpy, readNpy, writeNpy } from "../../src/data/npy";
import { areFinite, openStored } from "../../src/data/stored-rows";
import { failure, scratchFile, scratchFolder } from "./scratch";

/** A file in one of the forms that NumPy writes. */
function npyBytes({ rows, columns, values }: Matrix, dtype: string, fortran = false): Buffer {
  const ordered = fortran ? Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]) : values;
  const data = Buffer.from((dtype.endsWith("4") ? Float32Array : Float64Array).from(ordered).buffer);
  if (dtype.startsWith(">")) dtype.endsWith("4") ? data.swap32() : data.swap64();
  const text = `{'descr': '${dtype}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${rows}, ${columns}), }\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(text), data]);
}

const matrices = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 7 })).chain(([rows, columns]) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: rows * columns,
      maxLength: rows * columns,
    })
    .map((values) => matrix(rows, columns, new Float32Array(values))),
);

async function withRows(
  source: string | { file: string; transposed: boolean },
  work: (rows: Rows) => void | Promise<void>,
): Promise<void> {
  const { rows } = await openMatrix(source, 0);
  try {
    await work(rows);
  } finally {
    await closeRows(rows);
  }
}

/** A counting matrix in a file, all of whose rows differ. */
async function countingFile(rows: number, columns: number): Promise<{ file: string; of: Matrix }> {
  const of = matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, i) => i),
  );
  const file = join(await scratchFolder(), "rows.npy");
  await writeNpy(file, of);
  return { file, of };
}

describe("rows in a file", () => {
  it("are those of the matrix in memory, however it is stored and whatever is asked for", async () => {
    const file = join(await scratchFolder(), "rows.npy");
    await fc.assert(
      fc.asyncProperty(
        matrices,
        fc.constantFrom("<f4", ">f4", "<f8", ">f8"),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(1_000), { maxLength: 20 }),
        fc.nat(1_000),
        fc.nat(1_000),
        async (of, dtype, fortran, isTransposed, wanted, a, b) => {
          await writeFile(file, npyBytes(isTransposed ? transposed(of) : of, dtype, fortran));
          expect(await openNpy(file, Number.POSITIVE_INFINITY, isTransposed)).toEqual(of);
          await withRows({ file, transposed: isTransposed }, (stored) => {
            expect(isInMemory(stored)).toBe(false);
            expect([stored.rows, stored.columns]).toEqual([of.rows, of.columns]);
            const rows = wanted.map((row) => row % of.rows);
            expect(gatheredRows(stored, rows)).toEqual(gatheredRows(of, rows));
            const [from, to] = [a % (of.rows + 1), b % (of.rows + 1)].sort((x, y) => x - y);
            expect(rowsBetween(stored, from, to)).toEqual(rowsBetween(of, from, to));
            expect(row(stored, of.rows - 1)).toEqual(row(of, of.rows - 1));
            expect(inMemory(stored)).toEqual(of);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it("come in blocks that cover them once, in order", async () => {
    const { file, of } = await countingFile(5_000_000, 1);
    await withRows(file, (stored) => {
      const starts: number[] = [];
      let next = 0;
      for (const { start, block } of rowBlocks(stored)) {
        starts.push(start);
        expect(start).toBe(next);
        expect(block.values[0]).toBe(start);
        expect(block.values[block.rows - 1]).toBe(start + block.rows - 1);
        next += block.rows;
      }
      expect(next).toBe(of.rows);
      expect(starts.length).toBeGreaterThan(1);
    });
  });

  it("stack above and below rows in memory, across the border too", async () => {
    const { file, of } = await countingFile(5, 3);
    const below = matrix(4, 3, new Float32Array(12).fill(-1));
    const whole = matrix(9, 3, Float32Array.from([...of.values, ...below.values]));
    await withRows(file, (stored) => {
      for (const stack of [stackedRows(stored, below), stackedRows(of, below)]) {
        expect([stack.rows, stack.columns]).toEqual([9, 3]);
        for (let from = 0; from <= 9; from++) {
          for (let to = from; to <= 9; to++) expect(rowsBetween(stack, from, to)).toEqual(rowsBetween(whole, from, to));
        }
        expect(gatheredRows(stack, [8, 0, 4, 5, 0])).toEqual(gatheredRows(whole, [8, 0, 4, 5, 0]));
      }
    });
  });

  it("stay there only where they are too large", async () => {
    const { file, of } = await countingFile(6, 4);
    expect(await openNpy(file, 6 * 4 * 4)).toEqual(of);
    await withRows(file, (stored) => expect(isInMemory(stored)).toBe(false));
    // float64 takes as much in memory as float32.
    const double = await scratchFile("double.npy", npyBytes(of, "<f8"));
    expect(await openNpy(double, 6 * 4 * 4)).toEqual(of);
  });

  it("in Fortran order cost no more memory than in C order, however many there are", async () => {
    const [rows, columns] = [20_000, 5];
    const of = matrix(
      rows,
      columns,
      Float32Array.from({ length: rows * columns }, (_, i) => i),
    );
    const file = await scratchFile("fortran.npy", npyBytes(of, "<f4", true));
    await withRows(file, (stored) => {
      expect(isInMemory(stored)).toBe(false);
      expect(rowsBetween(stored, 8_190, 16_400)).toEqual(rowsBetween(of, 8_190, 16_400));
      expect(inMemory(stored)).toEqual(of);
    });
  });

  it("may be larger than memory in Fortran order", async () => {
    const file = await scratchFile("fortran.npy", "");
    // A file of 600 MB without a block on the disk.
    const [rows, columns] = [1_200_000, 125];
    const header = Buffer.from(npyHeaderBytes(rows, columns).toString("latin1").replace("False", "True "), "latin1");
    const handle = await open(file, "w");
    await handle.write(header);
    await handle.truncate(header.length + rows * columns * 4);
    await handle.write(Buffer.from(Float32Array.of(5).buffer), 0, 4, header.length + (3 * rows + 1_199_999) * 4);
    await handle.close();
    const stored = await openNpy(file);
    expect(row(stored, rows - 1)[3]).toBe(5);
    await closeRows(stored);
  });

  it("lie apart, or in one another, only as far as that can be read", async () => {
    const values = Float32Array.from({ length: 24 }, (_, i) => i);
    const file = await scratchFile("values", Buffer.from(values.buffer));
    const shaped = (rows: number, columns: number, rowStride: number, columnStride: number, offset = 0) =>
      openStored(
        file,
        async () => ({ type: "float32", bigEndian: false, offset, rows, columns, rowStride, columnStride }),
        0,
      );
    const expectRows = async (opened: Promise<Rows>, ...expected: number[]) => {
      const rows = await opened;
      expect([...inMemory(rows).values]).toEqual(expected);
      await closeRows(rows);
    };
    // The first two columns of 3 x 8, one column of it, two rows of it turned.
    await expectRows(shaped(3, 2, 8, 1), 0, 1, 8, 9, 16, 17);
    await expectRows(shaped(3, 1, 8, 1, 8), 2, 10, 18);
    await expectRows(shaped(3, 2, 1, 8), 0, 8, 1, 9, 2, 10);
    await failure(shaped(3, 2, 8, 2), "file-format", file, "apart or overlap");
    await failure(shaped(2 ** 40, 1, 0, 1), "file-format", "apart or overlap");
    await failure(shaped(2, 3, 2, 1), "file-format", "apart or overlap");
    await failure(shaped(2 ** 40, 2 ** 40, 2 ** 40, 1), "file-truncated", file, "the file has only 96");
    await failure(shaped(2 ** 60, 0, 0, 1), "file-format", "impossible shape");
    await failure(shaped(3, 8, 8, 1, 4), "file-truncated", "end at byte 100");
  });
});

describe("a value that is no number", () => {
  it("is found where its row is read, by row and column of the file, and nowhere else", async () => {
    const { file, of } = await countingFile(8, 3);
    of.values[5 * 3 + 2] = Number.NaN;
    of.values[7 * 3] = Number.POSITIVE_INFINITY;
    await writeNpy(file, of);
    await withRows(file, async (stored) => {
      expect(rowsBetween(stored, 0, 5)).toEqual(rowsBetween(of, 0, 5));
      const read = async (work: () => unknown) => work();
      for (const work of [() => rowsBetween(stored, 3, 7), () => row(stored, 5), () => gatheredRows(stored, [0, 5])]) {
        const error = await failure(read(work), "value-not-finite", file, "row 5, column 2", "not a number");
        expect(error.where).toEqual({ file, row: 5, column: "2" });
      }
      await failure(
        read(() => row(stored, 7)),
        "value-not-finite",
        "row 7, column 0",
        "infinite",
      );
    });
    await failure(readNpy(file), "value-not-finite", "row 5, column 2");
  });

  it("is named by its place in the file where that is transposed", async () => {
    const { file, of } = await countingFile(3, 8);
    of.values[1 * 8 + 5] = Number.NaN;
    await writeNpy(file, of);
    const error = await failure(openMatrix({ file, transposed: true }), "value-not-finite", "row 1, column 5");
    expect(error.where).toEqual({ file, row: 1, column: "5" });
  });

  it("is found wherever it stands, among the largest and smallest that are", () => {
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
    const numbers = fc.array(
      fc.oneof(finite, fc.constantFrom(3.4028234663852886e38, -3.4028234663852886e38, -0, 1e-45)),
    );
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(numbers, bad, fc.nat(), (values, wrong, at) => {
        expect(areFinite(Float32Array.from(values))).toBe(true);
        const index = at % (values.length + 1);
        expect(areFinite(Float32Array.from([...values.slice(0, index), wrong, ...values.slice(index)]))).toBe(false);
      }),
    );
    const cancelling = Float32Array.of(Number.POSITIVE_INFINITY, 1, 1, 1, Number.NEGATIVE_INFINITY);
    expect(areFinite(cancelling)).toBe(false);
  });

  it.each(["<f4", "<f8"] as const)(
    "is the first of a file that is read in several places at once, of %s",
    async (dtype) => {
      const [rows, columns] = [1_300_000, 3];
      const of = matrix(rows, columns);
      for (let i = 0; i < of.values.length; i++) of.values[i] = i;
      const file = await scratchFile("large.npy", npyBytes(of, dtype));
      expect(Buffer.compare(Buffer.from((await readNpy(file)).values.buffer), Buffer.from(of.values.buffer))).toBe(0);
      of.values[3_800_000] = Number.NaN;
      of.values[1_500_001] = Number.NaN;
      await writeFile(file, npyBytes(of, dtype));
      await failure(readNpy(file), "value-not-finite", "row 500000, column 1");
    },
  );

  it("is found among float64 beyond float32", async () => {
    const file = await scratchFile("double.npy", npyBytes(matrix(2, 1), "<f8"));
    const handle = await open(file, "r+");
    const { size } = await handle.stat();
    await handle.write(Buffer.from(Float64Array.of(1e300).buffer), 0, 8, size - 8);
    await handle.close();
    await withRows(file, async (stored) => {
      await failure((async () => row(stored, 1))(), "value-not-finite", "row 1, column 0", "too large for float32");
    });
  });
});

describe("a file that does not stay as it is", () => {
  const later = () => new Promise((resolve) => setTimeout(resolve, 80));
  const read = async (rows: Rows, index: number) => row(rows, index);

  it("is named when it is cut short", async () => {
    const { file } = await countingFile(100, 4);
    await withRows(file, async (stored) => {
      await truncate(file, 800);
      await failure(read(stored, 99), "file-truncated", file, "became shorter");
      await later();
      await failure(read(stored, 0), "file-truncated", file, "became shorter");
    });
  });

  it("is named when it is written to", async () => {
    const { file } = await countingFile(100, 4);
    await withRows(file, async (stored) => {
      await later();
      expect(await read(stored, 1)).toEqual(Float32Array.of(4, 5, 6, 7));
      await later();
      await utimes(file, new Date(0), new Date(0));
      await failure(read(stored, 1), "file-changed", file, "Open the project again");
    });
  });

  it("does not matter when another takes its place, as writers that mean well do", async () => {
    const { file, of } = await countingFile(100, 4);
    const { file: other } = await countingFile(3, 4);
    await withRows(file, async (stored) => {
      await rename(other, file);
      await later();
      expect(await read(stored, 99)).toEqual(row(of, 99));
    });
  });

  it("cannot be read once it is closed", async () => {
    const { file } = await countingFile(10, 4);
    const stored = await openNpy(file, 0);
    await closeRows(stored);
    await closeRows(stored);
    await failure(read(stored, 0), "cancelled", file, "closed");
  });
});
