/** Concepts of MovieLens 100K in a real VS Code: found, proved, compared, renamed, audited, and kept through a new training. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { labelsFileSchema } from "../../src/protocol/artifact";
import { built } from "../built";
import { hasMovieLens100k, MOVIELENS_100K, needsMovieLens100k } from "../data/shared-data";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

const THEMES = ["light", "dark", "high-contrast"] as const;
const PERSON = "Ada Lovelace";
const NAME = "Scary films";
const NOTE = "For the Halloween row";

describe.skipIf(!hasMovieLens100k)(`the concepts of MovieLens 100K${needsMovieLens100k}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-concepts-"));
  let server: CodeServer;
  let workbench: Workbench;
  /** Of the neuron that is renamed. */
  let horror: number;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    mkdirSync(join(films, "ml-100k"), { recursive: true });
    for (const name of ["u.data", "u.item", "u.user"]) {
      copyFileSync(join(MOVIELENS_100K, name), join(films, "ml-100k", name));
    }
    const recprism = (...options: string[]) =>
      execFileSync(process.execPath, [built("cli.js"), ...options], { cwd: films, stdio: "pipe" });
    recprism("recommender", "train", "--interactions", "ml-100k/u.data", "--out", ".");
    recprism("train", "--epochs", "10");
    vi.stubEnv("GIT_CONFIG_GLOBAL", join(scratch, "gitconfig"));
    await writeFile(join(scratch, "gitconfig"), `[user]\n\tname = ${PERSON}\n`);
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  }, 180_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  const panel = () => workbench.view("neurons");
  const lab = () => workbench.view("lab");
  const rows = async () => (await panel()).getByRole("listbox", { name: "Neurons" }).getByRole("option");
  const spoken = async () =>
    (await rows()).evaluateAll((all) => all.map((row) => row.getAttribute("aria-label") ?? ""));
  const searchFor = async (search: string) =>
    (await panel()).getByRole("textbox", { name: "Search neurons" }).fill(search);
  const words = async () => {
    const text = await readFile(join(server.workspace, "sae", "labels.json"), "utf8");
    return labelsFileSchema.parse(JSON.parse(text)).neurons.map(({ person }) => person);
  };
  const openTab = async (name: string) => {
    const view = await lab();
    await view.getByRole("tab", { name, exact: true }).click();
    return view.getByRole("tabpanel", { name, exact: true });
  };
  /** High enough for what is below an editor's first screen. */
  const tallScreenshot = async (name: string, height: number) => {
    await workbench.page.setViewportSize({ width: 1440, height });
    await workbench.screenshot(name);
    await workbench.page.setViewportSize({ width: 1440, height: 900 });
  };

  it("are searched by a query, whose faults are told and which is kept by a name", async () => {
    await workbench.openViewContainer("RecPrism");
    await (await rows()).first().waitFor();
    const view = await panel();
    await searchFor("kind:tag confidence>=medium");
    await expect
      .poll(async () => {
        const found = await spoken();
        return found.length > 2 && found.every((row) => /, tag, (high|medium) confidence, /.test(row));
      })
      .toBe(true);
    await searchFor("kind:tg");
    await view.getByText(/there is no kind "tg"; did you mean "tag"\?/).waitFor();

    await searchFor("kind:tag ms>0.4");
    await view.getByRole("button", { name: "Saved filters" }).click();
    await view.getByRole("button", { name: "Save This Search…" }).click();
    await workbench.answer("Clear genres");
    await view.getByRole("button", { name: "Remove filter Clear genres" }).waitFor();
    await searchFor("");
    await view.getByRole("button", { name: "Clear genres: kind:tag ms>0.4" }).click();
    await expect.poll(() => view.getByRole("textbox", { name: "Search neurons" }).inputValue()).toBe("kind:tag ms>0.4");
    await expect.poll(async () => (await spoken()).every((row) => /, tag, .*MS \.[4-9]\d/.test(row))).toBe(true);
  });

  it("are compared side by side", async () => {
    const view = await panel();
    for (const concept of [/^Horror, /, /^Children's, /, /^Action, /]) {
      await view
        .getByRole("option", { name: concept })
        .first()
        .click({ modifiers: ["Control"] });
    }
    await view.getByRole("status").filter({ hasText: "3 selected" }).waitFor();
    await view.getByRole("button", { name: "Compare", exact: true }).click();
    const open = await lab();
    await open.getByRole("heading", { name: "Comparing 3 Neurons" }).waitFor();
    await open.getByRole("table", { name: /^Cosine of decoder rows/ }).waitFor();
    await open.getByRole("table", { name: /^Lift of concepts/ }).waitFor();
    await workbench.screenshot("concepts-compare");
    await open.getByRole("button", { name: "Leave Comparison" }).click();
    await view.getByRole("button", { name: "Clear", exact: true }).click();
  });

  it("have a dashboard that proves them", async () => {
    await searchFor("label:horror");
    const found = (await rows()).filter({ hasText: "Horror" }).first();
    horror = Number(/neuron (\d+)/.exec((await found.getAttribute("aria-label")) ?? "")?.[1]);
    await found.click();
    const view = await lab();
    await view.getByRole("heading", { name: /Horror/ }).waitFor();
    await view.getByText(/confidence: precision@\d+ (\.\d\d|1\.00) on held-out items, base rate \.\d\d/).waitFor();
    await view.getByRole("button", { name: "Why?" }).click();
    const why = view.getByRole("region", { name: "Why this name" });
    await why.getByText(/Among items that did not choose it, \d+% of the ten/).waitFor();
    await why.getByRole("row", { name: /^AUC \.\d\d 95% interval/ }).waitFor();
    await view.getByRole("button", { name: "Why?" }).click();

    const bearing = view.getByRole("table", { name: "Items that activate it most" }).getByText("✓ yes");
    expect(await bearing.count()).toBeGreaterThanOrEqual(5);
    await view.getByRole("button", { name: "Borderline" }).click();
    await view.getByRole("table", { name: /^Items that only just activate it/ }).waitFor();
    await view.getByRole("button", { name: "Top", exact: true }).click();
    for (const chart of [
      /^Histogram/i,
      /^Lift of \d+ concepts; highest: Horror/,
      /by year: /,
      /by interactions of the item: /,
    ]) {
      await view.getByRole("figure", { name: chart }).waitFor();
    }
    await view.getByRole("heading", { name: "What it does to scores" }).waitFor();
  });

  it("light up in a map of all items", async () => {
    const canvas = (await lab()).locator("canvas.map-canvas");
    await canvas.scrollIntoViewIfNeeded();
    const colours = () =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const pixels = (element as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data;
        return new Set(new Uint32Array(pixels.buffer)).size;
      });
    await expect.poll(colours, { timeout: 30_000 }).toBeGreaterThan(10);
  });

  it("give their numbers away as CSV", async () => {
    const view = await lab();
    const file = join(server.workspace, "lift.csv");
    await view.getByRole("button", { name: /^Copy or save: Concept lift/ }).click();
    await view.getByRole("menuitem", { name: "Save as CSV…" }).click();
    await workbench.confirmPath(file);
    await expect
      .poll(() => readFile(file, "utf8").catch(() => ""), { timeout: 30_000 })
      .toMatch(/^Concept,Lift,.*\r\nHorror/);
  });

  it("are renamed, pinned, noted and refuted, and the file says by whom and when", async () => {
    const view = await lab();
    await view.getByRole("button", { name: "Rename…" }).click();
    await workbench.answer(NAME);
    await view.getByRole("heading", { name: new RegExp(NAME) }).waitFor();
    await searchFor("is:renamed");
    await (await rows())
      .filter({ hasText: NAME })
      .and((await panel()).getByRole("option", { name: /named by a person/ }))
      .waitFor();
    await view.getByRole("button", { name: "Pin", exact: true }).click();
    await view.getByRole("button", { name: "✓ Pin" }).waitFor();
    await view.getByRole("button", { name: "Note…" }).click();
    await view.getByRole("textbox", { name: "Note on the neuron" }).fill(NOTE);
    await view.getByRole("button", { name: "Save Note" }).click();
    const said = view.getByRole("list", { name: "Who calls it what" });
    await said.getByText("By statistics: “Horror”").waitFor();
    await said.getByText(`Named, pinned and noted by ${PERSON}, `).waitFor();
    await said.getByText(NOTE).waitFor();

    await searchFor("kind:tag -is:renamed");
    await (await rows()).first().click();
    await view.getByRole("button", { name: "Wrong", exact: true }).click();
    await view.getByRole("button", { name: "✓ Wrong" }).waitFor();
    const all = await words();
    expect(all[horror]).toMatchObject({ label: NAME, pinned: true, note: NOTE, by: PERSON, carried: null });
    expect(Math.abs(Date.now() - Date.parse(all[horror]?.at ?? ""))).toBeLessThan(120_000);
    expect(all.filter((word) => word?.wrong)).toHaveLength(1);
  });

  it("are named anew without a person's word being lost", async () => {
    const before = await words();
    await workbench.command("RecPrism: Label Again");
    await workbench.notification(/Named the neurons of .* anew/).waitFor({ timeout: 60_000 });
    await workbench.closeNotifications();
    expect(await words()).toEqual(before);
    await searchFor("is:pinned");
    await (await rows()).filter({ hasText: NAME }).click();
    await (await lab()).getByRole("heading", { name: new RegExp(NAME) }).waitFor();
  });

  it("relate to each other", async () => {
    const structure = await openTab("Structure");
    await structure.getByRole("heading", { name: "Tree", exact: true }).waitFor();
    expect(await structure.getByRole("treeitem").count()).toBeGreaterThan(3);
    for (const finding of ["Near-duplicates", "Splitting", "Active together"]) {
      await structure.getByRole("heading", { name: finding }).waitFor();
    }
  });

  it("are audited for what users are", async () => {
    const audit = await openTab("Audit");
    for (const attribute of ["gender", "age"]) {
      const section = audit.getByRole("region", { name: attribute, exact: true });
      await section.getByText("protected").waitFor();
      const told = section.getByRole("table", { name: `Neurons that tell of ${attribute}` });
      expect(await told.getByRole("row").count()).toBeGreaterThan(2);
    }
    const occupation = audit.getByRole("region", { name: "occupation", exact: true });
    expect(await occupation.getByText("protected").count()).toBe(0);
  });

  it.each(THEMES)("are readable in a %s theme", async (theme) => {
    await workbench.setTheme(theme);
    await openTab("Audit");
    await tallScreenshot(`concepts-audit-${theme}`, 1400);
    await openTab("Structure");
    await tallScreenshot(`concepts-structure-${theme}`, 1400);
    await searchFor("");
    const dashboard = await openTab("Neuron");
    await dashboard.locator("canvas.map-canvas").waitFor();
    await tallScreenshot(`concepts-dashboard-${theme}`, 1560);
    await workbench.screenshot(`concepts-panel-${theme}`, workbench.page.locator(".part.sidebar"));
  });

  it("keep a person's name when another SAE is trained", async () => {
    const file = join(server.workspace, "recprism.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...manifest, sae: { settings: { epochs: 12 } } }, null, 2));
    await workbench.command("RecPrism: Train SAE");
    await workbench.notification(/Trained an SAE for/).waitFor({ timeout: 120_000 });
    await workbench.closeNotifications();
    await searchFor("is:carried");
    await (await rows()).filter({ hasText: NAME }).click();
    const said = (await lab()).getByRole("list", { name: "Who calls it what" });
    await said.getByText(new RegExp(`Carried over from neuron ${horror} of the SAE .*, decoder cosine`)).waitFor();
    const carried = (await words()).find((word) => word?.label === NAME)?.carried;
    expect(carried).toMatchObject({ neuron: horror });
    expect(carried?.cosine).toBeGreaterThan(0.8);
    await workbench.screenshot("concepts-carried");
  }, 180_000);
});
