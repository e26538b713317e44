import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { listedIds, numberedIds } from "../../src/data/ids";
import { readInteractions } from "../../src/data/interactions-file";
import { withTable } from "../../src/data/table-database";
import { describeTable, readTable } from "../../src/data/tables";
import type { TableSource } from "../../src/protocol/manifest";
import { failure, scratchFile, scratchFolder } from "./scratch";
import { sqlite } from "./sqlite";

async function duckdb(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

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

  it("for a line without an end, or for more columns than any table has, is named before it is read", async () => {
    const long = `id,title\n1,${"a".repeat(3_000_000)}`;
    await failure(readTable(await scratchFile("a.csv", long), ["id"]), "file-format", "a line of more than", "byte 9");
    const wide = Buffer.from(`\ufeffid,title\n1,${"a".repeat(3_000_000)}`, "utf16le");
    const file = await scratchFile("b.csv", wide);
    await failure(readTable(file, ["id"]), "file-format", file, "a line of more than");
    await failure(
      describeTable(await scratchFile("c.csv", `${",".repeat(500_000)}\n`)),
      "file-format",
      "500,001 columns",
    );
  });

  it("for being packed or no text at all is named", async () => {
    await failure(readTable(await scratchFile("a.csv", Buffer.from([0x1f, 0x8b, 8])), ["id"]), "file-format", "Unpack");
    await failure(readTable(await scratchFile("a.csv", "PK\x03\x04\0\0"), ["id"]), "file-format", "not text");
  });

  it("for an encoding that it is not in, or that nobody knows, is named", async () => {
    const latin = await scratchFile("a.csv", Buffer.from("id,title\n1,Caf\xe9\n", "latin1"));
    await failure(readTable({ file: latin, encoding: "utf-8" }, ["title"]), "file-format", latin, "encoding");
    const error = await failure(
      readTable({ file: latin, encoding: "klingon" }, ["title"]),
      "manifest-invalid",
      "klingon",
    );
    expect(error.where).toEqual({ file: latin, key: "encoding" });
  });

  it("of JSON or Parquet that is damaged is named", async () => {
    const broken = await scratchFile("a.jsonl", '{"a":1}\n{"a":\n');
    await failure(describeTable(broken), "file-format", broken);
    const parquet = await scratchFile("a.parquet", "PAR1 is how it begins, but there is no more of it");
    await failure(describeTable(parquet), "file-format", parquet);
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

describe("text in other encodings", () => {
  const text = "id;title\r\n1;Amélie\r\n2;Straße\r\n";
  const read = (source: TableSource, warned: unknown[] = []) =>
    readTable(source, ["title"], { warn: (...said) => warned.push(said) });

  it("is read as UTF-16 where its first bytes say so", async () => {
    const little = Buffer.from(`\ufeff${text}`, "utf16le");
    const warned: unknown[] = [];
    expect(await read(await scratchFile("a.csv", little), warned)).toEqual([["Amélie", "Straße"]]);
    expect(await read(await scratchFile("a.csv", Buffer.from(little).swap16()), warned)).toEqual([
      ["Amélie", "Straße"],
    ]);
    expect(warned).toEqual([]);
  });

  it("is taken for windows-1252 where it is not UTF-8, with a warning and what to state", async () => {
    const warned: unknown[] = [];
    // As Windows writes “Amélie” – €.
    const file = await scratchFile("a.csv", Buffer.from(`${text}3;\x93Am\xe9lie\x94 \x96 \x80\r\n`, "latin1"));
    const titles = ["Amélie", "Straße", "“Amélie” – €"];
    expect(await read(file, warned)).toEqual([titles]);
    expect(warned).toEqual([[expect.stringContaining(`${file} is not UTF-8`), { encoding: "windows-1252" }]]);
    expect(await read({ file, encoding: "windows-1252" }, warned)).toEqual([titles]);
    expect(warned).toHaveLength(1);
  });

  it("is seen not to be UTF-8 however late in the file", async () => {
    const warned: unknown[] = [];
    const early = `id;title\n${"1;plain\n".repeat(200_000)}`;
    const file = await scratchFile(
      "a.csv",
      Buffer.concat([Buffer.from(early), Buffer.from("2;Stra\xdfe\n", "latin1")]),
    );
    const [titles] = await read(file, warned);
    expect([titles.length, titles.at(-1), warned.length]).toEqual([200_001, "Straße", 1]);
  });

  it("is converted from any encoding that is stated, and leaves no copy behind", async () => {
    const file = await scratchFile("a.csv", Buffer.from("id,title\n1,\x83\x84\x83\x4d\n", "latin1"));
    const temporary = await scratchFolder();
    for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
    expect(await read({ file, encoding: "shift_jis" })).toEqual([["ヤギ"]]);
    expect(await readdir(temporary)).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("what a table file does not say", () => {
  const RATINGS = "1::1193::5::978300760\n1::661::3::978302109\n";

  it("is recognised: lines split by ::, in which quotes are letters", async () => {
    const movies = await scratchFile("movies.dat", `id::title::genres\n1::"Great" Cats, the | one::Drama|Comedy\n`);
    expect(await readTable(movies, ["title", "genres"])).toEqual([['"Great" Cats, the | one'], ["Drama|Comedy"]]);
  });

  it("is told: no header, another delimiter", async () => {
    const file = await scratchFile("ratings.dat", RATINGS);
    expect(await readTable({ file, header: false }, ["column0", "column3"])).toEqual([
      ["1", "1"],
      ["978300760", "978302109"],
    ]);
    const odd = await scratchFile("a.txt", "id^title\n1^a,b\n");
    expect(await readTable({ file: odd, delimiter: "^" }, ["title"])).toEqual([["a,b"]]);
  });

  it("is asked for where the header looks like data", async () => {
    const file = await scratchFile("ratings.dat", RATINGS);
    const warned: unknown[] = [];
    const { headerLooksLikeData, rows } = await describeTable(file, { warn: (...said) => warned.push(said) });
    expect([headerLooksLikeData, rows, warned.length]).toEqual([true, 1, 1]);
    expect(warned[0]).toEqual([expect.stringContaining("1, 1193, 5, 978300760"), { header: false }]);
    expect(await describeTable({ file, header: false })).toMatchObject({ headerLooksLikeData: false, rows: 2 });
    expect(await describeTable({ file, header: true })).toMatchObject({ headerLooksLikeData: false, rows: 1 });
  });

  it("is found out for quotes that are letters in tab-separated text", async () => {
    const file = await scratchFile("a.tsv", 'id\tname\n1\t"Weird Al\n2\t10" Vinyl\n');
    expect(await readTable(file, ["name"])).toEqual([['"Weird Al', '10" Vinyl']]);
  });
});

describe("tables of other kinds", () => {
  it("are JSON: lists become tags, text and whole numbers stay as written", async () => {
    const rows = [
      { id: "007", n: 12345678901234567n, tags: ["a", "b"], date: "2004-01-02T03:04:05Z", "it's": 1 },
      { id: "8", tags: [], extra: { deep: true } },
    ];
    const json = rows.map((row) =>
      JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value)),
    );
    for (const [name, text] of [
      ["a.json", `[${json.join(",")}]`],
      ["b.json", json.join("\n")],
      ["c.jsonl", `${json.join("\n")}\n`],
    ]) {
      const file = await scratchFile(name, text);
      expect(await readTable(file, ["id", "tags", "date", "it's", "extra"])).toEqual([
        ["007", "8"],
        ["a|b", ""],
        ["2004-01-02T03:04:05Z", ""],
        ["1", ""],
        ["", '{"deep":true}'],
      ]);
    }
  });

  it("are Parquet: ids that pandas made floating point are whole again", async () => {
    const file = join(await scratchFolder(), "a.parquet");
    await duckdb(
      `COPY (SELECT * FROM (VALUES (1.0::DOUBLE, 'x', ['a', 'b'], 5::BIGINT), (NULL, '', [], 6), (2.5, 'y', NULL, 7)) t(a, "b c", d, e)) TO '${file}'`,
    );
    expect(await readTable(file, ["e", "a", "b c", "d"])).toEqual([
      ["5", "6", "7"],
      ["1", "", "2.5"],
      ["x", "", "y"],
      ["a|b", "", ""],
    ]);
    const { columns } = await describeTable(file);
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ["a", "number"],
      ["b c", "text"],
      ["d", "text"],
      ["e", "integer"],
    ]);
  });

  it.skipIf(sqlite === undefined)("are SQLite, of which one table is meant (where this Node has SQLite)", async () => {
    const file = join(await scratchFolder(), "a.sqlite");
    const database = new sqlite!.DatabaseSync(file);
    database.exec(
      "CREATE TABLE films (id INTEGER, \"the title\" TEXT); INSERT INTO films VALUES (9007199254740993, 'A'), (2, NULL)",
    );
    expect(await readTable(file, ["the title", "id"])).toEqual([
      ["A", ""],
      ["9007199254740993", "2"],
    ]);
    database.exec("CREATE TABLE other (x)");
    await failure(describeTable(file), "not-found", '"films", "other"');
    expect(await describeTable({ file, table: "films" })).toMatchObject({ rows: 2 });
    await failure(describeTable({ file, table: "none" }), "not-found", '"none"', '"films"');
    database.close();
    await failure(
      describeTable(await scratchFile("b.sqlite", "no database, but long enough")),
      "file-format",
      "SQLite",
    );
  });

  it.runIf(sqlite === undefined)(
    "are not SQLite where this Node has none, which is said with the way out",
    async () => {
      await failure(describeTable(await scratchFile("a.db", "x")), "file-format", "Node 22", "CSV");
    },
  );
});

describe("packed tables", () => {
  it.each([
    ["ratings.csv.gz", "user,item\n1,a\n2,b\n"],
    ["ratings.tsv.gz", "user\titem\n1\ta\n2\tb\n"],
    ["RATINGS.DAT.GZ", "user::item::x\n1::a::\n2::b::\n"],
    ["ratings.json.gz", '[{"user": 1, "item": "a"}, {"user": 2, "item": "b"}]'],
    ["ratings.jsonl.gz", '{"user": 1, "item": "a"}\n{"user": 2, "item": "b"}\n'],
    ["ratings.json.gz", "{'user': 1, 'item': 'a'}\n{'user': 2, 'item': 'b'}\n"],
  ])("are read as what is packed in them: %s", async (name, text) => {
    expect(await readTable(await scratchFile(name, gzipSync(text)), ["user", "item"])).toEqual([
      ["1", "2"],
      ["a", "b"],
    ]);
  });

  it("are read in their encoding, and in several parts", async () => {
    const parts = ["id,title\n1,Am\xe9lie\n", "2,\x93B\x94\n"].map((part) => gzipSync(Buffer.from(part, "latin1")));
    expect(await readTable(await scratchFile("a.csv.gz", Buffer.concat(parts)), ["title"])).toEqual([
      ["Amélie", "“B”"],
    ]);
  });

  it("leave no copy behind, and are refused where they are cut, damaged, or a bomb", async () => {
    const temporary = await scratchFolder();
    for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
    const packed = gzipSync(`id,title\n${"1,again\n".repeat(1_000)}`);
    const cut = await scratchFile("a.csv.gz", packed.subarray(0, -12));
    await failure(describeTable(cut), "file-truncated", cut, "ends in the middle");
    const damaged = await scratchFile("a.jsonl.gz", "no gzip");
    await failure(describeTable(damaged), "file-format", damaged, "no gzip");
    const bomb = await scratchFile(
      "a.csv.gz",
      gzipSync(Buffer.concat([Buffer.from("id\n"), Buffer.alloc(80 << 20, "1\n")])),
    );
    await failure(describeTable(bomb), "file-format", bomb, "once it is unpacked");
    expect((await readdir(temporary)).filter((name) => !/^recprism-[^-]*$/.test(name))).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe("lines of Python's dictionaries", () => {
  it("are read as JSON, and refused with the line that is none", async () => {
    const lines = [
      `{'asin': '001', 'title': "It's", 'tags': ['a', 'b'], 'price': None}`,
      `{'asin': '002', 'price': 1.5}`,
    ];
    const file = await scratchFile("meta.json", `${lines.join("\n")}\n`);
    expect(await readTable(file, ["asin", "title", "tags", "price"])).toEqual([
      ["001", "002"],
      ["It's", ""],
      ["a|b", ""],
      ["", "1.5"],
    ]);
    const broken = await scratchFile("meta.json", `${lines[0]}\n\n{'asin': open('x')}\n`);
    const error = await failure(describeTable(broken), "file-format", broken, "line 3", "ast.literal_eval");
    expect(error.where.row).toBe(2);
  });
});

describe("a query over several tables", () => {
  const from = async () => ({
    films: await scratchFile("films.csv", "id,the title\n1,A\n2,B\n3,C\n"),
    links: { file: await scratchFile("links.dat", "1::07\n2::08\n2::09\n"), header: false },
  });

  it("sees them under their names, with numbers for numbers and codes as they are written", async () => {
    const sql = `SELECT f.id, "the title" AS title, count(l.column1) AS links, min(column1) AS code, avg(f.id) AS mean
      FROM films f LEFT JOIN links l ON l.column0 = f.id WHERE f.id > 1 GROUP BY ALL ORDER BY f.id -- and that is all`;
    expect(await readTable({ sql, from: await from() }, ["id", "title", "links", "code", "mean"])).toEqual([
      ["2", "3"],
      ["B", "C"],
      ["2", "0"],
      ["08", ""],
      ["2", "3"],
    ]);
  });

  it.each([
    ["SELECT id,\n  nothing FROM films", 'line 2, column 3 ("nothing FROM films")'],
    ["SELECT id, FROM WHERE films", "line 1"],
    ["SELECT 'a'::INTEGER AS id", "'a'"],
    ["SELECT 1; SELECT 2", "2 statements"],
    ["DROP TABLE loaded0", "no SELECT"],
    [`COPY films TO '${join(tmpdir(), "recprism-never")}'`, "disabled"],
    ["SELECT * FROM read_csv('/etc/hostname')", "line 1, column 15"],
    ["SELECT * FROM '/etc/hostname'", "line 1, column 15"],
    ["SELECT $1", "parameters"],
    ["SET threads = 1", "no SELECT"],
    ["   ", "items.table.sql"],
  ])("is refused with its place in the manifest: %s", async (sql, said) => {
    const work = describeTable({ sql, from: await from() }, { key: "items.table" });
    const error = await failure(work, "manifest-invalid", "items.table.sql", said);
    expect(error.where.key).toBe("items.table.sql");
  });

  it("is not run in a restricted workspace, nor are its files read", async () => {
    const work = describeTable({ sql: "SELECT 1", from: { a: "/none.csv" } }, { key: "items.table", restricted: true });
    await failure(work, "workspace-restricted", "items.table.sql", "Trust the workspace");
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

  it("describes hundreds of columns too", async () => {
    const wide = Array.from({ length: 600 }, (_, index) => index);
    const { columns } = await describeTable(await scratchFile("a.csv", `c${wide.join(",c")}\n${wide.join(",")}\n`));
    expect(columns.map(({ name, smallest }) => [name, smallest])).toEqual(wide.map((index) => [`c${index}`, index]));
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

  it("is done for lists of ids and numbered ones alike, whatever the order and size", async () => {
    const pair = fc.tuple(fc.nat(12), fc.nat(12));
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 60 }), async (pairs) => {
        const file = await scratchFile("a.csv", `uid,iid\n${pairs.map((ids) => ids.join(",")).join("\n")}\n`);
        const numbered = await readInteractions(file, columns, numberedIds(9, 1), numberedIds(11, 0));
        const list = (of: Iterable<string>) => listedIds([...of]);
        const listed = await readInteractions(file, columns, list(numberedIds(9, 1)), list(numberedIds(11, 0)));
        expect(numbered).toEqual(listed);
        const known = pairs.filter(([user, item]) => user >= 1 && user <= 9 && item <= 10);
        const distinct = new Set(known.map(String));
        expect(numbered).toMatchObject({ pairs: distinct.size, unmappedLines: pairs.length - known.length });
        for (let user = 0; user < 9; user++) {
          const items = [...new Set(known.filter(([id]) => id === user + 1).map(([, item]) => item))];
          expect([...itemsOfUser(numbered.interactions, user)]).toEqual(items.sort((a, b) => a - b));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("leaves out what is rated too low", async () => {
    const file = await scratchFile("a.csv", "uid,iid,stars\n0,0,5\n0,1,2.5\n1,0,\n1,1,4\n1,1,1\n");
    const rated = { ...columns, rating: "stars" };
    const all = await readInteractions(file, rated, numberedIds(2, 0), numberedIds(2, 0));
    expect(all).toMatchObject({ pairs: 4, lines: 5, lowLines: 0 });
    const high = await readInteractions(file, { ...rated, leastRating: 4 }, numberedIds(2, 0), numberedIds(2, 0));
    expect(high).toMatchObject({ pairs: 2, lines: 2, lowLines: 3, unmappedLines: 0 });
    const work = readInteractions(file, { ...columns, leastRating: 4 }, numberedIds(2, 0), numberedIds(2, 0));
    expect((await failure(work, "manifest-invalid", "interactions.rating")).where.key).toBe("interactions.rating");
  });

  it.each([
    ["seconds", ["978300760", "978302109", ""], [978300760, 978302109]],
    ["milliseconds", ["978300760000", "978302109500", "?"], [978300760, 978302109.5]],
    ["dates", ["2000-12-31", "2000-12-31 22:12:40", "soon"], [978220800, 978300760]],
    ["dates with a zone", ["2000-12-31T22:12:40Z", "2000-12-31T22:12:40+02:00", "-"], [978300760, 978293560]],
    ["days and months by name", ["31-Dec-2000", '"Dec 31, 2000"', "x"], [978220800, 978220800]],
  ])("keeps the latest time of a pair, from %s", async (_, [first, second, none], [a, b]) => {
    const lines = [`0,0,${first}`, `0,0,${second}`, `0,1,${first}`, `1,0,${none}`, `1,1,${second}`, `1,1,${none}`];
    const file = await scratchFile("a.csv", `uid,iid,at\n${lines.join("\n")}\n`);
    const timed = { ...columns, timestamp: "at" };
    const { interactions, timelessLines } = await readInteractions(file, timed, numberedIds(2, 0), numberedIds(2, 0));
    expect([...(interactions.times ?? [])]).toEqual([Math.max(a, b), a, Number.NaN, b]);
    expect(timelessLines).toBe(2);
    const without = await readInteractions(file, columns, numberedIds(2, 0), numberedIds(2, 0));
    expect(without.interactions.times).toBeUndefined();
  });
});
