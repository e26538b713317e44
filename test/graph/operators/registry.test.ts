import { describe, expect, it } from "vitest";
import { supportedOperators } from "../../../src/graph/operators/registry";

describe("the table of supported operators", () => {
  const table = supportedOperators();

  it("lists each once, in alphabetical order", () => {
    const names = table.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it("says which have a gradient, and what to know of them", () => {
    const entry = (wanted: string) => table.find(({ name }) => name === wanted);
    expect(entry("Add")).toEqual({ name: "Add", differentiable: true, note: "" });
    expect(entry("Floor")).toEqual({ name: "Floor", differentiable: false, note: "" });
    expect(entry("Gather")).toEqual({ name: "Gather", differentiable: true, note: "gradient for constant indices" });
  });
});
