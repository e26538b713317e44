/** The Run tab as a person meets it: a run started, followed, remembered and compared with others. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("the Run tab", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (change: Partial<Scenario> = {}) => {
    page = await screens.open({ view: "lab", neuron: 0, saved: { tab: "run" }, ...change }, 1000);
  };
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );
  const field = (name: string) => page.getByRole("spinbutton", { name, exact: true });
  const choice = (name: string) => page.getByRole("combobox", { name, exact: true });
  const train = () => page.getByRole("button", { name: "Train", exact: true });
  const runs = () => page.getByRole("table", { name: "Remembered runs, newest first" });
  const row = (began: RegExp) => runs().getByRole("row", { name: began });
  const compare = (index: number) => runs().getByRole("checkbox").nth(index);
  const cells = async (table: string, measure: string) => {
    const found = page
      .getByRole("table", { name: table })
      .locator("tr", { has: page.getByText(measure, { exact: true }) });
    return found.getByRole("cell").allTextContents();
  };
  const figures = () => page.getByRole("figure").evaluateAll((all) => all.map((figure) => figure.ariaLabel ?? ""));

  describe("settings of the next run", () => {
    it("are the project's until something is typed, and what was typed goes with the run", async () => {
      await open();
      expect(await field("latents").inputValue()).toBe("24");
      expect(await choice("preset").inputValue()).toBe("default");
      await train().click();
      await field("latents").fill("44");
      await choice("activation").selectOption("topk");
      await field("k").fill("6");
      await field("prediction weight").fill("2.5");
      await field("k").press("Enter");
      await eventually(() => calls("train")).toEqual([
        [{ settings: {} }],
        [{ settings: { latents: 44, activation: "topk", k: 6, predictionWeight: 2.5 } }],
      ]);
    });

    it("follow the preset that is chosen", async () => {
      await open();
      await field("latents").fill("44");
      await choice("preset").selectOption("paper-ncf");
      await eventually(() => field("prediction weight").inputValue()).toBe("10");
      expect(await choice("prediction loss").inputValue()).toBe("bce");
      expect(await field("latents").inputValue()).toBe("24");
      await train().click();
      await eventually(() => calls("train")).toEqual([[{ preset: "paper-ncf", settings: {} }]]);
    });

    it("take k only with an activation that uses it", async () => {
      await open();
      expect(await field("k").isDisabled()).toBe(true);
      await choice("activation").selectOption("batchtopk");
      await eventually(() => field("k").isDisabled()).toBe(false);
    });

    it("that make no sense are named beside the form and start nothing", async () => {
      await open();
      await field("latents").fill("0");
      await page.getByRole("alert").getByText("sae.settings.latents: Too small").waitFor();
      const described = await field("latents").getAttribute("aria-describedby");
      expect(await page.locator(`[id="${described}"]`).textContent()).toContain("Too small");
      expect(await field("latents").getAttribute("aria-invalid")).toBe("true");
      await field("latents").press("Enter");
      await field("latents").fill("12");
      await eventually(() => page.getByRole("alert").count()).toBe(0);
      expect(await calls("train")).toEqual([]);
      await page.getByRole("button", { name: "Reset" }).click();
      expect(await field("latents").inputValue()).toBe("24");
    });

    it("typed for another project do not reach this one", async () => {
      const typed = { preset: null, typed: { latents: "99" } };
      await open({ saved: { tab: "run", train: { project: "/songs", ...typed } } });
      await field("latents").waitFor();
      expect(await field("latents").inputValue()).toBe("24");
      await page.close();
      await open({ saved: { tab: "run", train: { project: "/films", ...typed } } });
      await field("latents").waitFor();
      expect(await field("latents").inputValue()).toBe("99");
    });
  });

  describe("a run that goes on", () => {
    it("says how far it is and where it was taken up again, and can be cancelled", async () => {
      await open({ project: "retraining" });
      await page.getByText("Training: epoch 7 of 18").waitFor();
      await page.getByText("step 19,800 of 52,488 · loss 0.412 · 22 s left").waitFor();
      await page.getByText("Continues an interrupted run from step 6,561.").waitFor();
      expect(await field("latents").isDisabled()).toBe(true);
      expect(await train().count()).toBe(0);
      await page.getByRole("button", { name: "Cancel" }).click();
      await eventually(() => calls("cancelTraining")).toHaveLength(1);
    });

    it("draws losses, active and dead neurons and list agreement, which a table says too", async () => {
      await open({ project: "retraining", runs: 0 });
      await page.locator(".plot").nth(3).waitFor();
      const [loss, active, dead, agreement] = await figures();
      expect(loss).toMatch(
        /^Loss, log scale: total from \S+ to \S+; prediction from .*; reconstruction .*; KL sparsity/,
      );
      expect(loss).not.toMatch(/L1|auxiliary/);
      expect(active).toMatch(/^Active neurons \(L0\): active from/);
      expect(dead).toMatch(/^Dead neurons: dead from 6 to 0; revived from/);
      expect(agreement).toMatch(/^RBO@30 of held-out users: RBO from/);
      const table = page.getByRole("table", { name: "RBO@30 of held-out users" });
      expect(await table.getByRole("row").count()).toBe(16);
    });

    it("redraws for a new point of the curve, not for every message", async () => {
      await open({ project: "retraining", runs: 0 });
      await page.locator(".plot").nth(3).waitFor();
      const drawing = () => page.locator(".plot").first().elementHandle();
      const before = await drawing();
      const advance = (more: number) =>
        page.evaluate((points) => {
          const job = structuredClone(window.shown().job!);
          job.progress.step += 10;
          const last = job.progress.curve.at(-1)!;
          for (let point = 0; point < points; point++) {
            job.progress.curve.push({ ...last, step: last.step + 1312 * (point + 1) });
          }
          window.announce.state({ job });
        }, more);
      await advance(0);
      await page.getByText("step 19,810 of").waitFor();
      expect(await before!.evaluate((element) => element.isConnected)).toBe(true);
      await advance(2);
      await eventually(() => before!.evaluate((element) => element.isConnected)).toBe(false);
      expect(await page.getByRole("table", { name: "Dead neurons" }).getByRole("row").count()).toBe(18);
    });

    it("leaves its curves where they are when it ends, and the list asks for the new run", async () => {
      await open({ project: "retraining", runs: 1 });
      await page.locator(".plot").nth(3).waitFor();
      const top = () =>
        page
          .locator(".plot")
          .first()
          .evaluate((plot) => plot.getBoundingClientRect().top);
      const before = await top();
      expect(await calls("runs")).toHaveLength(1);
      await page.evaluate(() => {
        window.announce.state({ job: { ...window.shown().job!, state: "done", artifact: "/films/sae" } });
      });
      await page.getByText("Training is done.").waitFor();
      await eventually(() => calls("runs")).toHaveLength(2);
      expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(2);
      await page.getByRole("heading", { name: "Last run" }).waitFor();
    });

    it("is followed from the first one on, while there are no neurons to show", async () => {
      await open({ project: "training", runs: 0 });
      await page.locator(".plot").nth(3).waitFor();
      expect(await page.getByRole("tab").count()).toBe(0);
    });

    it("that failed says why", async () => {
      await open();
      await page.evaluate(() => {
        const error = { reason: "disk-full" as const, message: "No space left in /films.", where: {} };
        const progress = { ...window.shown().job?.progress } as never;
        window.announce.state({
          job: { id: "2", kind: "train", project: "/films", state: "failed", progress, error, artifact: null },
        });
      });
      await page.getByRole("alert").getByText("No space left in /films.").waitFor();
    });
  });

  describe("remembered runs", () => {
    it("are listed newest first, the one in use marked, with what they differ in", async () => {
      await open();
      await runs().waitFor();
      const began = await runs().getByRole("time").allTextContents();
      expect(began).toHaveLength(5);
      expect(began).toEqual([...began].sort().reverse());
      await page.getByText(/^Unless a row says otherwise: latents 24, activation relu,.* seed 1\.$/).waitFor();
      const texts = await runs().getByRole("row").allTextContents();
      expect(texts.map((text) => text.includes("current"))).toEqual([false, true, false, false, false, false]);
      expect(texts[5]).toContain("default · latents 48 · activation topk · k 8");
      expect(texts[5]).toMatch(/\.51\.65\.438\.0631 of 4817 sdone$/);
      expect(texts[3]).toMatch(/cancelled$/);
      expect(texts[2]).toMatch(/stopped early$/);
    });

    it("are none at first, and the next step is said", async () => {
      await open({ runs: 0 });
      await page.getByText("No run has ended on this project yet.").waitFor();
    });

    it("that cannot be read say so in place", async () => {
      await open({ failing: { runs: "The folder .recprism/runs cannot be read." } });
      await page.getByRole("alert").getByText("cannot be read").waitFor();
      expect(await train().isVisible()).toBe(true);
    });

    it("are chosen by keyboard, four at most, and stay chosen after a reload", async () => {
      await open();
      for (const index of [0, 1, 2, 3]) {
        await compare(index).focus();
        await page.keyboard.press("Space");
      }
      await page.getByText("4 runs are compared below").waitFor();
      expect(await compare(4).isDisabled()).toBe(true);
      await compare(1).uncheck();
      expect(await compare(4).isDisabled()).toBe(false);
      expect(await page.evaluate(() => window.acquireVsCodeApi().getState())).toMatchObject({
        comparedRuns: ["run-49", "run-46", "run-43"],
      });
    });

    it("show their curves side by side: one line a run in every chart", async () => {
      await open({ saved: { tab: "run", comparedRuns: ["run-49", "run-43", "run-41"] } });
      await page.locator(".run-comparison .plot").nth(5).waitFor();
      const shown = await figures();
      expect(
        shown.map((label) =>
          label
            .split(":")
            .slice(0, label.startsWith("Loss") ? 2 : 1)
            .join(":"),
        ),
      ).toEqual([
        "Loss: prediction, log scale",
        "Loss: reconstruction, log scale",
        "Loss: KL sparsity, log scale",
        "Active neurons (L0)",
        "Dead neurons",
        "RBO@30 of held-out users",
      ]);
      for (const label of shown) expect(label).toMatch(/: A from .*; B from .*; C from /);
      const dashes = await page
        .locator(".run-comparison .plot")
        .first()
        .locator("g[aria-label=line]")
        .evaluateAll((lines) => lines.slice(0, 3).map((drawn) => drawn.getAttribute("stroke-dasharray")));
      expect(new Set(dashes).size).toBe(3);
    });

    it("tell their differing settings and their measures, the best in words", async () => {
      await open({ saved: { tab: "run", comparedRuns: ["run-49", "run-43", "run-41"] } });
      expect(await cells("Settings that differ", "latents")).toEqual(["24", "24", "48"]);
      expect(await cells("Settings that differ", "k")).toEqual(["–", "–", "8"]);
      expect(await cells("Settings that differ", "preset")).toEqual(["default", "paper-mf", "default"]);
      expect(await cells("Measures", "RBO@30")).toEqual([".55", ".59", "best .65"]);
      // 22 of 24 is a larger share than 31 of 48.
      expect(await cells("Measures", "Labelled")).toEqual(["best 22 of 24", "20 of 24", "31 of 48"]);
      // Both read .59.
      expect(await cells("Measures", "MS")).toEqual(["best .59", "best .59", ".51"]);
      expect(await cells("Measures", "Explained variance")).toEqual([".74", ".74", ".74"]);
    });

    it("that are gone are no longer compared", async () => {
      await open({ runs: 1, saved: { tab: "run", comparedRuns: ["run-49", "run-41"] } });
      await page.getByRole("heading", { name: "Run A" }).waitFor();
      expect(await row(/2026/).count()).toBe(1);
    });
  });

  it("measures an SAE that came without labels when asked to", async () => {
    await open({ project: "unmeasured", runs: 0 });
    await page.getByText("The SAE came without labels and measures.").waitFor();
    await page.getByRole("button", { name: "Measure" }).click();
    await eventually(() => calls("measure")).toHaveLength(1);
  });
});
