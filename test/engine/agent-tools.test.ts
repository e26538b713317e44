/** Tools of language models: what they answer, and what they refuse to do. */
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type AgentEngine, calledTool } from "../../src/engine/agent-tools";
import { configOf } from "../../src/engine/config-recipes";
import { AGENT_TOOLS, type AgentTool } from "../../src/protocol/agent";
import type { ScoreExplanation } from "../../src/protocol/effect";
import type { NeuronExport } from "../../src/protocol/neurons";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { measureEffect } from "../../src/steering/effect";
import { previewUser } from "../../src/steering/preview";
import { scratchFolder } from "../data/scratch";
import { plantedProject, unwatched } from "./planted-configs";

const planted = plantedProject();
const { steering } = planted;
const horror: NeuronExport = {
  neuron: 0,
  label: "Horror | fright",
  labelledBy: "statistics",
  kind: "tag",
  confidence: "high",
  ms: 0.7,
  purity10: 0.9,
  purity10BaseRate: 0.09,
  density: 0.12,
  topItems: ["Alien", "It", "Saw", "Jaws"].map((title) => ({ id: title, title, activation: 1 })),
};
const explanation: ScoreExplanation = {
  user: "u1",
  item: { row: 3, id: "i3", title: "Horror 3", year: null, tags: [] },
  score: 1.85,
  rank: 2,
  seen: true,
  method: "integrated-gradients",
  neurons: Array.from({ length: 12 }, (_, n) => ({
    neuron: n,
    label: `N${n}`,
    kind: "tag",
    activation: 1,
    contribution: 0.1,
  })),
  bias: 0.5,
  unexplained: -0.05,
  completenessError: 0.002,
  steered: false,
};

const engine: AgentEngine = {
  exportNeurons: async (_, search) => (search === "none" ? [] : [horror, { ...horror, neuron: 1, purity10: null }]),
  preview: ({ user, recipe, k }) => previewUser(steering, user, recipe, k),
  effect: ({ recipe, k }) => measureEffect(steering, recipe, k, unwatched.pace),
  explain: async (_, user, item) => ({ ...explanation, user, item: { ...explanation.item, id: item } }),
  configure: (_, recipes, measure) => configOf(planted, recipes, measure ? { k: measure.k, ...unwatched } : null),
};

let folder: string;
beforeEach(async () => {
  folder = await scratchFolder();
});
const call = (tool: string, input?: unknown) =>
  calledTool(engine, { id: folder, dataset: { ...planted.dataset, folder } }, tool as AgentTool, input);
const suppressed = { edits: [{ neuron: 0, operation: "suppress" }] };

describe("find_neurons", () => {
  it("lists what is found with base rates, and nothing that breaks the table", async () => {
    expect(await call("find_neurons", { query: "horror" })).toBe(`2 neurons for "horror":

| neuron | label | kind | confidence | precision@10 (base rate) | active items | top items |
|---|---|---|---|---|---|---|
| 0 | Horror \\| fright | tag | high | 90% (9%) | 12% | Alien; It; Saw |
| 1 | Horror \\| fright | tag | high | - | 12% | Alien; It; Saw |

Precision@10 is of held-out items; the base rate is what chance would give. Confidence none: no name is proven, and the label only lists typical items.`);
    expect(await call("find_neurons", { limit: 1 })).toContain("2 neurons, the first 1:");
    expect(await call("find_neurons", undefined)).toContain("2 neurons:");
    expect(await call("find_neurons", { query: "none" })).toContain('No neuron matches "none"');
  });
});

describe("preview_steering", () => {
  it("without a user measures the audience, with shares, base rates and cost", async () => {
    const answer = await call("preview_steering", { recipe: { name: "Less horror", ...suppressed }, k: 5 });
    expect(answer).toContain("**Less horror** (suppress neuron 0) for everyone: 10 users; lists of 5.");
    expect(answer).toMatch(/\| Horror \(target\) \| 1\.00 \| \.00 \| -1\.00 \(-1\.00 to -1\.00\) \| \.33 \|/);
    expect(answer).toMatch(
      /- Cost on held-out interactions of 10 users: NDCG@20 \.\d{3} -> \.\d{3} \([-+]\d+\.\d%, 95% interval/,
    );
    expect(answer).toContain("- Overlap with the lists before (RBO, 1 is no change): .00");
    expect(answer).toContain("Catalogue coverage");
  });

  it("with a user shows the lists before and after, and why", async () => {
    const answer = await call("preview_steering", { recipe: suppressed, user: "u1", k: 3 });
    expect(answer).toContain("**This recipe** (suppress neuron 0) for user u1");
    const [, , heading, , first] = answer.split("\n");
    expect(heading).toBe("| # | before | after | why |");
    expect(first).toMatch(/^\| 1 \| Horror \d+ \(now \d+\) \| Crime 0 \(was \d+\) \|/);
    expect(answer).toContain("- Share of Horror (neuron 0): 1.00 -> .00, base rate .33.");
  });

  it("tells of exposure and filters", async () => {
    const answer = await call("preview_steering", {
      recipe: {
        items: [{ items: { kind: "items", items: ["i45"] }, edits: [{ neuron: 0, operation: "add", value: 5 }] }],
        filters: [{ neuron: 1, above: 1.5 }],
      },
      k: 5,
    });
    expect(answer).toContain(
      "Users with one of 1 item (Drama 5) in their list: .00 (.00 to .00) before, 1.00 (1.00 to 1.00) after.",
    );
    expect(answer).toContain("- Filters hide 10 items.");
  });
});

describe("explain_recommendation", () => {
  it("takes an id or a title, and adds up to the score", async () => {
    const answer = await call("explain_recommendation", { user: "u1", item: "horror 3" });
    expect(answer).toContain(
      "**Horror 3** (i3) for user u1: score 1.850, rank 2 among items not seen; the user has seen it",
    );
    expect(answer).toContain("| N9 (neuron 9) | 1.00 | +0.100 |");
    expect(answer).toContain("| 2 other neurons |  | +0.200 |");
    expect(answer).toContain("| not explained by the neurons |  | -0.050 |");
    expect(answer).toContain("the parts miss the score by +0.002");
    expect(await call("explain_recommendation", { user: "u1", item: "i45" })).toContain("(i45)");
    await expect(call("explain_recommendation", { user: "u1", item: "Horor 3" })).rejects.toMatchObject({
      reason: "id-unknown",
    });
  });

  it("asks which of several items of one title is meant", async () => {
    const titles = planted.dataset.items.titles!.map((title, row) => (row < 2 ? "Twins" : title));
    const dataset = { ...planted.dataset, items: { ...planted.dataset.items, titles } };
    await expect(
      calledTool(engine, { id: "p", dataset }, "explain_recommendation", { user: "u1", item: "twins" }),
    ).rejects.toThrow(/2 items are called "twins".*i0 \(Twins\), i1 \(Twins\)/);
  });
});

describe("write_steering_config", () => {
  const recipe = { name: "Less horror", ...suppressed };

  it("measures before it writes, in the format of the name", async () => {
    const answer = await call("write_steering_config", { recipe, file: "steering/less.steer.yaml" });
    expect(answer).toMatch(
      /^Wrote steering\/less\.steer\.yaml\.\n\n- Less horror: 10 users; Horror \.50 -> \.00; NDCG -\d/,
    );
    const text = await readFile(join(folder, "steering/less.steer.yaml"), "utf8");
    expect(text).toMatch(/^version: 1\n/);
    const config = parseSteeringConfig(text, "less.steer.yaml");
    expect(config.rules[0].effect).toMatchObject({ k: 30, users: 10 });
    expect(config.rules[0].edits).toEqual([{ neuron: 0, label: "Horror", operation: "suppress" }]);
  });

  it("replaces a file only when told", async () => {
    const file = "a.steer.json";
    await writeFile(join(folder, file), "mine");
    await expect(call("write_steering_config", { recipe, file })).rejects.toThrow(/there is such a file already/);
    expect(await readFile(join(folder, file), "utf8")).toBe("mine");
    await call("write_steering_config", { recipe, file, replace: true });
    expect(await readFile(join(folder, file), "utf8")).toContain("Less horror");
  });

  it("writes nowhere but into the project, whatever links there are", async () => {
    const outside = await scratchFolder();
    await symlink(outside, join(folder, "away"));
    await symlink(join(outside, "new.steer.json"), join(folder, "dangling.steer.json"));
    await mkdir(join(folder, "inside"));
    await symlink(join(folder, "inside"), join(folder, "near"));
    const refused = [
      "../a.steer.json",
      "steering/../../a.steer.json",
      join(outside, "a.steer.json"),
      "C:\\a.steer.json",
      "away/a.steer.json",
      "away/deeper/a.steer.json",
      "dangling.steer.json",
      "a.json",
      "a.steer.json.txt",
      ".steer.yaml/x",
    ];
    for (const file of refused) {
      for (const replace of [false, true]) {
        await expect(call("write_steering_config", { recipe, file, replace })).rejects.toMatchObject({
          name: "RecPrismError",
        });
      }
    }
    expect(await call("write_steering_config", { recipe, file: "near/a.steer.json" })).toContain("Wrote");
    expect(await readFile(join(folder, "inside", "a.steer.json"), "utf8")).toContain("Less horror");
    await expect(readFile(join(outside, "a.steer.json"))).rejects.toThrow();
    await expect(readFile(join(outside, "new.steer.json"))).rejects.toThrow();
  });

  it("writes nothing for a recipe that does nothing or cannot be measured", async () => {
    const file = "a.steer.json";
    await expect(call("write_steering_config", { recipe: { name: "a" }, file })).rejects.toThrow(/does nothing/);
    const unknown = { name: "a", edits: [{ neuron: 99, operation: "suppress" }] };
    await expect(call("write_steering_config", { recipe: unknown, file })).rejects.toThrow(/neurons are 0 to 3/);
    await expect(readFile(join(folder, file))).rejects.toThrow();
  });
});

describe("any tool", () => {
  it.each([
    ["find_neurons", { querry: "x" }, /querry: unknown key; did you mean "query"/],
    ["find_neurons", { limit: 0 }, /limit: found 0, expected at least 1/],
    ["preview_steering", {}, /recipe: is missing/],
    ["preview_steering", { recipe: { edits: [{ neuron: 0, operation: "boost" }] } }, /recipe\.edits\[0\]\.operation/],
    ["explain_recommendation", { user: 7, item: "a" }, /user: found 7, expected text/],
    ["write_steering_config", { recipe: suppressed, file: "a.steer.json" }, /recipe\.name: is missing/],
    ["find_neurons", "horror", /found "horror", expected an object/],
  ])("%s refuses %j by what is wrong", async (tool, input, message) => {
    await expect(call(tool, input)).rejects.toMatchObject({
      reason: "query-invalid",
      message: expect.stringMatching(message),
    });
  });

  it("that does not exist is told with those that do", async () => {
    await expect(call("rm", {})).rejects.toThrow(
      /There is no tool "rm"\. The tools are find_neurons, preview_steering/,
    );
  });

  it("has a JSON schema of its input that is an object", () => {
    for (const { input } of Object.values(AGENT_TOOLS)) {
      const schema = z.toJSONSchema(input, { io: "input", target: "draft-7" });
      expect(schema.type).toBe("object");
      expect(schema.additionalProperties).toBe(false);
    }
  });
});
