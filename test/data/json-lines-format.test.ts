/** Embeddings in JSON lines. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { described, opened, rowsOf } from "./opened-table";
import { failure, scratchFile, scratchFolder } from "./scratch";

const lines = (text: string) => scratchFile("table.jsonl", text);

describe("embeddings in JSON lines", () => {
  it("show their shape before they are read", async () => {
    const file = await lines('{"asin": "B1", "v": [1, 2]}\n\n{"asin": "B2", "v": [3, 4]}');
    expect(await described(file)).toEqual([
      { column: "v", id: "asin", shape: [2, 2], dtype: "JSON lists", unusable: null },
    ]);
    expect(await described(await lines("[1, 2, 3]\n[4, 5, 6]\n"))).toEqual([
      { shape: [2, 3], dtype: "JSON lists", unusable: null },
    ]);
    const { unusable } = (await describeMatrixFile(await lines("[1, 2, 3]\n[4]\n")))[0];
    expect(unusable).toContain("1 to 3");
  });

  it.each([
    ["a list in objects", '{"id": "7", "v": [0.5, 1]}\n{"v": [2, -3e2], "id": "x"}\n'],
    ["fields of objects", '{"id": "7", "e0": 0.5, "e1": 1}\r\n\r\n{"e1": -300, "e0": 2, "id": "x"}\r\n'],
  ])("are read from %s, blank lines or not", async (_, text) => {
    const [{ source }] = await describeMatrixFile(await lines(text));
    const { of, ids } = await opened(source);
    expect(rowsOf(of)).toEqual([
      [0.5, 1],
      [2, -300],
    ]);
    expect(ids).toEqual(["7", "x"]);
  });

  it("are what was written, whatever was", async () => {
    const file = join(await scratchFolder(), "random.ndjson");
    const rows = fc.integer({ min: 1, max: 5 }).chain((columns) =>
      fc.array(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: columns, maxLength: columns }),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        await writeFile(file, values.map((row) => JSON.stringify(row)).join("\n"));
        expect(rowsOf((await opened(file)).of)).toEqual(values.map((row) => row.map((value) => value + 0)));
      }),
    );
  });

  it("take what every object inherits for no field", async () => {
    const file = await lines('{"v": [1, 2]}\n');
    await failure(openMatrix({ file, column: "v", id: "constructor" }), "column-missing", '"constructor"');
  });
});

describe("a file of JSON lines that cannot be read", () => {
  const refused = async (text: string, source: object, reason: Parameters<typeof failure>[1], ...said: string[]) => {
    const file = await lines(text);
    return failure(openMatrix({ file, ...source }), reason, file, ...said);
  };

  it("says which line is no JSON", async () => {
    const { where } = await refused("[1, 2]\n\n[3, 4\n", {}, "file-format", "line 3");
    expect(where.row).toBe(2);
    await refused("[\n  1,\n  2\n]\n", {}, "file-format", "line 1", "whole value on each line");
  });

  it("says where a list has another length or holds no number", async () => {
    await refused("[1, 2]\n\n[3]\n", {}, "file-format", "line 3", "has 1 numbers");
    await refused('[1, 2]\n[3, "4"]\n', {}, "file-format", "line 2", "number 1", '"4"');
    await refused('{"v": [1, 2]}\n{"v": [3, null]}\n', {}, "file-format", "line 2", 'number 1 of "v"', "null");
    await refused('{"v": [1, 2]}\n{"w": 1}\n', { column: "v" }, "file-format", "line 2", '"v"');
    await refused('{"e0": 1.5, "e1": 2}\n{"e0": 1}\n', {}, "file-format", "line 2", '"e1"', "nothing");
    await refused("[1, 1e300]\n", {}, "value-not-finite", "line 1", "number 1", "float32");
  });

  it("says where an id is missing, twice, or more than a number can say", async () => {
    const source = { column: "v", id: "id" };
    await refused('{"id": 1, "v": [1]}\n{"id": null, "v": [2]}\n', source, "file-format", "line 2", '"id"');
    await refused('{"id": 1, "v": [1]}\n{"id": "1", "v": [2]}\n', source, "id-duplicate", "line 1", "line 2");
    await refused('{"id": 9007199254740993, "v": [1]}\n', source, "file-format", "line 1", '"id"');
  });

  it("says that it is empty, packed, or no text", async () => {
    await refused("", {}, "file-format", "is empty");
    await refused(" \n\n", {}, "file-format", "no rows");
    await failure(
      openMatrix(await scratchFile("a.jsonl", Buffer.from([0x1f, 0x8b, 8, 0]))),
      "file-format",
      "compressed",
    );
    await failure(
      openMatrix(await scratchFile("a.jsonl", Buffer.from("\uFEFF[1]", "utf16le"))),
      "file-format",
      "UTF-16",
    );
    const latin = Buffer.from('{"id": "a", "v": [1]}\n{"id": "é", "v": [1]}\n', "latin1");
    await failure(openMatrix(await scratchFile("a.jsonl", latin)), "file-format", "line 2", "UTF-8");
  });

  it("with a line of a gigabyte is refused at once", async () => {
    const file = await lines("[1, 2]\n[3, ");
    await truncate(file, 2 ** 30);
    const started = performance.now();
    await failure(describeMatrixFile(file), "file-format", "line 2", "is longer than");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("with a long first line makes no room for as many numbers on each other line", async () => {
    const file = await lines(`[${"1,".repeat(1_000_000)}1]\n${"[1]\n".repeat(400_000)}`);
    const memory = process.memoryUsage.rss();
    await failure(openMatrix(file), "file-format", "line 2", "has 1 numbers");
    expect(process.memoryUsage.rss() - memory).toBeLessThan(512 * 2 ** 20);
  });
});
