import { describe, expect, it } from "vitest";
import { conditionOf } from "../../src/engine/neuron-query-language";
import { QUERY_EXAMPLES } from "../../webview/neurons/query-examples";

describe("the search's help", () => {
  it.each(QUERY_EXAMPLES)("gives an example that is understood: $term", ({ term }) => {
    expect(conditionOf(term)).toBeTypeOf("function");
  });

  it("can be put together by clicking through it", () => {
    expect(conditionOf(QUERY_EXAMPLES.map(({ term }) => term).join(" "))).toBeTypeOf("function");
  });

  it("has an example of every field", () => {
    const told = /Fields are ([\w, ]+)\./.exec(faultOf("nothing:here"))?.[1].split(", ") ?? [];
    expect(told.length).toBeGreaterThan(8);
    for (const field of told) expect(QUERY_EXAMPLES.some(({ term }) => term.includes(field))).toBe(true);
  });
});

function faultOf(search: string): string {
  try {
    conditionOf(search);
  } catch (thrown) {
    return String(thrown);
  }
  return "";
}
