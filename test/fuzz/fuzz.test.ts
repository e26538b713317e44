/** Every reader, before files that are almost right. `npm run fuzz` tries more of them, other ones each time. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MATRIX_FORMATS } from "../../src/data/matrix-file";
import { PROJECT_ROOT } from "../built";
import { sqlite } from "../data/sqlite";
import { fuzzFormat } from "./fuzz-format";

const FILES = Number(process.env.RECPRISM_FUZZ ?? 100);
const SEED = Number(process.env.RECPRISM_FUZZ_SEED ?? 1);
const fuzzedFolder = join(PROJECT_ROOT, "test", "fuzz", "seeds");
const modules = readdirSync(fuzzedFolder).map((name) => name.replace(/\.ts$/, ""));

describe("a mutated file", () => {
  for (const name of modules) {
    const absent = name === "table-sqlite" && sqlite === undefined;
    const title = `of ${name} is read or refused by name, ${FILES} times${absent ? " (this Node has no SQLite)" : ""}`;
    it.skipIf(absent)(title, { timeout: 60_000 + FILES * 200 }, async () => {
      const { results, refusals, fault } = await fuzzFormat(`seeds/${name}`, FILES, SEED);
      expect(fault).toBeNull();
      expect(results + refusals).toBe(FILES);
      // Mutations that never harm, or never spare anything, would not try the reader.
      expect(refusals).toBeGreaterThan(0);
    });
  }

  it("is tried of every format", async () => {
    const tried = await Promise.all(
      modules.map(async (name) => (await import(`./seeds/${name}.ts`)).fuzzed.extensions),
    );
    const registered = MATRIX_FORMATS.flatMap(({ extensions }) => extensions);
    expect(registered.filter((extension) => !tried.flat().includes(extension))).toEqual([]);
  });
});

describe("a reader that is at fault", () => {
  it.each([
    ["throws", "TypeError: of another kind"],
    ["hangs", "not read within"],
    ["toils", "ms of processor time"],
    ["swells", "MiB"],
    ["crashes", "the process ended with 7"],
    ["rejects", "nobody caught"],
    ["names-nothing", "does not name the file"],
    ["writes", "written-by-a-reader was written"],
  ])("is found out where it %s", { timeout: 30_000 }, async (name, said) => {
    const { fault } = await fuzzFormat(`faulty/${name}`, 20, 1, {
      milliseconds: ["hangs", "toils"].includes(name) ? 1_000 : 10_000,
      mebibytes: 300,
    });
    expect(fault).toContain(said);
    expect(fault).toContain("file ");
    expect(existsSync(join(PROJECT_ROOT, "test-results", "fuzz", `faulty-${name}`, "fuzzed.bin"))).toBe(true);
  });
});
