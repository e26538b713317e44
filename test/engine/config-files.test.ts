/** Config files on disk. */
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { configFiles, readConfigFile, updateConfigFile, writeConfigFile } from "../../src/engine/config-files";
import type { SteeringConfig } from "../../src/protocol/steering";
import { scratchFolder } from "../data/scratch";

const config: SteeringConfig = {
  version: 1,
  sae: { path: "sae", hash: "abc" },
  mode: "delta",
  rules: [{ name: "a", audience: { kind: "everyone" }, edits: [], items: [], filters: [] }],
};

let folder: string;
beforeEach(async () => {
  folder = await scratchFolder();
  for (const file of [
    "b.steer.json",
    "a.steer.yaml",
    "deep/er/c.steer.yml",
    ".hidden/d.steer.json",
    "node_modules/x/e.steer.json",
  ]) {
    await writeConfigFile(join(folder, file), config);
  }
  await writeFile(join(folder, "recprism.json"), "{}");
});
const found = async (...names: string[]) =>
  (await configFiles(names.map((name) => join(folder, name)))).map((file) => file.slice(folder.length + 1));

describe("config files", () => {
  it("are found by name, folder and pattern, each once, past hidden folders and packages", async () => {
    expect(await found("b.steer.json")).toEqual(["b.steer.json"]);
    expect(await found("")).toEqual(["a.steer.yaml", "b.steer.json", "deep/er/c.steer.yml"]);
    expect(await found("b.steer.json", "")).toEqual(["b.steer.json", "a.steer.yaml", "deep/er/c.steer.yml"]);
    expect(await found("*.steer.json")).toEqual(["b.steer.json"]);
    expect(await found("?.steer.{json,yaml}")).toEqual(["a.steer.yaml", "b.steer.json"]);
    expect(await found("**/*.steer.*")).toEqual(["a.steer.yaml", "b.steer.json", "deep/er/c.steer.yml"]);
    expect(await found("deep/**")).toEqual(["deep/er/c.steer.yml"]);
  });

  it("that are named but are not there are missing, and folders without any are told", async () => {
    await expect(found("z.steer.json")).rejects.toMatchObject({ reason: "file-missing" });
    await mkdir(join(folder, "empty"), { recursive: true });
    await expect(found("empty")).rejects.toThrow(/empty holds no steering config/);
    await expect(found("z*.json")).rejects.toThrow(/z\*\.json matches no steering config/);
  });

  it("are written as their name says, and read back", async () => {
    expect(await readFile(join(folder, "a.steer.yaml"), "utf8")).toMatch(
      /^version: 1\nsae: \{ path: sae, hash: abc \}\n/,
    );
    expect((await readConfigFile(join(folder, "deep/er/c.steer.yml"))).config).toEqual(config);
    expect((await readConfigFile(join(folder, "b.steer.json"))).config).toEqual(config);
  });

  it("are not read where they are none", async () => {
    await expect(readConfigFile(join(folder, "deep"))).rejects.toMatchObject({ reason: "file-unreadable" });
    await expect(readConfigFile("/dev/zero")).rejects.toThrow(/device or pipe/);
    await symlink("loop.steer.json", join(folder, "loop.steer.json"));
    await expect(readConfigFile(join(folder, "loop.steer.json"))).rejects.toThrow(/leads to itself/);
  });

  it("are written anew only where something differs, and say where they may not be", async () => {
    const file = join(folder, "b.steer.json");
    const { text } = await readConfigFile(file);
    expect(await updateConfigFile(file, text, config)).toBe(false);
    const other = { ...config, mode: "reconstruct" as const };
    expect(await updateConfigFile(file, text, other)).toBe(true);
    expect((await readConfigFile(file)).config).toEqual(other);
    await expect(writeConfigFile(join(file, "below.steer.json"), config)).rejects.toMatchObject({
      reason: "file-unwritable",
    });
  });

  it.skipIf(process.getuid?.() === 0)("stay as they were where their folder is read-only", async () => {
    const locked = join(folder, "locked");
    await writeConfigFile(join(locked, "a.steer.json"), config);
    await chmod(locked, 0o500);
    const { text } = await readConfigFile(join(locked, "a.steer.json"));
    await expect(
      updateConfigFile(join(locked, "a.steer.json"), text, { ...config, mode: "reconstruct" }),
    ).rejects.toMatchObject({
      reason: "file-unwritable",
    });
    expect(await readFile(join(locked, "a.steer.json"), "utf8")).toBe(text);
    await chmod(locked, 0o700);
  });
});
