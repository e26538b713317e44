/** Blocks of generated code among other code. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeBlock, codeBlockAround, codeBlockAt, fittingScript, PYTHON, SCRIPT } from "../../src/host/code-block";

const block = codeBlock("A = 1\n\n", "Less\nHorror", PYTHON);

describe("a block of generated code", () => {
  it("stands between comments that editors fold", () =>
    expect(block).toBe(
      "# region RecPrism steering config: Less Horror\nA = 1\n# endregion RecPrism steering config\n",
    ));

  it("is found around the cursor among several, and anywhere where it is the only one", () => {
    const text = `x = 1\n${block}y = 2\n`;
    const found = codeBlockAt(text, 0, PYTHON);
    expect(found && text.slice(found.start, found.end)).toBe(block.trimEnd());
    const two = `${block}\n${codeBlock("B = 2", "b", PYTHON)}`;
    expect(codeBlockAt(two, block.length, PYTHON)).toBeNull();
    const second = codeBlockAt(two, two.indexOf("B"), PYTHON);
    expect(second && two.slice(second.start, second.end)).toContain("B = 2");
  });

  it("knows its indentation", () => {
    const text = `class A {\n\t${codeBlock("let x;", "x", SCRIPT).trimEnd().replaceAll("\n", "\n\t")}\n}\n`;
    const found = codeBlockAt(text, 0, SCRIPT);
    expect(found?.indent).toBe("\t");
    expect(text.slice(0, found?.start)).toBe("class A {\n\t");
    expect(text.slice(found?.end)).toBe("\n}\n");
  });

  it("is none without its end, or in another language's comments", () => {
    expect(codeBlockAt(block.split("\n").slice(0, 2).join("\n"), 0, PYTHON)).toBeNull();
    expect(codeBlockAt(block, 0, SCRIPT)).toBeNull();
    expect(codeBlockAt("# region mine\nA = 1\n# endregion\n", 0, PYTHON)).toBeNull();
  });

  it("holds a cursor between its comments, not beside them", () => {
    expect(codeBlockAround(block, block.indexOf("A"), PYTHON)).not.toBeNull();
    expect(codeBlockAround(block, 0, PYTHON)).toBeNull();
    expect(codeBlockAround(block, block.length, PYTHON)).toBeNull();
  });

  it("exports only at the outermost level", () => {
    const code = "export function steer() {}\nconst exported = 1;\n";
    expect(fittingScript(code, "")).toBe(code);
    expect(fittingScript(code, "  ")).toBe("function steer() {}\nconst exported = 1;\n");
  });

  it("replaced by another leaves the rest of the file to the byte", () => {
    const lines = fc.array(fc.constantFrom("", "x = 1", "# region mine", "# endregion", "    y", "\r"), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(lines, lines, fc.constantFrom("", "    ", "\t"), (above, below, indent) => {
        const [before, after] = [`${above.join("\n")}\n${indent}`, `\n${below.join("\n")}`];
        const text = before + block.trimEnd().replaceAll("\n", `\n${indent}`) + after;
        const found = codeBlockAt(text, before.length, PYTHON);
        expect(found && text.slice(0, found.start)).toBe(before);
        expect(found && text.slice(found.end)).toBe(after);
      }),
    );
  });
});
