/** Steering config files: what is read, what is refused and how it is said, and that writing is stable. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecPrismError } from "../../src/protocol/error";
import type { SteeringConfig } from "../../src/protocol/steering";
import { steeredByConfig } from "../../src/steering/apply-config";
import { checkSteeringConfig, parseSteeringConfig, rulesFor } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { steeredVector } from "../../src/steering/steer";
import { randomProject } from "./random-project";

const config: SteeringConfig = {
  version: 1,
  sae: { path: "sae", hash: "0123456789abcdef" },
  mode: "delta",
  rules: [
    {
      name: "Less horror",
      audience: { kind: "everyone" },
      edits: [{ neuron: 3, label: "Horror", operation: "set", value: -1.5 }],
    },
    {
      name: "More drama for two",
      audience: { kind: "users", users: ["u1", "u2"] },
      edits: [
        { neuron: 1, operation: "add", value: 2 },
        { neuron: 3, operation: "suppress" },
      ],
    },
  ],
};

function refusal(text: string): RecPrismError {
  try {
    parseSteeringConfig(text, "a.steer.json");
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return thrown;
    throw thrown;
  }
  throw new Error("the text was accepted");
}

const withRule = (rule: unknown) => JSON.stringify({ version: 1, sae: config.sae, rules: [rule] });

describe("a steering config file", () => {
  it("fills in delta mode and everyone where nothing is said", () => {
    const parsed = parseSteeringConfig(withRule({ name: "a", edits: [] }), "a.steer.json");
    expect(parsed.mode).toBe("delta");
    expect(parsed.rules[0].audience).toEqual({ kind: "everyone" });
  });

  it.each([
    ['{"version": 1,\n "rules": [,]}', 2, 12],
    ['{"version": 1,\n}', 2, 1],
    ["{'version': 1}", 1, 2],
    ['{"rules": [1 2]}', 1, 14],
    ["", 1, 1],
  ])("says where %j stops being JSON", (text, line, column) => {
    const { reason, message, where } = refusal(text);
    expect(reason).toBe("config-invalid");
    expect(message).toMatch(new RegExp(`^a\\.steer\\.json .*line ${line}, column ${column}\\.`));
    expect(where).toEqual({ file: "a.steer.json", row: line - 1 });
  });

  const edit = (changes: object) => ({ name: "a", edits: [{ neuron: 1, operation: "set", value: 1, ...changes }] });
  it.each([
    ["an unknown key", { ...edit({}), edit: [] }, "rules[0].edit", /unknown key/],
    [
      "an unknown operation",
      edit({ operation: "boost" }),
      "rules[0].edits[0].operation",
      /"suppress", "scale", "set" or "add"/,
    ],
    ["a missing value", edit({ value: undefined }), "rules[0].edits[0].value", /is missing/],
    ["a neuron that is no row", edit({ neuron: -1 }), "rules[0].edits[0].neuron", /found -1/],
    ["a value too many", edit({ operation: "suppress" }), "rules[0].edits[0].value", /unknown key/],
    [
      "an empty audience",
      { ...edit({}), audience: { kind: "users", users: [] } },
      "rules[0].audience.users",
      /at least 1/,
    ],
  ])("refuses %s by name", (_, rule, key, message) => {
    const fault = refusal(withRule(rule));
    expect(fault.reason).toBe("config-invalid");
    expect(fault.message).toContain(`${key}: `);
    expect(fault.message).toMatch(message);
    expect(fault.where).toEqual({ file: "a.steer.json", key });
  });

  it("refuses a future version by its number, whatever else is in it", () => {
    const fault = refusal('{"version": 2, "novelty": true}');
    expect(fault.message).toContain("has version 2, but this RecPrism reads version 1. Update");
    expect(fault.where.key).toBe("version");
  });

  it("refuses what is no object", () => {
    expect(refusal("[]").message).toContain("found an empty list, expected an object");
    expect(refusal("null").message).toContain("found null, expected an object");
  });
});

describe("a config checked against an SAE", () => {
  it("passes when hash and neurons fit", () => {
    expect(() => checkSteeringConfig(config, { hash: config.sae.hash, latents: 4 })).not.toThrow();
  });

  it("is stale when the SAE is another, and says what to do", () => {
    expect(() => checkSteeringConfig(config, { hash: "fedcba9876543210", latents: 4 }, "a.steer.json")).toThrow(
      expect.objectContaining({
        reason: "artifact-stale",
        message: expect.stringMatching(/^a\.steer\.json was made on the SAE 0123456789ab….*fedcba987654….*Lab/),
      }),
    );
  });

  it("is refused when an edit names a neuron that is not there", () => {
    expect(() => checkSteeringConfig(config, { hash: config.sae.hash, latents: 3 }, "a.steer.json")).toThrow(
      expect.objectContaining({
        reason: "config-invalid",
        where: { file: "a.steer.json", key: "rules[0].edits[0]" },
      }),
    );
  });
});

describe("rules for a user", () => {
  it("are those for everyone and those that name the user, in order", () => {
    expect(rulesFor(config, "u1")).toEqual([...config.rules[0].edits, ...config.rules[1].edits]);
    expect(rulesFor(config, "u7")).toEqual(config.rules[0].edits);
  });

  it("leave a user of no audience as it is, even in reconstruct mode", () => {
    const { sae, dataset } = randomProject(5, { users: 2, items: 3, dimensions: 5, latents: 6 });
    const some: SteeringConfig = { ...config, mode: "reconstruct", rules: [config.rules[1]] };
    const x = dataset.users.embeddings.values.subarray(0, 5);
    expect(steeredByConfig(sae, some, "u9", x)).toEqual(Float64Array.from(x));
    expect(steeredByConfig(sae, some, "u1", x)).toEqual(steeredVector(sae, x, config.rules[1].edits, "reconstruct"));
  });
});

describe("a config as text", () => {
  it("puts each edit on a line of its own", () => {
    expect(stringifySteeringConfig(config)).toBe(`{
  "version": 1,
  "sae": { "path": "sae", "hash": "0123456789abcdef" },
  "mode": "delta",
  "rules": [
    {
      "name": "Less horror",
      "audience": { "kind": "everyone" },
      "edits": [
        { "neuron": 3, "label": "Horror", "operation": "set", "value": -1.5 }
      ]
    },
    {
      "name": "More drama for two",
      "audience": {
        "kind": "users",
        "users": ["u1", "u2"]
      },
      "edits": [
        { "neuron": 1, "operation": "add", "value": 2 },
        { "neuron": 3, "operation": "suppress" }
      ]
    }
  ]
}
`);
  });

  it("reads back as the same config and writes the same bytes again", () => {
    const text = fc.string({ unit: "binary", minLength: 1 });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    const neuron = fc.nat(1000);
    const edit = fc.oneof(
      fc.record({ neuron, operation: fc.constant("suppress" as const) }),
      fc.record({ neuron, label: text, operation: fc.constantFrom("scale", "set", "add"), value: number }),
    );
    const audience = fc.oneof(
      fc.constant({ kind: "everyone" as const }),
      fc.record({ kind: fc.constant("users" as const), users: fc.array(text, { minLength: 1, maxLength: 20 }) }),
    );
    const rule = fc.record({ name: text, audience, edits: fc.array(edit, { maxLength: 4 }) });
    const configs = fc.record({
      version: fc.constant(1 as const),
      sae: fc.record({ path: text, hash: text }),
      mode: fc.constantFrom("delta" as const, "reconstruct" as const),
      rules: fc.array(rule, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(configs, (made) => {
        const written = stringifySteeringConfig(made as SteeringConfig);
        const read = parseSteeringConfig(written, "a.steer.json");
        expect(read).toEqual(made);
        expect(stringifySteeringConfig(read)).toBe(written);
      }),
    );
  });

  it("does not depend on the order of keys in memory", () => {
    const { version, sae, mode, rules } = config;
    const shuffled: SteeringConfig = { rules, mode, sae: { hash: sae.hash, path: sae.path }, version };
    expect(stringifySteeringConfig(shuffled)).toBe(stringifySteeringConfig(config));
  });
});
