/** Steering MovieLens 100K in a real VS Code: a cohort by SQL, a dose, its cost, the config in the editor, code that was run, a check. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "../built";
import { hasMovieLens100k, MOVIELENS_100K, needsMovieLens100k } from "../data/shared-data";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

const GIRLS = "age < 18 AND gender = 'F'";

describe.skipIf(!hasMovieLens100k)(`steering MovieLens 100K${needsMovieLens100k}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-steering-"));
  const films = join(scratch, "films");
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  const recprism = (...options: string[]) =>
    spawnSync(process.execPath, [built("cli.js"), ...options], { cwd: server?.workspace ?? films, encoding: "utf8" });

  beforeAll(async () => {
    mkdirSync(join(films, "ml-100k"), { recursive: true });
    for (const name of ["u.data", "u.item", "u.user"]) {
      copyFileSync(join(MOVIELENS_100K, name), join(films, "ml-100k", name));
    }
    const made = ["recommender train --interactions ml-100k/u.data --out .", "train --epochs 10"];
    for (const command of made) {
      execFileSync(process.execPath, [built("cli.js"), ...command.split(" ")], { cwd: films, stdio: "pipe" });
    }
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  }, 180_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const lab = () => workbench.view("lab");
  const press = async (name: string | RegExp) => (await lab()).getByRole("button", { name }).first().click();

  it("finds girls by SQL, as many as the table has, and measures what less Horror does to them", async () => {
    const lines = (await readFile(join(MOVIELENS_100K, "u.user"), "utf8")).trim().split("\n").slice(1);
    const girls = lines.map((line) => line.split("|")).filter(([, age, gender]) => Number(age) < 18 && gender === "F");
    await workbench.openViewContainer("RecPrism");
    const neurons = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await neurons.getByRole("option").first().click();
    const view = await lab();
    await view.getByRole("tab", { name: "Steer" }).click();
    const audience = view.getByRole("combobox", { name: "Audience" });
    await audience.selectOption("sql");
    const condition = view.getByRole("textbox", { name: "SQL condition" });
    await condition.fill(GIRLS);
    await condition.press("Enter");
    await view.getByText(new RegExp(`^${girls.length} users, `)).waitFor();
    await press("Add Edit");
    await view.getByRole("textbox", { name: "Neuron to edit" }).fill("horror");
    await view
      .getByRole("option", { name: /Horror.*neuron \d+/ })
      .first()
      .click();
    await view.getByRole("combobox", { name: "Operation on Horror" }).selectOption("set");
    const strength = view.getByRole("spinbutton", { name: "Strength of Horror as a number" });
    await strength.fill("-1");
    await strength.press("Tab");
    await view
      .getByRole("region", { name: "Cost" })
      .getByRole("row", { name: /^NDCG@20/ })
      .waitFor();
    const horror = view.getByRole("region", { name: "Concept shares" }).getByRole("row", { name: /Horror.*target/ });
    await horror.waitFor();
  });

  it("finds a dose for the cohort, or says by how much it cannot", async () => {
    const view = await lab();
    await press("Find Dose");
    await view.getByText(/^(Found|Not reached): /).waitFor();
    await press("Use This Dose");
    await workbench.screenshot("movielens-steering");
  });

  it("saves the config with its effect, which the editor tells above the rule and behind the number", async () => {
    await workbench.command("RecPrism: Save Steering Config…");
    const file = join(server.workspace, "girls.steer.yaml");
    await workbench.confirmPath(file);
    await workbench.tab("girls.steer.yaml").waitFor();
    const saved = await readFile(file, "utf8");
    expect(saved).toContain(`where: ${GIRLS}`);
    expect(saved).toMatch(/- \{ neuron: \d+, label: Horror, operation: set, value: -?[\d.]+ \}/);
    expect(saved).toMatch(/concepts:\s+- \{ concept: "tag:genres:Horror"/);
    expect(saved).toMatch(/ndcg20: \{ before: /);
    await workbench.editors.getByText(/\d+ users; Horror [.\d]+ -> [.\d]+/).waitFor();
    await workbench.editors.getByText("Measure again").waitFor();
    await workbench.screenshot("movielens-config");
  });

  it("exports code from the palette, run before it is written", async () => {
    await workbench.command("RecPrism: Export Code…");
    await workbench.pick(/^TypeScript/);
    const file = join(server.workspace, "girls.ts");
    await workbench.confirmPath(file);
    await workbench
      .notification(/Wrote girls\.ts\. The generated TypeScript gave the preview's top 30 for \d+ users/)
      .waitFor();
    expect(await readFile(file, "utf8")).toContain("export function recommend(");
    await workbench.closeNotifications();
  });

  it("is checked in the terminal: it holds, and fails once a figure has drifted", async () => {
    const holds = recprism("check", "girls.steer.yaml");
    expect(holds.stdout).toMatch(/^girls\.steer\.yaml: holds/);
    expect(holds.status).toBe(0);
    const file = join(server.workspace, "drifted.steer.yaml");
    const text = await readFile(join(server.workspace, "girls.steer.yaml"), "utf8");
    await writeFile(file, text.replace(/rbo: [\d.]+/, "rbo: 0.123"));
    const fails = recprism("check", "drifted.steer.yaml");
    expect(fails.stdout).toMatch(/RBO +\.12 .*FAILS/);
    expect(fails.status).toBe(1);
  });

  it.each(["python", "typescript", "onnx"])("becomes %s that was run and gave the lists of the preview", (language) => {
    const ending = { python: "py", typescript: "ts", onnx: "onnx" }[language];
    const run = recprism(
      "export",
      "--config",
      "girls.steer.yaml",
      "--to",
      language,
      "--out",
      `girls.${ending}`,
      "--json",
    );
    expect(run.stderr).toBe("");
    const { verification } = JSON.parse(run.stdout);
    expect(verification).toMatchObject({ passed: true });
    expect(verification.identical).toBe(verification.users);
    expect(verification.users).toBeGreaterThanOrEqual(20);
  });
});
