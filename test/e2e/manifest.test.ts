/** The manifest in the editor, what is added to it by command, and what a change of its files makes of the neurons. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { poll, Workbench } from "./workbench";

describe("a manifest and its files", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-manifest-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    const manifest = join(films, "recprism.json");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    // Without interactions, which are added below, and soon trained.
    const { interactions: _, ...rest } = JSON.parse(await readFile(manifest, "utf8"));
    await writeFile(manifest, `${JSON.stringify({ ...rest, sae: { settings: { epochs: 2 } } }, null, 4)}\n`);
    execFileSync(process.execPath, [built("cli.js"), "train", "--project", films]);
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  }, 240_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const neurons = () => workbench.view("neurons");
  const manifestText = () => readFile(join(server.workspace, "recprism.json"), "utf8");
  const squiggle = () => workbench.page.locator(".monaco-editor .squiggly-error");
  const line = (text: string) => workbench.page.locator(".monaco-editor .view-line").filter({ hasText: text }).first();
  const bar = async () => (await neurons()).getByRole("status", { name: "Stale neurons" });

  it("opens without calling anything stale, though copying gave all files new times", async () => {
    await workbench.openViewContainer("RecPrism");
    const view = await neurons();
    await view.getByRole("listbox").getByRole("option").first().waitFor();
    expect(await (await bar()).count()).toBe(0);
  });

  it("marks a mistyped column on its line, and mends it", async () => {
    await workbench.openFile("recprism.json");
    const good = await manifestText();
    await writeFile(join(server.workspace, "recprism.json"), good.replace('"title": "title"', '"title": "titel"'));
    await squiggle().first().waitFor();
    const [marked, typed] = await Promise.all([squiggle().first().boundingBox(), line('"titel"').boundingBox()]);
    expect(Math.abs(marked!.y - typed!.y)).toBeLessThan(typed!.height);
    const fix = workbench.page.locator(".action-widget").getByText('Use column "title"');
    // The menu closes when marks are set anew, as they are while the project is looked at.
    await poll("the fix in the menu", async () => {
      await line('"titel"').getByText('"titel"').click();
      await workbench.page.keyboard.press("Control+.");
      return fix.waitFor({ timeout: 3000 }).then(
        () => true,
        () => null,
      );
    });
    await workbench.screenshot("manifest-quick-fix", workbench.editors);
    await fix.click();
    await squiggle().first().waitFor({ state: "detached" });
    await workbench.page.keyboard.press("Control+s");
    await expect.poll(manifestText).toBe(good);
  });

  it("completes columns of the table beside", async () => {
    await line('"title": "title"').getByText('"title"').last().dblclick();
    await workbench.page.keyboard.press("Control+Space");
    const list = workbench.page.locator(".suggest-widget.visible");
    // What is selected filters the list.
    await list
      .getByRole("option", { name: /^title/ })
      .first()
      .waitFor();
    await workbench.screenshot("manifest-completion", workbench.editors);
    await workbench.page.keyboard.press("Escape");
  });

  it("adds interactions to the manifest and keeps the rest as it was written", async () => {
    const before = await manifestText();
    await workbench.command("RecPrism: Add Interactions…");
    await expect.poll(async () => (await workbench.choices())[0]).toMatch(/^interactions\.csv/);
    await workbench.pick(/^interactions\.csv/);
    await expect
      .poll(async () => (await workbench.choices()).join("\n"), { timeout: 60_000 })
      .toMatch(/Add interactions\.csv[\s\S]*User of an interaction, uid/);
    await workbench.screenshot("manifest-add");
    await workbench.pick(/Add interactions\.csv/);
    await workbench.notification(/Added interactions\.csv to Sample films: [\d,]+ user-item pairs/).waitFor();
    const after = await manifestText();
    const added = /,\s*"interactions": \{[^}]*\}/.exec(after)?.[0] ?? "nothing";
    expect(after.replace(added, "")).toBe(before);
    expect(JSON.parse(after).interactions.table).toBe("interactions.csv");
    await (await bar()).getByText("Interactions changed since training").waitFor();
    await workbench.closeNotifications();
  });

  it("says that embeddings changed, keeps the neurons, and trains anew at a click", async () => {
    const file = join(server.workspace, "items.npy");
    const bytes = await readFile(file);
    bytes.writeFloatLE(0.25, bytes.length - 4 * 24);
    await writeFile(file, bytes);
    await (await bar())
      .getByText(/items\.npy changed since this SAE was trained: other values/)
      .waitFor({ timeout: 30_000 });
    const view = await neurons();
    expect(await view.getByRole("listbox").getByRole("option").count()).toBeGreaterThan(5);
    for (const theme of ["light", "high-contrast", "dark"] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`stale-${theme}`);
    }
    await view.getByRole("button", { name: "Retrain" }).click();
    await workbench.notification(/Trained an SAE for Sample films/).waitFor({ timeout: 120_000 });
    await (await bar()).waitFor({ state: "detached" });
    await view.getByRole("listbox").getByRole("option").first().waitFor();
  }, 240_000);
});
