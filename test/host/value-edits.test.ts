/** Differences of values as edits of texts: made on the text, they give the other value and spare the rest. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { configForm } from "../../src/host/config-language";
import { edited } from "../../src/host/manifest-edit";
import { valueEdits } from "../../src/host/value-edits";

describe("the difference of two values", () => {
  it("is as small as it can be", () => {
    const before = { a: 1, b: { c: [1, 2, { d: 3 }], e: 4 } };
    expect(valueEdits(before, { a: 1, b: { c: [1, 5, { d: 3 }] }, f: 6 })).toEqual([
      { path: ["b", "e"], change: "remove" },
      { path: ["b", "c", 1], change: "set", value: 5 },
      { path: ["f"], change: "set", value: 6 },
    ]);
    expect(valueEdits(before, structuredClone(before))).toEqual([]);
  });

  it("leaves comments beside what stays", () => {
    const json = '{\n  // ours\n  "a": [1, /* two */ 2],\n  "b": "x" // why\n}\n';
    const edits = valueEdits({ a: [1, 2], b: "x" }, { a: [1, 3], b: "x", c: { d: 1 } });
    expect(edited(json, edits, configForm("json"))).toBe(
      '{\n  // ours\n  "a": [1, /* two */ 3],\n  "b": "x", // why\n  "c": { "d": 1 }\n}\n',
    );
    const yaml = "# ours\na:\n  - 1\n  # two\n  - 2\nb: x # why\n";
    expect(edited(yaml, edits, configForm("yaml"))).toBe(
      "# ours\na:\n  - 1\n  # two\n  - 3\nb: x # why\nc: { d: 1 }\n",
    );
  });

  it("made on any text gives the other value", () => {
    const keys = fc.constantFrom("name", "edits", "neuron", "x");
    const { value: values } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null)),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 3 }),
      ),
    }));
    const documents = fc.dictionary(keys, values, { minKeys: 1 }).map((drawn) => JSON.parse(JSON.stringify(drawn)));
    fc.assert(
      fc.property(documents, documents, (before, after) => {
        const edits = valueEdits(before, after);
        expect(JSON.parse(edited(JSON.stringify(before, null, 2), edits, configForm("json")))).toEqual(after);
        expect(parse(edited(stringify(before), edits, configForm("yaml")))).toEqual(after);
      }),
      { numRuns: 200 },
    );
  });
});
