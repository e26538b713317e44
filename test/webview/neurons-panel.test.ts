/** The Neurons side panel as a person meets it: seen, clicked, typed into and heard. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { NeuronQuery } from "../../src/protocol/neurons";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("the Neurons panel", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (change: Partial<Scenario> = {}) => {
    page = await screens.open({ view: "neurons", ...change }, 300);
  };
  const list = () => page.getByRole("listbox", { name: "Neurons" });
  const rows = () => list().getByRole("option");
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );

  it("lists neurons by monosemanticity, read aloud with base rate and place", async () => {
    await open();
    await rows().first().waitFor();
    const scores = await rows().evaluateAll((all) =>
      all.slice(0, 10).map((row) => Number(/MS (\S+),/.exec(row.ariaLabel ?? "")?.[1])),
    );
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const named = rows().filter({ hasText: "|" }).first();
    expect(await named.getAttribute("aria-label")).toMatch(/purity at 10 \d+%, base rate \d+%, active on/);
    expect(await rows().first().getAttribute("aria-posinset")).toBe("1");
    expect(await rows().first().getAttribute("aria-setsize")).toBe("400");
  });

  it("scrolls 16,000 neurons without a blank row", async () => {
    await open({ neurons: 16_000 });
    await rows().first().waitFor();
    for (const share of [0.1, 0.37, 0.9, 0.5, 1, 0.001]) {
      await list().evaluate((element, where) => {
        element.scrollTop = where * element.scrollHeight;
      }, share);
      await eventually(() =>
        list().evaluate((element) => {
          const { top, bottom } = element.getBoundingClientRect();
          const seen = [...element.querySelectorAll("[role=option]")].filter((row) => {
            const box = row.getBoundingClientRect();
            return box.bottom > top && box.top < bottom;
          });
          const heights = seen.reduce((sum, row) => sum + row.getBoundingClientRect().height, 0);
          const loaded = seen.every((row) => row.ariaLabel !== "Loading");
          return loaded && heights >= bottom - top - 1;
        }),
      ).toBe(true);
      expect(await rows().count()).toBeLessThan(60);
    }
  });

  it("is walked by keys: arrows, pages, Home and End move, Enter opens", async () => {
    await open({ neurons: 16_000 });
    await rows().first().waitFor();
    await list().focus();
    const selected = async () => {
      const row = list().locator('[aria-selected="true"]');
      await row.waitFor();
      expect(await list().getAttribute("aria-activedescendant")).toBe(await row.getAttribute("id"));
      return Number(await row.getAttribute("aria-posinset"));
    };
    await page.keyboard.press("ArrowDown");
    expect(await selected()).toBe(1);
    await page.keyboard.press("ArrowDown");
    expect(await selected()).toBe(2);
    await page.keyboard.press("PageDown");
    expect(await selected()).toBeGreaterThan(8);
    await page.keyboard.press("End");
    await eventually(selected).toBe(16_000);
    await page.keyboard.press("Home");
    await eventually(selected).toBe(1);
    expect(await calls("selectNeuron")).toEqual([]);
    await page.keyboard.press("Enter");
    await eventually(() => calls("selectNeuron")).toHaveLength(1);
  });

  it("opens the row that is clicked and shows it selected", async () => {
    await open();
    const row = rows().nth(3);
    const number = /neuron (\d+),/.exec((await row.getAttribute("aria-label")) ?? "")?.[1];
    await row.click();
    await eventually(() => calls("selectNeuron")).toEqual([[Number(number)]]);
    expect(await row.getAttribute("aria-selected")).toBe("true");
  });

  it("searches, filters by kind, sorts, and finds the way back from nothing", async () => {
    await open();
    await page.getByRole("textbox", { name: "Search neurons" }).fill("horror");
    await eventually(() => rows().evaluateAll((all) => all.every((row) => /horror/i.test(row.ariaLabel ?? "")))).toBe(
      true,
    );
    await page.getByRole("button", { name: "Dead" }).click();
    await page.getByText("No neuron matches").waitFor();
    await page.getByRole("button", { name: "Show All" }).click();
    await page.getByText("400 neurons").waitFor();
    await page.getByRole("button", { name: "Dead" }).click();
    expect(await page.getByRole("button", { name: "Dead" }).getAttribute("aria-pressed")).toBe("true");
    await eventually(() => rows().evaluateAll((all) => all.every((row) => row.ariaLabel?.startsWith("dead")))).toBe(
      true,
    );
    await page.getByRole("button", { name: "Dead" }).click();
    await page.getByLabel("Sort by").selectOption("Number");
    await eventually(() => rows().first().getAttribute("aria-label")).toMatch(/neuron 0,/);
    await page.getByRole("button", { name: "Ascending" }).click();
    await eventually(() => rows().first().getAttribute("aria-label")).toMatch(/neuron 399,/);
  });

  it("keeps the list while a search cannot be read, says why, and takes it up again", async () => {
    await open();
    await page.getByText("400 neurons").waitFor();
    const search = page.getByRole("textbox", { name: "Search neurons" });
    await search.fill("kind:tga");
    await page.getByText('there is no kind "tga"').waitFor();
    expect(await search.getAttribute("aria-invalid")).toBe("true");
    expect(await rows().count()).toBeGreaterThan(5);
    await page.getByText("400 neurons").waitFor();
    await search.fill("kind:era or kind:trend -19");
    await eventually(() =>
      rows().evaluateAll((all) => all.every((row) => /, (era|trend), /.test(row.ariaLabel ?? ""))),
    ).toBe(true);
    await eventually(() => page.getByText("there is no kind").count()).toBe(0);
    expect(await search.getAttribute("aria-invalid")).toBe("false");
  });

  it("keeps the former rows until others are there: typing does not flicker", async () => {
    await open({ neurons: 16_000 });
    await rows().first().waitFor();
    await list().evaluate((element) => {
      const seen = { fewest: Number.POSITIVE_INFINITY };
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const drawn = [...document.querySelectorAll("[role=option]")].filter((row) => row.ariaLabel !== "Loading");
        seen.fewest = Math.min(seen.fewest, drawn.length);
      }).observe(element.closest("main")!, { childList: true, subtree: true, attributes: true });
    });
    await page.getByRole("textbox", { name: "Search neurons" }).pressSequentially("label:popular ms>0.5");
    await eventually(() => rows().evaluateAll((all) => all.every((row) => /popular/i.test(row.ariaLabel ?? "")))).toBe(
      true,
    );
    expect(await page.evaluate(() => (window as unknown as { seen: { fewest: number } }).seen.fewest)).toBeGreaterThan(
      5,
    );
  });

  it("shows what can be searched for, and puts a term in at a click", async () => {
    await open();
    await rows().first().waitFor();
    const search = page.getByRole("textbox", { name: "Search neurons" });
    await search.fill("western");
    await page.getByRole("button", { name: "What can be searched for" }).click();
    await page
      .getByRole("region", { name: "What can be searched for" })
      .getByRole("button", { name: /^-is:dead/ })
      .click();
    expect(await search.inputValue()).toBe("western -is:dead");
    expect(await search.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.getByRole("region", { name: "What can be searched for" }).count()).toBe(0);
  });

  it("applies, saves and removes filters by name", async () => {
    await open();
    await rows().first().waitFor();
    const button = page.getByRole("button", { name: "Saved filters" });
    const saved = page.getByRole("region", { name: "Saved filters" });
    await button.click();
    expect(await saved.getByRole("button", { name: "Save This Search…" }).isDisabled()).toBe(true);
    await saved.getByRole("button", { name: "Sure eras: kind:era purity>0.6" }).click();
    expect(await page.getByRole("textbox", { name: "Search neurons" }).inputValue()).toBe("kind:era purity>0.6");
    await page.getByRole("textbox", { name: "Search neurons" }).fill("ms>0.5");
    await page.getByRole("button", { name: "Tag" }).click();
    await page.getByRole("button", { name: "Trend" }).click();
    await button.click();
    await saved.getByRole("button", { name: "Save This Search…" }).click();
    await eventually(() => calls("saveFilter")).toEqual([["ms>0.5 kind:tag or kind:trend"]]);
    await saved.getByRole("button", { name: "Filter 2: ms>0.5 kind:tag or kind:trend" }).waitFor();
    await saved.getByRole("button", { name: "Remove filter Sure eras" }).click();
    await eventually(() => saved.getByRole("listitem").count()).toBe(1);
    await page.keyboard.press("Escape");
    expect(await saved.count()).toBe(0);
  });

  it("offers only the kinds that there are", async () => {
    await open({ neurons: 13 });
    await eventually(() => page.getByRole("group", { name: "Kinds shown" }).getByRole("button").count()).toBe(2);
    await page.getByRole("button", { name: "Era" }).waitFor();
  });

  it("chooses several by Ctrl, Shift and Space, and compares, names and pins them", async () => {
    await open();
    const selected = () =>
      list()
        .locator('[aria-selected="true"]')
        .evaluateAll((all) => all.map((row) => Number(row.ariaPosInSet)));
    const numbers = (places: number[]) =>
      Promise.all(
        places.map(async (place) => {
          const label = await list().locator(`[aria-posinset="${place}"]`).getAttribute("aria-label");
          return Number(/neuron (\d+),/.exec(label ?? "")?.[1]);
        }),
      );
    await rows().nth(1).click();
    expect(await selected()).toEqual([2]);
    await rows()
      .nth(4)
      .click({ modifiers: ["Control"] });
    expect(await selected()).toEqual([2, 5]);
    const bar = page.getByRole("region", { name: "Chosen neurons" });
    await bar.getByText("2 selected").waitFor();
    await rows()
      .nth(6)
      .click({ modifiers: ["Shift"] });
    expect(await selected()).toEqual([5, 6, 7]);
    await list().focus();
    await page.keyboard.press("Shift+ArrowDown");
    expect(await selected()).toEqual([5, 6, 7, 8]);
    await page.keyboard.press("Shift+ArrowUp");
    await page.keyboard.press("Shift+ArrowUp");
    expect(await selected()).toEqual([5, 6]);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    expect(await selected()).toEqual([5, 6, 8]);
    const neurons = await numbers([5, 6, 8]);
    await bar.getByRole("button", { name: "Compare" }).click();
    await eventually(() => calls("compareNeurons")).toEqual([[neurons]]);
    await bar.getByRole("button", { name: "Merge…" }).click();
    await eventually(() => calls("askForName")).toEqual([[neurons]]);
    await bar.getByRole("button", { name: "Pin" }).click();
    await eventually(() => calls("changeLabel")).toEqual([[{ change: "pin", neurons, pinned: true }]]);
    await bar.getByRole("button", { name: "Unpin" }).waitFor();
    expect(await rows().nth(4).getAttribute("aria-label")).toContain(", pinned,");
    await list().focus();
    await page.keyboard.press("Escape");
    expect(await bar.count()).toBe(0);
    // The first was opened; choosing opens nothing.
    expect(await calls("selectNeuron")).toHaveLength(1);
  });

  it("chooses a range whose rows were never in view", async () => {
    await open({ neurons: 16_000 });
    await rows().first().waitFor();
    await list().focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+End");
    await page.getByText("16,000 selected").waitFor();
    const bar = page.getByRole("region", { name: "Chosen neurons" });
    expect(await bar.getByRole("button", { name: "Compare" }).isDisabled()).toBe(true);
    await bar.getByRole("button", { name: "Clear" }).click();
    expect(await bar.count()).toBe(0);
  });

  it("renames and pins a row by keys, and by its menu", async () => {
    await open({ saved: { filter: { search: "", kinds: [], sort: "neuron", descending: false } } });
    await rows().first().waitFor();
    await list().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("F2");
    await eventually(() => calls("askForName")).toEqual([[[0]]]);
    await page.keyboard.press("p");
    await eventually(() => rows().first().getAttribute("aria-label")).toContain(", pinned,");
    await page.keyboard.press("Shift+F10");
    const menu = page.getByRole("menu", { name: "Horror" });
    await menu.getByRole("menuitem", { name: "Unpin" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await eventually(() => rows().first().getAttribute("aria-label")).toContain("marked wrong");
    expect(await list().evaluate((element) => element === document.activeElement)).toBe(true);
    await rows().nth(2).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Name by Model…" }).click();
    await eventually(() => calls("nameByModel")).toEqual([[[2]]]);
  });

  it("shows a change of names at once, in the place one looks at", async () => {
    await open({ neurons: 16_000, saved: { filter: { search: "", kinds: [], sort: "neuron", descending: false } } });
    await rows().first().waitFor();
    await list().evaluate((element) => {
      element.scrollTop = 9_000 * 42;
    });
    const row = list().locator('[aria-posinset="9004"]');
    await eventually(() => row.getAttribute("aria-label")).toContain("neuron 9003,");
    await row.click({ button: "right" });
    await page
      .getByRole("menuitem", { name: "Pin P" })
      .or(page.getByRole("menuitem", { name: "Pin" }))
      .click();
    await eventually(() => row.getAttribute("aria-label")).toContain(", pinned,");
    expect(await list().evaluate((element) => element.scrollTop)).toBeGreaterThan(8_900 * 42);
  });

  it("shows what was chosen last time", async () => {
    await open({ saved: { filter: { search: "noir", kinds: ["tag"], sort: "label", descending: false } } });
    await rows().first().waitFor();
    expect(await page.getByRole("textbox", { name: "Search neurons" }).inputValue()).toBe("noir");
    expect(await page.getByRole("button", { name: "Tag" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("offers embeddings or the sample where there is no project", async () => {
    await open({ project: "none" });
    await page.getByRole("button", { name: "Open Embeddings…" }).click();
    await page.getByRole("button", { name: "Open Sample Project" }).press("Enter");
    await eventually(() => calls("openEmbeddings")).toHaveLength(1);
    await eventually(() => calls("openSample")).toHaveLength(1);
  });

  it("counts what there is and offers to train where there are no neurons", async () => {
    await open({ project: "untrained" });
    await page.getByText("2,000 users and 1,200 items x 24 dimensions, 96,120 interactions").waitFor();
    await page.getByRole("button", { name: "Train" }).click();
    await eventually(() => calls("train")).toHaveLength(1);
  });

  it("offers to measure an SAE that came without labels, and shows that going on", async () => {
    await open({ project: "unmeasured" });
    await page.getByText("Measuring it names its neurons.").waitFor();
    await page.getByRole("button", { name: "Measure" }).click();
    await eventually(() => calls("measure")).toHaveLength(1);
    await page.evaluate(() =>
      window.announce.state({
        job: {
          id: "2",
          kind: "measure",
          project: "/films",
          state: "running",
          progress: {
            phase: "measuring",
            epoch: 0,
            epochs: 0,
            step: 0,
            steps: 0,
            loss: null,
            secondsLeft: null,
            resumedAt: null,
            measuredShare: null,
            trial: null,
            curve: [],
          },
          error: null,
          artifact: null,
        },
      }),
    );
    await page.getByRole("progressbar", { name: "Measuring progress" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    expect(await page.getByRole("button", { name: "Measure" }).count()).toBe(0);
  });

  it("says what changed since training, and trains again at a click", async () => {
    const changes = ["items.npy changed since this SAE was trained: 3,018 -> 3,050 rows."];
    await open({ stale: { remedy: "train", title: "Embeddings changed since training", changes } });
    const bar = page.getByRole("status", { name: "Stale neurons" });
    await bar.getByText("Embeddings changed since training").waitFor();
    await bar.getByText("3,018 -> 3,050 rows").waitFor();
    await rows().first().waitFor();
    await bar.getByRole("button", { name: "Retrain" }).click();
    await eventually(() => calls("train")).toHaveLength(1);
  });

  it("only measures again where nothing changed that training depends on", async () => {
    await open({
      stale: { remedy: "measure", title: "Item table changed since naming", changes: ["items.csv changed."] },
    });
    await page.getByRole("button", { name: "Measure Again" }).click();
    await eventually(() => calls("measure")).toHaveLength(1);
  });

  it("shows training where it was started, and cancels it", async () => {
    await open({ project: "training" });
    await page.getByText("Training: epoch 7 of 18").waitFor();
    await page.getByText("loss 0.412 · 22 s left").waitFor();
    await page.getByRole("progressbar", { name: "Training progress" }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await eventually(() => calls("cancelTraining")).toHaveLength(1);
  });

  it("shows faults where they happened, with their words", async () => {
    await open({ failing: { neurons: "sae/labels.json speaks of other weights. Train again." } });
    await page.getByRole("alert").getByText("speaks of other weights. Train again.").waitFor();
    const pages = async () => (await calls("neurons")).filter(([query]) => (query as NeuronQuery).limit !== 0);
    expect(await pages()).toHaveLength(1);
    await page.getByRole("button", { name: "Try again" }).click();
    await eventually(pages).toHaveLength(2);
    await page.evaluate(() =>
      window.announce.state({
        project: null,
        error: { reason: "row-count-mismatch", message: "3,018 rows but 3,017 lines.", where: { file: "items.npy" } },
      }),
    );
    await page.getByRole("alert").getByText("items.npy").waitFor();
  });

  it("shows hostile labels as the text they are", async () => {
    await open({ hostile: true });
    await rows().getByText("<b>").first().waitFor();
    expect(await page.locator("main b").count()).toBe(0);
  });
});
