/** Tools for language models in a real VS Code: they find, preview and explain, and write only what a person let them. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steeringConfigSchema } from "../../src/protocol/steering";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { packedModelExtension } from "./model-extension";
import { Workbench } from "./workbench";

const scratch = mkdtempSync(join(tmpdir(), "recprism-tools-"));
const films = join(scratch, "films");

beforeAll(() => {
  execFileSync(process.execPath, [built("cli.js"), "sample", films]);
  execFileSync(process.execPath, [built("cli.js"), "train", "--project", films, "--epochs", "8"]);
}, 120_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Uses a tool without waiting for its answer. */
async function use(workbench: Workbench, tool: string, input: object): Promise<void> {
  await workbench.command("Test: Use Tool");
  await workbench.answer(JSON.stringify({ tool: `recprism_${tool}`, input }));
}

/** What the tool answered, once that is what `expected` matches. */
async function answer(workbench: Workbench, expected: RegExp): Promise<string> {
  let text = "";
  await expect
    .poll(
      async () => {
        text = (await workbench.tab(/Untitled/).count()) === 0 ? "" : await workbench.editorText();
        return text;
      },
      { timeout: 60_000 },
    )
    .toMatch(expected);
  return text;
}

const less = (neuron: number) => ({
  name: "Less Horror",
  audience: { kind: "random", count: 40 },
  edits: [{ neuron, label: "Horror", operation: "set", value: -1 }],
});

describe("tools for language models", () => {
  let server: CodeServer;
  let workbench: Workbench;
  let horror: number;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const settings = { "chat.disableAIFeatures": false };
    server = await startFreshCodeServer({}, films, false, {
      settings,
      extensions: [await packedModelExtension(scratch)],
    });
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
  });

  const file = (name: string) => join(server.workspace, name);

  it("find neurons by what they stand for", async () => {
    await use(workbench, "find_neurons", { query: "horror" });
    const text = await answer(workbench, /Horror/);
    horror = Number(/(?:neuron |\| )(\d+)/i.exec(text)?.[1]);
    expect(horror).toBeGreaterThanOrEqual(0);
  });

  it("preview what an edit does to an audience", async () => {
    await use(workbench, "preview_steering", { recipe: less(horror) });
    expect(await answer(workbench, /NDCG/)).toMatch(/Horror/);
  });

  it("write a config once a person confirmed file and edits", async () => {
    await use(workbench, "write_steering_config", { recipe: less(horror), file: "steering/less.steer.yaml" });
    const dialog = workbench.page.locator(".monaco-dialog-box");
    await dialog.waitFor();
    const question = (await dialog.textContent()) ?? "";
    expect(question).toContain("steering/less.steer.yaml");
    expect(question).toContain(`set Horror (neuron ${horror}): -1`);
    expect(existsSync(file("steering/less.steer.yaml"))).toBe(false);
    await workbench.screenshot("tool-confirmation");
    await workbench.pressInDialog(/^(Yes|Continue|Allow|OK|Run)/);
    await answer(workbench, /less\.steer\.yaml/);
    const { parse } = await import("yaml");
    const config = steeringConfigSchema.parse(parse(await readFile(file("steering/less.steer.yaml"), "utf8")));
    expect(config.rules[0]).toMatchObject({ name: "Less Horror", effect: { users: 40 } });
  });

  it("write nothing outside of the project, and nothing that was declined", async () => {
    await use(workbench, "write_steering_config", { recipe: less(horror), file: "../out.steer.json" });
    await workbench.pressInDialog(/^(Yes|Continue|Allow|OK|Run)/);
    await answer(workbench, /refused: .*leads out of the project/);
    await use(workbench, "write_steering_config", { recipe: less(horror), file: "declined.steer.json" });
    await workbench.pressInDialog(/^(No|Cancel|Skip)/);
    // Another refusal than the one before.
    await answer(workbench, /refused: (?!.*leads out)/);
    expect(existsSync(join(server.workspace, "..", "out.steer.json"))).toBe(false);
    expect(existsSync(file("declined.steer.json"))).toBe(false);
  });
});

describe("tools for language models in a restricted workspace", () => {
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const settings = {
      "chat.disableAIFeatures": false,
      "extensions.supportUntrustedWorkspaces": { "recprism-test.recprism-test-language-model": { supported: true } },
    };
    server = await startFreshCodeServer({}, films, true, {
      settings,
      extensions: [await packedModelExtension(scratch)],
    });
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
  });

  it("write nothing", async () => {
    await use(workbench, "write_steering_config", { recipe: less(0), file: "less.steer.json" });
    await workbench.pressInDialog(/^(Yes|Continue|Allow|OK|Run)/);
    await answer(workbench, /refused: .*restricted workspace/);
    expect(existsSync(join(server.workspace, "less.steer.json"))).toBe(false);
  });
});
