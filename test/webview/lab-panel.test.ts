/** The Lab as a person meets it: a neuron looked at, a user steered, a recipe handed to the host. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Recipe } from "../../src/protocol/steering";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("the Lab", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (change: Partial<Scenario> = {}) => {
    page = await screens.open({ view: "lab", neuron: 0, ...change }, 1000);
  };
  const steer = () => page.getByRole("tab", { name: "Steer" }).click();
  const user = () => page.getByRole("textbox", { name: "Preview user" });
  const titles = (label: string) => page.getByRole("list", { name: label }).locator(".ranked-title").allTextContents();
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );
  const recipe = async () => (await calls("recipeChanged")).at(-1)?.[0] as Recipe | undefined;
  const chooseUser = async (id: string) => {
    await user().fill(id);
    await user().press("Enter");
    await page.getByRole("list", { name: "Before" }).getByRole("listitem").first().waitFor();
  };

  it("says what the neuron stands for and how that is known", async () => {
    await open();
    await page.getByRole("heading", { name: /Horror/ }).waitFor();
    await page.getByText(/High confidence: precision@50 \S+ on held-out items, base rate \S+ \(\S+x\)/).waitFor();
    expect(await page.getByRole("table", { name: "Items that activate it most" }).getByRole("row").count()).toBe(21);
    const lifts = page.getByRole("figure", { name: /^Lift of 6 concepts/ });
    expect(await lifts.getByRole("cell", { name: "Horror (label)" }).count()).toBe(1);
    await page.getByRole("figure", { name: /^Histogram of activations/ }).waitFor();
  });

  it("works without the side panel: finds a neuron by its label", async () => {
    await open({ neuron: null });
    await page.getByRole("button", { name: "Find a Neuron" }).click();
    await page.getByRole("textbox", { name: "Find a neuron" }).fill("western");
    await page
      .getByRole("option", { name: /Western/ })
      .first()
      .waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Western/ }).waitFor();
  });

  it("shows somebody of the audience at once, suggests others, and takes one by keyboard", async () => {
    await open();
    await steer();
    await page.getByRole("heading", { name: "Lists of user 1", exact: true }).waitFor();
    await page.getByRole("list", { name: "Before" }).getByRole("listitem").first().waitFor();
    await page.getByRole("button", { name: "3", exact: true }).click();
    await page.getByRole("heading", { name: "Lists of user 3", exact: true }).waitFor();
    await user().fill("35");
    const suggestions = page.getByRole("listbox", { name: "Preview user: suggestions" });
    await suggestions.getByRole("option", { name: /^355/ }).waitFor();
    await user().press("ArrowDown");
    await user().press("ArrowDown");
    expect(await user().getAttribute("aria-activedescendant")).toBe(
      await suggestions.getByRole("option", { selected: true }).getAttribute("id"),
    );
    await user().press("Enter");
    expect(await user().inputValue()).toBe("350");
    await page.getByRole("heading", { name: "Lists of user 350" }).waitFor();
    await user().fill("nobody");
    await page.getByText("Nothing matches “nobody”.").waitFor();
  });

  it("changes nothing until an edit does something, then follows the slider", async () => {
    await open();
    await page.getByRole("button", { name: "Steer This Neuron" }).click();
    await chooseUser("42");
    const before = await titles("Before");
    expect(before).toHaveLength(10);
    expect(await titles("After")).toEqual(before);
    const slider = page.getByRole("slider", { name: "Strength of Horror" });
    await slider.fill("1.5");
    await eventually(() => titles("After")).not.toEqual(before);
    expect(await titles("Before")).toEqual(before);
    await page
      .getByText(/^(▲\d+|▼\d+|new)$/)
      .first()
      .waitFor();
    expect(await recipe()).toEqual({
      name: "More Horror",
      mode: "delta",
      audience: { kind: "everyone" },
      edits: [{ neuron: 0, label: "Horror", operation: "add", value: 1.5 }],
      items: [],
      filters: [],
    });
    const marks = await page.getByRole("list", { name: "After" }).locator(".change").allTextContents();
    expect(marks.every((mark) => /▲\d+up|▼\d+down|=same|newnew/.test(mark))).toBe(true);
    await page.getByRole("row", { name: /Horror \d+% → \d+% 9% / }).waitFor();
  });

  it("keeps one preview in flight while dragging and ends with the newest value", async () => {
    await open({ previewMilliseconds: 60 });
    await page.getByRole("button", { name: "Steer This Neuron" }).click();
    await chooseUser("42");
    const slider = page.getByRole("slider", { name: "Strength of Horror" });
    await slider.evaluate(async (element: HTMLInputElement) => {
      for (let move = 0; move <= 40; move++) {
        element.value = String(-1 + move / 20);
        element.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
    });
    const newest = async () => (await calls("preview")).at(-1)?.[1] as Recipe | undefined;
    await eventually(async () => (await newest())?.edits[0]).toMatchObject({ value: 1 });
    await page.getByRole("row", { name: /Horror .* → 1\.\d\d$/ }).waitFor();
    expect(await page.evaluate(() => window.mostPreviews)).toBe(1);
    expect((await calls("preview")).length).toBeLessThan(20);
    expect((await calls("recipeChanged")).length).toBeGreaterThan(30);
  });

  it("suppresses, scales and sets; switches an edit off; removes it", async () => {
    await open();
    await steer();
    await chooseUser("42");
    const chip = page.getByRole("list", { name: "Strongest neurons of this user" }).getByRole("button").first();
    const label = (await chip.locator(".chip-label").textContent()) ?? "";
    await chip.click();
    const operation = page.getByRole("combobox", { name: `Operation on ${label}` });
    await operation.selectOption("suppress");
    await page.getByText("The activation becomes 0.").waitFor();
    expect((await recipe())?.name).toBe(`Less ${label}`);
    await operation.selectOption("set");
    await page.getByRole("spinbutton", { name: /^Strength of/ }).fill("-1.5");
    await eventually(async () => (await recipe())?.edits[0]).toMatchObject({ operation: "set", value: -1.5 });
    await page.getByRole("checkbox", { name: `Use the edit of ${label}` }).uncheck();
    await eventually(async () => (await recipe())?.edits).toEqual([]);
    expect(await titles("After")).toEqual(await titles("Before"));
    await page.getByRole("checkbox", { name: `Use the edit of ${label}` }).check();
    await eventually(async () => (await recipe())?.edits).toHaveLength(1);
    await page.getByRole("button", { name: `Remove the edit of ${label}` }).click();
    await page.getByText("No edits yet.").waitFor();
  });

  it("adds an edit by search, the shared selection first", async () => {
    await open({ neuron: 8 });
    await steer();
    await page.getByRole("button", { name: "Add Edit" }).click();
    const options = page.getByRole("listbox", { name: "Neuron to edit: suggestions" }).getByRole("option");
    expect(await options.first().textContent()).toMatch(/Western/);
    await page.getByRole("textbox", { name: "Neuron to edit" }).fill("war");
    await page
      .getByRole("option", { name: /^Tag.*War/ })
      .first()
      .click();
    await page.getByRole("slider", { name: /^Strength of War/ }).waitFor();
  });

  it("hands the recipe to the host: insert, update, save, export, a name and a note of one's own, reset", async () => {
    await open();
    await page.getByRole("button", { name: "Steer This Neuron" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Calmer evenings");
    await page.getByRole("textbox", { name: "Name" }).press("Enter");
    await eventually(async () => (await recipe())?.name).toBe("Calmer evenings");
    await page.getByRole("textbox", { name: "Note" }).fill("Asked for by support.");
    await page.getByRole("textbox", { name: "Note" }).press("Enter");
    await eventually(async () => (await recipe())?.note).toBe("Asked for by support.");
    await page.getByRole("button", { name: "Insert Config" }).click();
    await page.getByRole("button", { name: "Save Config…" }).press("Enter");
    await page.getByRole("button", { name: "Update Config Here" }).click();
    for (const language of ["Python", "TypeScript", "ONNX", "YAML"]) {
      await page.getByRole("group", { name: "Export as" }).getByRole("button", { name: language }).click();
    }
    await eventually(() => calls("exportCode")).toEqual([["python"], ["typescript"], ["onnx"], ["yaml"]]);
    await eventually(() => calls("updateConfig")).toHaveLength(1);
    await eventually(() => calls("insertConfig")).toHaveLength(1);
    await eventually(() => calls("saveConfig")).toHaveLength(1);
    await page.getByRole("button", { name: "Reset" }).click();
    await eventually(async () => (await recipe())?.edits).toEqual([]);
  });

  it("takes over a recipe that the host replaces, and does not send it back", async () => {
    await open();
    await steer();
    await page.evaluate(() =>
      window.announce.recipe({
        name: "Mine",
        note: "For evenings.",
        mode: "reconstruct",
        audience: { kind: "random", count: 50, seed: 3 },
        edits: [{ neuron: 1, label: "Drama", operation: "scale", value: 2 }],
        items: [],
        filters: [],
      }),
    );
    await page.getByRole("slider", { name: "Strength of Drama" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe("Mine");
    expect(await page.getByRole("textbox", { name: "Note" }).inputValue()).toBe("For evenings.");
    expect(await page.getByLabel("Mode").inputValue()).toBe("reconstruct");
    expect(await page.getByRole("combobox", { name: "Audience" }).inputValue()).toBe("random");
    expect(await calls("recipeChanged")).toEqual([]);
  });

  it("lists as many items as wanted", async () => {
    await open();
    await steer();
    await chooseUser("7");
    await page.getByRole("combobox", { name: "List length" }).selectOption("30");
    await eventually(() => titles("After")).toHaveLength(30);
  });

  it("shows a fault in place and keeps working", async () => {
    await open({ failing: { user: "There is no user 42. Ids go from 1 to 30.", preview: "There is no list for 42." } });
    await steer();
    await user().fill("42");
    await user().press("Enter");
    await page.getByRole("alert").getByText("Ids go from 1 to 30.").waitFor();
    await page.getByRole("alert").getByText("There is no list for 42.").waitFor();
    expect(await page.getByRole("button", { name: "Add Edit" }).isVisible()).toBe(true);
  });

  it("shows hostile titles as the text they are", async () => {
    await open({ hostile: true });
    await page.getByText("<img src=x onerror=").first().waitFor();
    await steer();
    await chooseUser("42");
    await page.getByRole("list", { name: "Before" }).getByText("<img src=x onerror=").first().waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  });
});
