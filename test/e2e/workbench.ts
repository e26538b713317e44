/** VS Code as a person sees it: palette, pickers, notifications, editors, views. Every method waits for what it needs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Browser, chromium, type Frame, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { browser as browserProgram } from "../../scripts/setup/system-packages.mjs";
import { BROWSER_FLAGS } from "../browser-flags";
import type { CodeServer } from "./code-server";

const root = join(__dirname, "..", "..");
const PATIENCE = 60_000;

/** Themes: the label in VS Code's picker, and its id, which views and workbench carry while they wear it. */
const THEMES = {
  light: { label: "Light Modern", id: "Light Modern", file: "light_modern" },
  dark: { label: "Dark Modern", id: "Dark Modern", file: "dark_modern" },
  "high-contrast": { label: "Dark High Contrast", id: "Default High Contrast", file: "hc_black" },
} as const;
export type Theme = keyof typeof THEMES;

export class Workbench {
  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
  ) {}

  static async open(server: CodeServer): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: browserProgram(), args: BROWSER_FLAGS });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const workbench = new Workbench(page, browser);
    await workbench.load(server.url);
    return workbench;
  }

  /** Opens an address of the server and waits until the workbench and its Explorer are there. */
  async load(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator(".monaco-workbench .explorer-viewlet .monaco-list").first().waitFor();
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  // ---- palette, pickers, input boxes ------------------------------------------------------------------------------

  private get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:visible");
  }

  private get quickInputBox(): Locator {
    return this.quickInput.locator(".quick-input-box input");
  }

  /** Runs a command by the title that the palette shows, for example `RecPrism: Train SAE`. */
  async command(title: string): Promise<void> {
    await this.choose(`>${title}`, new RegExp(`^${escaped(title)}(,|$)`));
  }

  /** Asks the palette and takes an answer. */
  private async choose(query: string, answer: RegExp): Promise<void> {
    const row = this.quickInput.getByRole("option", { name: answer }).first();
    // The palette lists what was there when it opened, and closes when something else takes the focus.
    await poll(`${answer} in the palette`, async () => {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("F1");
      return soon(async () => {
        await this.quickInputBox.fill(query, { timeout: 2000 });
        // Waiting for what the command does would count a command that ran as one that did not.
        await row.click({ timeout: 2000, noWaitAfter: true });
      });
    });
  }

  /** Chooses an entry of the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickInput.getByRole("option", { name: label }).first().click();
  }

  /** Takes an entry of what a right-click on `target` opens. */
  async contextMenu(target: Locator, entry: string): Promise<void> {
    const item = this.page.getByRole("menuitem", { name: entry });
    await target.click({ button: "right" });
    // A menu ignores the mouse for the first tenth of a second, lest the click that opened it chooses too.
    await poll(`${entry} in the context menu`, async () => {
      await item.click({ timeout: 2000, noWaitAfter: true }).catch(() => undefined);
      return soon(() => item.waitFor({ state: "hidden", timeout: 1000 }));
    });
  }

  /** The entries of the open quick pick, as read out. */
  async choices(): Promise<string[]> {
    const options = this.quickInput.getByRole("option");
    await options.first().waitFor();
    return options.evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  }

  /** Types into the open input box and confirms; an open path or folder dialog of the browser's VS Code takes paths so. */
  async answer(text: string): Promise<void> {
    await this.quickInputBox.waitFor();
    await this.quickInputBox.fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Title of the open quick pick or input box; null when none is open. */
  async question(): Promise<string | null> {
    if (!(await this.quickInput.isVisible())) return null;
    const placeholder = await this.quickInputBox.getAttribute("placeholder");
    return [await this.quickInput.textContent(), placeholder].join("\n");
  }

  /** Presses the button of a simple file or folder dialog. */
  async confirmPath(path: string): Promise<void> {
    // It lists a folder of its own first, whose path would otherwise take the place of what is typed.
    await expect.poll(() => this.quickInputBox.inputValue(), { timeout: PATIENCE }).toContain("/");
    await this.quickInput.getByRole("option").first().waitFor();
    const button = this.quickInput.getByRole("button", { name: /^(OK|Open|Save|Select|Create|Train|Export)/ }).first();
    const dialog = await button.elementHandle();
    // It looks whether the path is there as it is typed, and meanwhile ignores its button.
    await poll(`the dialog to take ${path}`, () =>
      soon(async () => {
        await this.quickInputBox.fill(path, { timeout: 2000 });
        await button.click({ timeout: 2000 });
        await dialog?.waitForElementState("hidden", { timeout: 2000 });
      }),
    );
  }

  // ---- notifications and dialogs ----------------------------------------------------------------------------------

  notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-list-item, .notification-toast").filter({ hasText: text }).first();
  }

  /** Presses a button of a notification. */
  async pressInNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole("button", { name: button, exact: true }).click();
  }

  /** Presses a button of the modal dialog. */
  async pressInDialog(button: string | RegExp): Promise<void> {
    await this.page.locator(".monaco-dialog-box").getByRole("button", { name: button }).click();
  }

  async closeNotifications(): Promise<void> {
    await this.command("Notifications: Clear All Notifications");
  }

  // ---- editors ----------------------------------------------------------------------------------------------------

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.choose(name, new RegExp(`^${escaped(name)}(,|$)`));
    await this.tab(name).and(this.page.locator("[aria-selected=true]")).first().waitFor();
  }

  tab(name: string | RegExp): Locator {
    return this.page.locator(".tabs-container").getByRole("tab", { name });
  }

  private get activeEditor(): Locator {
    return this.page.locator(".editor-group-container.active .monaco-editor").first();
  }

  /** Puts the cursor into the active text editor. */
  async focusEditor(): Promise<void> {
    await this.activeEditor.locator(".view-lines").click();
  }

  /** All text of the active text editor, through the clipboard as a person would take it. */
  async editorText(): Promise<string> {
    await this.focusEditor();
    await this.page.evaluate(() => navigator.clipboard.writeText(""));
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.press("Control+C");
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Where editors stand, to look at. */
  get editors(): Locator {
    return this.page.locator(".part.editor");
  }

  /** The language VS Code shows for the active editor. */
  async editorLanguage(): Promise<string> {
    return (await this.page.locator("#status\\.editor\\.mode").textContent()) ?? "";
  }

  // ---- RecPrism's own views ---------------------------------------------------------------------------------------

  /** The document of a webview, which says in `body[data-view]` what it is. Ask again after it may have been reloaded. */
  async view(name: "neurons" | "lab"): Promise<Frame> {
    return poll(`the ${name} view`, async () => {
      const frames = this.page.frames();
      const data = await Promise.all(frames.map(viewData));
      const found = data.findIndex((of) => of?.view === name);
      return found < 0 ? null : frames[found];
    });
  }

  /** The document of a Markdown preview, by its heading. */
  async markdownPage(heading: string): Promise<Frame> {
    return poll(`the page ${heading}`, async () => {
      for (const frame of this.page.frames()) {
        const there = frame.getByRole("heading", { name: heading }).count();
        // Frames that are being replaced answer late or never.
        if ((await Promise.race([there.catch(() => 0), delay(1000, 0)])) > 0) return frame;
      }
      return null;
    });
  }

  /** Opens a view container by its icon in the activity bar. */
  async openViewContainer(name: string): Promise<void> {
    const icon = this.page.locator(".activitybar").getByRole("tab", { name });
    if ((await icon.getAttribute("aria-selected")) !== "true") await icon.click();
  }

  // ---- looks ------------------------------------------------------------------------------------------------------

  /** Changes the theme and waits until the workbench and our views wear it. */
  async setTheme(theme: Theme): Promise<void> {
    const { label, id, file } = THEMES[theme];
    await this.command("Preferences: Color Theme");
    await this.quickInputBox.fill(label);
    await this.pick(label);
    await this.page.locator(`.monaco-workbench.vscode-theme-defaults-themes-${file}-json`).waitFor();
    await poll(`views in ${label}`, async () => {
      const worn = await Promise.all(this.page.frames().map(viewData));
      return worn.every((data) => data?.view === undefined || data.vscodeThemeId === id) || null;
    });
  }

  /** Pickers and notifications fade in; what turns for ever, such as a progress bar, is not waited for. */
  private async settled(): Promise<void> {
    const ended = this.page.evaluate(async () => {
      const passing = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      await Promise.allSettled(passing.map(({ finished }) => finished));
    });
    await Promise.race([ended, delay(2000)]);
  }

  /** Saves what is on the screen: for the README when `RECPRISM_SCREENSHOTS=1`, among the test results otherwise. */
  async screenshot(name: string, part: Page | Locator = this.page): Promise<void> {
    const folder =
      process.env.RECPRISM_SCREENSHOTS === "1" ? join(root, "media", "screenshots") : join(root, "test-results");
    mkdirSync(folder, { recursive: true });
    await this.settled();
    await part.screenshot({ path: join(folder, `${name}.png`) });
  }
}

/** True when some steps went through, null when one took too long. */
async function soon(steps: () => Promise<void>): Promise<true | null> {
  return steps().then(
    () => true,
    () => null,
  );
}

/** `data-` attributes of a frame's body; null in frames that are being replaced, which answer late or never. */
async function viewData(frame: Frame): Promise<Record<string, string | undefined> | null> {
  const answer = frame.evaluate(() => ({ ...document.body?.dataset })).catch(() => null);
  return Promise.race([answer, delay(1000, null)]);
}

/** Asks until the answer is not null. */
export async function poll<Value>(what: string, ask: () => Promise<Value | null>, timeout = PATIENCE): Promise<Value> {
  let answer: Value | null = null;
  await expect
    .poll(
      async () => {
        answer = await ask();
        return answer !== null;
      },
      { timeout, interval: 100, message: `waiting for ${what}` },
    )
    .toBe(true);
  return answer as Value;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
