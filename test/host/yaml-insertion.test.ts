/** Inserting a config into a YAML document: it says what it said, and the config, wherever the cursor stands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { yamlInsertion } from "../../src/host/yaml-insertion";

const CONFIG = { version: 1, rules: [{ name: "Less: #1", edits: [{ neuron: 3 }] }] };
const YAML = 'version: 1\nrules:\n  - name: "Less: #1"\n    edits:\n      - { neuron: 3 }\n';

/** The document with the config put where `|` stands, or where `<` and `>` enclose a selection; null where refused. */
function inserted(marked: string): string | null {
  const start = marked.search(/[|<]/);
  const end = marked.includes(">") ? marked.indexOf(">") - 1 : start;
  const text = marked.replace(/[|<>]/g, "");
  const insertion = yamlInsertion(text, { start, end }, YAML, CONFIG);
  return insertion && text.slice(0, start) + insertion.text + text.slice(end);
}

describe("a config inserted into YAML", () => {
  it.each([
    ["|", CONFIG],
    ["# ours\n|\n", CONFIG],
    ["a: 1\n|", { a: 1, steering: CONFIG }],
    ["a: 1\n|\nb: 2\n", { a: 1, steering: CONFIG, b: 2 }],
    ["a: 1|\nb: 2\n", { a: 1, steering: CONFIG, b: 2 }],
    ["|a: 1\n", { steering: CONFIG, a: 1 }],
    ["a: |\nb: 2\n", { a: CONFIG, b: 2 }],
    ["a:|\nb: 2\n", { a: CONFIG, b: 2 }],
    ["a: <old>\nb: 2\n", { a: CONFIG, b: 2 }],
    ["a:\n  |\nb: 2\n", { a: CONFIG, b: 2 }],
    ["a:\n  b: 1\n  |\n", { a: { b: 1, steering: CONFIG } }],
    ["a:\n  b: 1\n|\nc: 2\n", { a: { b: 1 }, steering: CONFIG, c: 2 }],
    ["a:\n  - b\n  - |\n", { a: ["b", CONFIG] }],
    ["a:\n  - b\n  |\n", { a: ["b", CONFIG] }],
    ["a:\n  - b: |\n    c: 1\n", { a: [{ b: CONFIG, c: 1 }] }],
    ["a: { b: | }\n", { a: { b: CONFIG } }],
    ["a: { b: 1| }\n", { a: { b: 1, steering: CONFIG } }],
    ["a: [|]\n", { a: [CONFIG] }],
    ["a: [1|]\n", { a: [1, CONFIG] }],
  ])("%j", (marked, expected) => expect(parse(inserted(marked) ?? "refused")).toEqual(expected));

  it("is indented as what is around it", () =>
    expect(inserted("serving:\n  model: mf\n  |\n")).toBe(
      `serving:\n  model: mf\n  steering:\n    ${YAML.trimEnd().replaceAll("\n", "\n    ")}\n`,
    ));

  it("comes before a comment's line, not into it", () =>
    expect(parse(inserted("a: 1| # one\nb: 2\n") ?? "refused")).toEqual({ a: 1, steering: CONFIG, b: 2 }));

  it.each([
    ["a string", 'a: "x|y"\n'],
    ["a word", "a: wo|rd\n"],
    ["a comment", "a: 1 # he|re\nb: 2\n"],
    ["a document's only value", "just | text\n"],
  ])("is refused inside %s", (_, marked) => expect(inserted(marked)).toBeNull());

  it("is refused in a text that nests deeper than can be read, without ending the process", () =>
    expect(inserted(`a: ${"[".repeat(100_000)}|`)).toBeNull());

  it("leaves every document valid at every place where it is not refused", () => {
    const keys = fc.constantFrom("a", "b", "c: d", "- e");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.oneof(fc.integer(), fc.string({ maxLength: 6 }), fc.boolean()),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(keys, tie("value"), { maxKeys: 3 }),
      ),
    }));
    const styles = fc.constantFrom({}, { indent: 4 }, { collectionStyle: "flow" as const });
    const has = (one: unknown): boolean =>
      JSON.stringify(one) === JSON.stringify(CONFIG) ||
      (typeof one === "object" && one !== null && Object.values(one).some(has));
    fc.assert(
      fc.property(value, styles, fc.nat(), (drawn, style, place) => {
        const text = stringify(JSON.parse(JSON.stringify(drawn)), style);
        const at = place % (text.length + 1);
        const insertion = yamlInsertion(text, { start: at, end: at }, YAML, CONFIG);
        fc.pre(insertion !== null);
        expect(has(parse(text.slice(0, at) + insertion?.text + text.slice(at)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
