import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { listedIds, numberedIds } from "../../src/data/ids";
import { readInteractions } from "../../src/data/interactions-file";
import { withTable } from "../../src/data/table-database";
import { describeTable, readTable } from "../../src/data/tables";
import { failure, scratchFile, scratchFolder } from "./scratch";

describe("reading a table", () => {
  it("keeps ids as text exactly as written, and the order of lines", async () => {
    const file = await scratchFile("a.csv", "iid,title\n007,b\n 7 ,a\n7.0,NULL\n1e3,\n");
    expect(await readTable(file, ["title", "iid"])).toEqual([
      ["b", "a", "NULL", ""],
      ["007", " 7 ", "7.0", "1e3"],
    ]);
  });

  it("reads quotes, line ends in quotes, umlauts and a byte order mark", async () => {
    const file = await scratchFile("a.csv", '\ufeff"iid",title\r\n1,"Käfer, ""der""\nzweite"\r\n2,ヤギ\r\n');
    expect(await readTable(file, ["iid", "title"])).toEqual([
      ["1", "2"],
      ['Käfer, "der"\nzweite', "ヤギ"],
    ]);
  });

  it.each([
    ["a.tsv", "id\ttitle, first\n1\tx,y\n"],
    ["a.csv", 'id;"title, first"\n1;x,y\n'],
    ["u.item", 'id|"title, first"\n1|x,y\n'],
  ])("finds out what separates the columns of %s", async (name, text) => {
    expect(await readTable(await scratchFile(name, text), ["title, first"])).toEqual([["x,y"]]);
  });

  it("keeps the order of many lines", async () => {
    const ids = Array.from({ length: 200_000 }, (_, line) => String((line * 7919) % 200_003));
    const file = await scratchFile("a.csv", `id\n${ids.join("\n")}\n`);
    expect((await readTable(file, ["id"]))[0]).toEqual(ids);
  });

  it("takes names for what they are: quotes, brackets, stars and SQL are no patterns", async () => {
    const folder = await scratchFolder();
    const names =
      process.platform === "win32" ? ["i[1].csv"] : ["i[1].csv", "i'*?.csv", "'); DROP TABLE lines; --.csv"];
    await writeFile(join(folder, "i1.csv"), "a'b\nwrong\n");
    for (const name of names) {
      await writeFile(join(folder, name), "a'b\nright\n");
      expect(await readTable(join(folder, name), ["a'b"])).toEqual([["right"]]);
    }
  });

  it("cannot read or write any other file once the table is loaded", async () => {
    const folder = await scratchFolder();
    const [file, other] = [join(folder, "a.csv"), join(folder, "b.csv")];
    await writeFile(file, "id\n1\n");
    await writeFile(other, "secret\n1\n");
    await withTable(file, async ({ query }) => {
      await expect(query(`SELECT * FROM read_csv('${other}')`)).rejects.toThrow(/disabled/);
      await expect(query(`COPY lines TO '${other}'`)).rejects.toThrow(/disabled/);
      await expect(query("SET enable_external_access = true")).rejects.toThrow();
      await expect(query("SET threads = 1")).rejects.toThrow(/locked/);
    });
    expect(await readFile(other, "utf8")).toBe("secret\n1\n");
  });
});

describe("a table that cannot be read", () => {
  it.each([
    ["too many fields", "id,title\n1,a\n2,b,c\n", "line 3", "Expected Number of Columns: 2 Found: 3"],
    ["too few fields", "id,title\n1,a\n2\n3,c\n", "line 3", "Expected Number of Columns: 2 Found: 1"],
    ["an open quote", 'id,title\n1,a\n2,"b\n', "line 3", "unterminated"],
  ])("for %s is named with its line", async (_, text, line, cause) => {
    const file = await scratchFile("a.csv", text);
    const error = await failure(readTable(file, ["title"]), "file-format", file, line, cause);
    expect(error.where.row).toBe(2);
  });

  it("for its encoding is told apart from broken lines", async () => {
    const latin = Buffer.concat([Buffer.from("id,title\n1,"), Buffer.from([0xe9, 0x0a])]);
    await failure(readTable(await scratchFile("a.csv", latin), ["title"]), "file-format", "UTF-8");
    const wide = Buffer.from("\ufeffid,title\n1,a\n", "utf16le");
    await failure(readTable(await scratchFile("a.csv", wide), ["id"]), "file-format", "UTF-16");
    await failure(readTable(await scratchFile("a.csv", Buffer.from([0x1f, 0x8b, 8])), ["id"]), "file-format", "Unpack");
    await failure(readTable(await scratchFile("a.csv", "PK\x03\x04\0\0"), ["id"]), "file-format", "not text");
  });

  it("for being empty, missing or a folder is named", async () => {
    const folder = await scratchFolder();
    await failure(describeTable(await scratchFile("a.csv", "")), "file-format", "is empty");
    await failure(describeTable(join(folder, "no.csv")), "file-missing", "no.csv");
    await mkdir(join(folder, "folder.csv"));
    await failure(describeTable(join(folder, "folder.csv")), "file-unreadable", "is a folder");
  });

  it("for a missing column is answered with those there are", async () => {
    const file = await scratchFile("a.csv", "iid,title\n1,a\n");
    const error = await failure(readTable(file, ["iid", "titel"]), "column-missing", '"titel"', '"iid", "title"');
    expect(error.where).toEqual({ file, column: "titel" });
    await failure(readTable(await scratchFile("a.csv", "id,id\n1,2\n"), ["id"]), "file-format", "two columns");
  });
});

describe("describing a table", () => {
  it("tells types, gaps and separators apart", async () => {
    const file = await scratchFile("a.csv", "id,code,price,genres,none\n1,01,2.5,a|b,\n3,02,1e3,a,\n2,02,,c|d,\n");
    const { rows, columns } = await describeTable(file);
    expect(rows).toBe(3);
    expect(columns.map(({ name, type, empty, distinct }) => [name, type, empty, distinct])).toEqual([
      ["id", "integer", 0, 3],
      ["code", "number", 0, 2],
      ["price", "number", 1, 2],
      ["genres", "text", 0, 3],
      ["none", "text", 3, 0],
    ]);
    expect(columns[0]).toMatchObject({ smallest: 1, largest: 3, consecutive: false });
    expect(columns[3].separators).toEqual({ "|": 2, ";": 0, ",": 0 });
  });

  it("sees when a column numbers its lines", async () => {
    const { columns } = await describeTable(await scratchFile("a.csv", "from one,gaps\n1,1\n2,2\n3,4\n"));
    expect(columns.map(({ consecutive }) => consecutive)).toEqual([true, false]);
  });

  it("finds no rows under a lone header", async () => {
    const file = await scratchFile("a.csv", "id,title");
    expect((await describeTable(file)).rows).toBe(0);
    expect(await readTable(file, ["id", "title"])).toEqual([[], []]);
  });
});

describe("reading interactions", () => {
  const columns = { user: "uid", item: "iid" };

  it("gives distinct pairs by user, items ascending, and counts what does not map", async () => {
    const file = await scratchFile("a.csv", "when,iid,uid\n1,c,y\n2,a,y\n3,c,y\n4,a,x\n5,b,nobody\n6,?,x\n7,,x\n");
    const read = await readInteractions(file, columns, listedIds(["x", "y", "z"]), listedIds(["a", "b", "c"]));
    expect([0, 1, 2].map((user) => [...itemsOfUser(read.interactions, user)])).toEqual([[0], [0, 2], []]);
    expect(read).toMatchObject({ pairs: 3, lines: 7, unmappedLines: 3 });
    expect(read.unknownUsers).toEqual({ ids: 1, lines: 1, examples: ["nobody"], shift: null });
    expect(read.unknownItems).toEqual({ ids: 2, lines: 2, examples: ["?", ""], shift: null });
  });

  it("sees when ids are off by one", async () => {
    const file = await scratchFile("a.csv", "uid,iid\n0,1\n0,2\n1,3\n");
    const read = await readInteractions(file, columns, numberedIds(2, 1), numberedIds(3, 0));
    expect(read.unknownUsers.shift).toBe(1);
    expect(read.unknownItems.shift).toBe(-1);
  });
});
