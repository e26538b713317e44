/** Every screen, in every theme and width, draws itself without breaking the page's policy; the pictures are kept. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "./harness/scenario";
import { picture, Screens, withoutBrowser } from "./harness/screen";
import { THEMES, type Theme } from "./harness/themes";

const NEURONS = { view: "neurons" } as const;
const LAB = { view: "lab", neuron: 0 } as const;
const ENGINE_FAULT = { reason: "internal", message: "The engine stopped. Run RecPrism: Restart Engine.", where: {} };

async function steerSomeone(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Steer" }).click();
  await page.getByLabel("User", { exact: true }).fill("42");
  await page.getByLabel("User", { exact: true }).press("Enter");
  const chips = page.getByRole("list", { name: "Strongest neurons of this user" }).getByRole("button");
  await chips.nth(0).click();
  await chips.nth(1).click();
  await page.getByRole("slider").nth(0).fill("-1.2");
  await page
    .getByRole("combobox", { name: /^Operation/ })
    .nth(1)
    .selectOption("scale");
  await page.getByRole("slider").nth(1).fill("2.5");
  await page.getByText("▲").first().waitFor();
}

interface Shot {
  name: string;
  scenario: Partial<Scenario>;
  width: number;
  height?: number;
  /** All, unless said otherwise. */
  themes?: readonly Theme[];
  until: (page: Page) => Promise<void>;
}

const SHOTS: Shot[] = [
  { name: "neurons", scenario: NEURONS, width: 300, until: (page) => page.getByText("Horror").first().waitFor() },
  {
    name: "neurons-stale",
    scenario: {
      ...NEURONS,
      stale: {
        remedy: "train",
        title: "Embeddings and interactions changed since training",
        changes: [
          "items.npy changed since this SAE was trained: 3,018 -> 3,050 rows.",
          "interactions.csv changed since this SAE was trained: 10,204,120 -> 10,300,002 bytes.",
        ],
      },
    },
    width: 300,
    until: (page) => page.getByText("Horror").first().waitFor(),
  },
  {
    name: "neurons-walked",
    scenario: { ...NEURONS, saved: { filter: { search: "", kinds: ["tag", "era"], sort: "ms", descending: true } } },
    width: 300,
    height: 400,
    until: async (page) => {
      await page.getByRole("listbox").getByRole("option").first().waitFor();
      await page.getByRole("listbox").focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.getByRole("listbox").getByRole("option", { selected: true }).waitFor();
    },
  },
  {
    name: "lab-suggestions",
    scenario: LAB,
    width: 600,
    height: 500,
    until: async (page) => {
      await page.getByRole("textbox", { name: "Find a neuron" }).fill("r");
      await page.getByRole("option").first().waitFor();
      await page.keyboard.press("ArrowDown");
      await page.getByRole("option", { selected: true }).waitFor();
    },
  },
  {
    name: "neurons-training",
    scenario: { ...NEURONS, project: "training" },
    themes: ["high-contrast"],
    width: 300,
    until: (page) => page.getByText("epoch 7 of 18").waitFor(),
  },
  {
    name: "neurons-no-project",
    scenario: { ...NEURONS, project: "none", fault: ENGINE_FAULT as Scenario["fault"] },
    themes: ["dark"],
    width: 300,
    until: (page) => page.getByText("Open Sample Project").waitFor(),
  },
  {
    name: "neurons-untrained",
    scenario: { ...NEURONS, project: "untrained" },
    themes: ["light"],
    width: 300,
    until: (page) => page.getByText("2,000 users").waitFor(),
  },
  {
    name: "lab-neuron-1000",
    scenario: LAB,
    width: 1000,
    height: 900,
    until: (page) => page.locator(".plot").nth(1).waitFor(),
  },
  {
    name: "lab-neuron-600",
    scenario: LAB,
    width: 600,
    height: 1500,
    until: (page) => page.locator(".plot").nth(1).waitFor(),
  },
  {
    name: "lab-run-1100",
    scenario: { ...LAB, saved: { tab: "run", comparedRuns: ["run-49", "run-43", "run-41"] } },
    width: 1100,
    height: 1500,
    until: (page) => page.locator(".run-comparison .plot").nth(5).waitFor(),
  },
  {
    name: "lab-run-400",
    scenario: { ...LAB, saved: { tab: "run", comparedRuns: ["run-49", "run-43"] } },
    width: 400,
    height: 2600,
    themes: ["dark"],
    until: (page) => page.locator(".run-comparison .plot").nth(5).waitFor(),
  },
  {
    name: "lab-retraining",
    scenario: { ...LAB, project: "retraining", runs: 2, saved: { tab: "run" } },
    width: 1100,
    height: 900,
    until: (page) => page.locator(".plot").nth(3).waitFor(),
  },
  {
    name: "lab-untrained",
    scenario: {
      ...LAB,
      project: "untrained",
      runs: 0,
      saved: { train: { project: "/films", preset: null, typed: { latents: "0" } } },
    },
    themes: ["light"],
    width: 1000,
    height: 500,
    until: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "lab-steer-1000", scenario: LAB, width: 1000, height: 760, until: steerSomeone },
  { name: "lab-steer-600", scenario: LAB, width: 600, height: 1200, until: steerSomeone },
];

describe.skipIf(withoutBrowser !== null)("screens", () => {
  let screens: Screens;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterAll(() => screens?.stop());

  for (const { name, scenario, width, height, themes = THEMES, until } of SHOTS) {
    for (const theme of themes) {
      it(`draws ${name} in ${theme}`, async () => {
        const page = await screens.open({ ...scenario, theme }, width, height);
        const faults: string[] = [];
        page.on("console", (line) => line.type() !== "log" && faults.push(line.text()));
        page.on("pageerror", (thrown) => faults.push(String(thrown)));
        await until(page);
        await picture(page, `${name}-${theme}`);
        expect(await page.evaluate(() => window.violations)).toEqual([]);
        expect(faults).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
        await page.close();
      });
    }
  }
});
