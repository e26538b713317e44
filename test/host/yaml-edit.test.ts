/** Edits of a YAML text: they do what they say and leave all else as it was written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { configForm } from "../../src/host/config-language";
import { edited } from "../../src/host/manifest-edit";
import type { KeyPath, ManifestEdit } from "../../src/protocol/manifest-edit";

const FORM = configForm("yaml");
const set = (path: KeyPath, value: unknown) => ({ path, change: "set", value }) as const;
const remove = (path: KeyPath) => ({ path, change: "remove" }) as const;
const rename = (path: KeyPath, name: string) => ({ path, change: "rename", name }) as const;
const yaml = (text: string, ...edits: ManifestEdit[]) => edited(text, edits, FORM);

const CONFIG = `# Less horror for children.
version: 1
sae:
    path: sae   # trained in May
    hash: "abc"

rules:
  - name: Less Horror
    edits:
      # The genre.
      - neuron: 13 # Horror
        operation: set
        value: -1.5
      - { neuron: 4, operation: suppress }
    effect:
      k: 30
      rbo: .81
# The paper's way would be reconstruct.
mode: delta
`;

describe("an edit of a YAML text", () => {
  it("replaces a value alone, and keeps its quotes", () => {
    expect(yaml(CONFIG, set(["sae", "hash"], "x1"))).toBe(CONFIG.replace('"abc"', '"x1"'));
    expect(yaml(CONFIG, set(["rules", 0, "edits", 0, "neuron"], 7))).toBe(CONFIG.replace("13 #", "7 #"));
    expect(yaml(CONFIG, set(["rules", 0, "edits", 1, "neuron"], 7))).toBe(CONFIG.replace("neuron: 4", "neuron: 7"));
  });

  it("renames a key alone", () =>
    expect(yaml(CONFIG, rename(["rules", 0, "edits"], "items"))).toBe(CONFIG.replace("edits:", "items:")));

  it("puts a new key where it usually stands, at its siblings' indentation", () => {
    expect(yaml(CONFIG, set(["rules", 0, "limits"], { rbo: 0.5 }))).toBe(
      CONFIG.replace("    effect:\n", "    limits: { rbo: 0.5 }\n    effect:\n"),
    );
    const audience = { kind: "sql", where: "age < 18" };
    expect(yaml(CONFIG, set(["rules", 0, "edits", 2], { neuron: 1, audience }))).toBe(
      CONFIG.replace(
        "suppress }\n",
        "suppress }\n      - neuron: 1\n        audience: { kind: sql, where: age < 18 }\n",
      ),
    );
  });

  it("writes a collection in brackets where one stands, and on lines where lines stand", () => {
    expect(yaml(CONFIG, set(["rules", 0, "edits", 1], { neuron: 4, operation: "add", value: 2 }))).toBe(
      CONFIG.replace("operation: suppress }", "operation: add, value: 2 }"),
    );
    const edits = [{ neuron: 1, operation: "suppress" }];
    expect(parse(yaml(CONFIG, set(["rules", 0, "edits"], edits))).rules[0].edits).toEqual(edits);
  });

  it("removes a key with its lines, and comments of others stay", () => {
    expect(yaml(CONFIG, remove(["rules", 0, "effect"]))).toBe(
      CONFIG.replace("    effect:\n      k: 30\n      rbo: .81\n", ""),
    );
    expect(yaml(CONFIG, remove(["rules", 0, "edits", 1]))).toBe(
      CONFIG.replace("      - { neuron: 4, operation: suppress }\n", ""),
    );
    expect(yaml("a: 1\nb: 2\n", remove(["a"]))).toBe("b: 2\n");
    expect(yaml("a:\n  b: 2\n", remove(["a", "b"]))).toBe("a: {}\n");
  });

  it("fills what is empty and makes what should hold a key", () => {
    expect(yaml("rules: []\n", set(["rules", 0], { name: "x", edits: [] }))).toBe(
      "rules:\n  - name: x\n    edits: []\n",
    );
    expect(yaml("rules:\n  - name:\n", set(["rules", 0, "name"], "x"))).toBe("rules:\n  - name: x\n");
    expect(yaml("a: 1\n", set(["sae", "hash"], "x"))).toBe("a: 1\nsae: { hash: x }\n");
  });

  it("leaves the text alone where its path leads nowhere", () =>
    expect(yaml(CONFIG, remove(["none"]), rename(["none"], "x"), set(["version", "x"], 1))).toBe(CONFIG));

  it("keeps the line ends of Windows", () => {
    const text = yaml(
      CONFIG.replaceAll("\n", "\r\n"),
      set(["rules", 0, "note"], "a\nb"),
      set(["new"], { a: { b: 1 } }),
    );
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(parse(text).rules[0].note).toBe("a\nb");
  });

  it("follows an alias to what it stands for, or leaves the text alone", () => {
    const text = "base: &b\n  neuron: 1\nother: *b\n";
    const after = yaml(text, set(["base", "neuron"], 2));
    expect(parse(after)).toEqual({ base: { neuron: 2 }, other: { neuron: 2 } });
  });

  it("of any YAML gives the YAML with that edit", () => {
    const keys = fc.constantFrom("a", "b", "name", "rules", "- x", "a: b", "#c", "null", "1");
    const leaves = fc.oneof(
      fc.string(),
      fc.constantFrom("a: b", "- x", "#", "{", "yes", "1e3", " ", "a #b", "x\ny\n", "~", "[", "a, b"),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaves,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 3 }),
      ),
    })).value;
    const documents = fc.dictionary(keys, fc.oneof(fc.dictionary(keys, values), fc.array(values)), { minKeys: 1 });
    const styles = fc.constantFrom({}, { indent: 4 }, { collectionStyle: "flow" as const }, { indentSeq: false });
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(documents, keys, keys, fc.nat(4), values, styles, (drawn, outer, inner, at, value, style) => {
        const text = stringify(plain(drawn), style);
        const document = parse(text);
        const held = document[outer];
        const isArray = Array.isArray(held);
        const key = isArray ? Math.min(at, held.length) : inner;
        const after = structuredClone(document);
        if (isArray) after[outer][key] = plain(value);
        else after[outer] = { ...held, [inner]: plain(value) };
        expect(parse(yaml(text, set([outer, key], plain(value))))).toEqual(after);
        const without = structuredClone(document);
        if (isArray) without[outer].splice(Number(key), 1);
        else if (held !== undefined) delete without[outer][inner];
        expect(parse(yaml(text, remove([outer, key])))).toEqual(without);
      }),
      { numRuns: 200 },
    );
  });
});
