/** Key paths and where they stand in a manifest's text, also while it is being typed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonTree, jsonValue, nodeAt, placeAt, spanOf } from "../../src/host/manifest-tree";
import type { KeyPath } from "../../src/protocol/manifest-edit";

const MANIFEST = `{
  "name": "films", // ours
  "items": {
    "embeddings": { "file": "m.npz", "tensor": "items" },
    "tags": [{ "column": "genres" }, { "column": "mood" }]
  }
}
`;

/** What is marked for a path. */
function marked(text: string, path: KeyPath, at: "key" | "value" = "value"): string {
  const { start, end } = spanOf(jsonTree(text), path, at);
  return text.slice(start, end);
}

/** The place of the cursor, written as |. */
function placeOf(textWithCursor: string) {
  const offset = textWithCursor.indexOf("|");
  const place = placeAt(jsonTree(textWithCursor.replace("|", "")), offset);
  return place && { path: place.path.join("."), at: place.at };
}

describe("a JSON text as a tree", () => {
  it("says what JSON.parse says of any JSON, however it is laid out", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(undefined, 1, 4, "\t"), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(JSON.stringify(jsonValue(jsonTree(text)))).toEqual(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("never fails nor stands still on text that is no JSON, and stays within it", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\/* \nab1') }), (text) => {
        const tree = jsonTree(text);
        if (tree !== null) expect(tree.end).toBeLessThanOrEqual(text.length);
        for (let offset = 0; offset <= text.length; offset++) placeAt(tree, offset);
      }),
      { numRuns: 1000 },
    );
    expect(nodeAt(jsonTree("[".repeat(100_000)), [0])).not.toBeNull();
  });

  it("reads past what is missing: values, commas, ends of strings", () => {
    const text = '{ "name": , "items": { "title": "tit\n "year": "y" }, "users" }';
    expect(jsonValue(jsonTree(text))).toEqual({ items: { title: "tit", year: "y" } });
    expect(jsonValue(jsonTree('{ "title": "year": "y" }'))).toEqual({ year: "y" });
  });
});

describe("the place of a fault", () => {
  it.each([
    [["name"], "value", '"films"'],
    [["name"], "key", '"name"'],
    [["items", "embeddings", "tensor"], "value", '"items"'],
    [["items", "tags", 1, "column"], "value", '"mood"'],
    [["items", "tags", 0], "value", "{"],
  ] as const)("of %j (%s) is %s", (path, at, text) => expect(marked(MANIFEST, path, at)).toBe(text));

  it("of an object is its key, lest all of it is underlined", () =>
    expect(marked(MANIFEST, ["items", "embeddings"])).toBe('"embeddings"'));

  it("of what is missing is the key of what should hold it", () => {
    expect(marked(MANIFEST, ["items", "ids", "rule"])).toBe('"items"');
    expect(marked(MANIFEST, ["users"])).toBe("{");
    expect(marked("", ["users"])).toBe("");
  });
});

describe("the place of the cursor", () => {
  it.each([
    ['{ "items": { "title": "ti|" } }', "items.title", "value"],
    ['{ "items": { "title": | } }', "items.title", "value"],
    ['{ "items": { "title":| "x" } }', "items.title", "value"],
    ['{ "items": { "title": "| } }', "items.title", "value"],
    ['{ "items": { "ti|tle": "x" } }', "items.title", "key"],
    ['{ "items": { "tags": [{ "column": "|" }] } }', "items.tags.0.column", "value"],
    ['{ "users": { "attributes": ["age", |] } }', "users.attributes.1", "value"],
    ['{ "users": { "attributes": [|] } }', "users.attributes.0", "value"],
    ['{ "items": { "title": "x", | } }', "items", "key"],
  ])("in %s is %s (%s)", (text, path, at) => expect(placeOf(text)).toEqual({ path, at }));

  it("outside the manifest is none", () => expect(placeOf('|{ "name": "x" }')).toBeNull());
});
