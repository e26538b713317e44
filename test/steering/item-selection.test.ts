import { describe, expect, it } from "vitest";
import { selectedItems } from "../../src/steering/item-selection";
import { failure } from "../data/scratch";
import { randomProject } from "./random-project";

const { items } = randomProject(1, { users: 3, items: 12, dimensions: 2, latents: 2 }).dataset;
const failing = (
  selection: Parameters<typeof selectedItems>[1],
  ...rest: Parameters<typeof failure> extends [unknown, ...infer Rest] ? Rest : never
) => failure((async () => selectedItems(items, selection))(), ...rest);

describe("an item selection", () => {
  it("by ids counts each item once, in the order of rows", () => {
    const rows = selectedItems(items, { kind: "items", items: ["i11", "i2", "i11"] });
    expect(Array.from(rows)).toEqual([2, 11]);
  });

  it("by tag is every item that bears it", () => {
    expect(Array.from(selectedItems(items, { kind: "tag", column: "genres", tag: "Horror" }))).toEqual([0, 3, 6, 9]);
  });

  it("answers an unknown id with those that may have been meant, or with the id of that title", async () => {
    await failing({ kind: "items", items: ["i99"] }, "id-unknown", '"i99"', "Did you mean");
    await failing({ kind: "items", items: ["Title 4"] }, "id-unknown", "title of item i4");
    await failing({ kind: "items", items: ["somewhere else"] }, "id-unknown", "i0, i1, i2");
  });

  it("answers an unknown column or tag with the nearest", async () => {
    await failing({ kind: "tag", column: "generes", tag: "Horror" }, "not-found", '"genres"');
    await failing({ kind: "tag", column: "genres", tag: "horror" }, "not-found", '"Horror"');
  });
});
