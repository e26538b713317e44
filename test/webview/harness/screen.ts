/** Opens a webview of ours in a real browser, on the page and policy that the host gives it, and takes pictures. */

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { BROWSER_FLAGS } from "../../browser-flags";
import { type Scenario, USUAL } from "./scenario";

const root = join(__dirname, "..", "..", "..");
const pictures = join(root, "test-results", "webview");
/** As in VS Code a secure one: only these may use the clipboard. */
const ORIGIN = "https://webview.test";
const CHROMIUM = "/usr/bin/chromium";
/** In milliseconds; machines that test may be busy. */
const PATIENCE = 12_000;

/** Why screens cannot be tested here, or null when they can. */
export const withoutBrowser = existsSync(CHROMIUM) ? null : `${CHROMIUM} is missing: webview screens are not tested`;
if (withoutBrowser !== null) console.warn(`SKIPPED: ${withoutBrowser}`);

export class Screens {
  private constructor(
    private readonly browser: Browser,
    private readonly files: ReadonlyMap<string, string>,
  ) {}

  static async start(): Promise<Screens> {
    const bundle = await build({
      absWorkingDir: root,
      entryPoints: {
        neurons: "webview/neurons/main.tsx",
        lab: "webview/lab/main.tsx",
        host: "test/webview/harness/fake-host.ts",
      },
      bundle: true,
      write: false,
      outdir: "out",
      format: "iife",
      target: "chrome132",
      jsx: "automatic",
      jsxImportSource: "preact",
    });
    const files = new Map(bundle.outputFiles.map((file) => [file.path.slice(file.path.lastIndexOf("/")), file.text]));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
    return new Screens(browser, files);
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }

  async open(change: Partial<Scenario>, width: number, height = 800): Promise<Page> {
    const scenario = { ...USUAL, ...change };
    const page = await this.browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(PATIENCE);
    await page.addInitScript((value) => {
      window.scenario = value;
    }, scenario);
    await page.route(`${ORIGIN}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/") return route.fulfill({ contentType: "text/html", body: html(scenario.view) });
      const body = this.files.get(pathname);
      const contentType = pathname.endsWith(".css") ? "text/css" : "text/javascript";
      return body === undefined ? route.fulfill({ status: 404 }) : route.fulfill({ contentType, body });
    });
    await page.goto(ORIGIN);
    return page;
  }
}

/** The page the host makes, with the stand-in host before our script. */
function html(view: Scenario["view"]): string {
  const nonce = "bm9uY2U=";
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${ORIGIN}; img-src ${ORIGIN} data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <title>RecPrism</title>
  <link rel="stylesheet" href="${ORIGIN}/${view}.css">
</head>
<body data-view="${view}">
  <div id="root"></div>
  <script nonce="${nonce}" src="${ORIGIN}/host.js"></script>
  <script nonce="${nonce}" src="${ORIGIN}/${view}.js"></script>
</body>
</html>`;
}

/** Keeps a picture of the page under `test-results/webview`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/** Looks again until what a person would see is as expected. */
export function eventually<Seen>(look: () => Promise<Seen>) {
  return expect.poll(look, { timeout: PATIENCE });
}
