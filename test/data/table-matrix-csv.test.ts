/** Embeddings in CSV and TSV files. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { described, opened, rowsOf } from "./opened-table";
import { failure, scratchFile, scratchFolder } from "./scratch";

const csv = (text: string, name = "table.csv") => scratchFile(name, text);

describe("embeddings in CSV", () => {
  it("show their shape before they are read", async () => {
    expect(await described(await csv("movieId,e0,e1\n7,0.5,1\n8,1.5,2\n"))).toEqual([
      {
        columns: ["e0", "e1"],
        id: "movieId",
        shape: [2, 2],
        dtype: "numbers as text, integers as text",
        unusable: null,
      },
    ]);
    expect(await described(await csv('id,vector\n7,"[1, 2, 3]"\n8,"[4, 5, 6]"\n'))).toEqual([
      { column: "vector", id: "id", shape: [2, 3], dtype: "lists as text", unusable: null },
    ]);
  });

  it.each([
    ["commas", "id,e0,e1\na,0.5,-1e-3\nb,2,+3\n", "a.csv"],
    ["tabs and Windows line ends", "id\te0\te1\r\na\t0.5\t-1e-3\r\nb\t2\t3\r\n", "a.tsv"],
    ["semicolons and a mark in front", "\uFEFFid;e0;e1\na;0.5;-1e-3\nb;2;3", "a.csv"],
    ["quotes", '"id","e0","e1"\n"a","0.5","-1e-3"\n"b","2","3"\n', "a.csv"],
    ["lists in brackets", 'id,v\na,"[0.5, -1e-3]"\nb,"[2, 3]"\n', "a.csv"],
    ["lists as NumPy prints them", 'id,v\na,"[ 0.5\n -1e-3]"\nb,"[2. 3.]"\n', "a.csv"],
    ["lists with spaces", "id,v\na,0.5 -1e-3\nb,2 3\n", "a.csv"],
    ["lists with bars", "id,v\na,0.5|-1e-3\nb,2|3\n", "a.csv"],
    ["lists without a header", "a\t0.5 -1e-3\nb\t2 3\n", "a.tsv"],
    ["numbers without a header", "a,0.5,-1e-3\nb,2,3\n", "a.csv"],
    ["the header of an unnamed data frame", ",0,1\na,0.5,-1e-3\nb,2,3\n", "a.csv"],
  ])("are read from %s", async (_, text, name) => {
    const [{ source }] = await describeMatrixFile(await csv(text, name));
    const { of, ids } = await opened(source);
    expect(rowsOf(of)).toEqual([
      [0.5, Math.fround(-1e-3)],
      [2, 3],
    ]);
    expect(ids).toEqual(["a", "b"]);
  });

  it("are named by ids exactly as they are written", async () => {
    const file = await csv("isbn,e0,e1\n007,0.5,1\n0x7,1,1\n");
    expect((await opened({ file, columns: ["e0", "e1"], id: "isbn" })).ids).toEqual(["007", "0x7"]);
  });

  it("are read from files that are no UTF-8", async () => {
    const file = await scratchFile("a.csv", Buffer.from("id,e0\nLéon,0.5\nAmélie,1.5\n", "latin1"));
    expect((await opened({ file, column: "e0", id: "id" })).ids).toEqual(["Léon", "Amélie"]);
  });

  it("are what was written, whatever was", async () => {
    const file = join(await scratchFolder(), "random.csv");
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
      fc.asyncProperty(rows, fc.boolean(), async (values, list) => {
        const columns = values[0].map((_, i) => `e${i}`);
        const lines = values.map((row, i) => (list ? `${i},"[${row.join(", ")}]"` : `${i},${row.join(",")}`));
        await writeFile(file, [`id,${list ? "v" : columns.join(",")}`, ...lines].join("\n"));
        const { of } = await opened(list && columns.length > 0 ? { file, column: "v" } : { file, columns });
        expect(rowsOf(of)).toEqual(values.map((row) => row.map((value) => value + 0)));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a CSV that cannot be read", () => {
  const refused = async (text: string, source: object, reason: Parameters<typeof failure>[1], ...said: string[]) => {
    const file = await csv(text);
    return failure(openMatrix({ file, ...source }), reason, file, ...said);
  };
  const wide = (value: string) => `id,e0,e1\na,0.5,1\nb,0.5,${value}\n`;

  it("says row, column and text of what is no number", async () => {
    const { where } = await refused(wide("n/a"), {}, "file-format", "row 1", '"e1"', '"n/a"');
    expect(where).toMatchObject({ row: 1, column: "e1" });
    await refused(wide('"1,5"'), {}, "file-format", "row 1", '"1,5"', "with a point");
    await refused(wide(""), {}, "file-format", "row 1", '"e1"', "is empty");
    await refused('id,v\na,"[1, 2]"\nb,"[1, x]"\n', { column: "v" }, "file-format", "row 1", "number 1", '"x"');
  });

  it("says where a value is not finite", async () => {
    await refused(wide("nan"), {}, "value-not-finite", "row 1", '"e1"', "NaN");
    await refused(wide("-inf"), {}, "value-not-finite", "row 1", '"e1"', "infinite");
    await refused(wide("1e300"), {}, "value-not-finite", "row 1", '"e1"', "float32");
  });

  it("says where a line or a list has another length", async () => {
    await refused(`${wide("1")}c,1,2,3\n`, {}, "file-format", "line 4");
    await refused('id,v\na,"[1, 2]"\nb,"[3]"\n', { column: "v" }, "file-format", "row 1", "has 1 numbers");
    await refused('id,v\na,"[1, 2]"\nb,\n', { column: "v" }, "file-format", "row 1", "is empty");
  });

  it("says where an id is missing or twice", async () => {
    const source = { column: "e0", id: "id" };
    await refused("id,e0\na,1\n,2\n", source, "file-format", "row 1", '"id"');
    await refused("id,e0\na,1\nb,2\na,3\n", source, "id-duplicate", '"a"', "row 0", "row 2");
  });

  it("says that there is nothing in it", async () => {
    await refused("", {}, "file-format", "is empty");
    await refused("id,e0,e1\n", {}, "file-format", "no rows");
  });

  it("with a line of a gigabyte is refused at once", async () => {
    const file = await csv(`id,e0\n${"1,0.5\n".repeat(200_000)}2,`);
    await truncate(file, 2 ** 30);
    const [started, memory] = [performance.now(), process.memoryUsage.rss()];
    await failure(describeMatrixFile(file), "file-format", "line 200002", "is longer than");
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(256 * 2 ** 20);
  });
});
