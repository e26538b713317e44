/** The whole steering lab on MovieLens 1M in a real VS Code, scored by a dot product and by a neural head. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steeringConfigSchema } from "../../src/protocol/steering";
import { built } from "../built";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { type CodeServer, startFreshCodeServer } from "./code-server";
import { keepEvidenceOfFailures } from "./evidence";
import { Workbench } from "./workbench";

const FILM = "Toy Story (1995)";

const escaped = (text: string) => text.replace(/[()]/g, "\\$&");

describe.skipIf(!hasMovieLens).each(["mf", "ncf"] as const)(`the lab on MovieLens 1M, %s${needsMovieLens}`, (kind) => {
  const scratch = mkdtempSync(join(tmpdir(), "recprism-films-"));
  let server: CodeServer;
  let workbench: Workbench;
  /** A tag that a neuron is surely called after. */
  let tag: string;
  keepEvidenceOfFailures(() => ({ server, workbench }));

  beforeAll(async () => {
    const films = join(scratch, "films");
    mkdirSync(films);
    for (const name of ["items.csv", "interactions.csv"]) cpSync(join(MOVIELENS_1M, name), join(films, name));
    cpSync(join(MOVIELENS_1M, "embeddings", kind), films, { recursive: true });
    const bias = (side: string) => (kind === "mf" ? { bias: `${side}_bias.npy` } : {});
    const manifest = {
      version: 1,
      name: kind,
      items: {
        embeddings: "items.npy",
        ...bias("item"),
        table: "items.csv",
        ids: { rule: "table-order", column: "iid" },
        title: "title",
        tags: [{ column: "genres", separator: "|" }],
      },
      users: { embeddings: "users.npy", ...bias("user"), ids: { rule: "row-number" } },
      interactions: { table: "interactions.csv", user: "uid", item: "iid" },
      ...(kind === "ncf" ? { recommender: { kind: "onnx", model: "head.onnx" } } : {}),
    };
    writeFileSync(join(films, "recprism.json"), JSON.stringify(manifest));
    const recprism = (...options: string[]) =>
      execFileSync(process.execPath, [built("cli.js"), ...options], { cwd: films, encoding: "utf8", stdio: "pipe" });
    recprism("train", "--epochs", "2", "--latents", "40");
    const named = JSON.parse(recprism("neurons", "kind:tag confidence>=medium", "--json"));
    tag = named[0].label;
    server = await startFreshCodeServer({}, films);
    workbench = await Workbench.open(server);
  }, 240_000);
  afterAll(async () => {
    await workbench?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const lab = () => workbench.view("lab");
  const press = async (name: string | RegExp) => (await lab()).getByRole("button", { name }).first().click();
  const choose = async (label: string, text: string, option: string | RegExp) => {
    const view = await lab();
    await view.getByRole("textbox", { name: label, exact: true }).fill(text);
    await view
      .getByRole("listbox", { name: new RegExp(`^${escaped(label)}`) })
      .getByRole("option", { name: option })
      .first()
      .click();
  };
  const type = async (name: string, value: string) => {
    const field = (await lab()).getByRole("spinbutton", { name, exact: true }).first();
    await field.fill(value);
    await field.press("Tab");
  };
  /** The effect is measured, at a press where it waits for one. */
  const measured = async () => {
    const view = await lab();
    const again = view.getByRole("button", { name: /^Measure (Effect|Again)$/ });
    await expect
      .poll(
        async () => {
          if (await again.isVisible()) await again.click();
          return view.locator(".stale, .task").count();
        },
        { timeout: 60_000 },
      )
      .toBe(0);
    await view
      .getByRole("region", { name: "Cost" })
      .getByRole("row", { name: /^NDCG@20/ })
      .waitFor();
  };

  it("measures what turning a genre down does to those who activate it most", async () => {
    await workbench.openViewContainer("RecPrism");
    const neurons = (await workbench.view("neurons")).getByRole("listbox", { name: "Neurons" });
    await neurons.getByRole("option").first().click();
    const view = await lab();
    await view.getByRole("tab", { name: "Steer" }).click();
    await press("Add Edit");
    await choose("Neuron to edit", tag.toLowerCase(), new RegExp(`${tag}.*neuron \\d+`));
    await view.getByRole("combobox", { name: "Audience" }).selectOption("neuron");
    await view.getByText("20 users, <1% of 6,018").or(view.getByText("20 users, 0% of 6,018")).first().waitFor();
    await view.getByRole("combobox", { name: `Operation on ${tag}` }).selectOption("set");
    await type(`Strength of ${tag} as a number`, "-1");
    await measured();
    const share = view
      .getByRole("region", { name: "Concept shares" })
      .getByRole("row", { name: /target/ })
      .first();
    expect(await share.textContent()).toContain(tag);
  });

  it("pushes a film, hides a genre, and tells of both", async () => {
    const view = await lab();
    await press("Edit Items");
    await choose("Items to edit", "Toy Story", new RegExp(`^${escaped(FILM)}`));
    await press("Add Neuron");
    await choose(`Neuron for ${FILM}`, tag.toLowerCase(), new RegExp(`${tag}.*neuron \\d+`));
    await view
      .getByRole("listitem", { name: `Items: ${FILM}` })
      .getByRole("slider")
      .fill("2");
    await press("Hide Items");
    await choose("Neuron to hide by", tag.toLowerCase(), new RegExp(`${tag}.*neuron \\d+`));
    await type(`Threshold of ${tag} as a number`, "1");
    await view.getByText(/^[1-9][\d,]* of 3,018 items are hidden\.$/).waitFor();
    await measured();
    await view.getByRole("row", { name: new RegExp(`^Exposure of ${escaped(FILM)}`) }).waitFor();
    await view
      .getByRole("row", { name: /^Hidden items/ })
      .first()
      .waitFor();
    await workbench.screenshot(`movielens-lab-${kind}`);
  });

  it("measures controls and dose-response with progress, and finds a dose or says by how much it cannot", async () => {
    const view = await lab();
    await press("Measure Controls and Curve");
    await view.getByRole("figure", { name: /^Share of the top 10/ }).waitFor();
    const controls = view.getByRole("table", { name: "The same audience with something else done to it" });
    expect(await controls.getByRole("row").count()).toBeGreaterThanOrEqual(4);
    await press("Find Dose");
    await view.getByText(/^(Found|Not reached): /).waitFor();
  });

  it("takes a score apart, by gradients where the head is no formula", async () => {
    const view = await lab();
    await view.getByRole("list", { name: "After" }).getByRole("button", { name: /^Why / }).first().click();
    const dialog = view.getByRole("dialog", { name: /^Why .*\?$/ });
    await dialog.getByText("= the sum of the parts").waitFor();
    if (kind === "ncf")
      await dialog
        .getByText(/completeness error/i)
        .first()
        .waitFor();
    await workbench.screenshot(`movielens-why-${kind}`);
    await workbench.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("undoes, compares two recipes, and saves what it measured", async () => {
    const view = await lab();
    await press("Copy to B");
    await type(`Strength of ${tag} as a number`, "0.5");
    const pair = view.getByRole("table", { name: /^Effects of the recipes A and B/ });
    const costs = pair.getByRole("row", { name: /^NDCG@20/ }).getByRole("cell");
    await expect
      .poll(async () => (await costs.allTextContents()).every((text) => /\d/.test(text)), { timeout: 60_000 })
      .toBe(true);
    await press("Undo");
    await expect
      .poll(() =>
        view
          .getByRole("spinbutton", { name: `Strength of ${tag} as a number`, exact: true })
          .first()
          .inputValue(),
      )
      .toBe("-1");
    await workbench.command("RecPrism: Save Steering Config…");
    const file = join(server.workspace, "less.steer.json");
    await workbench.confirmPath(file);
    await workbench.tab("less.steer.json").waitFor();
    const [rule] = steeringConfigSchema.parse(JSON.parse(await readFile(file, "utf8"))).rules;
    expect(rule).toMatchObject({
      audience: { kind: "neuron", top: { count: 20 } },
      edits: [{ label: tag, operation: "set", value: -1 }],
      items: [{ items: { kind: "items" } }],
      filters: [{ label: tag, above: 1 }],
      effect: { k: 30, users: 20 },
    });
    await workbench.editors.getByText(new RegExp(`20 users; ${tag} [.\\d]+ -> [.\\d]+`)).waitFor();
  });
});
