/** Steering config files: what is read, what is refused and how it is said. */
import { describe, expect, it } from "vitest";
import { RecPrismError } from "../../src/protocol/error";
import type { SteeringConfig } from "../../src/protocol/steering";
import { checkSteeringConfig, parseSteeringConfig } from "../../src/steering/config-file";

const config: SteeringConfig = {
  version: 1,
  sae: { path: "sae", hash: "0123456789abcdef" },
  mode: "delta",
  rules: [
    {
      name: "Less horror",
      audience: { kind: "everyone" },
      edits: [{ neuron: 3, label: "Horror", operation: "set", value: -1.5 }],
      items: [],
      filters: [],
    },
  ],
};

function refusal(text: string, file = "a.steer.json"): RecPrismError {
  try {
    parseSteeringConfig(text, file);
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return thrown;
    throw thrown;
  }
  throw new Error("the text was accepted");
}

const withRule = (rule: unknown) => JSON.stringify({ version: 1, sae: config.sae, rules: [rule] });
/** In YAML, with the rule's lines from line 4 on. */
const yamlWithRule = (...lines: string[]) =>
  ["version: 1", "sae: { path: sae, hash: abc }", "rules:", ...lines, ""].join("\n");

describe("a steering config file", () => {
  it("fills in delta mode and everyone where nothing is said", () => {
    const parsed = parseSteeringConfig(withRule({ name: "a", edits: [] }), "a.steer.json");
    expect(parsed.mode).toBe("delta");
    expect(parsed.rules[0]).toEqual({ name: "a", audience: { kind: "everyone" }, edits: [], items: [], filters: [] });
  });

  it("is the same in YAML, with comments and numbers for keys of directions", () => {
    const text = `# ours
version: 1
sae:
  path: sae
  hash: "0123456789abcdef"
  directions: { 3: fwCB }
rules:
  - name: Less horror   # for now
    edits: [{ neuron: 3, label: Horror, operation: set, value: -1.5 }]
`;
    expect(parseSteeringConfig(text, "a.steer.yml")).toEqual({
      ...config,
      sae: { ...config.sae, directions: { "3": "fwCB" } },
    });
  });

  it("may begin with a byte order mark", () => {
    expect(parseSteeringConfig(`\uFEFF${JSON.stringify(config)}`, "a.steer.json")).toEqual(config);
    expect(parseSteeringConfig(`\uFEFF${JSON.stringify(config)}`, "a.steer.yaml")).toEqual(config);
  });

  it.each([
    ["a comma missing its value", '{"version": 1,\n "rules": [,]}', 2, 12, '",]}" is not expected'],
    ["single quotes", "{'version': 1}", 1, 2, "not expected"],
    ["a missing comma", '{"rules": [1 2]}', 1, 14, '"2]}" is not expected'],
    ["nothing", "", 1, 1, "ends too early"],
    [
      "a trailing comma in an object",
      '{"version": 1,\n}',
      1,
      14,
      'before "}", with nothing after it. JSON has no trailing',
    ],
    ["a trailing comma in a list", '{\n  "rules": [\n    1,\n  ]\n}', 3, 6, 'before "]", with nothing after it'],
    ["a comment", '{\n  // mine\n  "version": 1}', 2, 3, 'JSON has no comments. Say it in a "note", or use YAML'],
    ["no number", '{"rules": [NaN]}', 1, 12, '"NaN]}" is not a number'],
    ["a number beyond all", '{"version": 1e999}', 1, 13, "too large"],
    ["a key twice", '{"version": 1,\n\n "version": 1}', 3, 2, '"version" stands here a second time, after line 1'],
    ["a key twice, differently written", '{"a": 1, "\\u0061": 1}', 1, 10, '"a" stands here a second time'],
    ["a control character", '{\n "version\u0001": 1}', 2, 10, "Remove it, or write it as \\u0001"],
    ["endless brackets", `${"[".repeat(70)}${"]".repeat(70)}`, 1, 65, "nested more than 64 levels"],
  ])("refuses %s where it stands", (_, text, line, column, message) => {
    const fault = refusal(text);
    expect(fault.reason).toBe("config-invalid");
    expect(fault.message).toContain(`a.steer.json, line ${line}, column ${column}: `);
    expect(fault.message).toContain(message);
    expect(fault.where).toEqual({ file: "a.steer.json", row: line - 1 });
  });

  it.each([
    ["an anchor", "  - &less\n    name: a", 4, 5, "&less names a value"],
    ["an alias", "  - name: a\n    note: *less", 5, 11, "*less repeats another value"],
    ["a merge key", "  - name: a\n    <<: { note: b }", 5, 5, "<< merges"],
    ["a tag", "  - name: !!str a", 4, 12, "no tags such as !!str"],
    ["a tag of its own", "  - !rule\n    name: a", 4, 5, "no tags such as !rule"],
    ["a key twice", "  - name: a\n    name: b", 5, 5, '"name" stands here a second time, after line 4'],
    [
      "what is no number",
      "  - name: a\n    edits: [{ neuron: 1, operation: set, value: .nan }]",
      5,
      49,
      ".nan is no finite number",
    ],
    [
      "an infinite number",
      "  - name: a\n    filters: [{ neuron: 1, above: -.Inf }]",
      5,
      35,
      "-.Inf is no finite number",
    ],
    ["a list for a key", "  - ? [a]\n    : b", 4, 7, "a key is expected"],
    ["a second config", "  - name: a\n---\nversion: 1", 5, 1, "a second document"],
    ["tabs", "  - name: a\n\tnote: b", 5, 1, "This is not YAML"],
    ["an open bracket", "  - name: [a", 5, 1, "This is not YAML"],
  ])("refuses %s in YAML where it stands", (_, rule, line, column, message) => {
    const fault = refusal(yamlWithRule(rule), "a.steer.yaml");
    expect(fault.reason).toBe("config-invalid");
    expect(fault.message).toContain(`a.steer.yaml, line ${line}, column ${column}: `);
    expect(fault.message).toContain(message);
    expect(fault.where).toEqual({ file: "a.steer.yaml", row: line - 1 });
  });

  it("refuses a directive, and text without anything in it", () => {
    expect(refusal("%YAML 1.1\n---\nversion: 1\n", "a.steer.yaml").message).toContain(
      "line 1, column 1: a config has no YAML directives",
    );
    expect(refusal("# nothing yet\n", "a.steer.yaml").message).toContain("there is no config in this text");
  });

  it.each([
    ["lists in lists", "[".repeat(100_000)],
    ["lists in lists that end", "[".repeat(50_000) + "]".repeat(50_000)],
    ["dashes", "- ".repeat(100_000)],
    ["maps", Array.from({ length: 1_000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
    ["a line of keys", "a: ".repeat(50_000)],
    ["question marks", "? ".repeat(50_000)],
  ])("refuses YAML of %s before it takes the stack", (_, text) => {
    expect(refusal(text, "a.steer.yaml").message).toMatch(/nested more than 64 levels|This is not YAML/);
  });

  it("refuses what swells by repetition, and texts too long to be a config", () => {
    const bomb = ["a: &a [x, x, x, x]", ...Array.from({ length: 40 }, (_, n) => `b${n}: &b${n} [*a, *a]`)].join("\n");
    expect(refusal(bomb, "a.steer.yaml").message).toContain("line 1");
    expect(refusal(" ".repeat(2 ** 20 + 1), "a.steer.yaml").message).toContain("1,048,577 characters");
    expect(refusal(" ".repeat(2 ** 23 + 1)).message).toContain("Choose users by SQL");
  });

  const edit = (changes: object) => ({ name: "a", edits: [{ neuron: 1, operation: "set", value: 1, ...changes }] });
  it.each([
    ["an unknown key", { ...edit({}), edit: [] }, "rules[0].edit", /unknown key; did you mean "edits"/],
    [
      "an unknown operation",
      edit({ operation: "boost" }),
      "rules[0].edits[0].operation",
      /"suppress", "scale", "set" or "add"/,
    ],
    ["a missing value", edit({ value: undefined }), "rules[0].edits[0].value", /is missing; expected a number/],
    ["a neuron that is no row", edit({ neuron: -1 }), "rules[0].edits[0].neuron", /found -1/],
    ["a value too many", edit({ operation: "suppress" }), "rules[0].edits[0].value", /unknown key/],
    [
      "an empty audience",
      { ...edit({}), audience: { kind: "users", users: [] } },
      "rules[0].audience.users",
      /at least 1/,
    ],
    [
      "an unknown audience",
      { ...edit({}), audience: { kind: "all" } },
      "rules[0].audience.kind",
      /"everyone", "users"/,
    ],
    [
      "ids that are numbers",
      { ...edit({}), audience: { kind: "users", users: [7] } },
      "rules[0].audience.users[0]",
      /found 7, expected text/,
    ],
    [
      "a share of nobody",
      { ...edit({}), audience: { kind: "neuron", neuron: 1, top: { share: 0 } } },
      "rules[0].audience.top.share",
      /more than 0/,
    ],
    ["a limit beyond all", { ...edit({}), limits: { rbo: 2 } }, "rules[0].limits.rbo", /found 2, expected at most 1/],
  ])("refuses %s by name and line", (_, rule, key, message) => {
    const fault = refusal(withRule(rule));
    expect(fault.reason).toBe("config-invalid");
    expect(fault.message).toContain(`${key}, line 1: `);
    expect(fault.message).toMatch(message);
    expect(fault.where).toEqual({ file: "a.steer.json", key, row: 0 });
  });

  it("says on which line of either format a fault stands", () => {
    const json = `{
  "version": 1,
  "sae": { "path": "sae", "hash": "abc" },
  "rules": [
    {
      "name": "a",
      "edits": [
        { "neuron": 1, "operation": "set", "value": 1 },
        {
          "neuron": 1,
          "operation": "set",
          "value": "much"
        }
      ]
    }
  ]
}`;
    expect(refusal(json).message).toContain('rules[0].edits[1].value, line 12: found "much", expected a number.');
    const yaml = yamlWithRule(
      "  - name: a",
      "    edits:",
      "      - { neuron: 1, operation: set, value: 1 }",
      "",
      "      # and more",
      "      - neuron: 1",
      "        operation: set",
      "        value: much",
    );
    expect(refusal(yaml, "a.steer.yaml").message).toContain('rules[0].edits[1].value, line 11: found "much"');
    // What is missing is looked for where it should be.
    const missing = yamlWithRule("  - name: a", "    edits:", "      - neuron: 1", "        operation: set");
    expect(refusal(missing, "a.steer.yaml").message).toContain("rules[0].edits[0].value, line 6: is missing");
  });

  it("refuses a future version by its number and line, whatever else is in it", () => {
    const fault = refusal('{"novelty": true,\n "version": 2}');
    expect(fault.message).toContain("line 2: this is version 2, but this RecPrism reads version 1. Update RecPrism.");
    expect(fault.where).toEqual({ file: "a.steer.json", key: "version", row: 1 });
    expect(refusal("novelty: true\nversion: 2\n", "a.steer.yaml").message).toContain("line 2: this is version 2");
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
    const other = { hash: "fedcba9876543210", latents: 4 };
    expect(() => checkSteeringConfig(config, other, "a.steer.json")).toThrow(
      expect.objectContaining({
        reason: "artifact-stale",
        message: expect.stringMatching(/^a\.steer\.json was made on the SAE 0123456789ab….*fedcba987654….*Lab/),
      }),
    );
    const findable = { ...config, sae: { ...config.sae, directions: { "3": "fwCB" } } };
    expect(() => checkSteeringConfig(findable, other)).toThrow(/Re-match, or recprism check --update/);
  });

  it.each([
    ["an edit", config, "rules[0].edits[0]"],
    [
      "an edit on items",
      {
        ...config,
        rules: [
          {
            ...config.rules[0],
            edits: [],
            items: [
              {
                items: { kind: "items" as const, items: ["a"] },
                edits: [{ neuron: 7, operation: "suppress" as const }],
              },
            ],
          },
        ],
      },
      "rules[0].items[0].edits[0]",
    ],
    [
      "a filter",
      { ...config, rules: [{ ...config.rules[0], edits: [], filters: [{ neuron: 3, above: 1 }] }] },
      "rules[0].filters[0]",
    ],
  ])("is refused when %s names a neuron that is not there", (_, made, key) => {
    expect(() => checkSteeringConfig(made, { hash: config.sae.hash, latents: 3 }, "a.steer.json")).toThrow(
      expect.objectContaining({ reason: "config-invalid", where: { file: "a.steer.json", key } }),
    );
  });
});
