import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { listedIds, numberedIds } from "../../src/data/ids";
import { type ConditionLimits, UserTable } from "../../src/data/user-table";
import { type ManifestInput, manifestSchema } from "../../src/protocol/manifest";
import { built } from "../built";
import { minimalManifest } from "../minimal-manifest";
import { failure, scratchFolder } from "./scratch";
import { hasMovieLens100k, MOVIELENS_100K, needsMovieLens100k } from "./shared-data";

const USERS = `uid,age,gender,zip,note
a,17,F,007,
b,25,M,10115,says 'hi'
c,16,F,94110,"x, y"
d,40,F,,
e,,M,1,
ghost,12,F,1,
`;
const IDS = ["e", "d", "c", "b", "a"];

const tables: UserTable[] = [];

afterEach(() => {
  for (const table of tables.splice(0)) table.release();
});

interface Given {
  content?: string;
  file?: string;
  users?: Partial<ManifestInput["users"]>;
  restricted?: boolean;
  limits?: ConditionLimits;
  ids?: string[];
}

async function userTable(given: Given = {}): Promise<UserTable> {
  const { content = USERS, file = "users.csv", restricted = false, limits, ids = IDS } = given;
  const folder = await scratchFolder();
  await writeFile(join(folder, file), content);
  const manifest = minimalManifest("t");
  const users = {
    ...manifest.users,
    table: file,
    ids: { rule: "list" as const, file: "ids.txt", column: "uid" },
    ...given.users,
  };
  const table = new UserTable(
    { manifest: manifestSchema.parse({ ...manifest, users }), folder, ids: listedIds(ids), restricted },
    built("user-table.js"),
    limits,
  );
  tables.push(table);
  return table;
}

async function found(table: UserTable, condition: string): Promise<string[]> {
  return Array.from(await table.rowsWhere(condition), (row) => IDS[row]);
}

describe("a condition on the user table", () => {
  it("is answered with rows of users, ascending, by columns that have the types of their values", async () => {
    const table = await userTable();
    expect(Array.from(await table.rowsWhere("age < 18 AND gender = 'F'"))).toEqual([2, 4]);
    expect(await found(table, "age < 18 AND gender = 'F'")).toEqual(["c", "a"]);
    // As numbers 40 is more than 5.
    expect(await found(table, "age > 5")).toEqual(["d", "c", "b", "a"]);
    expect(await found(table, "age IS NULL")).toEqual(["e"]);
    // 007 is no number, so that the column is text.
    expect(await found(table, "zip = '007'")).toEqual(["a"]);
    expect(await found(table, "uid IN ('b', 'd')")).toEqual(["d", "b"]);
    expect(await found(table, "note = 'says ''hi'''")).toEqual(["b"]);
    expect(await found(table, "false")).toEqual([]);
    expect(await found(table, "users.age = 25")).toEqual(["b"]);
    expect(await found(table, "AGE = 25 -- of the year before")).toEqual(["b"]);
    expect(await found(table, "age =\n  25 /* years */")).toEqual(["b"]);
  });

  it("sees only lines that are users", async () => {
    const table = await userTable();
    // With the ghost the mean would be 22.
    expect(await found(table, "(SELECT avg(age) FROM users) = 24.5")).toEqual(IDS);
    expect(await found(table, "(SELECT count(*) FROM users) = 5")).toEqual(IDS);
    expect(await found(table, "age > (SELECT avg(age) FROM main.users)")).toEqual(["d", "b"]);
    expect(await found(table, "uid IN (WITH old AS (SELECT uid FROM users WHERE age > 20) FROM old)")).toEqual([
      "d",
      "b",
    ]);
    expect(await found(table, "age IN (SELECT * FROM range(16, 18))")).toEqual(["c", "a"]);
  });

  it("joins lines to rows by the manifest's rule, numbers included", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "u.tsv"), "id\tage\n3\t30\n1\t10\n2\t20\n9\t90\n");
    const manifest = minimalManifest("t");
    const users = { ...manifest.users, table: "u.tsv", ids: { rule: "row-number" as const, first: 1, column: "id" } };
    const of = {
      manifest: manifestSchema.parse({ ...manifest, users }),
      folder,
      ids: numberedIds(3, 1),
      restricted: false,
    };
    const table = new UserTable(of, built("user-table.js"));
    tables.push(table);
    expect(Array.from(await table.rowsWhere("age >= 20"))).toEqual([1, 2]);
    expect(Array.from(await table.rowsWhere("id = 1"))).toEqual([0]);
    expect(Array.from(await table.rowsWhere("id = '1'"))).toEqual([0]);
  });

  it("takes names that are none in SQL, and leaves out what SQL could not tell apart", async () => {
    const content = 'uid,row of the user,Age,age,"say ""x""",select,rowid\na,1,2,3,4,5,6\n';
    const table = await userTable({ content });
    expect(
      await found(table, `"row of the user" = 1 AND age = 2 AND "say ""x""" = 4 AND "select" = 5 AND rowid = 6`),
    ).toEqual(["a"]);
    expect((await table.columns()).map(({ name }) => name)).toEqual([
      "uid",
      "row of the user",
      "Age",
      'say "x"',
      "select",
      "rowid",
    ]);
  });

  it("takes what says true or false for a condition", async () => {
    const table = await userTable({ content: "uid,premium,answer\na,true,yes\nb,False,no\nc,,yes\n" });
    expect(await found(table, "premium")).toEqual(["a"]);
    expect(await found(table, "NOT premium")).toEqual(["b"]);
    expect(await found(table, "premium = 'true' AND answer = 'yes'")).toEqual(["a"]);
    expect((await table.columns())[1]).toEqual({ name: "premium", type: "text", examples: ["false", "true"] });
    await failure(table.rowsWhere("answer"), "query-invalid", "true or false is needed");
  });

  it("tells its columns with types and the most frequent values", async () => {
    const columns = await (await userTable()).columns();
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "uid text",
      "age number",
      "gender text",
      "zip text",
      "note text",
    ]);
    expect(columns[1].examples).toEqual(["16", "17", "25", "40"]);
    expect(columns[2].examples).toEqual(["F", "M"]);
  });

  it("reads the answer of the manifest's own query, and files of other kinds", async () => {
    const sql = "SELECT uid, age + 1 AS next FROM u";
    const byQuery = await userTable({ users: { table: { sql, from: { u: "users.csv" } } } });
    expect(await found(byQuery, "next = 18")).toEqual(["a"]);
    const content = JSON.stringify([
      { uid: "a", age: 3.5, tags: ["x", "y"] },
      { uid: "c", age: 4, tags: [] },
    ]);
    const byJson = await userTable({ file: "users.json", content });
    expect(await found(byJson, "age < 4 AND tags LIKE '%y%'")).toEqual(["a"]);
  });

  it("answers several at once, each its own", async () => {
    const table = await userTable();
    const answers = await Promise.all(
      ["age = 17", "age = 25", "agee = 1", "age = 40"].map((one) => found(table, one).catch(() => null)),
    );
    expect(answers).toEqual([["a"], ["b"], null, ["d"]]);
  });
});

describe("what is no condition", () => {
  let shared: UserTable | null = null;
  /** Refusals leave it as it was. */
  const sharedTable = async () => {
    shared ??= await userTable();
    tables.splice(0);
    return shared;
  };
  afterAll(() => shared?.release());

  it.each([
    ["true) OR (true", 'line 1, column 5 (") OR (true")'],
    ["1=1; DROP TABLE users", "2 statements"],
    ["1=1; SELECT 1", "2 statements"],
    ["true;", "syntax error"],
    ["true) UNION SELECT 1 FROM users WHERE (true", 'column 5 (") UNION'],
    ["true UNION SELECT 1", 'column 6 ("UNION'],
    ["true ORDER BY age", 'column 6 ("ORDER'],
    ["true LIMIT 1", 'column 6 ("LIMIT'],
    ["true /*", "unterminated"],
    ["age = 'x", "unterminated"],
    ["age = $$ x", "unterminated"],
    ["SELECT true", 'column 1 ("SELECT'],
    ["VALUES (true)", "syntax error"],
    ["WITH old AS (SELECT 1) SELECT true", 'column 1 ("WITH'],
    ["FROM users", 'column 1 ("FROM'],
    ["", "end of input"],
    ["-- nothing", "end of input"],
    ["age", "BIGINT"],
    ["gender", "VARCHAR"],
    ["true, false", ""],
    ["(true, false)", "STRUCT"],
    ["COLUMNS(*) IS NULL", "several values"],
    ["NULL", "true or false is needed"],
    ["age < ?", "parameters"],
    ["age < $1", "parameters"],
    ["age < $limit", "parameters"],
    ["sum(age) > 3", "aggregates"],
    ["row_number() OVER () < 3", "window functions"],
    ["agee < 18", '"age", "gender"'],
    ["gender > 5", "Cannot compare"],
    ["age <\n  18 AND\n  gendr = 'F'", 'line 3, column 3 ("gendr'],
    ["true\0) garbage", ""],
    [`${"(".repeat(20_000)}true${")".repeat(20_000)}`, ""],
    ["DELETE FROM users", 'column 8 ("FROM'],
    ["uid IN (DELETE FROM users RETURNING uid)", 'column 16 ("FROM'],
    ["uid IN (INSERT INTO users VALUES (1) RETURNING uid)", 'column 16 ("INTO'],
    ["COPY users TO 'x.csv'", 'column 6 ("users'],
    ["ATTACH 'x.db'", ""],
    ["INSTALL httpfs", ""],
    ["LOAD httpfs", ""],
    ["PRAGMA database_list", ""],
    ["SET memory_limit = '1TB'", ""],
  ])("%j is refused", async (condition, fragment) => {
    const { where } = await failure(
      (await sharedTable()).rowsWhere(condition),
      "query-invalid",
      fragment,
      "The condition on users",
    );
    expect(where.key).toBe("audience.where");
  });

  it.each([
    ["read_csv('/etc/passwd')", "read_csv"],
    ["read_csv_auto('/etc/passwd')", "read_csv_auto"],
    ["read_text('/etc/passwd')", "read_text"],
    ["read_blob('/etc/passwd')", "read_blob"],
    ["read_json('/etc/passwd')", "read_json"],
    ["read_parquet('https://example.org/x.parquet')", "read_parquet"],
    ["parquet_metadata('x')", "parquet_metadata"],
    ["sniff_csv('/etc/passwd')", "sniff_csv"],
    ["glob('/*')", "glob"],
    ["query('SELECT 1')", "query"],
    ["query_table('users')", "query_table"],
    ["duckdb_settings()", "duckdb_settings"],
    ["duckdb_secrets()", "duckdb_secrets"],
    ["pragma_table_info('users')", "pragma_table_info"],
    ["checkpoint()", "checkpoint"],
    ["enable_logging('QueryLog', storage := 'file', storage_config := {'path': 'log'})", "enable_logging"],
    ["json_execute_serialized_sql('')", "json_execute_serialized_sql"],
    ["'/etc/passwd'", "/etc/passwd"],
    ["'https://example.org/x.csv'", "https://example.org/x.csv"],
    ["lines", '"lines"'],
    ["written", '"written"'],
    ["information_schema.tables", "information_schema.tables"],
    ["system.main.duckdb_settings", ""],
    ["(SHOW TABLES)", "show"],
  ])("reading from %s is refused, with its place", async (source, name) => {
    const table = await sharedTable();
    const said = await failure(
      table.rowsWhere(`age > 1\n AND (SELECT count(*) FROM ${source}) > 0`),
      "query-invalid",
      name,
    );
    if (!source.startsWith("(")) expect(said.message).toContain("line 2, column 28");
    expect(await found(table, "age = 17")).toEqual(["a"]);
  });

  it("getenv is not there", async () => {
    await failure((await sharedTable()).rowsWhere("getenv('HOME') = ''"), "query-invalid", "getenv");
  });

  it("writes no file, and leaves the table as it is", async () => {
    const table = await sharedTable();
    for (const condition of ["true; COPY users TO 'stolen.csv'", "(SELECT 1 FROM (COPY users TO 'stolen.csv')) = 1"]) {
      await failure(table.rowsWhere(condition), "query-invalid");
    }
    expect(existsSync("stolen.csv")).toBe(false);
    expect(await found(table, "true")).toEqual(IDS);
  });
});

describe("a condition that runs away", () => {
  const limits = { milliseconds: 700, bytes: 300 * 2 ** 20 };

  it.each([
    "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) > 0 FROM t)",
    "(SELECT count(*) FROM range(1000000000000)) > 0",
    "(SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b) > 0",
    // It heeds no interrupt.
    "levenshtein(repeat('ab', 1000000), repeat('ba', 1000000)) > 0",
  ])("%s is stopped, and the next one answered", async (condition) => {
    const table = await userTable({ limits });
    await table.columns();
    let turns = 0;
    const counting = setInterval(() => turns++, 10);
    const started = performance.now();
    await failure(table.rowsWhere(condition), "query-invalid", "longer than 0.7 s", "leave out");
    clearInterval(counting);
    expect(performance.now() - started).toBeLessThan(3_000);
    // This process has had its turns meanwhile.
    expect(turns).toBeGreaterThan(20);
    expect(await found(table, "age = 17")).toEqual(["a"]);
  });

  it.each([
    "length(repeat('x', 4000000000)) > 0",
    "(SELECT string_agg(repeat('x', 1000000), '') FROM range(1000000)) = ''",
    "list_sum(list_transform(range(100000), x -> list_sum(list_transform(range(100000), y -> y * x)))) > 0",
    "len(list_transform(range(1000000000), x -> x * 2)) > 0",
  ])("%s is stopped before it takes the memory of the machine", async (condition) => {
    const table = await userTable({ limits: { ...limits, milliseconds: 20_000 } });
    await failure(table.rowsWhere(condition), "query-invalid", "memory");
    expect(await found(table, "age = 17")).toEqual(["a"]);
  });

  it("takes a regular expression that others would never end", async () => {
    const table = await userTable();
    expect(await found(table, "regexp_matches(repeat('a', 100000), '(a*)*b')")).toEqual([]);
  });

  it("ends when it is cancelled", async () => {
    const table = await userTable();
    await table.columns();
    const controller = new AbortController();
    const answer = table.rowsWhere("levenshtein(repeat('ab', 1000000), repeat('ba', 1000000)) > 0", controller.signal);
    setTimeout(() => controller.abort(), 100);
    const started = performance.now();
    await failure(answer, "cancelled");
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await found(table, "age = 17")).toEqual(["a"]);
    await failure(table.rowsWhere("true", controller.signal), "cancelled");
  });

  it("ends when the project is closed", async () => {
    const table = await userTable();
    await table.columns();
    const answer = table.rowsWhere("(SELECT count(*) FROM range(1000000000000)) > 0");
    setTimeout(() => table.release(), 100);
    await failure(answer, "cancelled");
    await failure(table.rowsWhere("true"), "cancelled");
  });
});

describe("where no condition can be asked", () => {
  it("a restricted workspace runs none", async () => {
    const table = await userTable({ restricted: true });
    await failure(table.rowsWhere("true"), "workspace-restricted", "Trust the workspace");
    expect(await table.columns()).toEqual([]);
  });

  it("users without a table are told to name it", async () => {
    const table = await userTable({ users: { table: undefined } });
    await failure(table.rowsWhere("true"), "query-invalid", "users.table", "recprism.json");
    expect(await table.columns()).toEqual([]);
  });

  it("a table without the column of ids is told to name it", async () => {
    const table = await userTable({ users: { ids: { rule: "list", file: "ids.txt" } } });
    await failure(table.rowsWhere("true"), "query-invalid", "users.ids.column");
  });

  it("a file that is gone is named, and read once it is there", async () => {
    const table = await userTable({ users: { table: "later.csv" } });
    await failure(table.rowsWhere("true"), "file-missing", "later.csv");
    await failure(table.rowsWhere("true"), "file-missing", "later.csv");
  });
});

describe.skipIf(!hasMovieLens100k)(`MovieLens 100K${needsMovieLens100k}`, () => {
  it("has as many women under 18 as are counted without SQL", async () => {
    const content = await readFile(join(MOVIELENS_100K, "u.user"), "utf8");
    const lines = content
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split("|"));
    const ids = lines.map(([id]) => id);
    const table = await userTable({
      content,
      file: "u.user",
      ids,
      users: { table: { file: "u.user", delimiter: "|" }, ids: { rule: "list", file: "ids.txt", column: "user" } },
    });
    const expected = lines.flatMap(([, age, gender], row) => (Number(age) < 18 && gender === "F" ? [row] : []));
    expect(expected.length).toBeGreaterThan(10);
    expect(Array.from(await table.rowsWhere("age < 18 AND gender = 'F'"))).toEqual(expected);
    const byJob = lines.flatMap(([, , , job], row) => (job === "student" ? [row] : []));
    expect(Array.from(await table.rowsWhere("occupation = 'student'"))).toEqual(byJob);
  });
});
