/** Which row is which in a real VS Code: exports picked by hand, ids that are off by one, and interactions alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { seededRandom } from "../../src/data/random";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

const ITEMS = 300;
const USERS = 400;
const DIMENSIONS = 8;
const GENRES = ["Drama", "Comedy", "Horror", "War"];

describe("rows and their ids", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-identity-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    await writeOffByOne(join(scratch, "films"));
    await writeTwoModels(join(scratch, "exports"));
    await mkdir(join(scratch, "shop"));
    await writeFile(join(scratch, "shop", "orders.csv"), interactions());
    server = await startFreshCodeServer({}, scratch);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const manifest = async () => JSON.parse(await readFile(join(server.workspace, "films", "recprism.json"), "utf8"));
  const explorerRow = (name: string) =>
    workbench.page.locator(".explorer-folders-view").getByRole("treeitem", { name, exact: true });

  it("are proposed from the very files that are selected", async () => {
    // Before the extension is known its entry is in no menu.
    await workbench.page.locator(".activitybar").getByRole("tab", { name: "RecPrism" }).waitFor();
    await explorerRow("exports").click();
    await explorerRow("new-items.npy").click();
    for (const name of ["new-users.npy", "clicks.csv"]) await explorerRow(name).click({ modifiers: ["Control"] });
    await workbench.contextMenu(explorerRow("new-users.npy"), "Open Embeddings…");
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Create project/);
    const rows = (await workbench.choices()).join("\n");
    expect(rows).toMatch(/Item embeddings, new-items\.npy/);
    expect(rows).toMatch(/User embeddings, new-users\.npy/);
    expect(rows).toMatch(/Interactions, clicks\.csv/);
    await workbench.screenshot("guided-open-selection");
    await workbench.page.keyboard.press("Escape");
  });

  it("that are off by one are told when the project is opened, and mended at a click", async () => {
    await workbench.openViewContainer("RecPrism");
    const warned = workbench.notification(/items\.csv has ids that name no row.*Set items\.ids\.first to 1/);
    await warned.waitFor();
    for (const theme of ["dark", "high-contrast", "light"] as const) {
      await workbench.setTheme(theme);
      await workbench.command("Notifications: Show Notifications");
      await workbench.screenshot(`identity-warning-${theme}`);
    }
    const before = await manifest();
    await workbench.pressInNotification(/items\.csv has ids that name no row/, "Fix items.ids");
    await workbench.notification(/Changed recprism\.json of films: Set items\.ids\.first to 1\./).waitFor();
    before.items.ids.first = 1;
    expect(await manifest()).toEqual(before);
    await workbench.closeNotifications();
  });

  it("stand on a page with what is worth checking", async () => {
    await workbench.command("RecPrism: Show Which Row Is Which");
    const page = await workbench.markdownPage("films: which row is which");
    await page.getByText("The id of row n is n + 1; items.csv is joined by its column id.").waitFor();
    await page.getByRole("cell", { name: "Quiet Film 1", exact: true }).waitFor();
    await page.getByText(/Likely remedy: Set users\.ids\.first to 1/).waitFor();
    for (const theme of ["dark", "high-contrast", "light"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`identity-page-${theme}`);
    }
  });

  it("are asked about before anything is trained on them", async () => {
    await workbench.command("RecPrism: Train SAE");
    const dialog = workbench.page.locator(".monaco-dialog-box");
    await dialog.getByText(/Likely remedy: Set users\.ids\.first to 1/).waitFor();
    await workbench.screenshot("identity-before-training");
    await workbench.pressInDialog("Cancel");
    expect((await manifest()).users.ids.first).toBe(0);
    await workbench.command("RecPrism: Train SAE");
    await workbench.pressInDialog("Fix and Train");
    await workbench.notification(/Trained an SAE for films/).waitFor({ timeout: 120_000 });
    expect((await manifest()).users.ids.first).toBe(1);
    await workbench.closeNotifications();
  }, 180_000);

  it("are no matter where there are interactions alone: a recommender is made, and its project opened", async () => {
    await workbench.command("RecPrism: Train Recommender…");
    await workbench.confirmPath(join(server.workspace, "shop", "orders.csv"));
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Matrix factorisation[\s\S]*User of an interaction, user/);
    await workbench.screenshot("train-recommender");
    await workbench.pick(/Matrix factorisation/);
    await workbench.notification(/Made a recommender for shop: NDCG@20/).waitFor({ timeout: 120_000 });
    await workbench.screenshot("train-recommender-done");
    await workbench.pressInNotification(/Made a recommender for shop/, "Open");
    await workbench.notification(/Opened shop: \d+ items, 400 users, .*no SAE yet/).waitFor();
  }, 180_000);
});

/** A project that counts rows from 0, though its files number items and users from 1. */
async function writeOffByOne(folder: string): Promise<void> {
  await writeEmbeddings(folder, "");
  const titles = Array.from({ length: ITEMS }, (_, row) => `${row + 1},Quiet Film ${row + 1},${GENRES[row % 4]}`);
  await writeFile(join(folder, "items.csv"), ["id,title,genre", ...titles, ""].join("\n"));
  await writeFile(join(folder, "clicks.csv"), interactions());
  const manifest = {
    version: 1,
    name: "films",
    items: {
      embeddings: "items.npy",
      ids: { rule: "row-number", first: 0, column: "id" },
      table: "items.csv",
      title: "title",
      tags: [{ column: "genre" }],
    },
    users: { embeddings: "users.npy", ids: { rule: "row-number", first: 0 } },
    interactions: { table: "clicks.csv", user: "user", item: "item" },
    sae: { settings: { epochs: 2 } },
  };
  await writeFile(join(folder, "recprism.json"), JSON.stringify(manifest, null, 2));
}

/** Two exports side by side, of which the older comes first. */
async function writeTwoModels(folder: string): Promise<void> {
  for (const model of ["a-", "new-"]) await writeEmbeddings(folder, model);
  await writeFile(join(folder, "clicks.csv"), interactions());
}

async function writeEmbeddings(folder: string, prefix: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = seededRandom(7);
  for (const [name, rows] of [
    ["items", ITEMS],
    ["users", USERS],
  ] as const) {
    const of = matrix(rows, DIMENSIONS);
    for (let at = 0; at < of.values.length; at++) of.values[at] = random.normal();
    await writeNpy(join(folder, `${prefix}${name}.npy`), of);
  }
}

/** Everyone, numbered from 1, likes a quarter of the catalogue; the last item and the last user are among them. */
function interactions(): string {
  const lines = Array.from({ length: USERS }, (_, user) =>
    Array.from(
      { length: 12 },
      (_, nth) => `${user + 1},${(((user % 4) + 4 * ((user * 7 + nth * 5) % 75)) % ITEMS) + 1}`,
    ),
  );
  return ["user,item", ...lines.flat(), ""].join("\n");
}
