/** Training runs in a real VS Code: an SAE from elsewhere measured, runs started by the form, followed, resumed, compared. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

describe("training runs", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-e2e-runs-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    const settings = ["--epochs", "4", "--latents", "16"];
    execFileSync(process.execPath, [built("cli.js"), "train", "--project", films, ...settings]);
    // What is left is what SAELens would have saved.
    for (const name of ["sae/labels.json", "sae/report.json", ".recprism"])
      rmSync(join(films, name), { recursive: true });
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const lab = () => workbench.view("lab");
  const field = (view: Frame, name: string) => view.getByRole("spinbutton", { name, exact: true });
  const train = (view: Frame) => view.getByRole("button", { name: "Train", exact: true });
  const runs = (view: Frame) => view.getByRole("table", { name: "Remembered runs, newest first" });
  const rows = (view: Frame) => runs(view).getByRole("checkbox");

  it("measure and label an SAE that came without, once its folder is open", async () => {
    await workbench.openViewContainer("RecPrism");
    await workbench.notification(/Measured the SAE of Sample films: MS \.\d\d, RBO@30 \.\d\d/).waitFor();
    await (await workbench.view("neurons")).getByRole("listbox").getByRole("option").first().waitFor();
    expect(existsSync(join(server.workspace, "sae", "labels.json"))).toBe(true);
    await workbench.closeNotifications();
  });

  it("are refused beside the form where settings make no sense", async () => {
    await workbench.command("RecPrism: Open Lab");
    const view = await lab();
    await view.getByRole("tab", { name: "Run" }).click();
    await view.getByText("No run has ended on this project yet.").waitFor();
    await field(view, "latents").fill("0");
    await view.getByRole("alert").getByText("sae.settings.latents").first().waitFor();
    await field(view, "latents").fill("24");
    await expect.poll(() => view.getByRole("alert").count()).toBe(0);
  });

  it("draw their curve while they go on, and are remembered as the SAE in use", async () => {
    const view = await lab();
    await train(view).click();
    await workbench.notification(/Training SAE for Sample films/).waitFor();
    const losses = view.getByRole("figure", { name: /^Loss, log scale: total from .*; prediction from/ });
    await losses.waitFor();
    await view.getByRole("button", { name: "Cancel" }).waitFor();
    await view.getByText(/step (\d\d|[5-9]),\d{3} of/).waitFor();
    await workbench.screenshot("run-live");
    await workbench.notification(/Trained an SAE for Sample films: MS \.\d\d/).waitFor({ timeout: 240_000 });
    await workbench.closeNotifications();
    await runs(view)
      .getByRole("row", { name: /current .* 24 .* done$/ })
      .waitFor();
    await losses.waitFor();
  }, 300_000);

  it("go on where they were interrupted, and say so", async () => {
    const view = await lab();
    await field(view, "epochs").fill("900");
    await train(view).click();
    const checkpoint = join(server.workspace, ".sae.checkpoint.safetensors");
    await expect.poll(() => existsSync(checkpoint), { timeout: 60_000 }).toBe(true);
    process.kill(jobProcess(server), "SIGKILL");
    await workbench.notification(/process ended unexpectedly/).waitFor();
    await view.getByRole("alert").getByText("ended unexpectedly").waitFor();
    await workbench.closeNotifications();
    await train(view).click();
    await view.getByText(/^Continues an interrupted run from step [\d,]+\.$/).waitFor();
    await workbench.notification(/continued from step [\d,]+/).waitFor();
    await view.getByRole("button", { name: "Cancel" }).click();
    await workbench.notification(/Training was cancelled\. Its last checkpoint was kept/).waitFor();
    await workbench.closeNotifications();
    await expect.poll(() => rows(view).count()).toBe(2);
  }, 300_000);

  it("are compared side by side, with what differs, measures and curves", async () => {
    const view = await lab();
    await view.getByRole("button", { name: "Reset" }).click();
    await view.getByRole("combobox", { name: "activation" }).selectOption("topk");
    await field(view, "k").fill("4");
    await field(view, "epochs").fill("30");
    await train(view).click();
    await expect.poll(() => rows(view).count(), { timeout: 120_000 }).toBe(3);
    await workbench.notification(/Trained an SAE for Sample films/).waitFor();
    await workbench.closeNotifications();
    await rows(view).nth(0).check();
    await rows(view).nth(2).check();
    const settings = view.getByRole("table", { name: "Settings that differ" });
    await settings.getByRole("row", { name: /^activation topk relu$/ }).waitFor();
    await view
      .getByRole("table", { name: "Measures" })
      .getByRole("row", { name: /^RBO@30 .*best/ })
      .waitFor();
    await view.getByRole("figure", { name: /^RBO@30 of held-out users: A from .*; B from/ }).waitFor();
  }, 180_000);

  it.each(["light", "dark", "high-contrast"] as const)("wear the %s theme, and stay chosen", async (theme) => {
    await workbench.setTheme(theme);
    const view = await lab();
    await view.getByRole("table", { name: "Measures" }).scrollIntoViewIfNeeded();
    await view.getByRole("heading", { name: "Runs" }).evaluate((heading) => heading.scrollIntoView());
    expect(await rows(view).nth(0).isChecked()).toBe(true);
    await workbench.screenshot(`run-${theme}`);
  });
});

/** The job process of this server's own extension. */
function jobProcess(server: CodeServer): number {
  const script = new RegExp(`${server.extensions}.*job\\.js`);
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && script.test(commandLine(name)));
  if (found.length !== 1) throw new Error(`${found.length} job processes run below ${server.extensions}`);
  return Number(found[0]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
