/** What the flows that extend a manifest list, and what they tell in the end. */
import { describe, expect, it } from "vitest";
import { addedText, additionRows } from "../../src/host/add-rows";
import type { Addition } from "../../src/protocol/engine";
import { manifestSchema } from "../../src/protocol/manifest";
import { project } from "./examples";

const ADDITION: Addition = {
  choices: [
    { key: "interactions.user", name: "User", chosen: "uid", detail: "text", candidates: [], required: true },
    { key: "interactions.item", name: "Item", chosen: null, detail: "choose one", candidates: [], required: true },
    {
      key: "interactions.rating",
      name: "Rating",
      chosen: null,
      detail: "none; every line counts",
      candidates: [],
      required: false,
    },
  ],
  problems: [],
  notes: ["clicks.csv has 12 lines."],
  edits: [],
};

describe("the rows of an addition", () => {
  it("begin with adding it, then offer every choice, then tell what is good to know", () => {
    const rows = additionRows("clicks.csv", ADDITION).map(({ kind, label, description }) => [kind, label, description]);
    expect(rows).toEqual([
      ["add", "Add clicks.csv", "to recprism.json"],
      ["choice", "User", "uid   text"],
      ["choice", "Item", "missing   choose one"],
      ["choice", "Rating", "none; every line counts"],
      ["note", "clicks.csv has 12 lines.", ""],
    ]);
  });

  it("begin with what is wrong where it cannot be added", () => {
    const rows = additionRows("clicks.csv", { ...ADDITION, problems: ["Item: choose one"], edits: null });
    expect(rows[0]).toMatchObject({ kind: "problem", label: "Item: choose one" });
    expect(rows.some(({ kind }) => kind === "add")).toBe(false);
  });
});

describe("what is told of an addition", () => {
  it("is what came of it", () => {
    expect(addedText("interactions", "clicks.csv", project({ interactions: 96_120 }))).toBe(
      "Added clicks.csv to films: 96,120 user-item pairs.",
    );
  });

  it("are the columns taken of a table", () => {
    const { manifest } = project();
    const items = { ...manifest.items, table: "films.csv", title: "name", tags: [{ column: "genres" }] };
    const opened = project({ manifest: manifestSchema.parse({ ...manifest, items }) });
    expect(addedText("items", "films.csv", opened)).toBe(
      "Added films.csv to films: titles from name, tags from genres.",
    );
    expect(addedText("users", "people.csv", opened)).toBe("Added people.csv to films: no attributes.");
  });
});
