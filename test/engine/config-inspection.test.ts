/** Configs in an editor: each fault where it stands, with what puts it right. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { steeredData } from "../../src/engine/config-effect";
import { inspectedConfig } from "../../src/engine/config-inspection";
import { type ConfigProject, configOf } from "../../src/engine/config-recipes";
import type { ConfigFault } from "../../src/protocol/config-check";
import { RecPrismError } from "../../src/protocol/error";
import type { SteeringConfig, SteeringRule } from "../../src/protocol/steering";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { scratchFolder } from "../data/scratch";
import { completeSettings } from "../sae/settings";
import { HASH, plantedProject, recipe, unwatched } from "./planted-configs";

const project = plantedProject();
let config: SteeringConfig;
beforeAll(async () => {
  config = await configOf(project, [recipe({ edits: [{ neuron: 0, operation: "set", value: -1 }] })], {
    k: 5,
    ...unwatched,
  });
});

const withRule = (changes: object) => ({ ...config, rules: [{ ...config.rules[0], effect: undefined, ...changes }] });
async function faultsOf(value: unknown, on: ConfigProject | null = project): Promise<ConfigFault[]> {
  return (await inspectedConfig(on, "a.steer.json", JSON.stringify(value))).faults;
}
const places = (faults: ConfigFault[]) => faults.map(({ path, severity }) => `${severity} ${path.join(".")}`);

describe("the inspection of a config", () => {
  it("finds nothing wrong with what was just written, in either format", async () => {
    for (const format of ["json", "yaml"] as const) {
      const inspection = await inspectedConfig(project, `a.steer.${format}`, stringifySteeringConfig(config, format));
      expect(inspection).toEqual({
        config,
        faults: [],
        neurons: [
          { path: ["rules", 0, "edits", 0, "neuron"], neuron: 0, label: "Horror", kind: "tag", confidence: "high" },
        ],
        rules: [expect.stringMatching(/^10 users; Horror 1\.00 -> \.00; NDCG -\d/)],
      });
    }
  });

  it("needs no project for the schema, and names no neurons then", async () => {
    const { faults, neurons, rules } = await inspectedConfig(null, "a.steer.json", JSON.stringify(config));
    expect(faults).toEqual([]);
    expect(neurons).toEqual([{ path: expect.anything(), neuron: 0, label: null, kind: null, confidence: null }]);
    expect(rules).toHaveLength(1);
    const other = { ...config, sae: { ...config.sae, hash: "other" } };
    expect(await faultsOf(other, null)).toEqual([]);
  });

  it("never throws, whatever the text", async () => {
    for (const text of ["", "{", "[]", "null", "\u0000", "{}", '{"rules": {}}', "a: &a [*a]", "x".repeat(2 ** 24)]) {
      for (const file of ["a.steer.json", "a.steer.yaml"]) {
        const { faults, config: read } = await inspectedConfig(project, file, text);
        expect(read).toBeNull();
        expect(faults.length).toBeGreaterThan(0);
        expect(faults[0]).toMatchObject({ severity: "error", reason: "config-invalid" });
      }
    }
  });

  it("says where text stops being a config", async () => {
    const trailing = JSON.stringify(config, null, 2).replace(/\}\s*\]/, "},\n    ]");
    const { faults } = await inspectedConfig(project, "a.steer.json", trailing);
    expect(faults).toEqual([
      expect.objectContaining({
        path: [],
        message: expect.stringMatching(/line \d+, column \d+: a comma stands before "]"/),
      }),
    ]);
    const future = await faultsOf({ ...config, version: 2 });
    expect(future).toEqual([
      expect.objectContaining({ path: ["version"], message: expect.stringContaining("Update RecPrism") }),
    ]);
  });

  it("offers what schema faults are put right by", async () => {
    const [unknown, operation, id] = await faultsOf({
      ...config,
      modus: "delta",
      rules: [
        {
          name: "a",
          audience: { kind: "users", users: [7] },
          edits: [{ neuron: 0, operation: "supress" }],
        },
      ],
    });
    const byKey = Object.fromEntries([unknown, operation, id].map((fault) => [fault.path.join("."), fault]));
    expect(byKey["rules.0.edits.0.operation"].fixes).toEqual([
      {
        title: 'Use "suppress"',
        edits: [{ path: ["rules", 0, "edits", 0, "operation"], change: "set", value: "suppress" }],
      },
    ]);
    expect(byKey["rules.0.audience.users.0"].fixes).toEqual([
      { title: "Put 7 in quotes", edits: [{ path: ["rules", 0, "audience", "users", 0], change: "set", value: "7" }] },
    ]);
    expect(byKey.modus).toMatchObject({
      at: "key",
      fixes: [
        { title: 'Rename to "mode"', edits: [{ path: ["modus"], change: "rename", name: "mode" }] },
        { title: 'Remove "modus"', edits: [{ path: ["modus"], change: "remove" }] },
      ],
    });
  });

  it("names neurons while other parts are still being written", async () => {
    const { config: read, neurons } = await inspectedConfig(
      project,
      "a.steer.json",
      '{"rules": [{"audience": {"kind": "neuron", "neuron": 1}, "edits": [{"neuron": 2}, {"neuron": 99}, {"neuron": "x"}]}]}',
    );
    expect(read).toBeNull();
    expect(neurons.map(({ path, label }) => [path.join("."), label])).toEqual([
      ["rules.0.audience.neuron", "Crime"],
      ["rules.0.edits.0.neuron", "Drama"],
      ["rules.0.edits.1.neuron", null],
    ]);
  });
});

describe("neurons of a config in an editor", () => {
  it("that are not there are errors, with the one of that name as a fix", async () => {
    const [fault] = await faultsOf(withRule({ edits: [{ neuron: 9, label: "Crime", operation: "suppress" }] }));
    expect(fault).toMatchObject({ severity: "error", message: "This SAE has no neuron 9; its neurons are 0 to 3." });
    expect(fault.fixes).toEqual([
      { title: "Use neuron 1 (Crime)", edits: [{ path: ["rules", 0, "edits", 0, "neuron"], change: "set", value: 1 }] },
    ]);
  });

  it("that are dead, or called otherwise, are warnings", async () => {
    const faults = await faultsOf(
      withRule({
        edits: [
          { neuron: 3, operation: "add", value: 1 },
          { neuron: 0, label: "Crime", operation: "suppress" },
        ],
        filters: [{ neuron: 2, label: "War", above: 1 }],
        audience: { kind: "neuron", neuron: 1, label: "Crimes", top: { count: 2 } },
      }),
    );
    expect(places(faults)).toEqual([
      "warning rules.0.audience.label",
      "warning rules.0.edits.0.neuron",
      "warning rules.0.edits.1.label",
      "warning rules.0.filters.0.label",
    ]);
    expect(faults[1].message).toContain("dead");
    expect(faults[2].fixes.map(({ title }) => title)).toEqual(['Set label to "Horror"', "Use neuron 1 (Crime)"]);
  });

  it("of another SAE say nothing of names; what they are now can be found by their directions", async () => {
    const other = plantedProject({ hash: "fedcba9876543210" });
    const [fault, ...more] = await faultsOf(config, other);
    expect(more).toEqual([]);
    expect(fault).toMatchObject({
      path: ["sae", "hash"],
      severity: "error",
      reason: "artifact-stale",
      remedy: "rematch",
    });
    const { directions: _, ...sae } = config.sae;
    expect((await faultsOf({ ...config, sae }, other))[0].remedy).toBeNull();
  });
});

describe("recorded effects in an editor", () => {
  it("of other data are to be measured again", async () => {
    const effect = { ...config.rules[0].effect!, data: "other" };
    expect(await faultsOf({ ...config, rules: [{ ...config.rules[0], effect }] })).toEqual([
      expect.objectContaining({ path: ["rules", 0, "effect", "data"], severity: "warning", remedy: "measure" }),
    ]);
    expect(steeredData(project.dataset)).toBe(config.rules[0].effect!.data);
  });

  it("of a time before the SAE was trained are too", async () => {
    const folder = await scratchFolder();
    const trained = { ...plantedProject(), dataset: { ...project.dataset, folder } } as ConfigProject;
    await mkdir(join(folder, ".recprism", "runs"), { recursive: true });
    await writeFile(join(folder, ".recprism", "runs", "a.json"), JSON.stringify(run("2026-03-01T12:00:00Z", HASH)));
    const measured = (when: string) => ({
      ...config,
      rules: [{ ...config.rules[0], effect: { ...config.rules[0].effect!, measured: when } }],
    });
    expect(await faultsOf(measured("2026-03-01T11:00:00Z"), trained)).toEqual([
      expect.objectContaining({ path: ["rules", 0, "effect", "measured"], remedy: "measure" }),
    ]);
    expect(await faultsOf(measured("2026-03-01T12:01:00Z"), trained)).toEqual([]);
    expect((await faultsOf(measured("last May"), trained))[0].message).toContain("no date");
  });

  it("that break a limit beside them are told at once", async () => {
    const limited = (limits: SteeringRule["limits"], effect = {}) => ({
      ...config,
      rules: [{ ...config.rules[0], limits, effect: { ...config.rules[0].effect!, ...effect } }],
    });
    expect(places(await faultsOf(limited({ ndcgLoss: 0.01, rbo: 0.5 })))).toEqual([
      "warning rules.0.limits.ndcgLoss",
      "warning rules.0.limits.rbo",
    ]);
    expect(await faultsOf(limited({ ndcgLoss: 1, rbo: 0 }))).toEqual([]);
    expect(await faultsOf(limited({ ndcgLoss: 0.01 }, { ndcg20: null }))).toEqual([
      expect.objectContaining({ message: expect.stringContaining("could not be measured") }),
    ]);
  });
});

describe("rules that contradict themselves", () => {
  it.each([
    [
      "an edit before another that sets",
      {
        edits: [
          { neuron: 0, operation: "add", value: 1 },
          { neuron: 0, operation: "set", value: 2 },
        ],
      },
      "edits.0",
      /has no effect: “set neuron 0 to 2” follows/,
    ],
    [
      "a factor of nothing",
      {
        edits: [
          { neuron: 0, operation: "suppress" },
          { neuron: 0, operation: "scale", value: 2 },
        ],
      },
      "edits.1",
      /no effect after “suppress neuron 0”/,
    ],
    ["a factor of one", { edits: [{ neuron: 0, operation: "scale", value: 1 }] }, "edits.0", /changes nothing/],
    [
      "an edit of items before another",
      {
        edits: [],
        items: [{ items: { kind: "items", items: ["i1"] }, edits: [{ neuron: 1, operation: "add", value: 0 }] }],
      },
      "items.0.edits.0",
      /changes nothing/,
    ],
    [
      "a filter on what is promoted",
      { edits: [{ neuron: 0, operation: "add", value: 1 }], filters: [{ neuron: 0, label: "Horror", above: 1 }] },
      "filters.0",
      /Horror is promoted/,
    ],
    [
      "a history of neither",
      { audience: { kind: "history", column: "genres", tag: "Horror" } },
      "audience",
      /needs "atLeast" or "top"/,
    ],
    [
      "a history of both",
      { audience: { kind: "history", column: "genres", tag: "Horror", atLeast: 0.1, top: { count: 1 } } },
      "audience",
      /not both/,
    ],
    ["nothing at all", { edits: [] }, "name", /does nothing/],
  ])("are marked: %s", async (_, changes, path, message) => {
    const faults = await faultsOf(withRule(changes), null);
    expect(places(faults)).toEqual([`warning rules.0.${path}`]);
    expect(faults[0].message).toMatch(message);
    const removable = /\d$/.test(path);
    expect(faults[0].fixes.map(({ title }) => title)).toEqual(removable ? ["Remove it"] : []);
  });

  it("are not those whose edits build on each other", async () => {
    const edits = [
      { neuron: 0, operation: "set", value: 2 },
      { neuron: 0, operation: "add", value: 1 },
      { neuron: 1, operation: "suppress" },
    ];
    expect(await faultsOf(withRule({ edits, filters: [{ neuron: 1, above: 1 }] }), null)).toEqual([]);
  });
});

describe("users and items of a config in an editor", () => {
  it("that do not exist are errors where they stand, with those that were meant", async () => {
    const faults = await faultsOf(
      withRule({
        audience: { kind: "users", users: ["u1", "U2", "nobody"] },
        items: [
          { items: { kind: "items", items: ["i7", "Horror 3"] }, edits: [{ neuron: 1, operation: "add", value: 1 }] },
          {
            items: { kind: "tag", column: "genre", tag: "Horror" },
            edits: [{ neuron: 1, operation: "add", value: 1 }],
          },
          {
            items: { kind: "tag", column: "genres", tag: "Horor" },
            edits: [{ neuron: 1, operation: "add", value: 1 }],
          },
        ],
      }),
    );
    expect(places(faults)).toEqual([
      "error rules.0.audience.users.1",
      "error rules.0.audience.users.2",
      "error rules.0.items.0.items.items.1",
      "error rules.0.items.1.items.column",
      "error rules.0.items.2.items.tag",
    ]);
    expect(faults[0].fixes.map(({ title }) => title)).toContain('Use user "u2"');
    expect(faults[1].fixes).toEqual([
      { title: "Remove it", edits: [{ path: ["rules", 0, "audience", "users", 2], change: "remove" }] },
    ]);
    expect(faults[2].message).toContain("It is the title of item i3");
    expect(faults[4].message).toContain('Did you mean "Horror"');
  });

  it("without interactions have no history", async () => {
    const silent = { ...project, dataset: { ...project.dataset, interactions: null } } as ConfigProject;
    const history = withRule({ audience: { kind: "history", column: "genres", tag: "Horror", atLeast: 0.5 } });
    expect(await faultsOf(history)).toEqual([]);
    expect(places(await faultsOf(history, silent))).toEqual(["error rules.0.audience.kind"]);
  });
});

it("a project without an SAE says so, and checks the rest", async () => {
  const untrained = {
    dataset: project.dataset,
    get sae(): never {
      throw new RecPrismError("artifact-missing", "This project has no SAE yet. Train one.");
    },
  } as unknown as ConfigProject;
  const faults = await faultsOf(withRule({ audience: { kind: "users", users: ["nobody"] } }), untrained);
  expect(places(faults)).toEqual(["warning sae", "error rules.0.audience.users.0"]);
});

it("a long list of users is looked at within a pause in typing", async () => {
  const users = Array.from({ length: 100_000 }, (_, n) => `u${n % 10}`);
  const text = JSON.stringify(withRule({ audience: { kind: "users", users } }));
  const started = performance.now();
  expect((await inspectedConfig(project, "a.steer.json", text)).faults).toEqual([]);
  expect(performance.now() - started).toBeLessThan(2_000);
});

function run(started: string, sae: string) {
  return {
    version: 1,
    id: "a",
    started,
    state: "done",
    stopped: null,
    preset: "default",
    settings: completeSettings({}),
    trial: null,
    steps: 1,
    seconds: 30,
    sae,
    measures: {
      ms: null,
      rbo30: null,
      kendall30: null,
      purity10: null,
      labelled: 0,
      l0: 1,
      dead: 0,
      explainedVariance: null,
    },
    curve: [],
  };
}
