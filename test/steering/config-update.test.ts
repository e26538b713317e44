/** Config files changed where they differ: what a person wrote around it stays. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SteeringConfig } from "../../src/protocol/steering";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { updatedConfigText } from "../../src/steering/config-update";
import { randomConfigs } from "./random-configs";

const effect = {
  measured: "2026-05-04T10:00:00Z",
  data: "d",
  k: 30,
  users: 612,
  concepts: [{ concept: "tag:genres:Horror", label: "Horror", before: 0.86, after: 0.02 }],
  rbo: 0.81,
  changed: 1,
  ndcg20: { before: 0.2, after: 0.19 },
  coverage: { before: 0.4, after: 0.41 },
};

const YAML = `# Ours; ask Ada.
version: 1

sae: {path: sae, hash: abc}   # of May
rules:
- name: 'Less horror'
  # families asked
  edits:
  - neuron: 13
    operation: set
    value: -1.5 # tried
`;

const JSON_TEXT = `{
    "version": 1,
    "rules": [
        { "name": "Less horror",
          "edits": [ { "neuron": 13, "operation": "set", "value": -1.5 } ] }
    ],
    "sae": { "hash": "abc", "path": "sae" }
}`;

function changed(text: string, file: string, change: (config: SteeringConfig) => SteeringConfig): string {
  return updatedConfigText(text, file, change(parseSteeringConfig(text, file)));
}
const measured = (config: SteeringConfig): SteeringConfig => ({
  ...config,
  sae: { ...config.sae, hash: "def", directions: { "13": "fwCB" } },
  rules: [{ ...config.rules[0], edits: [{ ...config.rules[0].edits[0], label: "Horror" }], effect }],
});

describe("a config file that is changed", () => {
  it("is the same to the byte where nothing differs", () => {
    expect(changed(YAML, "a.steer.yaml", (config) => config)).toBe(YAML);
    expect(changed(JSON_TEXT, "a.steer.json", (config) => config)).toBe(JSON_TEXT);
  });

  it("keeps comments, quotes and order in YAML", () => {
    expect(changed(YAML, "a.steer.yaml", measured)).toBe(`# Ours; ask Ada.
version: 1

sae: { path: sae, hash: def, directions: { "13": fwCB } } # of May
rules:
- name: 'Less horror'
  # families asked
  edits:
  - neuron: 13
    operation: set
    value: -1.5 # tried
    label: Horror
  effect:
    measured: "2026-05-04T10:00:00Z"
    data: d
    k: 30
    users: 612
    concepts:
    - { concept: "tag:genres:Horror", label: Horror, before: 0.86, after: 0.02 }
    rbo: 0.81
    changed: 1
    ndcg20: { before: 0.2, after: 0.19 }
    coverage: { before: 0.4, after: 0.41 }
`);
  });

  it("keeps order and spacing in JSON", () => {
    expect(changed(JSON_TEXT, "a.steer.json", measured)).toBe(`{
    "version": 1,
    "rules": [
        { "name": "Less horror",
          "edits": [ { "neuron": 13, "operation": "set", "value": -1.5, "label": "Horror" } ],
          "effect": {
            "measured": "2026-05-04T10:00:00Z",
            "data": "d",
            "k": 30,
            "users": 612,
            "concepts": [
              { "concept": "tag:genres:Horror", "label": "Horror", "before": 0.86, "after": 0.02 }
            ],
            "rbo": 0.81,
            "changed": 1,
            "ndcg20": { "before": 0.2, "after": 0.19 },
            "coverage": { "before": 0.4, "after": 0.41 }
          } }
    ],
    "sae": { "hash": "def", "path": "sae", "directions": { "13": "fwCB" } }
}`);
  });

  it("loses what goes, with its comma", () => {
    const without = (config: SteeringConfig): SteeringConfig => {
      const { effect: _, ...rule } = config.rules[0];
      const { directions: __, ...sae } = config.sae;
      return { ...config, sae, rules: [{ ...rule, edits: [{ neuron: 13, operation: "suppress" }] }] };
    };
    const text = changed(JSON_TEXT, "a.steer.json", measured);
    expect(changed(text, "a.steer.json", without)).toBe(
      JSON_TEXT.replace(', "value": -1.5', "").replace('"set"', '"suppress"').replace('"abc"', '"def"'),
    );
    const first = '{"version": 1, "sae": {"directions": {}, "hash": "abc", "path": "sae"}, "rules": []}';
    expect(
      changed(first, "a.steer.json", ({ sae: { path, hash }, ...config }) => ({ ...config, sae: { path, hash } })),
    ).toBe('{"version": 1, "sae": {"hash": "abc", "path": "sae"}, "rules": []}');
  });

  it("stays one that RecPrism would write, where it was one", () => {
    for (const [file, format] of [
      ["a.steer.json", "json"],
      ["a.steer.yaml", "yaml"],
    ] as const) {
      const config = parseSteeringConfig(JSON_TEXT, "a.steer.json");
      const text = stringifySteeringConfig(config, format);
      expect(changed(text, file, measured)).toBe(stringifySteeringConfig(measured(config), format));
    }
  });

  it.each(["json", "yaml"] as const)("says any other config in %s, whatever it said before", (format) => {
    const file = `a.steer.${format}`;
    fc.assert(
      fc.property(randomConfigs, randomConfigs, (before, after) => {
        // As a person may have it: not as we write it.
        const text =
          format === "json" ? JSON.stringify(before, null, 3) : `# ours\n${stringifySteeringConfig(before, "yaml")}`;
        expect(parseSteeringConfig(updatedConfigText(text, file, after), file)).toEqual(after);
      }),
    );
  });
});
