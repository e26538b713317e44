/** The Neurons side panel as a person meets it: seen, clicked, typed into and heard. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
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
    await page.getByRole("button", { name: "Try again" }).click();
    await eventually(() => calls("neurons")).toHaveLength(2);
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
