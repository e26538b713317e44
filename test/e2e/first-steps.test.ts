/** A newcomer's first minutes, in a real VS Code: sample, training, a neuron, a steered user, the config in their files. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steeringConfigSchema } from "../../src/protocol/steering";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { poll, Workbench } from "./workbench";

const USER = "u0002";

describe("first steps on the sample", () => {
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    server = await startFreshCodeServer({ "serve.py": "import numpy as np\n", "steering.json": "" });
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
  });

  const neurons = () => workbench.view("neurons");
  const lab = () => workbench.view("lab");
  const titles = (view: Frame, list: "Before" | "After") =>
    view.getByRole("list", { name: list }).locator(".ranked-title").allTextContents();

  it("makes a sample project in a folder of the person's choice and opens it", async () => {
    await workbench.command("RecPrism: Open Sample Project");
    await workbench.answer(join(server.workspace, "films"));
    await workbench.notification(/Opened Sample films: 1200 items, 2000 users/).waitFor();
    expect(existsSync(join(server.workspace, "films", "recprism.json"))).toBe(true);
    await (await neurons()).getByText("There are no neurons yet.").waitFor();
  });

  it("trains from the palette and shows how far it is", async () => {
    await workbench.command("RecPrism: Train SAE");
    await workbench.notification(/Training SAE for Sample films/).waitFor();
    await (await neurons()).getByText(/Training: epoch \d+ of \d+/).waitFor();
    await workbench
      .notification(/Trained an SAE for Sample films: MS \.\d\d, RBO@30 \.\d\d/)
      .waitFor({ timeout: 240_000 });
    await workbench.closeNotifications();
  }, 300_000);

  it("lists named neurons with the proof of their names", async () => {
    const view = await neurons();
    const named = view.getByRole("listbox").getByRole("option");
    await named.first().waitFor();
    expect(await named.count()).toBeGreaterThan(10);
    await view.getByRole("textbox", { name: "Search neurons" }).fill("horror");
    await view
      .getByRole("option", {
        name: /^Horror, tag, high confidence, neuron \d+, MS \.\d\d, purity at 10 \d+%, base rate \d+%/i,
      })
      .first()
      .waitFor();
  });

  it("opens the Lab on the neuron that is selected", async () => {
    await (await neurons())
      .getByRole("option", { name: /^Horror/ })
      .first()
      .click();
    const view = await lab();
    await view.getByRole("heading", { name: /Horror/ }).waitFor();
    expect(await view.getByRole("tab", { name: "Neuron" }).getAttribute("aria-selected")).toBe("true");
    await view.getByRole("table", { name: "Items that activate it most" }).waitFor();
    await workbench.screenshot("neuron");
  });

  it("shows a user's list before and after while a slider moves", async () => {
    const view = await lab();
    await view.getByRole("button", { name: "Steer This Neuron" }).click();
    await view.getByRole("combobox", { name: "Audience" }).selectOption("user");
    await view.getByRole("textbox", { name: "User", exact: true }).fill(USER);
    await view.getByRole("textbox", { name: "User", exact: true }).press("Enter");
    await view.getByRole("heading", { name: `Lists of user ${USER}` }).waitFor();
    await view.getByRole("list", { name: "Before" }).getByRole("listitem").first().waitFor();
    const before = await titles(view, "Before");
    expect(await titles(view, "After")).toEqual(before);

    const slider = view.getByRole("slider", { name: "Strength of Horror" });
    await slider.focus();
    for (let shown = before, press = 0; press < 2; press++) {
      await slider.press("PageUp");
      await expect.poll(() => titles(view, "After")).not.toEqual(shown);
      shown = await titles(view, "After");
    }
    expect(await titles(view, "Before")).toEqual(before);
    await view.getByRole("row", { name: /^Horror \d+% → \d+%/ }).waitFor();
  });

  it("puts the config into an open Python file, below what is there", async () => {
    await workbench.openFile("serve.py");
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+End");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into serve\.py/).waitFor();
    const text = await workbench.editorText();
    expect(text).toMatch(/^import numpy as np\n/);
    expect(text).toMatch(/^def steer\(/m);
    expect(text).toMatch(/\(\d+, "add", \d+(\.\d+)?\), {2}# Horror/);
    await workbench.closeNotifications();
    await workbench.focusEditor();
    await workbench.page.keyboard.press("Control+Home");
    await workbench.screenshot("config-python");
  });

  it("puts the config into an open JSON file, valid and by its schema", async () => {
    await workbench.openFile("steering.json");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into steering\.json/).waitFor();
    const config = steeringConfigSchema.parse(JSON.parse(await workbench.editorText()));
    expect(config.rules[0].edits).toMatchObject([{ label: "Horror", operation: "add" }]);
    await workbench.closeNotifications();
  });

  it.each(["light", "dark", "high-contrast"] as const)("wears the %s theme", async (theme) => {
    await workbench.setTheme(theme);
    await workbench.command("RecPrism: Open Lab");
    const view = await lab();
    await view.getByRole("list", { name: "After" }).getByRole("listitem").first().waitFor();
    await poll("both views side by side", async () =>
      (await (await neurons()).getByRole("option").count()) > 0 ? true : null,
    );
    const [text, background] = await view.evaluate(() => {
      const style = getComputedStyle(document.body);
      return [style.color, getComputedStyle(document.documentElement).getPropertyValue("--vscode-editor-background")];
    });
    expect(brightness(text) > brightness(background)).toBe(theme !== "light");
  });
});

/** Of a CSS colour as `#rrggbb` or `rgb(r, g, b)`; in [0, 255]. */
function brightness(colour: string): number {
  const hex = colour.match(/[0-9a-f]{2}/gi) ?? [];
  const parts = colour.startsWith("#")
    ? hex.map((part) => Number.parseInt(part, 16))
    : colour.match(/\d+/g)?.map(Number);
  const [red, green, blue] = parts ?? [];
  return (red + green + blue) / 3;
}
