/** Embeddings in Arrow and Feather files, as apache-arrow writes them. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int64,
  LargeList,
  LargeUtf8,
  List,
  Utf8,
  Utf8View,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { type ArrowOptions, arrowBytes } from "./arrow-bytes";
import { described, opened, rowsOf } from "./opened-table";
import { failure, scratchFile, scratchFolder } from "./scratch";

const arrow = (columns: Record<string, Vector> | Record<string, Vector>[], options?: ArrowOptions) =>
  scratchFile("table.arrow", arrowBytes([columns].flat(), options));

const FLOATS = new Field("item", new Float32(), true);
const lists = (rows: (number[] | null)[]) => vectorFromArray(rows, new List(new Field("item", new Float64(), true)));
const large = (rows: number[][]) => vectorFromArray(rows, new LargeList(FLOATS));
const fixed = (rows: (number[] | null)[], length = 2) => vectorFromArray(rows, new FixedSizeList(length, FLOATS));

describe("embeddings in Arrow", () => {
  it("show their shape before they are read", async () => {
    const id = vectorFromArray([7n, 8n], new Int64());
    expect(
      await described(
        await arrow({
          id,
          v: fixed([
            [1, 2],
            [3, 4],
          ]),
        }),
      ),
    ).toEqual([{ column: "v", id: "id", shape: [2, 2], dtype: "float32[2]", unusable: null }]);
    const wide = { e0: vectorFromArray([0.5, 1]), e1: vectorFromArray([1, 2], new Int16()), id };
    expect(await described(await arrow(wide, { stream: true }))).toEqual([
      { columns: ["e0", "e1"], id: "id", shape: [2, 2], dtype: "float64, int16", unusable: null },
    ]);
  });

  it.each<[string, ArrowOptions]>([
    ["plain", {}],
    ["packed by LZ4", { compression: "lz4" }],
    ["packed by Zstandard", { compression: "zstd" }],
    ["a stream", { stream: true }],
  ])("are read from lists of every kind: %s", async (_, options) => {
    const rows = Array.from({ length: 300 }, (_, i) => [i, i / 2]);
    const name = vectorFromArray(
      rows.map((_, i) => `user ${i}`),
      new Utf8(),
    );
    const file = await arrow({ a: fixed(rows), b: lists(rows), c: large(rows), name }, options);
    for (const column of ["a", "b", "c"]) {
      const { of, ids } = await opened({ file, column, id: "name" });
      expect(rowsOf(of)).toEqual(rows);
      expect(ids?.[299]).toBe("user 299");
    }
  });

  it("are read from columns of any numbers", async () => {
    const file = await arrow({
      half: vectorFromArray([0.5, -2], new Float16()),
      whole: vectorFromArray([3n, -4n], new Int64()),
      short: vectorFromArray([5, -6], new Int16()),
      double: vectorFromArray([0.25, 1e30], new Float64()),
    });
    const { of } = await opened({ file, columns: ["double", "half", "whole", "short"] });
    expect(rowsOf(of)).toEqual([
      [0.25, 0.5, 3, 5],
      [Math.fround(1e30), -2, -4, -6],
    ]);
  });

  it("are read over record batches, from the columns beside what is no number", async () => {
    const category = vectorFromArray(["x", "y"]);
    const batch = (from: number) => ({
      title: vectorFromArray([`t${from}`, null], new Utf8View()),
      nested: vectorFromArray([[["a"]], [["b"]]], new List(new Field("item", new List(new Field("item", new Utf8()))))),
      category,
      v: lists([
        [from, 1],
        [from + 1, 2],
      ]),
    });
    const { of } = await opened({ file: await arrow([batch(0), batch(2), batch(4)]), column: "v" });
    expect(rowsOf(of)).toEqual([0, 1, 2, 3, 4, 5].map((i) => [i, (i % 2) + 1]));
  });

  it.each<[string, () => Vector, string[]]>([
    ["text", () => vectorFromArray(["ä", "b"], new Utf8()), ["ä", "b"]],
    ["large text", () => vectorFromArray(["ä", "b"], new LargeUtf8()), ["ä", "b"]],
    [
      "text views",
      () => vectorFromArray(["ä", "more than twelve bytes"], new Utf8View()),
      ["ä", "more than twelve bytes"],
    ],
    ["long whole numbers", () => vectorFromArray([9007199254740993n, -1n], new Int64()), ["9007199254740993", "-1"]],
    ["fractions that pandas made of whole numbers", () => vectorFromArray([17, 18], new Float64()), ["17", "18"]],
  ])("take ids from %s", async (_, ids, expected) => {
    const v = fixed([
      [1, 2],
      [3, 4],
    ]);
    expect((await opened({ file: await arrow({ id: ids(), v }), column: "v", id: "id" })).ids).toEqual(expected);
  });

  it("are what was written, whatever was", async () => {
    const file = join(await scratchFolder(), "random.feather");
    const rows = fc.integer({ min: 1, max: 9 }).chain((columns) =>
      fc.array(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: columns, maxLength: columns }),
        {
          minLength: 1,
          maxLength: 40,
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom(undefined, "lz4", "zstd"),
        fc.boolean(),
        async (values, compression, list) => {
          const v = list ? large(values) : fixed(values, values[0].length);
          await writeFile(file, arrowBytes([{ v }], { compression } as ArrowOptions));
          expect(rowsOf((await opened(file)).of)).toEqual(values);
        },
      ),
    );
  });
});

describe("an Arrow file that cannot be read", () => {
  const refused = async (
    columns: Record<string, Vector>,
    source: object,
    reason: Parameters<typeof failure>[1],
    ...said: string[]
  ) => {
    const file = await arrow(columns);
    return failure(openMatrix({ file, ...source }), reason, file, ...said);
  };

  it("says where a list has another length, a value is missing or not finite", async () => {
    await refused({ v: lists([[1, 2], [3]]) }, {}, "file-format", "row 1", '"v"', "has 1 numbers");
    await refused({ v: lists([[1, 2], null]) }, {}, "file-format", "row 1", '"v"', "null");
    await refused({ v: fixed([[1, 2], null]) }, {}, "file-format", "row 1", '"v"', "null");
    const v = vectorFromArray(
      [
        [1, 2],
        [3, null],
      ],
      new List(new Field("item", new Float64(), true)),
    );
    await refused({ v }, {}, "file-format", "row 1", "number 1", "null");
    await refused(
      {
        v: lists([
          [1, 2],
          [3, Number.NaN],
        ]),
      },
      {},
      "value-not-finite",
      "row 1",
      "number 1",
      "NaN",
    );
    await refused({ e0: vectorFromArray([1.5, null]) }, {}, "file-format", "row 1", '"e0"', "null");
  });

  it("says where an id is missing, twice or of no kind that is read", async () => {
    const v = fixed([
      [1, 2],
      [3, 4],
    ]);
    const source = { column: "v", id: "id" };
    await refused({ v, id: vectorFromArray(["a", null], new Utf8()) }, source, "file-format", "row 1", '"id"');
    await refused({ v, id: vectorFromArray(["a", "a"], new Utf8()) }, source, "id-duplicate", '"a"', "row 0", "row 1");
    await refused({ v, id: vectorFromArray(["a", "b"]) }, source, "dtype-unsupported", '"id"', "dictionary");
  });

  it("says that it is Feather 1, and how to write it again", async () => {
    await failure(describeMatrixFile(await scratchFile("a.feather", "FEA1....FEA1")), "file-format", "to_feather");
  });

  it("says that it is empty, cut or something else", async () => {
    await failure(describeMatrixFile(await scratchFile("a.arrow", "")), "file-format", "is empty");
    await failure(describeMatrixFile(await scratchFile("a.arrow", "this is no table at all")), "file-format", "Arrow");
    const bytes = arrowBytes([
      {
        v: fixed([
          [1, 2],
          [3, 4],
        ]),
      },
    ]);
    for (const length of [9, 50, bytes.length - 1]) {
      const file = await scratchFile("a.arrow", bytes);
      await truncate(file, length);
      await failure(describeMatrixFile(file), "file-truncated", file);
    }
  });

  it("believes no number of rows that its bytes cannot hold", async () => {
    const bytes = arrowBytes([{ v: fixed(Array.from({ length: 77 }, () => [1, 2])) }]);
    for (const [rows, said] of [
      [1n << 60n, "1152921504606847000 rows"],
      [1n << 40n, "1,099,511,627,776 x 1 values"],
      [100n, "promises 800 bytes"],
    ] as const) {
      const hostile = Buffer.from(bytes);
      const count = Buffer.alloc(8);
      count.writeBigInt64LE(77n);
      const promise = Buffer.alloc(8);
      promise.writeBigInt64LE(rows);
      for (let at = hostile.indexOf(count); at >= 0; at = hostile.indexOf(count)) promise.copy(hostile, at);
      await failure(openMatrix(await scratchFile("a.arrow", hostile)), "file-format", said);
    }
  });
});
