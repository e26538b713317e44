/** From a folder of files to a project by the guided flow, and what a person reads when a file is wrong. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifestSchema } from "../../src/protocol/manifest";
import { built } from "../built";
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

    await workbench.pick(/Item bias/i);
    await workbench.pick(/^None/);
    await expect
      .poll(async () => (await workbench.choices()).find((row) => /Item bias/i.test(row)), { timeout: 60_000 })
      .toMatch(/none/);
    await workbench.screenshot("guided-open");
    await workbench.pick(/Create project/);
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
