/** The Neuron tab as a person meets it: who named the neuron and why, its charts, its neighbours, the item map. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "./harness/scenario";
import { eventually, Screens, withoutBrowser } from "./harness/screen";

describe.skipIf(withoutBrowser !== null)("the neuron dashboard", () => {
  let screens: Screens;
  let page: Page;
  beforeAll(async () => {
    screens = await Screens.start();
  });
  afterEach(() => page.close());
  afterAll(() => screens?.stop());

  const open = async (change: Partial<Scenario> = {}, height = 2600) => {
    page = await screens.open({ view: "lab", neuron: 0, ...change }, 1100, height);
    await page.locator(".neuron-facts, .neuron-comparison, .run-tab, [role=alert]").first().waitFor();
  };
  const calls = (method: string) =>
    page.evaluate(
      (wanted) => window.recorded.filter((call) => call.method === wanted).map((call) => call.args),
      method,
    );
  const header = () => page.locator(".lab-header");
  const action = (name: string) =>
    page.getByRole("toolbar", { name: "What to say of it" }).getByRole("button", { name });
  const figure = (name: RegExp) => page.getByRole("figure", { name });

  describe("who calls it what", () => {
    it("says all three: the person's name, the model's with its test, what statistics found", async () => {
      await open({ neuron: 3 });
      await page.getByRole("heading", { name: /Family nights Named by a person/ }).waitFor();
      const notes = page.getByRole("list", { name: "Who calls it what" });
      await notes.getByText("By statistics: “Children's”").waitFor();
      await notes.getByText("it told 16 of 20 held-out items right, .80 (.58 to .92), chance .50.").waitFor();
      await notes.getByText("Named and noted by Ana Lima, 20 Nov 2026.").waitFor();
      await notes.getByText("from neuron 8 of the SAE 5f1e0c77, decoder cosine .97.").waitFor();
      await notes.getByText("What families with small children watch").waitFor();
      await notes.getByRole("button", { name: "neuron 15" }).click();
      await eventually(() => calls("selectNeuron")).toEqual([[15]]);
    });

    it("does not take over a model's name that did no better than chance", async () => {
      await open({ neuron: 14 });
      await page.getByRole("heading", { name: /^No label like Silent Harbour/ }).waitFor();
      await page.getByText("that may be luck, so the name is not used").waitFor();
    });

    it("hands renaming and naming by a model to the editor", async () => {
      await open();
      await action("Rename…").click();
      await action("Name by Model…").click();
      await eventually(() => calls("askForName")).toEqual([[[0]]]);
      await eventually(() => calls("nameByModel")).toEqual([[[0]]]);
    });

    it("keeps marks and a note, shows them in place, and takes them back", async () => {
      await open();
      const list = page.getByRole("table", { name: "Items that activate it most" });
      await list.evaluate((element) => {
        element.dataset.same = "yes";
      });
      await action("Wrong").click();
      await header().getByText("Marked as wrong by you").waitFor();
      expect(await action("Wrong").getAttribute("aria-pressed")).toBe("true");
      await action("Pin").click();
      await header().getByText("Marked as wrong and pinned by you").waitFor();
      await action("Note…").click();
      const note = page.getByRole("textbox", { name: "Note on the neuron" });
      await note.fill("Half of it is <i>thrillers</i>");
      await note.press("Control+Enter");
      await header().getByText("Half of it is <i>thrillers</i>").waitFor();
      await eventually(() => calls("changeLabel")).toEqual([
        [{ change: "wrong", neurons: [0], wrong: true }],
        [{ change: "pin", neurons: [0], pinned: true }],
        [{ change: "note", neurons: [0], note: "Half of it is <i>thrillers</i>" }],
      ]);
      await action("Take Back").click();
      await eventually(() => page.getByRole("list", { name: "Who calls it what" }).count()).toBe(0);
      // A change of words is no reason to draw the items anew.
      expect(await list.getAttribute("data-same")).toBe("yes");
    });

    it("says so where a change could not be kept", async () => {
      await open({ failing: { changeLabel: "labels.json cannot be written: the disk is full." } });
      await action("Pin").click();
      await page.getByRole("alert").getByText("the disk is full").waitFor();
      expect(await action("Pin").getAttribute("aria-pressed")).toBe("false");
    });

    it("gives reason and measures when asked why", async () => {
      await open();
      await action("Why?").click();
      const why = page.getByRole("region", { name: "Why this name" });
      await why.getByText(/best of 214 concepts/).waitFor();
      expect(await why.getByRole("rowheader").allTextContents()).toEqual([
        "AUC",
        "Average precision",
        "Precision@10",
        "Precision@50",
        "Base rate",
        "Lift",
        "Recall",
        "q",
      ]);
      await why.getByText(/95% interval \.\d\d to \.\d\d/).waitFor();
    });
  });

  describe("its items and charts", () => {
    it("switches between top, typical and borderline items, with what bears the concept in words", async () => {
      await open();
      const choice = page.getByRole("group", { name: "Items shown" });
      const activations = async () => {
        const cells = await page.locator(".item-lists .activation").allTextContents();
        return cells.map(Number);
      };
      const top = await activations();
      expect(top).toEqual(top.toSorted((a, b) => b - a));
      await choice.getByRole("button", { name: "Typical" }).click();
      await page.getByRole("heading", { name: /about the median of its active items, \S+ to \S+$/ }).waitFor();
      expect(Math.max(...(await activations()))).toBeLessThan(top[0]);
      await choice.getByRole("button", { name: "Borderline" }).click();
      const heading = page.getByRole("heading", { name: /only just activate it, below/ });
      const threshold = Number(/below (\S+)/.exec((await heading.textContent()) ?? "")?.[1]);
      expect(Math.max(...(await activations()))).toBeLessThanOrEqual(threshold + 0.005);
      const table = page.getByRole("table", { name: /only just activate it/ });
      expect(await table.getByRole("cell", { name: /^no$/ }).count()).toBeGreaterThan(0);
    });

    it("tells every chart in a sentence and a table", async () => {
      await open();
      await figure(/^Histogram of activations: .* borderline below \S+, typical from \S+ to \S+$/).waitFor();
      const years = figure(/by year: \d+% of all, most of \d+s with \d+%$/);
      expect(await years.getByRole("row").count()).toBe(10);
      expect(
        await figure(/by interactions of the item: .*/)
          .getByRole("row")
          .count(),
      ).toBe(11);
      await figure(/^gender of the tenth of users who activate it most: [FM] \d+%, of all users \d+%$/).waitFor();
      expect(
        await figure(/^occupation of/)
          .getByRole("row")
          .count(),
      ).toBe(22);
      await figure(/^Item map of 600 items; \d+ activate the neuron, up to \S+: /).waitFor();
      await page.getByRole("table", { name: "Users who activate it most" }).waitFor();
      const gains = page.getByRole("table").filter({ hasText: "Gain most" });
      expect(await gains.getByRole("row").nth(1).textContent()).toMatch(/\+\.\d\d$/);
    });

    it("says what the data does not allow", async () => {
      await open({ years: false, demographics: false });
      await page.getByText("The items have no years.").waitFor();
      expect(await page.getByRole("columnheader", { name: "Year" }).count()).toBe(0);
      expect(await figure(/of the tenth of users/).count()).toBe(0);
    });

    it("shows nothing of a dead neuron that there is not", async () => {
      await open({ neuron: 17 });
      await page.getByText("nothing to show, and nothing to steer").waitFor();
      expect(await page.getByRole("figure").count()).toBe(0);
      expect(await page.getByRole("button", { name: "Steer This Neuron" }).count()).toBe(0);
    });

    it("keeps titles of any script and length on one line", async () => {
      await open({ hostile: true, neuron: 3 });
      const tall = await page
        .locator(".ranking tbody tr")
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height).filter((height) => height > 30));
      expect(tall).toEqual([]);
      const directions = await page
        .locator(".item-lists tbody th")
        .evaluateAll((cells) => cells.map((cell) => [cell.textContent, getComputedStyle(cell).direction] as const));
      const hebrew = directions.filter(([title]) => /\p{Script=Hebrew}/u.test(title ?? ""));
      expect(hebrew.length).toBeGreaterThan(0);
      expect(hebrew.every(([, direction]) => direction === "rtl")).toBe(true);
    });
  });

  describe("neurons near it", () => {
    it("leads to the narrower, the broader and the nearest", async () => {
      await open({ neuron: 0 });
      const narrower = page.getByRole("list", { name: "Narrower, within it" }).getByRole("button");
      expect(await narrower.count()).toBe(3);
      await page.getByRole("list", { name: "Nearest" }).getByRole("button").first().click();
      await eventually(() => calls("selectNeuron")).toHaveLength(1);
      await page.evaluate(() => window.announce.state({ neuron: 21 }));
      await page.getByRole("list", { name: "Broader, it lies within" }).waitFor();
    });

    it("are compared side by side, one left out, one added, and left again", async () => {
      await open();
      await page.getByRole("button", { name: "Compare with Nearest" }).click();
      await page.getByRole("heading", { name: "Comparing 3 Neurons" }).waitFor();
      expect((await calls("compareNeurons"))[0][0]).toHaveLength(3);
      const columns = page.getByRole("table", { name: "Neurons side by side" }).getByRole("columnheader");
      await eventually(() => columns.count()).toBe(3);
      await columns
        .last()
        .getByRole("button", { name: /^Leave out/ })
        .click();
      await page.getByRole("heading", { name: "Comparing 2 Neurons" }).waitFor();
      await page.getByRole("textbox", { name: "Add a neuron to the comparison" }).fill("western");
      await page
        .getByRole("option", { name: /Western/ })
        .first()
        .click();
      await page.getByRole("heading", { name: "Comparing 3 Neurons" }).waitFor();
      const cosines = page.getByRole("table", { name: /^Cosine of decoder rows/ });
      await eventually(() => cosines.getByRole("row").count()).toBe(4);
      await page.getByRole("table", { name: /^Lift of concepts/ }).waitFor();
      await page.getByRole("button", { name: "Leave Comparison" }).click();
      await page.getByRole("table", { name: "Items that activate it most" }).waitFor();
    });

    it("come into view when they are compared from elsewhere, even from another tab", async () => {
      await open({ saved: { tab: "run" } }, 800);
      await page.getByRole("tab", { name: "Run" }).waitFor();
      await page.evaluate(() => window.announce.state({ compared: [1, 2, 3, 4] }));
      await page.getByRole("heading", { name: "Comparing 4 Neurons" }).waitFor();
    });

    it("are merged under one name in the editor's dialog", async () => {
      await open({ compared: [3, 4] });
      await page.getByRole("button", { name: "Merge under One Name…" }).click();
      await eventually(() => calls("askForName")).toEqual([[[3, 4]]]);
    });
  });

  describe("the item map", () => {
    const canvas = () => page.locator(".map-canvas");
    /** Counts how often the points are drawn. */
    const countDrawings = () =>
      page.evaluate(() => {
        const counted = window as unknown as { drawings: number };
        counted.drawings = 0;
        const { clearRect } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.clearRect = function (...area) {
          counted.drawings++;
          clearRect.apply(this, area);
        };
      });
    const drawings = () => page.evaluate(() => (window as unknown as { drawings: number }).drawings);
    const painted = () =>
      canvas().evaluate((element: HTMLCanvasElement) => {
        const pixels = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? [];
        return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
      });

    it("names the item under the pointer, and draws nothing anew for it", async () => {
      await open({ mapped: 30_000 });
      await eventually(painted).toBeGreaterThan(1000);
      await countDrawings();
      const box = (await canvas().boundingBox())!;
      for (let step = 0; step < 30; step++)
        await page.mouse.move(box.x + 40 + step * 6, box.y + box.height - 60 - step * 3);
      const tip = page.locator(".map-tip");
      await eventually(() => tip.textContent()).toMatch(/.+(activation [.\d]+|does not activate it)$/);
      expect((await calls("items")).length).toBeGreaterThan(0);
      expect(await drawings()).toBe(0);
    });

    it("is zoomed and moved by keys and by dragging, a frame at most each", async () => {
      await open({ mapped: 30_000 });
      await eventually(painted).toBeGreaterThan(1000);
      const whole = page.getByRole("button", { name: "Show the whole map" });
      expect(await whole.isDisabled()).toBe(true);
      const before = await painted();
      await canvas().focus();
      await page.keyboard.press("+");
      await page.keyboard.press("+");
      await eventually(painted).not.toBe(before);
      expect(await whole.isDisabled()).toBe(false);
      await countDrawings();
      const { frames, moves } = await canvas().evaluate(async (element) => {
        const { left, top } = element.getBoundingClientRect();
        const send = (type: string, x: number) =>
          element.dispatchEvent(
            new PointerEvent(type, { pointerId: 1, bubbles: true, clientX: left + x, clientY: top + 100 }),
          );
        element.setPointerCapture = () => {};
        let frames = 0;
        let counting = true;
        const count = () => {
          frames++;
          if (counting) requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
        send("pointerdown", 200);
        const moves = 200;
        for (let move = 0; move < moves; move++) {
          send("pointermove", 200 - move / 2);
          if (move % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 4));
        }
        send("pointerup", 100);
        await new Promise((resolve) => setTimeout(resolve, 200));
        counting = false;
        return { frames, moves };
      });
      const drawn = await drawings();
      expect(drawn).toBeGreaterThan(0);
      expect(drawn).toBeLessThanOrEqual(frames + 1);
      expect(drawn).toBeLessThan(moves);
      await page.keyboard.press("0");
      await eventually(() => whole.isDisabled()).toBe(true);
    });

    it("leaves the wheel to the page until the map is clicked", async () => {
      await open({}, 700);
      await canvas().scrollIntoViewIfNeeded();
      await canvas().hover();
      const whole = page.getByRole("button", { name: "Show the whole map" });
      await page.mouse.wheel(0, -120);
      await page.waitForTimeout(100);
      expect(await whole.isDisabled()).toBe(true);
      await canvas().scrollIntoViewIfNeeded();
      await canvas().click();
      await page.mouse.wheel(0, -240);
      await eventually(() => whole.isDisabled()).toBe(false);
    });

    it("follows the theme", async () => {
      await open();
      await eventually(painted).toBeGreaterThan(500);
      await countDrawings();
      await page.evaluate(() => document.documentElement.style.setProperty("--vscode-charts-blue", "#ff00ff"));
      await eventually(drawings).toBeGreaterThan(0);
      const magenta = () =>
        canvas().evaluate((element: HTMLCanvasElement) => {
          const pixels = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? [];
          let found = 0;
          for (let at = 0; at < pixels.length; at += 4)
            if (pixels[at] > 240 && pixels[at + 1] < 15 && pixels[at + 2] > 240) found++;
          return found;
        });
      await eventually(magenta).toBeGreaterThan(50);
    });

    it("says in place why it could not be drawn", async () => {
      await open({ failing: { itemMap: "The item embeddings are gone." } });
      await page.getByRole("alert").getByText("The item embeddings are gone.").waitFor();
      await page.getByRole("table", { name: "Items that activate it most" }).waitFor();
    });
  });

  describe("a chart's menu", () => {
    const menu = (title: string) => page.getByRole("button", { name: `Copy or save: ${title}` });
    const item = (name: string) => page.getByRole("menuitem", { name });
    const allowClipboard = () => page.context().grantPermissions(["clipboard-read", "clipboard-write"]);

    it("copies the numbers as CSV", async () => {
      await open();
      await allowClipboard();
      await menu("By year: share of items that activate it").click();
      await item("Copy as CSV").click();
      await page.getByText("Copied as CSV").waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      const [head, first] = text.split(/\r?\n/);
      expect(head).toBe("Years,Share active,Active items,Items,Mean activation");
      expect(first).toMatch(/^1930s,0\.\d+,\d+,\d+,0\.\d+$/);
    });

    it.each([
      ["By year: share of items that activate it", "#0063d3"],
      ["Item map: near items have alike embeddings", "#0063d3"],
    ])("copies %s as a picture in the theme's colours", async (title, colour) => {
      await open({ theme: "light" });
      await page.locator(".map-canvas").waitFor();
      await allowClipboard();
      await menu(title).click();
      await item("Copy as PNG").click();
      await page.getByText("Copied as PNG").waitFor();
      const seen = await page.evaluate(async (wanted) => {
        const [copied] = await navigator.clipboard.read();
        const picture = await createImageBitmap(await copied.getType("image/png"));
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext("2d")!;
        context.drawImage(picture, 0, 0);
        const { data } = context.getImageData(0, 0, picture.width, picture.height);
        const rgb = [1, 3, 5].map((at) => Number.parseInt(wanted.slice(at, at + 2), 16));
        let coloured = 0;
        for (let at = 0; at < data.length; at += 4)
          if (rgb.every((value, channel) => Math.abs(data[at + channel] - value) < 24)) coloured++;
        return { width: picture.width, coloured, corner: [...data.slice(0, 4)] };
      }, colour);
      expect(seen.corner).toEqual([255, 255, 255, 255]);
      expect(seen.width).toBeGreaterThan(600);
      expect(seen.coloured).toBeGreaterThan(500);
    });

    it("offers a file where the clipboard is closed, named after neuron and chart", async () => {
      await open();
      await page.evaluate(() => {
        navigator.clipboard.write = () => Promise.reject(new DOMException("no", "NotAllowedError"));
      });
      await menu("How strongly items activate it").click();
      await item("Copy as PNG").click();
      await page.getByText("The clipboard is closed; choose a file").waitFor();
      await menu("How strongly items activate it").click();
      await item("Save as CSV…").click();
      await eventually(() => calls("saveChart")).toHaveLength(2);
      const saved = await page.evaluate(() =>
        window.recorded
          .filter(({ method }) => method === "saveChart")
          .map(({ args: [name, kind, content] }) => ({ name, kind, start: [...(content as Uint8Array).slice(0, 4)] })),
      );
      const name = "Horror (neuron 0) How strongly items activate it";
      expect(saved).toEqual([
        { name, kind: "png", start: [0x89, 0x50, 0x4e, 0x47] },
        { name, kind: "csv", start: [..."Acti"].map((letter) => letter.charCodeAt(0)) },
      ]);
    });

    it("is walked by keys and closed by Escape", async () => {
      await open();
      const button = menu("How strongly items activate it");
      await button.press("Enter");
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      await eventually(focused).toBe("Copy as PNG");
      await page.keyboard.press("ArrowDown");
      expect(await focused()).toBe("Copy as CSV");
      await page.keyboard.press("End");
      expect(await focused()).toBe("Save as CSV…");
      await page.keyboard.press("Escape");
      await eventually(() => page.getByRole("menu").count()).toBe(0);
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    });
  });
});
