/** Text made of what could break out of a condition: whatever is taken is one expression. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { UserDatabase } from "../../src/data/user-database";
import { RecPrismError } from "../../src/protocol/error";
import { failure, scratchFolder } from "./scratch";

const TOKENS = [
  "age",
  "< 30",
  "> 20",
  "= 25",
  "gender = 'F'",
  "true",
  "false",
  "NULL",
  "AND",
  "OR",
  "NOT",
  "IS NULL",
  "(",
  ")",
  "'",
  '"',
  "--",
  "/*",
  "*/",
  "\n",
  ";",
  ",",
  "$$",
  "E'\\'",
  "::",
  "UNION",
  "SELECT",
  "FROM users",
  "WHERE",
  "LIMIT 1",
  "ORDER BY age",
  "EXISTS",
  "DROP TABLE lines",
  "1",
  "?",
  "\\",
  "é",
  "CASE WHEN",
  "THEN",
  "END",
];

const database = (async () => {
  const folder = await scratchFolder();
  const file = join(folder, "users.csv");
  await writeFile(
    file,
    `uid,age,gender\n${Array.from({ length: 40 }, (_, n) => `u${n},${n % 7 === 0 ? "" : 15 + n},${n % 2 ? "F" : "M"}`).join("\n")}\n`,
  );
  return UserDatabase.load({ table: file, id: "uid" }, async (ids) =>
    Int32Array.from(ids, (id) => Number(id.slice(1))),
  );
})();

afterAll(async () => (await database).close());

/** Null for what is refused. */
async function rows(condition: string): Promise<number[] | null> {
  try {
    return Array.from(await (await database).rowsWhere(condition));
  } catch (thrown) {
    if (thrown instanceof RecPrismError && thrown.reason === "query-invalid") return null;
    throw thrown;
  }
}

describe("a condition of any text", { timeout: 60_000 }, () => {
  it("is refused, or true of some users and false of others, but never both", async () => {
    const all = (await rows("true"))!;
    expect(all).toHaveLength(40);
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 8 }), async (tokens) => {
        const condition = tokens.join(" ");
        const holds = await rows(condition);
        if (holds === null) return;
        taken++;
        // It may end in a comment, so that what follows it stands on a line of its own.
        const fails = (await rows(`NOT (\n${condition}\n)`))!;
        const unknown = (await rows(`(\n${condition}\n) IS NULL`))!;
        expect([...holds, ...fails, ...unknown].sort((a, b) => a - b)).toEqual(all);
      }),
      { numRuns: 6_000, seed: 1 },
    );
    expect(taken).toBeGreaterThan(50);
    expect(await rows("true")).toEqual(all);
  });

  it.each([
    ["'é' = gender AND agee = 1", 'line 1, column 18 ("agee = 1")'],
    ["age > 1\r\n AND agee = 1", 'line 2, column 6 ("agee = 1")'],
    [`age > 1 AND uid IN (${"'x', ".repeat(200)}'y') AND agee = 1`, "line 1"],
    ["'é' = gender AND (SELECT count(*) FROM glob('*')) > 0", 'line 1, column 40 ("glob'],
  ])("%s is told its place", async (condition, place) => {
    await expect((await database).rowsWhere(condition)).rejects.toThrow(place);
  });
});

describe("a user table that is too large", () => {
  it("is told to be read in part", async () => {
    const file = join(await scratchFolder(), "users.csv");
    await writeFile(
      file,
      `uid,text\n${Array.from({ length: 50_000 }, (_, n) => `u${n},text number ${n * n}`).join("\n")}\n`,
    );
    const load = (memory?: number) =>
      UserDatabase.load(
        { table: file, id: "uid" },
        async (ids) => Int32Array.from(ids, (id) => Number(id.slice(1))),
        memory,
      );
    await failure(load(3), "query-invalid", "users.csv is too large", "only the columns");
    const loaded = await load();
    expect((await loaded.rowsWhere("text LIKE '% 81'")).length).toBe(1);
    loaded.close();
  });
});
