/** The Structure and Audit tabs as a person meets them. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("what is found of neurons together", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (tab: "structure" | "audit", change: Partial<Scenario> = {}) => {
    page = await screens.open({ view: "lab", neuron: 0, saved: { tab }, ...change }, 1100, 1400);
  };
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );
  const table = (name: string) => page.getByRole("table", { name });

  describe("the tree", () => {
    const tree = () => page.getByRole("tree", { name: "Neurons within broader ones" });
    const active = async () => {
      const id = await tree().getAttribute("aria-activedescendant");
      return page.locator(`[id="${id}"]`).getAttribute("aria-label");
    };

    it("is opened, walked and left by keys, and Enter selects", async () => {
      await open("structure");
      await tree().focus();
      await eventually(active).toMatch(/^Horror, neuron 0, \d+ neurons within it$/);
      await page.keyboard.press("ArrowRight");
      await tree().getByRole("treeitem", { level: 2 }).first().waitFor();
      await page.keyboard.press("ArrowRight");
      await eventually(active).toMatch(/\d+% of its activation within Horror/);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await eventually(() => calls("selectNeuron")).toHaveLength(1);
      await page.keyboard.press("ArrowLeft");
      await eventually(active).toMatch(/^Horror/);
      await page.keyboard.press("ArrowLeft");
      await eventually(() => tree().getByRole("treeitem", { level: 2 }).count()).toBe(0);
      await page.keyboard.press("End");
      await eventually(active).not.toMatch(/^Horror/);
      expect(await tree().getByRole("treeitem").first().getAttribute("aria-expanded")).toBe("false");
    });

    it("opens and closes by the pointer, all at once too, and keeps few rows drawn", async () => {
      await open("structure", { neurons: 16_000 });
      await tree().getByRole("treeitem").first().locator(".twisty").click();
      await tree().getByRole("treeitem", { level: 2 }).first().waitFor();
      expect(await calls("selectNeuron")).toEqual([]);
      await page.getByRole("button", { name: "Expand All" }).click();
      await eventually(() => tree().evaluate((element) => element.scrollHeight)).toBeGreaterThan(100 * 24);
      expect(await tree().getByRole("treeitem").count()).toBeLessThan(60);
      await tree().getByRole("treeitem", { level: 2 }).first().click();
      await eventually(() => calls("selectNeuron")).toHaveLength(1);
      await page.getByRole("button", { name: "Collapse All" }).click();
      await eventually(() => tree().getByRole("treeitem", { level: 2 }).count()).toBe(0);
    });
  });

  it("names near-duplicates, splitting, absorption and pairs; each name leads to its neuron", async () => {
    await open("structure");
    await table("Near-duplicates")
      .getByRole("row", { name: /Family nights 3 .*Children's 15 \.94 other/ })
      .waitFor();
    await table("Splitting")
      .getByRole("row", { name: /Comedy .*Comedy 2 .*35% 51%/ })
      .waitFor();
    await table("Absorption")
      .getByRole("row", { name: /Children's .*Family nights 3 .*Animation 4 41 63%/ })
      .waitFor();
    await table("Active together").getByRole("button", { name: "Popular" }).click();
    await eventually(() => calls("selectNeuron")).toEqual([[13]]);
    await page.getByRole("heading", { name: /Popular/, level: 1 }).waitFor();
    await eventually(() => table("Active together").locator('[aria-current="true"]').textContent()).toBe("Popular");
  });

  it("sets a pair side by side", async () => {
    await open("structure");
    await table("Near-duplicates").getByRole("button", { name: "Compare" }).first().click();
    await eventually(() => calls("compareNeurons")).toEqual([[[0, 24]]]);
    await page.getByRole("heading", { name: "Comparing 2 Neurons" }).waitFor();
  });

  it("shows names anew when labels change", async () => {
    await open("structure");
    await table("Absorption").getByText("Family nights").waitFor();
    await page.getByRole("button", { name: "Family nights" }).first().click();
    await page.getByRole("button", { name: "Take Back" }).click();
    await table("Absorption").getByRole("button", { name: "Films for the whole family" }).waitFor();
  });

  it("says in plain sentences what neurons tell of, protected attributes first", async () => {
    await open("audit");
    const found = page.getByRole("list", { name: "What was found" });
    await found.waitFor();
    const sentences = await found.getByRole("listitem").allTextContents();
    expect(sentences.map((sentence) => sentence.trim())).toEqual([
      "4 neurons tell of gender. Without them lists change by 19%, without as many random ones by 6%: clearly more. protected",
      "2 neurons tell of age. Without them lists change by 11%, without as many random ones by 6%: no clear difference. protected",
      "No neuron tells of zip_region.",
      "2 neurons follow mere popularity. Without them lists change by 34%, without as many random ones by 6%: clearly more.",
    ]);
  });

  it("gives effects with their intervals, and the neurons behind them", async () => {
    await open("audit");
    await table("Neurons that tell of gender")
      .getByRole("row", { name: /Romance 7 F 560 \.74 \(\.71 to \.77\) \.72 <\.001/ })
      .waitFor();
    await table("Lists without neurons of gender")
      .getByRole("row", { name: "These 4 neurons 19% (16% to 22%)" })
      .waitFor();
    await table("Neurons that follow mere popularity").getByRole("button", { name: "Popular" }).click();
    await eventually(() => calls("selectNeuron")).toEqual([[13]]);
  });

  it("hands a table over as CSV, with all digits and ends of intervals", async () => {
    await open("audit");
    await page.getByRole("button", { name: "Copy or save: Neurons that tell of gender" }).click();
    expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Copy as CSV", "Save as CSV…"]);
    await page.getByRole("menuitem", { name: "Save as CSV…" }).click();
    await eventually(() => calls("saveChart")).toHaveLength(1);
    const [[name, kind, content]] = await page.evaluate(() =>
      window.recorded
        .filter(({ method }) => method === "saveChart")
        .map(({ args }) => [args[0], args[1], new TextDecoder().decode(args[2] as Uint8Array)] as string[]),
    );
    expect([name, kind]).toEqual(["Neurons that tell of gender", "csv"]);
    const [head, first] = content.split("\r\n");
    expect(head).toBe("Neuron,Label,Favours,Users,AUC (95% interval),AUC from,AUC to,Cohen's d,q");
    expect(first).toMatch(/^7,Romance,F,560,0\.74,0\.71,0\.77,/);
  });

  for (const tab of ["structure", "audit"] as const) {
    it(`says that the ${tab} was not measured, and measures at a click`, async () => {
      await open(tab, { unmeasured: true });
      await page.getByText("measured by an earlier version of RecPrism").waitFor();
      await page.getByRole("button", { name: "Measure Again" }).click();
      await eventually(() => calls("measure")).toHaveLength(1);
    });
  }

  it("shows a fault of another kind as such", async () => {
    await open("audit", { failing: { audit: "audit.json is cut off in line 3." } });
    await page.getByRole("alert").getByText("audit.json is cut off").waitFor();
    expect(await page.getByRole("button", { name: "Measure Again" }).count()).toBe(0);
  });

  it("shows hostile labels as the text they are", async () => {
    await open("structure", { hostile: true });
    await page.getByRole("tree").getByText("<b>Horror</b>").waitFor();
    expect(await page.locator("main b").count()).toBe(0);
  });
});
