/** The report as a page, in a real browser: everything is on it, nothing of it runs, and it reads well in light and dark. */
import { existsSync, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HtmlReport, reportPage } from "../../src/engine/html-report";
import { html } from "../../src/engine/html-report-markup";
import { BROWSER_FLAGS } from "../browser-flags";
import { PROJECT_ROOT } from "../built";
import { evidenceFor } from "../concepts/labelled";
import { scratchFolder } from "../data/scratch";
import { measuredReport } from "../measured-report";
import { neuronLabel, neuronRow, personalWord } from "./labelled-neurons";

const CHROMIUM = "/usr/bin/chromium";
const withoutBrowser = existsSync(CHROMIUM) ? "" : ` (SKIPPED: ${CHROMIUM} is missing)`;
const PICTURES = join(PROJECT_ROOT, "test-results", "html-report");

const HOSTILE = [
  `<script>window.ran = "script"</script>`,
  `<img src=x onerror="window.ran = 'image'">`,
  `"><svg onload=window.ran='svg'>`,
  `</style><script>window.ran = "style"</script>`,
  `' onmouseover='window.ran = 1`,
  "\u202Eright to left\u202C دراما",
  "&lt;b&gt; A & B",
];

function report(changes: Partial<HtmlReport> = {}): HtmlReport {
  const neurons = HOSTILE.map((title, neuron) => {
    const evidence = { ...evidenceFor("tag:genres:Horror"), label: title };
    const person = neuron === 1 ? personalWord({ label: title, note: HOSTILE[0], by: HOSTILE[2], pinned: true }) : null;
    return {
      row: neuronRow({
        neuron,
        label: title,
        labelledBy: person === null ? "statistics" : "person",
        statisticalLabel: "Horror",
        confidence: "high",
        histogram: [40, 12, 0, 5, 1],
      }),
      label: { ...neuronLabel({ neuron, label: title, person }), evidence },
      topItems: HOSTILE.map((of, at) => ({ id: String(at), title: of, activation: 3 - at / 4 })),
      activeItems: 58,
    };
  });
  const ranking = {
    neurons: 1,
    users: 100,
    change: { value: 0.31, interval: [0.27, 0.35] as [number, number] },
    changeOfRandom: { value: 0.08, interval: [0.06, 0.1] as [number, number] },
  };
  return {
    name: `Films ${HOSTILE[3]}`,
    sae: "sha256:0",
    made: "2026-02-03T04:05:06.000Z",
    report: measuredReport({ latents: HOSTILE.length }),
    neurons,
    structure: {
      version: 1,
      sae: "sha256:0",
      levels: [HOSTILE.length],
      tree: neurons.map(({ row: { neuron } }) => ({
        neuron,
        level: 0,
        parent: neuron > 0 && neuron < 3 ? neuron - 1 : null,
        share: neuron > 0 && neuron < 3 ? 0.9 : 0,
      })),
      splitting: [{ concept: "c", label: HOSTILE[0], neurons: [0, 1], recallOfBest: 0.4, recallTogether: 0.7 }],
      absorption: [{ concept: "c", label: HOSTILE[1], general: 0, narrow: 1, share: 0.6, items: 25 }],
      coactivation: [{ neurons: [0, 1], jaccard: 0.5, lift: 7 }],
      clusters: [{ name: HOSTILE[2], neurons: neurons.map(({ row: { neuron } }) => neuron) }],
    },
    audit: {
      version: 1,
      sae: "sha256:0",
      attributes: [
        {
          column: HOSTILE[0],
          protected: true,
          users: 943,
          values: [{ value: HOSTILE[1], share: 0.29 }],
          neurons: [
            { neuron: 2, value: HOSTILE[1], users: 273, auc: 0.7, interval: [0.64, 0.76], cohensD: 0.8, q: 1e-6 },
          ],
          ranking,
        },
      ],
      popularity: { neurons: [{ neuron: 3, correlation: -0.6, interval: [-0.65, -0.55], q: 0.001 }], ranking },
    },
    ...changes,
  };
}

describe(`the page${withoutBrowser}`, { skip: withoutBrowser !== "", timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
  }, 60_000);
  afterAll(() => browser?.close());

  async function opened(of: HtmlReport, options: { width?: number; scheme?: "light" | "dark" } = {}): Promise<Page> {
    const file = join(await scratchFolder(), "report.html");
    await writeFile(file, reportPage(of));
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1100, height: 900 },
      colorScheme: options.scheme ?? "light",
    });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  it("shows titles full of markup as they are, and runs nothing of them", async () => {
    const page = await opened(report());
    const cards = page.locator(".neurons > li");
    expect(await cards.count()).toBe(HOSTILE.length);
    const [first] = await cards.all();
    expect(await first.locator("ol li bdi").allTextContents()).toEqual(HOSTILE);
    expect(await page.title()).toContain("</style><script>");
    await first.hover();
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    expect(await page.locator("script, img, iframe, svg[onload], [onmouseover]").count()).toBe(0);
    await page.close();
  });

  it("asks for nothing beside itself, and its policy would let no script run", async () => {
    const file = join(await scratchFolder(), "report.html");
    await writeFile(file, reportPage(report()).replace("</body>", "<script>window.ran = 1</script></body>"));
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    expect(asked).toEqual([pathToFileURL(file).href]);
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    await page.close();
  });

  it("holds measures with baselines, neurons, tree, audit and words under headings that can be walked", async () => {
    const page = await opened(report());
    expect(await page.getByRole("heading", { level: 2 }).allTextContents()).toEqual([
      "Measures",
      "Neurons",
      "Structure",
      "Audit",
      "What people said",
    ]);
    const measures = page.getByRole("table", { name: /^Beside the same measures/ });
    expect(await measures.getByRole("row", { name: /^RBO@30 0\.56/ }).textContent()).toContain("0.96");
    expect(await page.getByRole("img", { name: /^Histogram: 58 active items in 5 equal bins/ }).count()).toBe(
      HOSTILE.length,
    );
    expect(await page.locator(".tree li li li").count()).toBe(1);
    expect(await page.getByRole("img", { name: "0.64 to 0.76" }).count()).toBe(1);
    const words = page.getByRole("table", { name: /^A person's word is final/ });
    expect(await words.getByRole("row").nth(1).textContent()).toContain("Horror");
    await page.getByRole("navigation").getByRole("link", { name: "Audit" }).click();
    expect(page.url()).toMatch(/#audit$/);
    await page.close();
  });

  it.each(["light", "dark"] as const)("is legible in a %s system, wide and narrow", async (scheme) => {
    mkdirSync(PICTURES, { recursive: true });
    for (const width of [1100, 380]) {
      const page = await opened(report(), { scheme, width });
      const { ink, paper, overflows } = await page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body);
        return { ink: color, paper: backgroundColor, overflows: document.documentElement.scrollWidth > innerWidth };
      });
      expect(luminance(ink) > luminance(paper)).toBe(scheme === "dark");
      expect(contrast(ink, paper)).toBeGreaterThan(7);
      expect(overflows).toBe(false);
      for (const element of [".faint", "a", "caption"]) {
        const colour = await page
          .locator(element)
          .first()
          .evaluate((found) => getComputedStyle(found).color);
        expect(contrast(colour, paper), element).toBeGreaterThan(4.5);
      }
      await page.screenshot({ path: join(PICTURES, `${scheme}-${width}.png`), fullPage: true });
      await page.close();
    }
  });

  it("says what is missing", async () => {
    const page = await opened(report({ structure: null, audit: null, neurons: [] }));
    expect(await page.getByText("Not measured yet").count()).toBe(2);
    expect(await page.getByText("Nobody has renamed").count()).toBe(1);
    await page.close();
  });
});

describe("markup", () => {
  it("escapes all text that is put into it, and nothing of its own", () => {
    const name = `a<b>"c"&'d'\u0000`;
    expect(html`<i title="${name}">${name}${html`<b>${1}</b>`}${null}${["<", ">"]}</i>`.text).toBe(
      `<i title="a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39; ">a&lt;b&gt;&quot;c&quot;&amp;&#39;d&#39; <b>1</b>&lt;&gt;</i>`,
    );
  });
});

/** Relative luminance of an `rgb(r, g, b)`, by WCAG 2. */
function luminance(colour: string): number {
  const [r, g, b] = colour.match(/\d+/g)!.map((part) => {
    const share = Number(part) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
