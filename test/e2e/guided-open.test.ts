/** From a folder of files to a project by the guided flow, and what a person reads when a file is wrong. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifestSchema } from "../../src/protocol/manifest";
import { built } from "../built";
import { hasMovieLens100k, MOVIELENS_100K, needsMovieLens100k } from "../data/shared-data";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

describe("opening a folder of embeddings", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-guided-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    rmSync(join(films, "recprism.json"));
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const neurons = () => workbench.view("neurons");
  const manifestFile = () => join(server.workspace, "recprism.json");

  it("shows what it found, and takes a correction", async () => {
    await workbench.command("RecPrism: Open Embeddings…");
    await workbench.confirmPath(`${server.workspace}/`);
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Create project/);
    const rows = await workbench.choices();
    expect(rows.find((row) => row.includes("Item embeddings"))).toMatch(/items\.npy.*1,200/);
    expect(rows.find((row) => row.includes("User embeddings"))).toMatch(/users\.npy.*2,000/);
    expect(rows.find((row) => row.includes("Interactions"))).toMatch(/interactions\.csv/);

    // The list goes on below what is to be seen.
    expect(rows.filter((row) => /^row \d · id .* · \[.*…\], item$/.test(row))).toHaveLength(5);
    expect(rows.find((row) => row.startsWith("row 0"))).toMatch(/row 0 · id \S+ · .*\w.* · \[-?\d/);
    expect(rows.find((row) => row.includes("Which row is which item"))).toMatch(
      /row n is line n of items\.csv.*, 1,200 rows, 1,200 in the table, [\d,]+ with interactions/,
    );
    await workbench.screenshot("guided-open");

    // By the keyboard alone: what is typed filters, Enter takes.
    await workbench.page.keyboard.type("Item bias");
    await workbench.page.keyboard.press("Enter");
    await expect.poll(() => workbench.question()).toMatch(/Choose: Item bias/);
    await workbench.page.keyboard.type("None");
    await workbench.page.keyboard.press("Enter");
    await expect
      .poll(async () => (await workbench.choices()).find((row) => /Item bias/i.test(row)), { timeout: 60_000 })
      .toMatch(/none/);
    await workbench.page.keyboard.type("Create project");
    await workbench.page.keyboard.press("Enter");
    await workbench.notification(/1200 items, 2000 users, 24 dimensions.*no SAE yet/).waitFor();
    const manifest = manifestSchema.parse(JSON.parse(await readFile(manifestFile(), "utf8")));
    expect(manifest.items).toMatchObject({ embeddings: "items.npy", table: "items.csv", title: "title" });
    expect(manifest.items.bias).toBeUndefined();
    expect(manifest.users.bias).toBe("user_bias.npy");
    await workbench.closeNotifications();
  });

  it("keeps the weights so far when training is cancelled in the side panel", async () => {
    // Long enough to be cancelled on any machine.
    const manifest = JSON.parse(await readFile(manifestFile(), "utf8"));
    await writeFile(manifestFile(), JSON.stringify({ ...manifest, sae: { settings: { epochs: 5000 } } }, null, 2));
    // A browser's first webview takes seconds to come up: it is there before training starts.
    const view = await neurons();
    await workbench.command("RecPrism: Train SAE");
    await view.getByText(/Training: epoch \d+ of \d+/).waitFor();
    await view.getByRole("button", { name: "Cancel" }).click();
    await workbench.notification(/Training was cancelled\. Its last checkpoint was kept/).waitFor();
    await view.getByRole("listbox").getByRole("option").first().waitFor();
    const report = JSON.parse(await readFile(join(server.workspace, "sae", "report.json"), "utf8"));
    expect(report.interrupted).toBe(true);
    await workbench.closeNotifications();
  });

  it("names the key when the manifest has one it does not know, and recovers when it is mended", async () => {
    const good = await readFile(manifestFile(), "utf8");
    await writeFile(manifestFile(), good.replace('"title"', '"titel"'));
    const view = await neurons();
    await view
      .getByText(/titel.*title/)
      .first()
      .waitFor();
    await writeFile(manifestFile(), good);
    await view.getByRole("listbox").getByRole("option").first().waitFor();
  });

  it("names file and row when an embedding is not a number, and trains again once it is mended", async () => {
    const file = join(server.workspace, "items.npy");
    const good = await readFile(file);
    // Row 7: the matrix ends with its 1,200 rows of 24 float32.
    const handle = await open(file, "r+");
    const nan = Buffer.alloc(4);
    nan.writeFloatLE(Number.NaN);
    await handle.write(nan, 0, 4, good.length - 4 * 24 * (1200 - 7));
    await handle.close();
    await workbench.command("RecPrism: Train SAE");
    await workbench.notification(/items\.npy.*row 7/).waitFor();
    await writeFile(file, good);
    await workbench.closeNotifications();
    await workbench.command("RecPrism: Train SAE");
    const view = await neurons();
    await view.getByText(/Training: epoch \d+ of \d+/).waitFor();
    await view.getByRole("button", { name: "Cancel" }).click();
    await workbench.notification(/Training was cancelled/).waitFor();
  });
});

describe.skipIf(!hasMovieLens100k)(`a folder of nothing but MovieLens 100K${needsMovieLens100k}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-raw-"));
  let server: CodeServer;
  let workbench: Workbench;
  let clicks = 0;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    await writeAsPacked(join(scratch, "ml-100k"));
    server = await startFreshCodeServer({}, scratch);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const clicked = async (click: Promise<unknown>, count = 1) => {
    await click;
    clicks += count;
  };

  it("is recognised, and training a recommender is the next step", async () => {
    // Before the extension is known its entry is in no menu.
    await workbench.page.locator(".activitybar").getByRole("tab", { name: "RecPrism" }).waitFor();
    const folder = workbench.page.locator(".explorer-folders-view").getByRole("treeitem", { name: "ml-100k" });
    await clicked(workbench.contextMenu(folder, "Open Embeddings…"), 2);
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Train a recommender/);
    const rows = await workbench.choices();
    expect(rows.find((row) => row.includes("Item table"))).toMatch(/u\.item.*1,682 lines/);
    expect(rows.find((row) => row.includes("Interactions"))).toMatch(/u\.data.*100,000 lines/);
    expect(rows.join("\n")).toContain("MovieLens 100K");
    await workbench.screenshot("guided-open-without-embeddings");
    await clicked(workbench.pick(/Train a recommender/));
  });

  it("becomes a recommender and named neurons in at most six clicks", async () => {
    await expect.poll(() => workbench.question()).toMatch(/Train Recommender/);
    await workbench.screenshot("guided-open-train-recommender");
    await clicked(workbench.pick(/Matrix factorisation/));
    const made = workbench.notification(/Made a recommender for ml-100k/);
    await made.waitFor({ timeout: 180_000 });
    await workbench.screenshot("guided-open-recommender-trained");
    await clicked(workbench.pressInNotification(/Made a recommender for ml-100k/, "Open"));
    await clicked(workbench.pressInNotification(/Opened ml-100k.*1682 items, 943 users/, "Train SAE"));
    await workbench.notification(/Trained an SAE for/).waitFor({ timeout: 180_000 });
    const list = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await list.getByRole("option", { name: /, tag/i }).first().waitFor();
    await workbench.screenshot("guided-open-named-neurons");
    expect(clicks).toBeLessThanOrEqual(6);
  }, 420_000);
});

/** The shared copy has headers; GroupLens packs the files without, ratings separated by tabs, in Latin-1. */
async function writeAsPacked(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["u.data", "u.item", "u.user"]) {
    const [, ...lines] = (await readFile(join(MOVIELENS_100K, name), "utf8")).split("\n");
    const text = lines.join("\n");
    await writeFile(join(folder, name), name === "u.data" ? text.replaceAll("|", "\t") : text, "latin1");
  }
}
