/** Steering configs in the editor: names, evidence, lenses, faults and their remedies; the Lab's recipe put into files. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { labelsFileSchema } from "../../src/protocol/artifact";
import { type SteeringConfig, steeringConfigSchema } from "../../src/protocol/steering";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { poll, Workbench } from "./workbench";

const JSON_FILE = "less-horror.steer.json";
const YAML_FILE = "both.steer.yaml";

describe("a steering config in the editor", () => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-steering-"));
  let server: CodeServer;
  let workbench: Workbench;
  let horror: number;
  let other: { neuron: number; label: string };
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    execFileSync(process.execPath, [built("cli.js"), "sample", films]);
    execFileSync(process.execPath, [built("cli.js"), "train", "--project", films, "--epochs", "8"]);
    const { sae, neurons } = labelsFileSchema.parse(
      JSON.parse(await readFile(join(films, "sae", "labels.json"), "utf8")),
    );
    const labelled = neurons.flatMap(({ label, kind, confidence }, neuron) =>
      kind === "tag" && confidence === "high" ? [{ neuron, label }] : [],
    );
    horror = labelled.find(({ label }) => label === "Horror")!.neuron;
    other = labelled.find(({ label }) => label !== "Horror")!;
    server = await startFreshCodeServer(
      {
        [JSON_FILE]: `{
  "version": 1,
  "sae": { "path": "sae", "hash": "${sae}" },
  "rules": [
    {
      "name": "Less Horror",
      "audience": { "kind": "random", "count": 40 },
      "edits": [{ "neuron": ${horror}, "label": "Horror", "operation": "suppress" }]
    }
  ]
}
`,
        [YAML_FILE]: `# Agreed on in May.
version: 1
sae:
  path: sae
  hash: ${JSON.stringify(sae)}
rules:
  - name: Less Horror # for children
    edits:
      - neuron: ${horror}
        label: Horor
        operation: suppress
  - name: More of the other
    edits:
      - neuron: ${other.neuron}
        operation: add
        value: 2
`,
        "serve.py": "import numpy as np\n",
        "serve.ts": "export class Server {\n\tstart(): void {\n\t\t\n\t}\n}\n",
        "deploy.yaml": "service: films\nmodel:\n  name: mf\n  \nreplicas: 2\n",
        "settings.json": '{\n    "service": "films"\n}\n',
        "locked.json": "{}\n",
      },
      films,
      false,
      // What fits into the editor stays in view whatever is pasted.
      { settings: { "editor.scrollBeyondLastLine": false, "editor.stickyScroll.enabled": false } },
    );
    await chmod(join(server.workspace, "locked.json"), 0o444);
    workbench = await Workbench.open(server);
  }, 240_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const page = () => workbench.page;
  const line = (text: string | RegExp) =>
    page().locator(".editor-instance .view-line").filter({ hasText: text }).first();
  const lens = (name: string | RegExp) => page().locator(".codelens-decoration").getByText(name);
  const squiggles = (severity: "error" | "warning") => page().locator(`.monaco-editor .squiggly-${severity}`);
  const onDisk = (name: string) => readFile(join(server.workspace, name), "utf8");
  /** Puts a text into the active editor in place of what is there. */
  const put = async (text: string) => {
    await workbench.focusEditor();
    await page().evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
    await page().keyboard.press("Control+A");
    await page().keyboard.press("Control+V");
    await expect.poll(() => workbench.editorText()).toBe(text);
  };
  /** Saves the active editor; what is written to its file before that is done would be a conflict. */
  const save = async () => {
    await page().keyboard.press("Control+s");
    await page().locator(".editor-group-container.active .tab.active:not(.dirty)").waitFor();
  };

  /** Chooses from the fixes that are offered at a place. */
  async function fix(place: Locator, title: string | RegExp, screenshot?: string): Promise<void> {
    const entry = page().locator(".action-widget").getByText(title);
    // The menu closes when marks are set anew.
    await poll(`the fix ${title}`, async () => {
      await page().keyboard.press("Escape");
      await place.click();
      await page().keyboard.press("Control+.");
      return entry.waitFor({ timeout: 3000 }).then(
        () => true,
        () => null,
      );
    });
    if (screenshot !== undefined) await workbench.screenshot(screenshot, workbench.editors);
    await entry.click();
  }

  it("names its neuron behind the number, and says of the rule what is known", async () => {
    await workbench.openFile(JSON_FILE);
    await line(new RegExp(`"neuron":\\s${horror}\\W*Horror`)).waitFor();
    await workbench.setTheme("light");
    await lens("Preview").waitFor();
    await lens("Open in Lab").waitFor();
    await lens(/not measured/i).waitFor();
  });

  it("tells on a hover what the neuron stands for and how that is known, with a chart", async () => {
    const hover = page().locator(".monaco-hover:visible").filter({ hasText: "precision@10" });
    await poll("the hover", async () => {
      await line("audience").hover();
      await line('"neuron"').getByText(String(horror), { exact: true }).first().hover();
      return hover.waitFor({ timeout: 3000 }).then(
        () => true,
        () => null,
      );
    });
    const text = (await hover.textContent()) ?? "";
    expect(text).toMatch(new RegExp(`Horror · neuron ${horror}, tag, (high|medium) confidence`));
    expect(text).toMatch(/base rate \.\d\d/);
    expect(text).toMatch(/Most active: /);
    const width = () => hover.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBeGreaterThan(100);
    await workbench.screenshot("config-hover", workbench.editors);
    await page().keyboard.press("Escape");
  });

  it("measures the rule again and records it in place; one Undo takes it back", async () => {
    const before = await onDisk(JSON_FILE);
    await lens("Measure again").click();
    await line(/"effect"/).waitFor();
    await lens(/40 users; Horror \.\d\d -> \.\d\d/).waitFor();
    const text = await workbench.editorText();
    const { rules } = steeringConfigSchema.parse(JSON.parse(text));
    expect(rules[0].effect).toMatchObject({ k: 30, users: 40 });
    expect(rules[0].effect!.concepts[0].after).toBeLessThan(rules[0].effect!.concepts[0].before);
    const start = text.indexOf(',\n      "effect"');
    expect(text.slice(0, start) + before.slice(start)).toBe(before);
    await workbench.closeNotifications();
    await workbench.screenshot("config-editor", workbench.editors);
    await workbench.focusEditor();
    await page().keyboard.press("Control+z");
    await expect.poll(() => workbench.editorText()).toBe(before);
    await page().keyboard.press("Control+Shift+z");
    await save();
    await expect.poll(() => onDisk(JSON_FILE)).toBe(text);
  });

  it("says that an effect was measured on other data, and measures again at a click", async () => {
    const text = await onDisk(JSON_FILE);
    await put(text.replace(/"data": "[^"]*"/, '"data": "other"'));
    await squiggles("warning").first().waitFor();
    await fix(line('"data"').getByText('"other"'), "Measure again");
    await expect.poll(() => workbench.editorText()).not.toContain('"other"');
    await squiggles("warning").first().waitFor({ state: "detached" });
    await save();
  });

  it("shows what the rule does on a page beside it", async () => {
    await lens("Preview").click();
    const preview = await workbench.markdownPage("Less Horror");
    await preview.getByRole("heading", { name: "What it costs" }).waitFor();
    expect(
      await preview
        .getByRole("row", { name: /^Horror/ })
        .first()
        .textContent(),
    ).toMatch(/\.\d\d/);
    await preview.getByRole("heading", { name: /For example user/ }).waitFor();
    await workbench.screenshot("rule-preview");
    await page().keyboard.press("Control+w");
  });

  it("mends a trailing comma", async () => {
    const good = await onDisk(JSON_FILE);
    await put(good.replace(/\n {4}\}\n {2}\]/, "\n    },\n  ]"));
    await squiggles("error").first().waitFor();
    await fix(line(/^\s{4}\},$/).getByText("},"), "Remove the comma");
    await expect.poll(() => workbench.editorText()).toBe(good);
    await save();
  });

  it("finds a neuron by what it stands for and inserts its number", async () => {
    const good = await onDisk(JSON_FILE);
    await line('"neuron"').getByText(String(horror), { exact: true }).first().dblclick();
    await page().keyboard.press("Delete");
    await page().keyboard.type(other.label.slice(0, 4));
    const offered = page()
      .locator(".suggest-widget.visible")
      .getByRole("option", { name: new RegExp(`^${other.label}`) });
    await poll("the neuron in the list", async () => {
      await page().keyboard.press("Control+Space");
      return offered
        .first()
        .waitFor({ timeout: 3000 })
        .then(
          () => true,
          () => null,
        );
    });
    await workbench.screenshot("config-completion", workbench.editors);
    await offered.first().click();
    const config = JSON.parse(await workbench.editorText());
    expect(config.rules[0].edits[0]).toMatchObject({ neuron: other.neuron, label: other.label });
    await put(good);
    await save();
  });

  it("does the same in YAML, where it completes keys too, and mends a label", async () => {
    await workbench.openFile(YAML_FILE);
    const before = await onDisk(YAML_FILE);
    await line(new RegExp(`neuron:\\s${horror}\\W*Horror`)).waitFor();
    await fix(line("label").getByText("Horor"), 'Set label to "Horror"', "config-quick-fix");
    await squiggles("warning").first().waitFor({ state: "detached" });
    expect(await workbench.editorText()).toBe(before.replace("Horor", "Horror"));
    await workbench.focusEditor();
    await page().keyboard.press("Control+End");
    await page().keyboard.type("    au");
    await page().keyboard.press("Control+Space");
    await page()
      .locator(".suggest-widget.visible")
      .getByRole("option", { name: /^audience/ })
      .click();
    expect(await workbench.editorText()).toMatch(/\n {4}audience:\n {6}$/);
    await put(before);
    await save();
  });

  it("puts a rule into the Lab", async () => {
    await lens("Open in Lab").first().click();
    const lab = await workbench.view("lab");
    await lab.getByText("The activation becomes 0.").waitFor();
    // Under the name of now, whatever the file says.
    expect(await lab.getByText("Horor").count()).toBe(0);
  });

  it("updates the rule under the cursor from the Lab and leaves all else", async () => {
    const before = await onDisk(YAML_FILE);
    await workbench.openFile(YAML_FILE);
    await line("More").getByText("More").click();
    await workbench.command("RecPrism: Update Config Here");
    await workbench.notification(/Updated “More of the other” in both\.steer\.yaml \(1 edit\)/).waitFor();
    const text = await workbench.editorText();
    const head = before.slice(before.indexOf("rules:"), before.indexOf("  - name: More"));
    expect(text).toContain(head);
    expect(text.startsWith("# Agreed on in May.\n")).toBe(true);
    const { rules, sae } = steeringConfigSchema.parse(parse(text));
    expect(rules.map(({ name }) => name)).toEqual(["Less Horror", "Less Horror"]);
    expect(rules[1].effect?.users).toBeGreaterThan(100);
    expect(Object.keys(sae.directions ?? {})).toEqual([String(horror)]);
    await workbench.focusEditor();
    await page().keyboard.press("Control+z");
    await expect.poll(() => workbench.editorText()).toBe(before);
    await page().keyboard.press("Control+Shift+z");
    await save();
    await workbench.closeNotifications();
  });

  it("finds the neurons of another SAE's config again by their decoder rows", async () => {
    const config: SteeringConfig = steeringConfigSchema.parse(parse(await onDisk(YAML_FILE)));
    const moved = JSON.stringify(
      {
        ...config,
        sae: { ...config.sae, hash: "0".repeat(64), directions: { [other.neuron]: config.sae.directions![horror] } },
        rules: [{ name: "Less Horror", edits: [{ neuron: other.neuron, label: "Horror", operation: "suppress" }] }],
      },
      null,
      2,
    );
    await workbench.openFile(JSON_FILE);
    await put(moved);
    await squiggles("error").first().waitFor();
    await fix(line('"hash"').getByText(/"0+"/), "Find the neurons again by their decoder rows");
    await workbench.notification(/Found 1 neuron of less-horror\.steer\.json again/).waitFor();
    const after = JSON.parse(await workbench.editorText());
    expect(after.sae.hash).toBe(config.sae.hash);
    expect(after.rules[0].edits[0].neuron).toBe(horror);
    await save();
    await workbench.closeNotifications();
  });

  it("goes into Python, and is updated there in place", async () => {
    await workbench.openFile("serve.py");
    await workbench.focusEditor();
    await page().keyboard.press("Control+End");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into serve\.py, line 2/).waitFor();
    await page().keyboard.type("print(steer)");
    const text = await workbench.editorText();
    expect(text).toMatch(/^import numpy as np\n# region RecPrism steering config: Less Horror\n/);
    expect(text).toMatch(/# endregion RecPrism steering config\nprint\(steer\)/);
    await workbench.command("RecPrism: Update Config Here");
    await workbench.notification(/Updated the steering config in serve\.py/).waitFor();
    expect(await workbench.editorText()).toBe(text);
    await workbench.closeNotifications();
  });

  it("goes into TypeScript at the cursor's indentation, in tabs", async () => {
    await workbench.openFile("serve.ts");
    await line("start").click();
    await page().keyboard.press("ArrowDown");
    await page().keyboard.press("End");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into serve\.ts, line 3/).waitFor();
    const text = await workbench.editorText();
    expect(text).toMatch(
      /^export class Server \{\n\tstart\(\): void \{\n\t\t\/\/ #region RecPrism steering config: Less Horror\n/,
    );
    expect(text).toMatch(/\n\t\t\/\/ #endregion RecPrism steering config\n\t\}\n\}\n$/);
    const block = text.slice(text.indexOf("#region"), text.indexOf("#endregion"));
    expect(block).toMatch(/\n\t\tfunction steer\(/);
    expect(block).not.toMatch(/^ +\S|\n\t*export /m);
    await workbench.closeNotifications();
  });

  it("goes into YAML under a key of its own, and into JSON", async () => {
    await workbench.openFile("deploy.yaml");
    await line("name: mf").click();
    await page().keyboard.press("ArrowDown");
    await page().keyboard.press("End");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into deploy\.yaml, line 4/).waitFor();
    const { model, ...rest } = parse(await workbench.editorText());
    expect(rest).toEqual({ service: "films", replicas: 2 });
    expect(steeringConfigSchema.parse(model.steering).rules[0].edits[0].neuron).toBe(horror);
    await workbench.closeNotifications();

    await workbench.openFile("settings.json");
    await line("service").click();
    await page().keyboard.press("End");
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/Inserted the steering config \(1 edit\) into settings\.json, line 3/).waitFor();
    const text = await workbench.editorText();
    expect(text).toMatch(/\n {4}"steering": \{\n {8}"version": 1,\n/);
    expect(steeringConfigSchema.parse(JSON.parse(text).steering).rules).toHaveLength(1);
    await workbench.closeNotifications();
  });

  it("leaves a read-only file alone, and a file with several cursors", async () => {
    await workbench.openFile("locked.json");
    await workbench.focusEditor();
    await workbench.command("RecPrism: Insert Steering Config at Cursor");
    await workbench.notification(/locked\.json is read-only.*Nothing was written/).waitFor();
    expect(await workbench.editorText()).toBe("{}\n");
    await workbench.closeNotifications();
    await workbench.openFile("settings.json");
    await workbench.focusEditor();
    await page().keyboard.press("Control+Home");
    await workbench.command("Add Cursor Below");
    // The page object's way to the palette begins with Escape, which would leave one cursor.
    const title = "RecPrism: Insert Steering Config at Cursor";
    await page().keyboard.press("F1");
    await page().keyboard.type(title);
    await page().locator(".quick-input-widget:visible").getByRole("option", { name: title }).first().click();
    await workbench.notification(/settings\.json has 2 cursors/).waitFor();
    await workbench.closeNotifications();
  });
});
