/** Dictionaries as Python writes them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pythonAsJson } from "../../src/data/python-literal";

const read = (text: string) => {
  const json = pythonAsJson(text);
  return json === null ? null : JSON.parse(json);
};

/** As Python's `repr` writes a value. */
function repr(value: unknown): string {
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replace(/[\\\n\r\t]/g, (letter) => JSON.stringify(letter).slice(1, -1));
    return `${quote}${escaped.replaceAll(quote, `\\${quote}`).replaceAll("\0", "\\x00")}${quote}`;
  }
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value as object)
      .map(([key, inner]) => `${repr(key)}: ${repr(inner)}`)
      .join(", ")}}`;
  }
  return String(value);
}

describe("a dictionary of Python", () => {
  it("is the same as JSON, whatever texts and numbers are in it", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("It's", '"quoted"', `both ' and "`, "a,]", "back\\slash", "ヤギ", "True", "u'x'"),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
          tie("value"),
          { maxKeys: 3 },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("asin", "title", "it's"), value), (dictionary) => {
        expect(read(repr(dictionary))).toEqual(JSON.parse(JSON.stringify(dictionary)));
      }),
    );
  });

  it("may have Python 2's texts, tuples, escapes, and a comma after the last value", () => {
    expect(read("{u'a': u'\\xe9\\u30e4\\U0001F411\\101\\q', 'b': (1, 2.,), 'c': [1e3,],}")).toEqual({
      a: "éヤ🐑A\\q",
      b: [1, 2],
      c: [1000],
    });
  });

  it.each([
    "{'a': os.system('x')}",
    "{'a': [1}",
    "{'a': 'open}",
    "{1: 2}",
    "['a']",
    "{'a': 1} {'b': 2}",
    "{'a': 0x10}",
    "",
    "{'a': 1 + 1}",
  ])("is not what holds anything else: %s", (text) => expect(pythonAsJson(text)).toBeNull());

  it("is not looked for long in a text that does not end", () => {
    const started = performance.now();
    expect(pythonAsJson(`{'a': '${"x\\'".repeat(1_000_000)}`)).toBeNull();
    expect(pythonAsJson(`{'a': ${"[".repeat(1_000_000)}`)).toBeNull();
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
