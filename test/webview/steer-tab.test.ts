/** The steering lab as a person meets it: cohorts chosen and named, parts of a recipe, effect and cost, doses, undo, two recipes. */
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Recipe } from "../../src/protocol/steering";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("the Steer tab", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (change: Partial<Scenario> = {}) => {
    page = await screens.open({ view: "lab", neuron: 0, saved: { tab: "steer" }, ...change }, 1000);
    await page.getByRole("combobox", { name: "Audience" }).waitFor();
  };
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );
  const recipe = async () => (await calls("recipeChanged")).at(-1)?.[0] as Recipe | undefined;
  const named = (name: string | RegExp) => page.getByRole("region", { name });
  const button = (name: string | RegExp) => page.getByRole("button", { name });
  const audience = () => page.getByRole("combobox", { name: "Audience" });
  const choose = async (label: string, text: string, option: string | RegExp) => {
    await page.getByRole("textbox", { name: label, exact: true }).fill(text);
    await page
      .getByRole("listbox", { name: new RegExp(`^${label}`) })
      .getByRole("option", { name: option })
      .first()
      .click();
  };
  const addEdit = async (text: string, option: string | RegExp) => {
    await button("Add Edit").click();
    await choose("Neuron to edit", text, option);
  };
  const slider = (name: string) => page.getByRole("slider", { name, exact: true });
  /** The 20 greatest fans of Horror, for whom it is set to -1.5. */
  const lessHorror = async () => {
    await audience().selectOption("neuron");
    await addEdit("horror", /neuron 0 /);
    await page.getByRole("combobox", { name: "Operation on Horror" }).selectOption("set");
    await slider("Strength of Horror").fill("-1.5");
  };
  const cells = (row: Locator) => row.getByRole("cell").allTextContents();

  describe("who", () => {
    it("is everyone at first, and says how many that are", async () => {
      await open();
      await page.getByText("2,000 users, 100% of 2,000").waitFor();
      const examples = page.getByRole("group", { name: "Users of the audience" }).getByRole("button");
      expect(await examples.count()).toBe(5);
      expect(await examples.first().getAttribute("aria-pressed")).toBe("true");
    });

    it("is found by SQL with the columns offered, and a fault of the condition stands where it was written", async () => {
      await open();
      await audience().selectOption("sql");
      await page.getByText("Until then the recipe is for everyone.").waitFor();
      const condition = page.getByRole("textbox", { name: "SQL condition" });
      await page.getByRole("list", { name: "Columns of the user table" }).getByRole("button", { name: /^age/ }).click();
      expect(await condition.inputValue()).toBe("age");
      await condition.press("End");
      await condition.pressSequentially(" < 25 AND gender = 'F'");
      await condition.press("Enter");
      await page.getByText(/^\d+ users, \d+% of 2,000$/).waitFor();
      await eventually(async () => (await recipe())?.audience).toEqual({
        kind: "sql",
        where: "age < 25 AND gender = 'F'",
      });
      expect(await condition.evaluate((element) => element === document.activeElement)).toBe(true);
      await condition.fill("age <");
      await condition.press("Enter");
      await page.getByRole("alert").getByText('syntax error at or near "age <"').waitFor();
      await condition.fill("age > 99");
      await condition.press("Enter");
      await page.getByText("Nobody is in it: loosen the condition.").waitFor();
    });

    it("is not found by SQL in a restricted workspace, which says so", async () => {
      await open({ restricted: true });
      await audience().selectOption("sql");
      await page.getByText("No column is known").waitFor();
      await page.getByRole("textbox", { name: "SQL condition" }).fill("age < 25");
      await page.getByRole("textbox", { name: "SQL condition" }).press("Enter");
      await page.getByRole("alert").getByText("No SQL is run in a restricted workspace.").waitFor();
    });

    it("is found by a neuron, by a count or a share", async () => {
      await open();
      await audience().selectOption("neuron");
      await page.getByText("20 users, 1% of 2,000").waitFor();
      await page.getByRole("combobox", { name: "Top as" }).selectOption("share");
      await page.getByText("100 users, 5% of 2,000").waitFor();
      await choose("Neuron of the audience", "western", /neuron 8 /);
      await eventually(async () => (await recipe())?.audience).toMatchObject({
        kind: "neuron",
        neuron: 8,
        top: { share: 0.05 },
      });
    });

    it("is found by history, by the largest share or at least some share of a tag", async () => {
      await open();
      await audience().selectOption("history");
      await page.getByText("20 users, 1% of 2,000").waitFor();
      await choose("Tag of the history", "dram", /^Drama/);
      await page.getByRole("combobox", { name: "By what" }).selectOption("least");
      await page.getByRole("spinbutton", { name: "Least share in per cent" }).fill("15");
      await eventually(async () => (await recipe())?.audience).toEqual({
        kind: "history",
        column: "genres",
        tag: "Drama",
        atLeast: 0.15,
      });
    });

    it("is a random sample, a list of ids, or one user", async () => {
      await open();
      await audience().selectOption("random");
      await page.getByText("1,000 users, 50% of 2,000").waitFor();
      await page.getByRole("spinbutton", { name: "Number of users" }).fill("50");
      await page.getByText("50 users, 3% of 2,000").waitFor();
      await audience().selectOption("users");
      const ids = page.getByRole("textbox", { name: "User ids" });
      await ids.fill("7, 8\n8;9000");
      await ids.press("Control+Enter");
      await page.getByRole("alert").getByText("There is no user 9000.").waitFor();
      await ids.fill("7\n8");
      await ids.press("Control+Enter");
      await page.getByText("2 users, <1% of 2,000").waitFor();
      await eventually(async () => (await recipe())?.audience).toEqual({ kind: "users", users: ["7", "8"] });
      await audience().selectOption("user");
      await choose("User", "42", /^42/);
      await page.getByRole("heading", { name: "Lists of user 42", exact: true }).waitFor();
      await eventually(async () => (await recipe())?.audience).toEqual({ kind: "users", users: ["42"] });
    });

    it("can be saved by name, chosen by it, and forgotten", async () => {
      await open();
      await audience().selectOption("Young women");
      expect(await page.getByRole("textbox", { name: "SQL condition" }).inputValue()).toBe("age < 25 AND gender = 'F'");
      await audience().selectOption("neuron");
      await button("Save Audience…").click();
      await eventually(() => audience().evaluate((element: HTMLSelectElement) => element.selectedOptions[0].text)).toBe(
        "Audience 2",
      );
      await button("Forget").click();
      await eventually(() => audience().inputValue()).toBe("neuron");
      expect(await calls("forgetAudience")).toEqual([["Audience 2"]]);
    });

    it("can be given up while it is looked for", async () => {
      await open({ taskMilliseconds: 4000 });
      const finding = named("Finding the users");
      await finding.getByRole("progressbar").waitFor();
      await finding.getByRole("button", { name: /^Cancel/ }).click();
      await page.getByText("Finding the users was cancelled.").waitFor();
      expect(await calls("endTask")).toHaveLength(1);
      await button("Find Them").click();
      await finding.waitFor();
    });
  });

  describe("what", () => {
    it("takes the neurons of one concept together, and one strength for all", async () => {
      await open();
      await addEdit("romance", /Romance.*neurons together/);
      await slider("Strength of Romance").fill("1.5");
      await eventually(async () => (await recipe())?.edits[0]).toMatchObject({ value: 1.5 });
      const edits = (await recipe())?.edits ?? [];
      expect(edits.length).toBeGreaterThan(1);
      expect(new Set(edits.map(({ neuron }) => neuron)).size).toBe(edits.length);
      expect(edits.every((edit) => edit.label === "Romance" && edit.operation === "add" && edit.value === 1.5)).toBe(
        true,
      );
      await page.evaluate((same) => window.announce.recipe(same as Recipe), (await recipe()) as Recipe);
      expect(await page.getByRole("list", { name: "Edits" }).getByRole("listitem").count()).toBe(1);
      await page.getByText(`Romance (${edits.length} neurons)`).waitFor();
    });

    it("pushes items, by title or by tag, and tells who sees them", async () => {
      await open();
      await audience().selectOption("neuron");
      await button("Edit Items").click();
      await choose("Items to edit", "Paper Harbour", /^Paper Harbour/);
      await page.getByText("Choose the neuron that these items shall activate").waitFor();
      await button("Add Neuron").click();
      await choose("Neuron for Paper Harbour", "horror", /neuron 0 /);
      await slider("Strength of Horror").fill("3");
      await eventually(async () => (await recipe())?.items).toEqual([
        {
          items: { kind: "items", items: [expect.any(String)] },
          edits: [expect.objectContaining({ neuron: 0, value: 3 })],
        },
      ]);
      await page.getByRole("row", { name: /^Exposure of Paper Harbour/ }).waitFor();
      await button("Edit Items").click();
      await choose("Items to edit", "west", /^All Western/);
      await page.getByRole("listitem", { name: "Items: All Western" }).waitFor();
      // Without a neuron it is not part of the recipe yet.
      expect((await recipe())?.items).toHaveLength(1);
    });

    it("hides items by a threshold that begins where it hides none", async () => {
      await open();
      await button("Hide Items").click();
      await choose("Neuron to hide by", "drama", /^Tag.*Drama/);
      await page.getByText("0 of 1,200 items are hidden.").waitFor();
      await slider("Threshold of Drama").fill("0.5");
      await page.getByText(/^[1-9]\d* of 1,200 items are hidden\.$/).waitFor();
      await eventually(async () => (await recipe())?.filters).toMatchObject([{ label: "Drama", above: 0.5 }]);
      await page.getByRole("spinbutton", { name: "Threshold of Drama as a number" }).fill("-1");
      await page.getByRole("alert").getByText("The least is 0. 0.5 still holds.").waitFor();
      await page.getByRole("checkbox", { name: "Use the filter on Drama" }).uncheck();
      await eventually(async () => (await recipe())?.filters).toEqual([]);
    });

    it("does not send a strength that is no number, and says why", async () => {
      await open();
      await addEdit("horror", /neuron 0 /);
      const number = page.getByRole("spinbutton", { name: "Strength of Horror as a number" });
      await number.fill("1.25");
      await eventually(async () => (await recipe())?.edits[0]).toMatchObject({ value: 1.25 });
      const sent = (await calls("recipeChanged")).length;
      await number.fill("");
      await page.getByRole("alert").getByText("This is no number. 1.25 still holds.").waitFor();
      expect(await number.getAttribute("aria-invalid")).toBe("true");
      await number.pressSequentially("-");
      await page.getByRole("alert").getByText("This is no number. 1.25 still holds.").waitFor();
      await number.blur();
      expect(await number.inputValue()).toBe("1.25");
      const values = (await calls("recipeChanged")).slice(sent).map(([of]) => (of as Recipe).edits[0]);
      expect(values.every((edit) => edit.operation === "add" && Number.isFinite(edit.value))).toBe(true);
    });

    it("undoes and redoes by button and by key, a drag at once, but never what is typed in a field", async () => {
      await open();
      await addEdit("horror", /neuron 0 /);
      const horror = slider("Strength of Horror");
      await horror.evaluate((element: HTMLInputElement) => {
        for (let move = 0; move <= 10; move++) {
          element.value = String(move / 10);
          element.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }
      });
      await horror.focus();
      await page.keyboard.press("Control+z");
      await eventually(async () => (await recipe())?.edits[0]).toMatchObject({ value: 0 });
      await page.keyboard.press("Control+z");
      await page.getByText("No edits yet.").waitFor();
      expect(await button("Undo").isDisabled()).toBe(true);
      await page.keyboard.press("Control+Shift+z");
      await page.keyboard.press("Control+y");
      await eventually(() => horror.inputValue()).toBe("1");
      const name = page.getByRole("textbox", { name: "Name" });
      await name.fill("Mine");
      await name.press("Control+z");
      expect(await slider("Strength of Horror").inputValue()).toBe("1");
      await button("Reset").click();
      await page.getByText("No edits yet.").waitFor();
      await button("Undo").click();
      await eventually(() => slider("Strength of Horror").inputValue()).toBe("1");
    });

    it("keeps what is off and what can be undone over a reload", async () => {
      await open();
      await addEdit("horror", /neuron 0 /);
      await slider("Strength of Horror").fill("1");
      await page.getByRole("checkbox", { name: "Use the edit of Horror" }).uncheck();
      await eventually(() => page.evaluate(() => JSON.stringify(window.acquireVsCodeApi().getState()))).toContain(
        '"enabled":false',
      );
      const saved = await page.evaluate(() => window.acquireVsCodeApi().getState());
      await page.close();
      await open({ saved });
      expect(await page.getByRole("checkbox", { name: "Use the edit of Horror" }).isChecked()).toBe(false);
      await button("Undo").click();
      await eventually(async () => (await recipe())?.edits).toMatchObject([{ label: "Horror", value: 1 }]);
    });
  });

  describe("effect and cost", () => {
    it("say the next step while nothing is in force", async () => {
      await open();
      await page.getByText("Nothing is in force yet: all lists are as they were.").waitFor();
      await page.getByText("Add an edit first: its strength is what is looked for.").waitFor();
      expect(await calls("effect")).toEqual([]);
    });

    it("follow the recipe once it rests, with shares, base rates and costs", async () => {
      await open();
      await lessHorror();
      await page.getByRole("heading", { name: /Effect on 20 users, top 10/ }).waitFor();
      const row = named("Concept shares").getByRole("row", { name: /^Tag Horror/ });
      const [base, before, after] = await cells(row);
      expect(base).toMatch(/^\d+%$/);
      expect(Number.parseInt(before, 10)).toBeGreaterThan(Number.parseInt(base, 10));
      expect(after).toMatch(/^0%/);
      const costs = await named("Cost").getByRole("rowheader").allTextContents();
      for (const name of [
        "NDCG@20",
        "HR@20",
        "RBO",
        "Changed users",
        "Coverage",
        "Gini",
        "Popularity",
        "Worst tenth",
      ]) {
        expect(costs.join("\n")).toContain(name);
      }
      await page
        .getByRole("list", { name: "Effect in short" })
        .getByText(/Horror \d+% → 0%/)
        .waitFor();
      await button(/who loses most/)
        .first()
        .click();
      const user =
        (await button(/who loses most/)
          .first()
          .textContent()) ?? "";
      await page.getByRole("heading", { name: `Lists of user ${user}`, exact: true }).waitFor();
    });

    it("grey what is old and wait to be asked where measuring takes long", async () => {
      await open({ taskMilliseconds: 1800 });
      await lessHorror();
      await named("Concept shares").waitFor();
      const measured = (await calls("effect")).length;
      await slider("Strength of Horror").fill("-0.5");
      await page.getByText("Measuring this audience takes a while, so it waits until you ask for it.").waitFor();
      await page.getByText("The figures are those of the recipe before.").waitFor();
      expect((await calls("effect")).length).toBe(measured);
      await button("Measure Again").click();
      await named("Measuring the effect").getByRole("progressbar").waitFor();
      await named("Measuring the effect")
        .getByRole("button", { name: /^Cancel/ })
        .click();
      await page.getByText("Measuring was cancelled.").waitFor();
      await button("Measure Again").click();
      await page.getByText("The figures are those of the recipe before.").waitFor({ state: "detached" });
    });

    it("warn of contradictory edits, in words", async () => {
      await open();
      await lessHorror();
      await addEdit("horror", /edited already · neuron 0 /);
      const warnings = page.getByRole("list", { name: "Warnings of the effect" });
      await warnings.getByText("Warning: Horror is edited more than once").waitFor();
      await page.getByText("⚠ 1 warning").waitFor();
    });

    it("show a fault where it happened, with a way to try again", async () => {
      await open({ failing: { effect: "The engine ran out of memory.", vocabulary: "No tags." } });
      await lessHorror();
      const fault = page.getByRole("alert").filter({ hasText: "The engine ran out of memory." });
      await fault.getByRole("button", { name: "Try again" }).click();
      await eventually(async () => (await calls("effect")).length).toBeGreaterThan(1);
      await fault.waitFor();
    });

    it("compare two recipes side by side", async () => {
      await open();
      await lessHorror();
      await named("Cost").waitFor();
      await button("Copy to B").click();
      await slider("Strength of Horror").fill("0.4");
      const pair = page.getByRole("table", { name: /^Effects of the recipes A and B/ });
      const share = pair.getByRole("row", { name: /^Horror, share of lists/ });
      await eventually(() => cells(share)).toEqual([
        expect.stringMatching(/^0%/),
        expect.stringMatching(/^(?!0%)\d+%/),
      ]);
      await page.getByRole("group", { name: "Recipe A or B" }).getByRole("button", { name: "A" }).click();
      await eventually(() => slider("Strength of Horror").inputValue()).toBe("-1.5");
      await eventually(async () => (await recipe())?.edits).toMatchObject([{ value: -1.5 }]);
      await button("Drop B").click();
      await pair.waitFor({ state: "detached" });
      await button("Undo").click();
      await pair.waitFor();
    });
  });

  describe("dose and controls", () => {
    it("finds the smallest edit for a goal, and takes it", async () => {
      await open();
      await lessHorror();
      await slider("Strength of Horror").fill("2");
      await page.getByRole("spinbutton", { name: "Share of the list in per cent" }).fill("20");
      await button("Find Dose").click();
      await page.getByText(/^Found: set .* brings Horror to \d+% of the top 10\.$/).waitFor();
      expect((await calls("findDose")).at(-1)?.slice(1, 4)).toEqual([
        [0],
        { share: { atMost: 0.2 }, ndcgLoss: 0.01 },
        10,
      ]);
      await button("Use This Dose").click();
      await eventually(async () => (await recipe())?.edits[0]).not.toMatchObject({ value: 2 });
      await page.getByRole("checkbox", { name: "at most" }).uncheck();
      await page.getByRole("combobox", { name: "Under or over" }).selectOption("over");
      await page.getByRole("spinbutton", { name: "Share of the list in per cent" }).fill("101");
      await page.getByRole("alert").getByText("The most is 100.").waitFor();
      await page.getByRole("spinbutton", { name: "Share of the list in per cent" }).fill("100");
      await button("Find Dose").click();
      await eventually(async () => (await calls("findDose")).at(-1)?.[2]).toEqual({ share: { atLeast: 1 } });
    });

    it("is cancelled where it was started", async () => {
      await open({ taskMilliseconds: 1000 });
      await lessHorror();
      await button("Find Dose").click();
      await named("Finding the dose")
        .getByRole("button", { name: /^Cancel/ })
        .click();
      await page.getByText("Finding the dose was cancelled.").waitFor();
      await button("Measure Controls and Curve").click();
      await named("Measuring controls and curve")
        .getByRole("button", { name: /^Cancel/ })
        .click();
      await button("Measure Controls and Curve").waitFor();
      expect((await calls("endTask")).length).toBeGreaterThanOrEqual(3);
    });

    it("draws target, off-target concepts, NDCG and controls over strength, as numbers too", async () => {
      await open();
      await lessHorror();
      await named("Cost").waitFor();
      await button("Measure Controls and Curve").click();
      const shares = page.getByRole("figure", { name: /^Share of the top 10/ });
      await shares.waitFor();
      const columns = await shares.getByRole("columnheader").allTextContents();
      expect(columns[0]).toBe("Set Horror");
      expect(columns).toEqual(expect.arrayContaining(["Horror", "Drama", "opposite sign", "tag filter"]));
      expect(columns.some((name) => name.startsWith("random: "))).toBe(true);
      await page.getByRole("figure", { name: /^Change of NDCG@20/ }).waitFor();
      expect(await shares.getByRole("row").count()).toBe(14);
      const controls = page.getByRole("table", { name: "The same audience with something else done to it" });
      expect((await controls.getByRole("rowheader").allTextContents())[0]).toBe("This recipe");
      // The edit's own strength is a mark in the curve, which holds; the controls do not.
      await slider("Strength of Horror").fill("-0.5");
      await page.getByText("The controls are those of the recipe before.").waitFor();
      expect(await page.getByText("The curve is that of the recipe before.").count()).toBe(0);
      await page.getByLabel("Mode").selectOption("reconstruct");
      await page.getByText("The curve is that of the recipe before.").waitFor();
    });
  });

  describe("why", () => {
    it("says of moved items which concepts moved them", async () => {
      await open();
      await lessHorror();
      const out = page.getByRole("list", { name: "Before" }).getByRole("listitem").filter({ hasText: "out, now" });
      await out
        .first()
        .getByText(/Horror -\d*\.\d\d/)
        .waitFor();
    });

    it("takes a score apart, before and after, and gives the focus back", async () => {
      await open();
      await lessHorror();
      await page.getByRole("row", { name: /^Horror .* → -1\.50$/ }).waitFor();
      const why = page.getByRole("list", { name: "Before" }).getByRole("button", { name: /^Why / }).first();
      await why.click();
      const dialog = page.getByRole("dialog", { name: /^Why .*\?$/ });
      await dialog.getByText(/without the recipe: rank 1\. Exact: the parts add up/).waitFor();
      const parts = dialog.getByRole("table", { name: "Parts of the score" });
      const rows = await parts.getByRole("rowheader").allTextContents();
      expect(rows.slice(-4)).toEqual([" Bias", " Not explained", " Completeness error", "Score"]);
      await dialog.getByText("= the sum of the parts").waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      expect(await why.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.getByRole("list", { name: "After" }).getByRole("button", { name: /^Why / }).first().press("Enter");
      await dialog.getByText(/with the recipe: rank 1\./).waitFor();
      expect((await calls("explain")).map(([, , of]) => of === null)).toEqual([true, false]);
    });
  });

  it("has a name for every control", async () => {
    await open();
    await lessHorror();
    await audience().selectOption("history");
    await button("Copy to B").click();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".steer :is(input, select, textarea, button)")]
        .filter((element) => {
          const field = element as HTMLInputElement;
          const label = element.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? element.textContent;
          return (label ?? "").trim() === "";
        })
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
  });
});
