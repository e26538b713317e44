/** Tools for language models: declared as they are, asked before they write, kept inside the project. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describedTools } from "../../src/host/described-tools";
import { writingQuestion, writtenFile } from "../../src/host/tool-question";
import { AGENT_TOOLS, type AgentTool } from "../../src/protocol/agent";

const { contributes } = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));

describe("the tools in package.json", () => {
  it("are those of the protocol; otherwise run `node scripts/describe-tools.mjs`", () =>
    expect(contributes.languageModelTools).toEqual(describedTools()));

  it.each(Object.keys(AGENT_TOOLS) as AgentTool[])(
    "%s takes what its schema says, by a name VS Code lets through",
    (tool) => {
      const declared = contributes.languageModelTools.find(({ name }: { name: string }) => name === `recprism_${tool}`);
      const { $schema: _, ...schema } = z.toJSONSchema(AGENT_TOOLS[tool].input, { io: "input", target: "draft-7" });
      expect(declared.inputSchema).toEqual(schema);
      expect(declared.name).toMatch(/^[\w-]{1,64}$/);
      expect(declared.toolReferenceName).toMatch(/^[\w-]+$/);
    },
  );
});

const recipe = {
  name: "Less *Horror*",
  edits: [
    { neuron: 13, label: "Horror", operation: "set", value: -1.5 },
    { neuron: 4, operation: "suppress" },
  ],
  filters: [{ neuron: 2, above: 1.2 }],
};
const write = (file: unknown, more: object = {}) => ({ recipe, file, ...more });

describe("what is asked before a config is written", () => {
  it("names the file and every edit, and nothing in it formats", () => {
    const { question, file } = writingQuestion(write("a.steer.json", { replace: true }));
    expect(file).toBe("a.steer.json");
    expect(question).toContain("Write or replace **a.steer.json** with the rule “Less &#42;Horror&#42;”?");
    expect(question).toContain("- set Horror (neuron 13): -1.5 (users)");
    expect(question).toContain("- suppress neuron 4 (users)");
    expect(question).toContain("- hide items above 1.2 of neuron 2");
  });

  it("is refused for what is no such input", () => {
    expect(() => writingQuestion({ file: "a.steer.json" })).toThrow(/^recipe: /);
    expect(() => writingQuestion(null)).toThrow(/^The input: /);
  });
});

describe("where a tool may write", () => {
  const at = (file: string, folders = ["/work/films"]) => writtenFile(write(file), "/work/films", folders);
  it("is the project, inside the workspace", () => {
    expect(at("steering/a.steer.yaml")).toBe("/work/films/steering/a.steer.yaml");
    expect(at("a.steer.json", ["/work"])).toBe("/work/films/a.steer.json");
  });
  it.each([
    ["/etc/a.steer.json", /absolute/],
    ["C:\\a.steer.json", /absolute/],
    ["../a.steer.json", /leads out/],
    ["steering/../../films2/a.steer.json", /leads out/],
    ["a.json", /does not end in \.steer/],
    ["recprism.json", /does not end in \.steer/],
  ])("not %s", (file, why) => expect(() => at(file)).toThrow(why));
  it("not a project outside the workspace", () => {
    expect(() => at("a.steer.json", ["/work/other"])).toThrow(/leads out/);
    expect(() => at("a.steer.json", [])).toThrow(/leads out/);
  });
});
