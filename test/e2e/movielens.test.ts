/** MovieLens 1M in a real VS Code: from a right-click on the item embeddings to a saved steering config. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steeringConfigSchema } from "../../src/protocol/steering";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

describe.skipIf(!hasMovieLens)(`MovieLens 1M${needsMovieLens}`, () => {
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    server = await startFreshCodeServer({}, MOVIELENS_1M);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
  });

  const explorerRow = (name: string) =>
    workbench.page.locator(".explorer-folders-view").getByRole("treeitem", { name });

  it("opens from the Explorer's menu, finding the tables two folders up", async () => {
    await explorerRow("embeddings").click();
    await explorerRow("mf").click();
    await workbench.contextMenu(explorerRow("items.npy").first(), "Open Embeddings…");
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Create project/);
    const rows = (await workbench.choices()).join("\n");
    expect(rows).toMatch(/Item embeddings.*mf\/items\.npy.*3,018 x 20/);
    expect(rows).toMatch(/Interactions.*interactions\.csv.*933,517/);
    await workbench.pick(/Create project/);
    await workbench.notification(/3018 items, 6018 users, 20 dimensions/).waitFor();
    await workbench.closeNotifications();
  });

  it("trains two epochs and names neurons after genres", async () => {
    const file = join(server.workspace, "recprism.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...manifest, sae: { settings: { epochs: 2, latents: 22 } } }, null, 2));
    const view = await workbench.view("neurons");
    await workbench.command("RecPrism: Train SAE");
    await workbench.notification(/Trained an SAE for .*RBO@30 \.\d\d/).waitFor({ timeout: 120_000 });
    await workbench.closeNotifications();
    const list = view.getByRole("listbox", { name: "Neurons" });
    await list
      .getByRole("option", { name: /^Horror, tag/i })
      .first()
      .waitFor();
    await list
      .getByRole("option", { name: /^Horror, tag/i })
      .first()
      .click();
  }, 180_000);

  it("proves the name, maps the films, and shows how neurons relate and what follows popularity alone", async () => {
    const lab = await workbench.view("lab");
    const openTab = async (name: string) => {
      await lab.getByRole("tab", { name, exact: true }).click();
      return lab.getByRole("tabpanel", { name, exact: true });
    };
    await lab.getByText(/High confidence: precision@50 (\.\d\d|1\.00) on held-out items/).waitFor();
    await lab.getByText(/3,018 items; the two directions hold \d+% of the embeddings' variance/).waitFor();
    const bearing = lab.getByRole("table", { name: "Items that activate it most" }).getByText("✓ yes");
    expect(await bearing.count()).toBeGreaterThanOrEqual(15);
    await workbench.screenshot("movielens-neuron");
    const structure = await openTab("Structure");
    await structure.getByRole("heading", { name: "Clusters" }).waitFor();
    await workbench.screenshot("movielens-structure");
    const audit = await openTab("Audit");
    await audit
      .getByText(/neurons? follows? mere popularity|no neuron follows mere popularity/i)
      .first()
      .waitFor();
    await workbench.screenshot("movielens-audit");
    await openTab("Neuron");
  });

  it("takes a genre out of the list of one of its fans and saves the config", async () => {
    const lab = await workbench.view("lab");
    await lab.getByRole("button", { name: "Steer This Neuron" }).click();
    await lab.getByRole("combobox", { name: "Audience" }).selectOption("user");
    await lab.getByRole("textbox", { name: "User", exact: true }).fill("3336");
    await lab.getByRole("textbox", { name: "User", exact: true }).press("Enter");
    await lab.getByRole("heading", { name: "Lists of user 3336" }).waitFor();
    await lab.getByRole("list", { name: "Before" }).getByRole("listitem").first().waitFor();
    await lab.getByRole("combobox", { name: "Operation on Horror" }).selectOption("set");
    await lab.getByRole("spinbutton", { name: "Strength of Horror as a number" }).fill("-1.5");
    await lab.getByRole("spinbutton", { name: "Strength of Horror as a number" }).press("Enter");
    const shares = lab.getByRole("row", { name: /^Horror \d+% → \d+%/ });
    await expect
      .poll(async () => {
        const [, before, after] = (await shares.textContent())?.match(/(\d+)% → (\d+)%/) ?? [];
        return Number(before) - Number(after);
      })
      .toBeGreaterThanOrEqual(30);
    await workbench.command("RecPrism: Save Steering Config…");
    const target = join(server.workspace, "less-horror.steer.json");
    await workbench.confirmPath(target);
    await workbench.tab("less-horror.steer.json").waitFor();
    const config = steeringConfigSchema.parse(JSON.parse(await readFile(target, "utf8")));
    expect(config.rules[0].edits).toMatchObject([{ label: "Horror", operation: "set", value: -1.5 }]);
  });
});
