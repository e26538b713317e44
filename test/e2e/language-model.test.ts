/** Names by a language model in a real VS Code: without one, and with one that another extension supplies. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelsFileSchema } from "../../src/protocol/artifact";
import { built } from "../built";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { packedModelExtension } from "./model-extension";
import { poll, Workbench } from "./workbench";

let scratch: string;
let films: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-model-"));
  films = join(scratch, "films");
  execFileSync(process.execPath, [built("cli.js"), "sample", films]);
  execFileSync(process.execPath, [built("cli.js"), "train", "--project", films, "--epochs", "3"]);
}, 120_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("an editor without language models", () => {
  let server: CodeServer;
  let workbench: Workbench;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  });
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
  });

  it("explains what is missing, and renames neurons without", async () => {
    await workbench.openViewContainer("RecPrism");
    const list = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await list.getByRole("option").first().waitFor();
    await workbench.command("RecPrism: Name Neurons with a Language Model…");
    await workbench
      .notification(/No language model is installed in this editor.*needs none for anything else/)
      .waitFor();
    await workbench.closeNotifications();
    await list.getByRole("option").first().click();
    const lab = await workbench.view("lab");
    await lab.getByText(/Steer This Neuron/).waitFor();
    await workbench.command("RecPrism: Rename Neuron…");
    await workbench.answer("My own name");
    await lab.getByRole("heading", { name: /My own name/ }).waitFor();
    const mine = labelsFileSchema.parse(
      JSON.parse(await readFile(join(server.workspace, "sae", "labels.json"), "utf8")),
    );
    expect(mine.neurons.flatMap(({ person }) => person?.label ?? [])).toEqual(["My own name"]);
  });

  it("draws the item map from numbers that crossed two process borders as typed arrays", async () => {
    const lab = await workbench.view("lab");
    const canvas = lab.locator("canvas").first();
    await canvas.scrollIntoViewIfNeeded();
    const drawn = () =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const pixels = (element as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data;
        return new Set(new Uint32Array(pixels.buffer)).size;
      });
    await expect.poll(drawn, { timeout: 30_000 }).toBeGreaterThan(3);
  });

  it("opens the Lab's audit", async () => {
    await workbench.command("RecPrism: Show Audit");
    const lab = await workbench.view("lab");
    await lab.getByRole("tab", { name: "Audit", selected: true }).waitFor();
  });
});

describe("an editor with a language model", () => {
  let server: CodeServer;
  let workbench: Workbench;
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

  const labels = async () =>
    labelsFileSchema.parse(JSON.parse(await readFile(join(server.workspace, "sae", "labels.json"), "utf8"))).neurons;

  it("names all neurons that it can, tests every name, and keeps the names found by statistics", async () => {
    const before = await labels();
    await workbench.openViewContainer("RecPrism");
    const list = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await list.getByRole("option").first().waitFor();
    await workbench.command("RecPrism: Name Neurons with a Language Model…");
    await workbench.pick(/All neurons/);
    await workbench.notification(/Tag Counter named \d+ neurons; \d+ of the names stood their test/).waitFor();
    const after = await labels();
    expect(after.map(({ label }) => label)).toEqual(before.map(({ label }) => label));
    const named = after.flatMap(({ model }) => (model === null ? [] : [model]));
    expect(named.length).toBeGreaterThan(5);
    for (const { label, model, asked, correct, score } of named) {
      expect(label).toMatch(/^Made of /);
      expect(model).toBe("Tag Counter");
      expect(asked).toBeGreaterThanOrEqual(8);
      expect(score).toBeCloseTo(correct / asked, 9);
    }
    // The films' neurons are planted on genres: some names must be told from chance.
    const shown = named.find(({ interval }) => interval[0] > 0.5);
    expect(shown).toBeDefined();
    const view = await workbench.view("neurons");
    await view.getByRole("textbox", { name: "Search neurons" }).fill(`label="${shown!.label}"`);
    await list
      .getByRole("option", { name: new RegExp(shown!.label) })
      .first()
      .waitFor();
  });

  it("names the neuron that is selected", async () => {
    await workbench.closeNotifications();
    const list = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await list.getByRole("option").first().click();
    await workbench.view("lab");
    await poll("the selected neuron's command", async () => {
      await workbench.command("RecPrism: Name This Neuron with a Language Model");
      return true;
    });
    await workbench.notification(/“Made of .+” for neuron \d+ told \d+ of \d+ held-out items right/).waitFor();
  });
});
