/** Where a fault of a config is marked, be it JSON or YAML, whole or half-typed. */
import { describe, expect, it } from "vitest";
import { configFaultSpan, trailingComma } from "../../src/host/config-fault-place";
import type { ConfigLanguage } from "../../src/host/config-name";
import type { ConfigFault } from "../../src/protocol/config-check";

const fault = (changes: Partial<ConfigFault>): ConfigFault => ({
  path: [],
  at: "value",
  severity: "error",
  reason: "config-invalid",
  message: "",
  fixes: [],
  remedy: null,
  ...changes,
});
const marked = (text: string, language: ConfigLanguage, changes: Partial<ConfigFault>) => {
  const { start, end } = configFaultSpan(text, language, fault(changes));
  return text.slice(start, end);
};

describe("a fault of a config", () => {
  it("is marked at its path in either language", () => {
    const path = ["rules", 0, "edits", 0, "neuron"];
    expect(marked('{ "rules": [{ "edits": [{ "neuron": 99 }] }] }', "json", { path })).toBe("99");
    expect(marked("rules:\n  - edits:\n      - neuron: 99\n", "yaml", { path })).toBe("99");
    expect(marked('{ "rules": [{ "edits": [{ "neuron": 99 ', "json", { path })).toBe("99");
  });

  it("that breaks the text is marked where its message says", () => {
    const text = '{\n  "rules": [],\n}\n';
    expect(marked(text, "json", { message: "a.steer.json, line 2, column 14: a comma stands before" })).toBe(",");
    expect(marked("version: 1\nsae: sae: x\n", "yaml", { message: "x, line 2, column 6: nested" })).toBe("sae");
    expect(marked("a: 1\n", "yaml", { message: "x, line 9, column 99: the text ends" })).toBe("");
    expect(marked('{ "a": ', "json", { message: "x, line 1, column 8: the text ends too early" })).toBe(" ");
  });

  it("about a comma before a bracket is mended by removing it", () => {
    const text = '{ "rules": [1, ], }';
    expect(trailingComma(text, { start: text.indexOf(", ]"), end: 0 })).toEqual({ start: 13, end: 14 });
    expect(trailingComma('{ "a": 1, "b": 2 }', { start: 8, end: 9 })).toBeNull();
  });
});
