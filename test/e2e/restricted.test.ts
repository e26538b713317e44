/** A workspace that is not trusted: what is shown, what is refused, and what trust makes possible. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

describe("a restricted workspace", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-restricted-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    execFileSync(process.execPath, [built("cli.js"), "train", "--project", films, "--epochs", "2"]);
    const exported = join(films, "exports");
    mkdirSync(exported);
    for (const name of ["items.npy", "users.npy", "items.csv", "users.csv", "interactions.csv"]) {
      copyFileSync(join(films, name), join(exported, name));
    }
    for (const name of ["labels.json", "report.json"]) rmSync(join(films, "sae", name));
    server = await startFreshCodeServer({}, films, true);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const neurons = () => workbench.view("neurons");
  const manifestFile = () => join(server.workspace, "recprism.json");

  it("opens a project, and says why its SAE is not measured", async () => {
    await workbench.openViewContainer("RecPrism");
    const view = await neurons();
    await view.getByText("2,000 users and 1,200 items").waitFor();
    await workbench.notification(/Measuring is off because this workspace is restricted/).waitFor();
    await view.getByText("The SAE came without labels and measures.").waitFor();
    await workbench.closeNotifications();
  });

  it("does not train", async () => {
    await workbench.command("RecPrism: Train SAE");
    await workbench.notification(/Training is off because this workspace is restricted/).waitFor();
    await workbench.closeNotifications();
  });

  it("shows what could be opened, with the first rows and which is which", async () => {
    await workbench.command("RecPrism: Open Embeddings…");
    await workbench.confirmPath(`${server.workspace}/exports/`);
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Create project/);
    const rows = await workbench.choices();
    expect(rows.find((row) => row.includes("Which row is which item"))).toMatch(
      /row n is line n of items\.csv.*, 1,200 rows/,
    );
    // The list goes on below what is to be seen.
    expect(rows.filter((row) => /^row \d · id .* · \[.*…\], item$/.test(row))).toHaveLength(5);
    await workbench.screenshot("restricted-guided-open");
    await workbench.page.keyboard.press("Escape");
  });

  it("trains no recommender", async () => {
    await workbench.command("RecPrism: Train Recommender…");
    await workbench.notification(/Training is off because this workspace is restricted/).waitFor();
    await workbench.closeNotifications();
  });

  it("runs no query of a manifest", async () => {
    const manifest = await readFile(manifestFile(), "utf8");
    const { items, ...rest } = JSON.parse(manifest);
    const table = { sql: "SELECT * FROM films", from: { films: "items.csv" } };
    await writeFile(manifestFile(), JSON.stringify({ ...rest, items: { ...items, table } }));
    const alert = (await neurons()).getByRole("alert");
    await alert
      .getByText(/items\.table(\.sql)? is a query, and no query of a manifest is run in a restricted workspace/)
      .waitFor();
    await workbench.screenshot("restricted-query");
    await writeFile(manifestFile(), manifest);
    await expect.poll(() => alert.count()).toBe(0);
  });

  it("loads no ONNX model", async () => {
    const manifest = await readFile(manifestFile(), "utf8");
    const recommender = { kind: "onnx", model: "head.onnx" };
    await writeFile(manifestFile(), JSON.stringify({ ...JSON.parse(manifest), recommender }));
    const view = await neurons();
    await view
      .getByRole("alert")
      .getByText(/no model is loaded in a restricted workspace/)
      .waitFor();
    await writeFile(manifestFile(), manifest);
    await expect.poll(() => view.getByRole("alert").count()).toBe(0);
  });

  it("goes on with what it refused once it is trusted", async () => {
    await workbench.closeNotifications();
    await (await neurons()).getByRole("button", { name: "Measure" }).click();
    await workbench.pressInNotification(/Measuring is off/, "Manage Workspace Trust");
    await workbench.page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    await workbench.notification(/Measured the SAE of Sample films/).waitFor();
    expect(existsSync(join(server.workspace, "sae", "labels.json"))).toBe(true);
    await (await neurons()).getByRole("listbox").getByRole("option").first().waitFor();
  });
});
