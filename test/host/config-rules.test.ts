/** The rule under a cursor, and a config with one rule replaced: the rest stays to the byte. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { configForm, configTree } from "../../src/host/config-language";
import { configLanguage } from "../../src/host/config-name";
import { configPlace, relabelled, ruleRecipe, valueIn, withRule } from "../../src/host/config-rules";
import { edited } from "../../src/host/manifest-edit";
import { valueEdits } from "../../src/host/value-edits";
import type { SteeringConfig } from "../../src/protocol/steering";

const everyone = { kind: "everyone" } as const;
const made = (name: string, neuron: number, changes: Partial<SteeringConfig> = {}): SteeringConfig => ({
  version: 1,
  sae: { path: "sae", hash: "h1", directions: { [neuron]: "row" } },
  mode: "delta",
  rules: [{ name, audience: everyone, edits: [{ neuron, operation: "suppress" }], items: [], filters: [] }],
  ...changes,
});

const JSON_TEXT = `{
  // Agreed on in May.
  "version": 1,
  "sae": { "path": "sae", "hash": "h1", "directions": { "3": "three", "4": "four" } },
  "rules": [
    { "name": "A", "edits": [{ "neuron": 3, "operation": "suppress" }], "limits": { "ndcgLoss": 0.01 } }, // first
    { "name": "B", "edits": [{ "neuron": 4, "operation": "suppress" }] }
  ]
}
`;
const YAML_TEXT = `# Agreed on in May.
version: 1
sae: { path: sae, hash: h1, directions: { "3": three, "4": four } }
rules:
  - name: A
    edits: [{ neuron: 3, operation: suppress }]
    limits: { ndcgLoss: 0.01 } # ours
  - name: B # second
    edits: [{ neuron: 4, operation: suppress }]
`;

describe("which files are configs", () => {
  it.each([
    ["a.steer.json", "json"],
    ["/x/a.STEER.yaml", "yaml"],
    ["a.steer.yml", "yaml"],
    ["steer.json", null],
    ["a.json", null],
    ["a.steer.json.bak", null],
  ])("%s: %s", (file, language) => expect(configLanguage(file)).toBe(language));
});

describe("the config under a cursor", () => {
  const at = (text: string, word: string, language: "json" | "yaml") =>
    configPlace(configTree(text, language), text.indexOf(word));
  it("is known with its rule", () => {
    expect(at(JSON_TEXT, '"B"', "json")).toEqual({ path: [], rule: 1, rules: 2 });
    expect(at(YAML_TEXT, "limits", "yaml")).toEqual({ path: [], rule: 0, rules: 2 });
    expect(at(YAML_TEXT, "version", "yaml")).toEqual({ path: [], rule: null, rules: 2 });
  });
  it("may lie deep in another document", () => {
    const text = JSON.stringify({ serving: [{ steering: JSON.parse(JSON.stringify(made("A", 1))) }] }, null, 2);
    expect(at(text, '"A"', "json")).toEqual({ path: ["serving", 0, "steering"], rule: 0, rules: 1 });
    expect(at(text, "serving", "json")).toEqual({ path: ["serving", 0, "steering"], rule: 0, rules: 1 });
    expect(at('{ "rules": [] }', "rules", "json")).toBeNull();
  });
});

describe("a rule under the names of now", () => {
  it("has them wherever a neuron is named, and is otherwise as it was", () => {
    const rule = {
      name: "A",
      edits: [{ neuron: 3, label: "Horor" }, { neuron: 4 }],
      audience: { neuron: 5, label: "Old", top: { count: 1 } },
    };
    expect(
      relabelled(
        rule,
        new Map([
          [3, "Horror"],
          [4, "Crime"],
        ]),
      ),
    ).toEqual({
      name: "A",
      edits: [
        { neuron: 3, label: "Horror" },
        { neuron: 4, label: "Crime" },
      ],
      audience: { neuron: 5, label: "Old", top: { count: 1 } },
    });
  });
});

describe("a rule replaced", () => {
  const updated = (text: string, language: "json" | "yaml", rule: number, config: SteeringConfig) => {
    const before = valueIn(configTree(text, language), []);
    return edited(text, valueEdits(before, withRule(before, rule, config)), configForm(language));
  };
  it("keeps the other rules, comments, and the limits that were set", () => {
    const after = updated(JSON_TEXT, "json", 0, made("A2", 7));
    expect(after).toBe(
      JSON_TEXT.replace('"A"', '"A2"')
        .replace('{ "neuron": 3', '{ "neuron": 7')
        .replace('"3": "three", "4": "four" }', '"4": "four", "7": "row" }'),
    );
    expect(updated(YAML_TEXT, "yaml", 0, made("A2", 7))).toBe(
      YAML_TEXT.replace("name: A", "name: A2")
        .replace("{ neuron: 3", "{ neuron: 7")
        .replace('"3": three, "4": four }', '"4": four, "7": row }'),
    );
  });
  it("says its mode where it is not the config's", () => {
    const after = withRule(parse(YAML_TEXT), 1, made("B", 4, { mode: "reconstruct" }));
    expect(after).toMatchObject({ rules: [{}, { mode: "reconstruct" }] });
    expect(ruleRecipe(made("B", 4, { mode: "reconstruct" }), made("B", 4).rules[0]).mode).toBe("reconstruct");
  });
  it("of another SAE than the other rules is refused; the only one brings its SAE along", () => {
    const other = made("A", 3, { sae: { path: "new", hash: "h2" } });
    expect(withRule(parse(YAML_TEXT), 0, other)).toBeNull();
    expect(withRule({ version: 1, sae: { hash: "h1" }, rules: [{}] }, 0, other)?.sae).toMatchObject({ hash: "h2" });
  });
  it("leaves every other rule of any config as it was", () => {
    const rules = fc.array(fc.record({ name: fc.string({ minLength: 1 }), note: fc.string() }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(rules, fc.nat(), fc.constantFrom("json" as const, "yaml" as const), (drawn, at, language) => {
        const config = { version: 1, sae: { path: "sae", hash: "h1" }, rules: JSON.parse(JSON.stringify(drawn)) };
        const text = language === "json" ? JSON.stringify(config, null, 4) : stringify(config);
        const index = at % drawn.length;
        const after = parse(updated(text, language, index, made("new", 5)));
        expect(after.rules.filter((_: unknown, n: number) => n !== index)).toEqual(
          config.rules.filter((_: unknown, n: number) => n !== index),
        );
        expect(after.rules[index]).toMatchObject({ name: "new", edits: [{ neuron: 5, operation: "suppress" }] });
      }),
      { numRuns: 100 },
    );
  });
});
