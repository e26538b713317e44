/** Inserting an object into a JSON document keeps the document valid, wherever the cursor stands. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonSurroundings } from "../../src/host/json-insertion";

const CONFIG = { version: 1 };

/** The document with the config put where `|` stands, or where `<` and `>` enclose a selection; null where refused. */
function inserted(marked: string): string | null {
  const start = marked.search(/[|<]/);
  const end = marked.includes(">") ? marked.indexOf(">") - 1 : start;
  const text = marked.replace(/[|<>]/g, "");
  const around = jsonSurroundings(text, start, end);
  if (around === null) return null;
  return text.slice(0, start) + around.before + JSON.stringify(CONFIG) + around.after + text.slice(end);
}

describe("a config inserted into JSON", () => {
  it.each([
    ["|", CONFIG],
    ["  \n|\n", CONFIG],
    ["</* old */ {}>", CONFIG],
    ['{"a": |}', { a: CONFIG }],
    ['{"a": |\n "b": 2}', { a: CONFIG, b: 2 }],
    ['{"a": <null>, "b": 2}', { a: CONFIG, b: 2 }],
    ['{"a": <"old">}', { a: CONFIG }],
    ["{|}", { steering: CONFIG }],
    ['{| "a": 1}', { steering: CONFIG, a: 1 }],
    ['{"a": 1|}', { a: 1, steering: CONFIG }],
    ['{"a": 1, |}', { a: 1, steering: CONFIG }],
    ['{"a": 1|, "b": 2}', { a: 1, steering: CONFIG, b: 2 }],
    ['{"a": 1, |"b": 2}', { a: 1, steering: CONFIG, b: 2 }],
    ['{"a, {": "x: [" |}', { "a, {": "x: [", steering: CONFIG }],
    ["[|]", [CONFIG]],
    ["[1|]", [1, CONFIG]],
    ["[|1]", [CONFIG, 1]],
    ["[1, |2]", [1, CONFIG, 2]],
    ["[1|, 2]", [1, CONFIG, 2]],
    ['{"a": [{}, |]}', { a: [{}, CONFIG] }],
  ])("%s", (marked, expected) => {
    expect(JSON.parse(inserted(marked) ?? "refused")).toEqual(expected);
  });

  it.each([
    ["a comment", '{"a": 1, // here |\n"b": 2}'],
    ["a comment that does not end", "{ /* |"],
    ["a string", '{"a": "x|y"}'],
    ["a key", '{"a|": 1}'],
    ["a number", "[1|.5]"],
    ["key and colon", '{"a" | : 1}'],
    ["colon and value", '{"a": | 1}'],
    ["the document's value and its end", "{}|"],
  ])("is refused inside or beside %s", (_, marked) => {
    expect(inserted(marked)).toBeNull();
  });

  it("begins a new line where the cursor ends one", () => {
    expect(inserted('{\n  "a": 1|\n}')).toBe('{\n  "a": 1,\n  "steering": {"version":1}\n}');
    expect(inserted('{\n  "a": 1| }')).toBe('{\n  "a": 1, "steering": {"version":1} }');
  });

  it("passes over comments", () => {
    expect(inserted('{"a": 1 /* , */ | // end\n}')).toBe('{"a": 1 /* , */ , "steering": {"version":1} // end\n}');
  });

  it("leaves every document valid at every place where it is not refused", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2, "\t"), fc.nat(), (value, indentation, place) => {
        const text = JSON.stringify(value, null, indentation);
        const at = place % (text.length + 1);
        const around = jsonSurroundings(text, at, at);
        fc.pre(around !== null);
        const result = text.slice(0, at) + around?.before + JSON.stringify(CONFIG) + around?.after + text.slice(at);
        expect(() => JSON.parse(result)).not.toThrow();
        expect(result).toContain('{"version":1}');
      }),
      { numRuns: 500 },
    );
  });
});
