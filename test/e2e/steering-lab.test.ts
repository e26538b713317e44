/** The steering lab in a real VS Code, on the sample: whom, what, what it does, what it costs, how much of it, and why. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

const YOUNG_WOMEN = "age < 25 AND gender = 'F'";

describe("the steering lab", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-lab-"));
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    execFileSync(process.execPath, [built("cli.js"), "train", "--project", films]);
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  }, 240_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const lab = () => workbench.view("lab");
  const audience = (view: Frame) => view.getByRole("combobox", { name: "Audience" });
  const press = async (name: string | RegExp) => (await lab()).getByRole("button", { name }).first().click();
  const slider = (view: Frame) => view.getByRole("slider", { name: "Strength of Horror" });
  const setStrength = async (value: string) => {
    const number = (await lab()).getByRole("spinbutton", { name: "Strength of Horror as a number" });
    await number.fill(value);
    await number.press("Tab");
  };
  /** Share of Horror in the lists of the audience, in whole per cent. */
  const share = async (column: "before" | "after") => {
    const row = (await lab())
      .getByRole("region", { name: "Concept shares" })
      .getByRole("row", { name: /Horror.*target/ });
    const cells = await row.getByRole("cell").allTextContents();
    return Number.parseInt(cells[column === "before" ? 1 : 2].replace("<", ""), 10);
  };
  const fresh = async () => {
    const view = await lab();
    const again = view.getByRole("button", { name: /^Measure (Effect|Again)$/ });
    await expect
      .poll(async () => {
        if (await again.isVisible()) await again.click();
        return view.locator(".stale, .task").count();
      })
      .toBe(0);
  };

  it("chooses the greatest fans of a concept and shows the lists of one of them", async () => {
    await workbench.openViewContainer("RecPrism");
    const neurons = await workbench.view("neurons");
    await neurons.getByRole("textbox", { name: "Search neurons" }).fill("horror");
    await neurons
      .getByRole("option", { name: /^Horror/ })
      .first()
      .click();
    const view = await lab();
    await view.getByRole("tab", { name: "Steer" }).click();
    await view.getByText("2,000 users, 100% of 2,000").waitFor();
    await press("Add Edit");
    await view.getByRole("textbox", { name: "Neuron to edit" }).fill("horror");
    await view
      .getByRole("option", { name: /Horror.*neurons together/ })
      .first()
      .click();
    await audience(view).selectOption("history");
    await view.getByText("20 users, 1% of 2,000").waitFor();
    expect(await view.getByRole("textbox", { name: "Tag of the history" }).inputValue()).toBe("Horror");
    await view.getByRole("heading", { name: /^Lists of user u\d+$/ }).waitFor();
    expect(await view.getByRole("list", { name: "Before" }).getByRole("listitem").count()).toBe(10);
  });

  it("shows what a slider does to all of them, and what that costs", async () => {
    const view = await lab();
    await view
      .getByText("Nothing is in force yet")
      .or(view.getByRole("region", { name: "Cost" }))
      .first()
      .waitFor();
    await slider(view).focus();
    for (let times = 0; times < 4; times++) await slider(view).press("PageDown");
    await view.getByRole("region", { name: "Cost" }).waitFor();
    await fresh();
    const before = await share("before");
    expect(before).toBeGreaterThan(await share("after"));
    const costs = view.getByRole("region", { name: "Cost" });
    await costs.getByRole("row", { name: /^NDCG@20.*[.\d]+ \([.\d]+ to [.\d]+\)/ }).waitFor();
    await costs.getByRole("row", { name: /^Worst tenth: NDCG@20/ }).waitFor();
    const out = view.getByRole("list", { name: "Before" }).getByRole("listitem").filter({ hasText: "out, now" });
    if ((await out.count()) > 0)
      await out
        .first()
        .getByText(/ [-+]\d*\.\d+/)
        .waitFor();
  });

  it("finds the smallest edit that reaches a goal, and takes it", async () => {
    const view = await lab();
    await view.getByRole("combobox", { name: "List length" }).selectOption("30");
    await view.getByRole("checkbox", { name: "at most" }).uncheck();
    await press("Find Dose");
    await view.getByText(/^(Found|Not reached): /).waitFor();
    await press("Use This Dose");
    await fresh();
    expect(await share("after")).toBeLessThanOrEqual(5);
  });

  it("measures controls and dose-response, and can be cancelled meanwhile", async () => {
    const view = await lab();
    await press("Measure Controls and Curve");
    await view.getByRole("figure", { name: /^Share of the top 30/ }).waitFor();
    await view.getByRole("figure", { name: /^Change of NDCG@20/ }).scrollIntoViewIfNeeded();
    const controls = view.getByRole("table", { name: "The same audience with something else done to it" });
    expect(await controls.getByRole("row").count()).toBeGreaterThanOrEqual(4);
    await controls.scrollIntoViewIfNeeded();
    await workbench.screenshot("steer-dose");

    await audience(view).selectOption("everyone");
    await view.getByText("2,000 users, 100% of 2,000").waitFor();
    await press("Measure Controls and Curve");
    await press("Cancel: Measuring controls and curve");
    await view.getByRole("button", { name: "Measure Controls and Curve" }).waitFor();
    expect(await view.getByRole("alert").count()).toBe(0);
    // The engine is at hand again, not at work on what nobody waits for.
    await audience(view).selectOption("random");
    await view.getByText("1,000 users, 50% of 2,000").waitFor();
  });

  it("finds users by SQL, and says of a condition what is wrong with it", async () => {
    const view = await lab();
    await audience(view).selectOption("sql");
    const condition = view.getByRole("textbox", { name: "SQL condition" });
    await condition.fill(YOUNG_WOMEN);
    await condition.press("Enter");
    const lines = (await readFile(join(server.workspace, "users.csv"), "utf8")).trim().split("\n").slice(1);
    const young = lines.filter((line) => {
      const [, age, gender] = line.trim().split(",");
      return Number(age) < 25 && gender === "F";
    });
    await view.getByText(new RegExp(`^${young.length} users, `)).waitFor();
    for (const bad of ["agee < 25", "age < 25; DROP TABLE users", "age <"]) {
      await condition.fill(bad);
      await condition.press("Enter");
      await view.getByRole("alert").filter({ hasText: "The audience could not be found" }).waitFor();
    }
    await condition.fill(YOUNG_WOMEN);
    await condition.press("Enter");
    await view.getByRole("alert").waitFor({ state: "detached" });
  });

  it("keeps an audience by its name", async () => {
    const view = await lab();
    await press("Save Audience…");
    await workbench.answer("Young women");
    const named = () => audience(view).evaluate((element: HTMLSelectElement) => element.selectedOptions[0].text);
    await expect.poll(named).toBe("Young women");
    await audience(view).selectOption("everyone");
    await audience(view).selectOption("Young women");
    await expect.poll(() => view.getByRole("textbox", { name: "SQL condition" }).inputValue()).toBe(YOUNG_WOMEN);
  });

  it("undoes and redoes by key, and nothing that was typed elsewhere", async () => {
    const view = await lab();
    await setStrength("0.25");
    await setStrength("-0.75");
    await slider(view).focus();
    await workbench.page.keyboard.press("Control+z");
    await expect.poll(() => slider(view).inputValue()).not.toBe("-0.75");
    await workbench.page.keyboard.press("Control+Shift+z");
    await expect.poll(() => slider(view).inputValue()).toBe("-0.75");
    expect(await view.getByRole("spinbutton", { name: "Strength of Horror as a number" }).inputValue()).toBe("-0.75");
  });

  it("keeps recipe, switched-off edits and undo when the views are reloaded", async () => {
    const before = await lab();
    await before.getByRole("checkbox", { name: "Use the edit of Horror" }).uncheck();
    await before.getByText("Nothing is in force yet").waitFor();
    await workbench.command("Developer: Reload Webviews");
    await expect.poll(() => before.isDetached()).toBe(true);
    await expect
      .poll(async () =>
        (await lab())
          .getByRole("checkbox", { name: "Use the edit of Horror" })
          .isChecked()
          .catch(() => null),
      )
      .toBe(false);
    await press("Undo");
    const view = await lab();
    await expect.poll(() => view.getByRole("checkbox", { name: "Use the edit of Horror" }).isChecked()).toBe(true);
    await expect.poll(() => slider(view).inputValue()).toBe("-0.75");
  });

  it("compares two recipes", async () => {
    const view = await lab();
    await audience(view).selectOption("history");
    await view.getByText("on 20 users, top 30").waitFor();
    await fresh();
    await press("Copy to B");
    await setStrength("0.75");
    await fresh();
    const shares = view
      .getByRole("table", { name: /^Effects of the recipes A and B/ })
      .getByRole("row", { name: /^Horror, share of lists/ })
      .getByRole("cell");
    await expect
      .poll(async () => {
        const [a, b] = (await shares.allTextContents()).map((text) => Number.parseInt(text.replace("<", ""), 10));
        return a < b;
      })
      .toBe(true);
    await view.getByRole("region", { name: "A and B" }).evaluate((section) => section.scrollIntoView());
    await workbench.screenshot("steer-two-recipes");
    await view.getByRole("group", { name: "Recipe A or B" }).getByRole("button", { name: "A" }).click();
    await press("Drop B");
  });

  it("takes a score apart until nothing is left", async () => {
    const view = await lab();
    await view.getByRole("list", { name: "After" }).getByRole("button", { name: /^Why / }).first().click();
    const dialog = view.getByRole("dialog", { name: /^Why .*\?$/ });
    await dialog.getByText("= the sum of the parts").waitFor();
    await dialog.getByRole("row", { name: /^Not explained/ }).waitFor();
    await workbench.screenshot("steer-why");
    await workbench.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it.each(["light", "dark", "high-contrast"] as const)("wears the %s theme", async (theme) => {
    await workbench.setTheme(theme);
    await workbench.command("RecPrism: Open Lab");
    const view = await lab();
    await view.getByRole("list", { name: "After" }).getByRole("listitem").first().waitFor();
    await view.getByRole("heading", { name: "Who" }).scrollIntoViewIfNeeded();
    await fresh();
    await workbench.screenshot(`steer-${theme}`);
  });
});
