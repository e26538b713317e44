/** Large tables, of which only the first and last lines are looked at before a project is proposed. */
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { proposeManifest } from "../../src/data/propose";
import { countedRows, describeTable, mayHaveRows, type TableDescription } from "../../src/data/tables";
import { knownTable } from "../../src/engine/known-files";
import { PROJECT_ROOT } from "../built";
import { writeParquet } from "./parquet-bytes";
import { failure, scratchFile, scratchFolder } from "./scratch";

const LINES = 30_000;
const USERS = 3_000;
const BEYOND = 2 ** 17;

/** A log in the order of its users, from 1 to USERS. */
function logOf(count: number): string {
  const user = (line: number) => 1 + Math.floor((line * USERS) / count);
  const lines = Array.from({ length: count }, (_, line) => `${user(line)},i${line % 50},1234567890`);
  return `user,item,time\n${lines.join("\n")}\n`;
}

const log = logOf(LINES);

const column = ({ columns }: TableDescription, name: string) => columns.find((one) => one.name === name)!;

describe("a large table that is described by a sample", () => {
  it("of Parquet is refused by name where its footer tells an impossible number of rows", async () => {
    const file = join(PROJECT_ROOT, "test", "fixtures", "impossible-rows.parquet");
    await failure(describeTable(file, { sampledBeyond: 200 }), "file-format", file, "outside of target range");
  });

  it("of text is told by its first and last lines, and says so", async () => {
    const file = await scratchFile("ratings.csv", log);
    const whole = await describeTable(file);
    expect(whole).toMatchObject({ rows: LINES, estimatedRows: null });
    const sampled = await describeTable(file, { sampledBeyond: BEYOND });
    expect(sampled.rows).toBeLessThan(LINES / 3);
    expect(mayHaveRows(sampled, LINES)).toBe(true);
    expect(mayHaveRows(sampled, 2 * LINES)).toBe(false);
    expect(column(sampled, "user")).toMatchObject({ type: "integer", smallest: 1, largest: USERS, consecutive: false });
    expect(column(sampled, "user").distinct).toBeLessThan(USERS);
    expect(countedRows(sampled)).toMatch(/^about \d\d,000$/);
  });

  it("is cut where no quoted text is, and then not told by its end", async () => {
    const quoted = `id,text\n${'7,"one\ntwo, ""three"""\n'.repeat(LINES)}`;
    const sampled = await describeTable(await scratchFile("items.csv", quoted), { sampledBeyond: BEYOND });
    expect(sampled.estimatedRows! / LINES).toBeCloseTo(1, 1);
    expect(column(sampled, "text")).toMatchObject({ distinct: 1, empty: 0 });
  });

  it.each(["utf16le", "latin1"] as const)("of text in %s is told in its letters", async (encoding) => {
    const mark = encoding === "utf16le" ? "\ufeff" : "";
    const text = Buffer.from(`${mark}id;title\r\n${"17;Straße\r\n".repeat(40_000)}18;Zoë\r\n`, encoding);
    const sampled = await describeTable(await scratchFile("a.csv", text), { sampledBeyond: BEYOND });
    expect(sampled.estimatedRows! / 40_000).toBeCloseTo(1, 1);
    expect(column(sampled, "title")).toMatchObject({ distinct: 2, empty: 0 });
    expect(column(sampled, "id")).toMatchObject({ smallest: 17, largest: 18 });
  });

  it("of JSON lines, a JSON list, packed text and Parquet is told as well", async () => {
    const objects = Array.from({ length: 20_000 }, (_, n) =>
      JSON.stringify({ user: n % 7, item: `item ${n}`, words: "x".repeat(40) }),
    );
    const parquet = join(await scratchFolder(), "a.parquet");
    await writeParquet(parquet, "SELECT range AS id, 'i' || range AS item FROM range(20000)");
    for (const file of [
      await scratchFile("a.jsonl", `${objects.join("\n")}\n`),
      await scratchFile("a.json", `[${objects.join(",\n")}]`),
      await scratchFile("a.jsonl.gz", gzipSync(`${objects.join("\n")}\n`.repeat(4), { level: 1 })),
      parquet,
    ]) {
      const rows = file.endsWith(".gz") ? 80_000 : 20_000;
      // What is packed is read in larger parts.
      const sampled = await describeTable(file, { sampledBeyond: file.endsWith(".gz") ? 16 * BEYOND : BEYOND });
      expect(sampled.rows, file).toBeLessThan(rows / 2);
      expect([mayHaveRows(sampled, rows), mayHaveRows(sampled, 2 * rows)], file).toEqual([true, false]);
    }
  });

  it("tells the line of what is wrong with it, where that is in the beginning", async () => {
    const file = await scratchFile("a.csv", log.replace("1,i3,", "1,i3,,"));
    const error = await failure(describeTable(file, { sampledBeyond: BEYOND }), "file-format", file, "at line 5");
    expect(error.where.row).toBe(4);
    await writeFile(file, log);
    await appendFile(file, "1,2,3,4\n");
    const late = await failure(describeTable(file, { sampledBeyond: BEYOND }), "file-format", file);
    expect(late.where.row).toBeUndefined();
    expect((await failure(describeTable(file), "file-format", file)).where.row).toBe(LINES + 1);
  });
});

describe("a large log", () => {
  it("has ids that are numbers of rows by its ends; and nothing of it is counted for who edits the manifest", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "ratings.csv"), logOf(2_000_000));
    await writeNpy(join(folder, "users.npy"), matrix(USERS, 4));
    await writeNpy(join(folder, "items.npy"), matrix(50, 4));
    await writeFile(
      join(folder, "items.csv"),
      `item,title\n${Array.from({ length: 50 }, (_, n) => `i${n},t${n}`).join("\n")}\n`,
    );
    const { manifest, choices, problems } = await proposeManifest(folder);
    expect(problems).toEqual([]);
    expect(manifest).toMatchObject({
      users: { ids: { rule: "row-number", first: 1 } },
      interactions: { user: "user", item: "item" },
    });
    const detail = (role: string) => choices.find((choice) => choice.role === role)?.detail;
    expect(detail("interactions")).toMatch(/^about (1,9|2,0|2,1)00,000 lines: user, item, time$/);
    expect(detail("interaction-user")).toMatch(/^integer, 1 to 3000, [\d,]+ different in the [\d,]+ looked at$/);
    const known = await knownTable(join(folder, "ratings.csv"));
    expect(known).toEqual({ columns: ["user", "item", "time"], described: null });
  });
});
