/** Key paths and where they stand in a YAML text, also while it is being typed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { jsonValue, spanOf } from "../../src/host/manifest-tree";
import { yamlPlaceAt, yamlTree } from "../../src/host/yaml-tree";
import type { KeyPath } from "../../src/protocol/manifest-edit";

const CONFIG = `version: 1
sae:
  path: sae # ours
rules:
  - name: "Less"
    edits:
      - neuron: 3
        operation: set
      - { neuron: 4, operation: suppress }
`;

function marked(text: string, path: KeyPath, at: "key" | "value" = "value"): string {
  const { start, end } = spanOf(yamlTree(text), path, at);
  return text.slice(start, end);
}

/** The place of the cursor, written as |. */
function placeOf(textWithCursor: string) {
  const offset = textWithCursor.indexOf("|");
  const text = textWithCursor.replace("|", "");
  const place = yamlPlaceAt(text, offset);
  return place && [place.path.join("."), place.at, place.node && text.slice(place.node.start, place.node.end)];
}

describe("a YAML text as a tree", () => {
  it("says what the text says, however it is laid out", () => {
    const styles = fc.constantFrom({}, { indent: 4 }, { collectionStyle: "flow" as const });
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 3, values: [fc.integer(), fc.string(), fc.boolean()] }),
        styles,
        (value, style) => {
          const text = stringify(value, style);
          expect(jsonValue(yamlTree(text))).toEqual(parse(text));
        },
      ),
    );
  });

  it("never fails on text that is no YAML, and stays within it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]"-:,# \n&*!|>ab1') }), (text) => {
        const tree = yamlTree(text);
        if (tree !== null) expect(tree.end).toBeLessThanOrEqual(text.length);
        for (let offset = 0; offset <= text.length; offset++) yamlPlaceAt(text, offset);
      }),
    );
    expect(() => yamlTree("[".repeat(100_000))).not.toThrow();
  });
});

describe("the place of a fault in YAML", () => {
  it.each([
    [["version"], "value", "1"],
    [["sae", "path"], "value", "sae"],
    [["sae", "path"], "key", "path"],
    [["sae", "hash"], "value", "sae"],
    [["rules", 0, "name"], "value", '"Less"'],
    [["rules", 0, "edits", 0, "neuron"], "value", "3"],
    [["rules", 0, "edits", 1, "operation"], "value", "suppress"],
    [["rules", 0, "edits", 0], "value", "n"],
  ] as const)("of %j (%s) is %s", (path, at, text) => expect(marked(CONFIG, path, at)).toBe(text));
});

it("is empty for what is nested deeper than anybody means, in a moment and without ending the process", () => {
  for (const text of ["[".repeat(200_000), "[".repeat(50_000) + "]".repeat(50_000), "a: ".repeat(2_000)]) {
    expect(() => yamlTree(text)).not.toThrow();
  }
});

describe("the place of the cursor in YAML", () => {
  it.each([
    ["sae:\n  path: |\n", ["sae.path", "value", null]],
    ["sae:\n  path:|\n", ["sae.path", "value", null]],
    ["sae:\n  path: sa|e\n", ["sae.path", "value", "sae"]],
    ["rules:\n  - edits:\n      - neuron: Ho|\n        operation: set\n", ["rules.0.edits.0.neuron", "value", "Ho"]],
    ["rules:\n  - edits:\n      - neuron: 3\n        |\n", ["rules.0.edits.0", "key", null]],
    ["rules:\n  - edits:\n      - neuron: 3\n        op|\n", ["rules.0.edits.0.op", "key", "op"]],
    ["rules:\n  - edits:\n      - { neuron: 3, operation: | }\n", ["rules.0.edits.0.operation", "value", null]],
    ["rules:\n  - name: x\n    |\nmode: delta\n", ["rules.0", "key", null]],
    ["rules:\n  - |\n", ["rules.0", "value", null]],
    ["rules:\n  - audience: { kind: users, users: [a, |] }\n", ["rules.0.audience.users.1", "value", null]],
    ["|", ["", "value", null]],
    ["version: 1\n|", ["", "key", null]],
  ])("%j", (text, place) => expect(placeOf(text)).toEqual(place));

  it("in a comment is none", () => expect(placeOf("a: 1 # he|re\n")).toBeNull());
});
