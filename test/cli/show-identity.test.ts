import { describe, expect, it } from "vitest";
import { identityText } from "../../src/cli/show-identity";

describe("which row is which, on the terminal", () => {
  it("is said by rule, counts and examples", () => {
    const items = {
      rule: "row n is line n of items.csv, by its column iid",
      rows: 3018,
      inTable: 3018,
      inInteractions: 2990,
      unknownIds: 12,
      samples: [
        { row: 0, id: "1", title: "Toy Story (1995)" },
        { row: 3017, id: "3952", title: null },
      ],
    };
    const users = {
      rule: "the id of row n is n + 1",
      rows: 6040,
      inTable: null,
      inInteractions: null,
      unknownIds: null,
      samples: [],
    };
    expect(identityText({ identity: { items, users } })).toBe(
      [
        "3,018 items, 3,018 in the table, 2,990 with interactions, 12 ids of interactions not among them: row n is line n of items.csv, by its column iid",
        "  row 0 -> id 1 -> Toy Story (1995)",
        "  row 3017 -> id 3952",
        "6,040 users: the id of row n is n + 1",
      ].join("\n"),
    );
  });

  it("lets no text of a file steer the terminal", () => {
    const side = { rule: "r", rows: 1, inTable: null, inInteractions: null, unknownIds: null };
    const samples = [{ row: 0, id: "\u001b[2J", title: "a\nb" }];
    const text = identityText({ identity: { items: { ...side, samples }, users: { ...side, samples: [] } } });
    expect(text).not.toContain("\u001b");
    expect(text.split("\n")).toHaveLength(3);
  });
});
