/** Generated text takes the indentation of the place it is inserted at. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOf, leadingSpace, reindented, unitOf } from "../../src/host/indentation";

const JSON_BLOCK = '{\n  "rules": [\n    1\n  ]\n}\n';

describe("an inserted block", () => {
  it("keeps its first line at the cursor and indents the others like it", () => {
    expect(reindented("if x:\n    y()\n", "    ", { indent: "  ", unit: null })).toBe("if x:\n      y()");
  });

  it("takes the file's unit of indentation", () => {
    expect(reindented(JSON_BLOCK, "  ", { indent: "", unit: "    " })).toBe('{\n    "rules": [\n        1\n    ]\n}');
    expect(reindented(JSON_BLOCK, "  ", { indent: "\t", unit: "\t" })).toBe('{\n\t\t"rules": [\n\t\t\t1\n\t\t]\n\t}');
  });

  it("leaves empty lines empty", () => {
    expect(reindented("a\n\n   \nb", "    ", { indent: "    ", unit: null })).toBe("a\n\n\n    b");
  });

  it("says the same JSON whatever its indentation", () => {
    const unit = fc.constantFrom("  ", "    ", "\t", null);
    const indent = fc.constantFrom("", "  ", "\t\t");
    fc.assert(
      fc.property(fc.jsonValue(), unit, indent, (value, unit, indent) => {
        const text = reindented(JSON.stringify(value, null, 2), "  ", { indent, unit });
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe("the white space before the cursor", () => {
  it("ends where the text begins, or at the cursor", () => {
    expect(leadingSpace("    x = ", 8)).toBe("    ");
    expect(leadingSpace("        ", 4)).toBe("    ");
  });
});

describe("the end of inserted text", () => {
  it("is on the same line for one line and on a later one for several", () => {
    expect(endOf("abc", 4, 2)).toEqual({ line: 4, column: 5 });
    expect(endOf("abc\nde", 4, 2)).toEqual({ line: 5, column: 2 });
  });
});

describe("one level of indentation", () => {
  it.each([
    [{ insertSpaces: true, tabSize: 2 }, "", "  "],
    [{ insertSpaces: true, tabSize: 4 }, "  ", "    "],
    [{ insertSpaces: false, tabSize: 4 }, "", "\t"],
    [{ insertSpaces: true, tabSize: 4 }, "\t", "\t"],
    [{ tabSize: "auto" }, "", "    "],
  ])("of %j after %j", (options, indent, unit) => expect(unitOf(options, indent)).toBe(unit));
});
