/** The hash that code carries: of what a config does, however it is written. */
import { expect, it } from "vitest";
import { configHash } from "../../src/codegen/config-hash";
import type { EffectRecord, SteeringConfig } from "../../src/protocol/steering";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { configOf } from "./code-cases";

const config = configOf("delta", [
  {
    name: "Weniger Grauen 影",
    audience: { kind: "users", users: ["1", "2"] },
    edits: [{ neuron: 3, label: "Horror", operation: "set", value: -1.5e-7 }],
    items: [{ items: { kind: "tag", column: "genres", tag: "War" }, edits: [{ neuron: 1, operation: "suppress" }] }],
    filters: [{ neuron: 3, above: 1.2 }],
  },
]);

const effect: EffectRecord = {
  measured: "2026-01-01T00:00:00Z",
  data: "x",
  k: 30,
  users: 2,
  concepts: [],
  rbo: 1,
  changed: 0,
  ndcg20: null,
  coverage: { before: 1, after: 1 },
};

it("is 64 digits that stay the same through JSON, YAML and another order of keys", () => {
  const hash = configHash(config);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  for (const format of ["json", "yaml"] as const) {
    const text = stringifySteeringConfig(config, format);
    expect(configHash(parseSteeringConfig(text, `a.steer.${format}`))).toBe(hash);
  }
  const [rule] = config.rules;
  const reversed = Object.fromEntries(Object.entries(rule).reverse()) as typeof rule;
  expect(configHash({ rules: [reversed], mode: "delta", sae: config.sae, version: 1 })).toBe(hash);
});

it("does not change with what was measured, nor with where the schema lies", () => {
  const rules = config.rules.map((rule) => ({ ...rule, effect }));
  expect(configHash({ ...config, $schema: "../steer.schema.json", rules })).toBe(configHash(config));
});

it("changes with anything that the config does or says", () => {
  const [rule] = config.rules;
  const others: SteeringConfig[] = [
    { ...config, mode: "reconstruct" },
    { ...config, sae: { ...config.sae, hash: "other" } },
    { ...config, rules: [{ ...rule, name: "other" }] },
    { ...config, rules: [{ ...rule, edits: [] }] },
    { ...config, rules: [{ ...rule, limits: { rbo: 0.5 } }] },
    { ...config, rules: [rule, rule] },
  ];
  expect(new Set([config, ...others].map(configHash)).size).toBe(others.length + 1);
});
