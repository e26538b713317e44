/** Configs as text: bytes that are stable, read back as what was written, and look as a person would write them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import type { SteeringConfig } from "../../src/protocol/steering";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { randomConfigs, turnedRound } from "./random-configs";

const config: SteeringConfig = {
  version: 1,
  sae: { path: "sae", hash: "0123456789abcdef", directions: { "13": "fwCB", "2": "AH+B" } },
  mode: "delta",
  rules: [
    {
      name: "Less horror",
      note: "Asked for by the families team.\nSee the review of May.",
      audience: { kind: "everyone" },
      edits: [{ neuron: 13, label: "Horror", operation: "set", value: -1.5 }],
      items: [],
      filters: [{ neuron: 13, label: "Horror", above: 1.2 }],
      limits: { ndcgLoss: 0.01 },
      effect: {
        measured: "2026-05-04T10:00:00Z",
        data: "89abcdef01234567",
        k: 30,
        users: 612,
        concepts: [{ concept: "tag:genres:Horror", label: "Horror", before: 0.86, after: 0.0204 }],
        rbo: 0.81,
        changed: 1,
        ndcg20: { before: 0.2113, after: 0.2101 },
        coverage: { before: 0.4, after: 0.41 },
      },
    },
    {
      name: "no",
      mode: "reconstruct",
      audience: { kind: "history", column: "genres", tag: "Children's", top: { share: 0.05 } },
      edits: [],
      items: [{ items: { kind: "items", items: ["1e3", "355"] }, edits: [{ neuron: 2, operation: "add", value: 4 }] }],
      filters: [],
    },
  ],
};

describe("a config as JSON", () => {
  it("has small objects on a line, and nothing that is the default", () => {
    expect(stringifySteeringConfig(config)).toBe(`{
  "version": 1,
  "sae": {
    "path": "sae",
    "hash": "0123456789abcdef",
    "directions": { "2": "AH+B", "13": "fwCB" }
  },
  "mode": "delta",
  "rules": [
    {
      "name": "Less horror",
      "note": "Asked for by the families team.\\nSee the review of May.",
      "audience": { "kind": "everyone" },
      "edits": [
        { "neuron": 13, "label": "Horror", "operation": "set", "value": -1.5 }
      ],
      "filters": [
        { "neuron": 13, "label": "Horror", "above": 1.2 }
      ],
      "limits": { "ndcgLoss": 0.01 },
      "effect": {
        "measured": "2026-05-04T10:00:00Z",
        "data": "89abcdef01234567",
        "k": 30,
        "users": 612,
        "concepts": [
          { "concept": "tag:genres:Horror", "label": "Horror", "before": 0.86, "after": 0.0204 }
        ],
        "rbo": 0.81,
        "changed": 1,
        "ndcg20": { "before": 0.2113, "after": 0.2101 },
        "coverage": { "before": 0.4, "after": 0.41 }
      }
    },
    {
      "name": "no",
      "mode": "reconstruct",
      "audience": {
        "kind": "history",
        "column": "genres",
        "tag": "Children's",
        "top": { "share": 0.05 }
      },
      "items": [
        {
          "items": {
            "kind": "items",
            "items": ["1e3", "355"]
          },
          "edits": [
            { "neuron": 2, "operation": "add", "value": 4 }
          ]
        }
      ]
    }
  ]
}
`);
  });
});

describe("a config as YAML", () => {
  it("is written as a person would, with quotes where YAML would read something else", () => {
    expect(stringifySteeringConfig(config, "yaml")).toBe(`version: 1
sae:
  path: sae
  hash: "0123456789abcdef"
  directions: { "2": AH+B, "13": fwCB }
mode: delta
rules:
  - name: Less horror
    note: |-
      Asked for by the families team.
      See the review of May.
    audience: { kind: everyone }
    edits:
      - { neuron: 13, label: Horror, operation: set, value: -1.5 }
    filters:
      - { neuron: 13, label: Horror, above: 1.2 }
    limits: { ndcgLoss: 0.01 }
    effect:
      measured: "2026-05-04T10:00:00Z"
      data: "89abcdef01234567"
      k: 30
      users: 612
      concepts:
        - { concept: "tag:genres:Horror", label: Horror, before: 0.86, after: 0.0204 }
      rbo: 0.81
      changed: 1
      ndcg20: { before: 0.2113, after: 0.2101 }
      coverage: { before: 0.4, after: 0.41 }
  - name: "no"
    mode: reconstruct
    audience:
      kind: history
      column: genres
      tag: Children's
      top: { share: 0.05 }
    items:
      - items:
          kind: items
          items: ["1e3", "355"]
        edits:
          - { neuron: 2, operation: add, value: 4 }
`);
  });

  it("says the same to readers of the older YAML, of which more words mean something", () => {
    fc.assert(
      fc.property(randomConfigs, (made) => {
        const text = stringifySteeringConfig(made, "yaml");
        expect(parseYaml(text, { version: "1.1", merge: false })).toEqual(parseYaml(text));
      }),
    );
  });
});

describe.each(["json", "yaml"] as const)("any config as %s", (format) => {
  it("reads back as the same config and writes the same bytes again", () => {
    fc.assert(
      fc.property(randomConfigs, (made) => {
        const written = stringifySteeringConfig(made, format);
        const read = parseSteeringConfig(written, `a.steer.${format}`);
        expect(read).toEqual(made);
        expect(stringifySteeringConfig(read, format)).toBe(written);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the order of keys in memory", () => {
    fc.assert(
      fc.property(randomConfigs, (made) => {
        expect(stringifySteeringConfig(turnedRound(made), format)).toBe(stringifySteeringConfig(made, format));
      }),
    );
  });
});
