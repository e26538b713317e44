/** `recprism audit` and `recprism report --html` from the built command line, on an SAE that an earlier version measured. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSample } from "../../src/data/sample";
import { auditSchema } from "../../src/protocol/structure";
import { writeSae } from "../../src/sae/saelens";
import { randomSae } from "../sae/fixtures";
import { runCli } from "./run-cli";

describe("the audit of the sample", { timeout: 120_000 }, () => {
  let scratch: string;
  let folder: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "recprism-audit-"));
    folder = join(scratch, "films");
    await writeSample(folder);
    await mkdir(join(folder, "sae"));
    const { hash } = await writeSae(join(folder, "sae"), randomSae(24, 16));
    for (const name of ["labels.json", "report.json"]) {
      await writeFile(join(folder, "sae", name), JSON.stringify({ version: 1, sae: hash, neurons: [] }));
    }
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it("is made when it is first asked for, and then stays", async () => {
    const first = await runCli(folder, "audit", "--json");
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("measuring it, which is done once") });
    const audit = auditSchema.parse(first.json());
    expect(audit.attributes.map((attribute) => [attribute.column, attribute.protected])).toEqual([
      ["age", true],
      ["gender", true],
    ]);
    const again = await runCli(folder, "audit");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("gender (protected): 2000 users");
    expect(again.stdout).toContain("popularity");
  });

  it("is a part of the page", async () => {
    const written = await runCli(folder, "report", "--html", join("out", "report.html"));
    expect(written).toMatchObject({ code: 0, stdout: "", stderr: "Wrote out/report.html.\n" });
    const page = await readFile(join(folder, "out", "report.html"), "utf8");
    expect(page.match(/<li id="neuron-/g)).toHaveLength(16);
    expect(page).toContain("<bdi>gender</bdi>");
  });
});
