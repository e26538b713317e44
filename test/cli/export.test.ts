/** `recprism export`: code in every language, verified, to files or to standard output. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExportedCode } from "../../src/protocol/engine";
import { PYTHON } from "../python-run";
import { runCli } from "./run-cli";

describe("recprism export", { timeout: 60_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "recprism-export-"));
    expect(await runCli(folder, "sample", ".")).toMatchObject({ code: 0 });
    expect(await runCli(folder, "train", "--epochs", "1", "--latents", "8", "--json")).toMatchObject({ code: 0 });
    expect(await runCli(folder, "steer", "--set", "3=-2", "--add", "1=1", "--out", "less.steer.json")).toMatchObject({
      code: 0,
    });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const exported = (...options: string[]) => runCli(folder, "export", "--config", "less.steer.json", ...options);

  it.each(["json", "yaml", "typescript", "onnx", ...(PYTHON === null ? [] : ["python"])])(
    "writes %s and says what came of running it",
    async (language) => {
      const text = await exported("--to", language, "--out", `out/less.${language}`);
      expect(text).toMatchObject({ code: 0, stderr: "" });
      expect(text.stdout).toContain(`Wrote ${join(folder, "out", `less.${language}`)}\n`);
      expect(text.stdout).toMatch(/gave the preview's top 30 for 50 users; scores (are the same|differ by at most \d)/);
      const json = await exported("--to", language, "--out", `out/less.${language}`, "--json");
      const { files, verification } = json.json<ExportedCode>();
      expect(files[0]).toBe(join(folder, "out", `less.${language}`));
      expect(verification).toMatchObject({ passed: true, users: 50, identical: 50 });
      expect(verification.largestDifference).toBeLessThan(1e-9);
    },
  );

  it("prints what is one text, and on standard error what came of running it", async () => {
    await exported("--to", "typescript", "--out", "less.ts");
    const before = await readdir(folder);
    const printed = await exported("--to", "typescript");
    expect(printed.stdout).toBe(await readFile(join(folder, "less.ts"), "utf8"));
    expect(printed.stderr).toMatch(/^The generated TypeScript gave the preview's top 30/);
    const { text, verification } = (await exported("--to", "json", "--json")).json<{ text: string } & ExportedCode>();
    expect(JSON.parse(text).rules[0].edits).toHaveLength(2);
    expect(verification.passed).toBe(true);
    expect(await readdir(folder)).toEqual(before);
  });

  it("asks for a file where the code is none that can be printed", async () => {
    const refused = await exported("--to", "onnx");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("ONNX is not one text but a binary file: say where it goes with --out FILE.");
  });
});
