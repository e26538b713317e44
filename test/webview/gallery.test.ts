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
  await page.getByRole("combobox", { name: "Audience" }).selectOption("neuron");
  await page.getByRole("button", { name: "Add Edit" }).click();
  await page.getByRole("textbox", { name: "Neuron to edit" }).fill("horror");
  await page
    .getByRole("option", { name: /neuron 0 / })
    .first()
    .click();
  await page.getByRole("slider", { name: "Strength of Horror" }).fill("-1.5");
  await page.getByRole("list", { name: "Strongest neurons of this user" }).getByRole("button").nth(2).click();
  await page.getByRole("combobox", { name: "Operation on Horror" }).selectOption("set");
  await page.getByRole("slider").nth(0).fill("-1.5");
  await page.getByRole("slider").nth(1).fill("0.8");
  await page.getByText("▲").first().waitFor();
  await page.getByRole("region", { name: "Cost" }).waitFor();
}

async function steerWithAll(page: Page): Promise<void> {
  await steerSomeone(page);
  await page.getByRole("button", { name: "Hide Items" }).click();
  await page.getByRole("textbox", { name: "Neuron to hide by" }).fill("war");
  await page
    .getByRole("option", { name: /^Tag.*War/ })
    .first()
    .click();
  await page.getByRole("slider", { name: "Threshold of War" }).fill("1.2");
  await page.getByRole("button", { name: "Edit Items" }).click();
  await page.getByRole("textbox", { name: "Items to edit" }).fill("Paper");
  await page.getByRole("listbox").getByRole("option").first().click();
  await page.getByRole("button", { name: "Add Neuron" }).click();
  await page.getByRole("textbox", { name: /^Neuron for/ }).fill("romance");
  await page
    .getByRole("option", { name: /Romance/ })
    .first()
    .click();
  await page.getByRole("slider", { name: "Strength of Romance" }).fill("2");
  await page.getByRole("button", { name: "Find Dose" }).click();
  await page.getByText(/^(Found|Not reached): /).waitFor();
  await page.getByRole("button", { name: "Copy to B" }).click();
  await page.getByRole("slider", { name: "Strength of Horror" }).fill("-0.4");
  await page.getByRole("button", { name: "Measure Controls and Curve" }).click();
  await page.locator(".plot").nth(1).waitFor();
  await page
    .getByText("measured")
    .first()
    .waitFor({ state: "detached" })
    .catch(() => {});
}

async function dashboardDrawn(page: Page): Promise<void> {
  await page.locator(".plot").nth(2).waitFor();
  await page.locator(".map-canvas").waitFor();
  await page.getByText("Laying out the items").waitFor({ state: "detached" });
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
    name: "neurons-chosen",
    scenario: { ...NEURONS, saved: { filter: { search: "", kinds: [], sort: "neuron", descending: false } } },
    width: 300,
    height: 480,
    until: async (page) => {
      const rows = page.getByRole("listbox").getByRole("option");
      await rows.nth(1).click();
      await rows.nth(3).click({ modifiers: ["Control"] });
      await rows.nth(6).click({ modifiers: ["Control"] });
      await page.getByText("3 selected").waitFor();
      await rows.nth(3).click({ button: "right" });
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "neurons-help",
    scenario: NEURONS,
    width: 300,
    until: async (page) => {
      await page.getByRole("textbox", { name: "Search neurons" }).fill("ms>much");
      await page.getByText("is no number").waitFor();
      await page.getByRole("button", { name: "What can be searched for" }).click();
    },
  },
  {
    name: "neurons-filters",
    scenario: { ...NEURONS, saved: { filter: { search: "kind:tga", kinds: [], sort: "auc", descending: true } } },
    width: 300,
    height: 400,
    until: async (page) => {
      await page.getByText("there is no kind").waitFor();
      await page.getByRole("button", { name: "Saved filters" }).click();
      await page.getByRole("button", { name: /^Sure eras/ }).waitFor();
    },
  },
  ...[1400, 600].flatMap((width): Shot[] => [
    {
      name: `lab-structure-${width}`,
      scenario: { ...LAB, saved: { tab: "structure" } },
      width,
      height: width === 1400 ? 1300 : 2300,
      until: async (page) => {
        const tree = page.getByRole("tree");
        await tree.focus();
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("ArrowDown");
      },
    },
    {
      name: `lab-audit-${width}`,
      scenario: { ...LAB, saved: { tab: "audit" } },
      width,
      height: width === 1400 ? 1300 : 1900,
      until: (page) => page.getByText("neurons tell of gender").waitFor(),
    },
  ]),
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
    name: "lab-neuron-1400",
    scenario: LAB,
    width: 1400,
    height: 2350,
    until: dashboardDrawn,
  },
  {
    name: "lab-neuron-600",
    scenario: { ...LAB, neuron: 3 },
    width: 600,
    height: 4300,
    until: async (page) => {
      await dashboardDrawn(page);
      await page.getByRole("button", { name: "Why?" }).click();
      await page.getByRole("region", { name: "Why this name" }).waitFor();
    },
  },
  {
    name: "lab-neuron-400",
    scenario: { ...LAB, hostile: true, neuron: 3 },
    width: 400,
    height: 3000,
    themes: ["dark"],
    until: dashboardDrawn,
  },
  {
    name: "lab-neuron-map",
    scenario: { ...LAB, neuron: 6, mapped: 40_000 },
    width: 1000,
    height: 1400,
    until: async (page) => {
      await dashboardDrawn(page);
      const map = page.locator(".map-canvas");
      await map.focus();
      await page.keyboard.press("+");
      await map.hover({ position: { x: 150, y: 150 } });
      await page.locator(".map-tip").waitFor();
    },
  },
  {
    name: "lab-neuron-unlabelled",
    scenario: { ...LAB, neuron: 14, years: false, demographics: false },
    width: 1000,
    height: 1400,
    themes: ["light"],
    until: dashboardDrawn,
  },
  {
    name: "lab-neuron-dead",
    scenario: { ...LAB, neuron: 17 },
    width: 1000,
    height: 400,
    themes: ["dark"],
    until: (page) => page.getByText("nothing to steer").waitFor(),
  },
  {
    name: "lab-comparison-1000",
    scenario: { ...LAB, compared: [0, 3, 5, 12, 21] },
    width: 1000,
    height: 1150,
    until: (page) => page.getByRole("table", { name: /^Lift of concepts/ }).waitFor(),
  },
  {
    name: "lab-comparison-600",
    scenario: { ...LAB, hostile: true, compared: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14] },
    width: 600,
    height: 1900,
    themes: ["high-contrast"],
    until: (page) => page.getByRole("table", { name: /^Lift of concepts/ }).waitFor(),
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
  { name: "lab-steer-1000", scenario: LAB, width: 1000, height: 1500, until: steerSomeone },
  { name: "lab-steer-600", scenario: LAB, width: 600, height: 2400, until: steerSomeone },
  { name: "lab-steer-all-1600", scenario: LAB, width: 1600, height: 2600, until: steerWithAll },
  {
    name: "lab-steer-why",
    scenario: LAB,
    width: 1000,
    height: 900,
    until: async (page) => {
      await steerSomeone(page);
      await page.getByRole("list", { name: "After" }).getByRole("button", { name: /^Why / }).nth(1).click();
      await page.getByText("= the sum of the parts").waitFor();
    },
  },
  {
    name: "lab-steer-faults-600",
    scenario: {
      ...LAB,
      hostile: true,
      restricted: true,
      failing: { effect: "The engine ran out of memory. Choose a smaller audience." },
    },
    width: 600,
    height: 2000,
    themes: ["dark"],
    until: async (page) => {
      await page.getByRole("tab", { name: "Steer" }).click();
      await page.getByRole("button", { name: "Add Edit" }).click();
      await page.getByRole("listbox").getByRole("option").first().click();
      await page.getByRole("spinbutton", { name: /^Strength of/ }).fill("");
      await page.getByText("still holds").waitFor();
      await page.getByLabel("Mode").selectOption("reconstruct");
      await page.getByText("The engine ran out of memory.").waitFor();
      await page.getByRole("combobox", { name: "Audience" }).selectOption("sql");
      await page.getByRole("textbox", { name: "SQL condition" }).fill("age < 25");
      await page.getByRole("textbox", { name: "SQL condition" }).press("Enter");
      await page.getByText("No SQL is run in a restricted workspace.").waitFor();
    },
  },
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
