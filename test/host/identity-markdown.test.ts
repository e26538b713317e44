/** The page that says which row is which, to be checked at a glance. */
import { describe, expect, it } from "vitest";
import { identityMarkdown } from "../../src/host/identity-markdown";
import { manifestSchema } from "../../src/protocol/manifest";
import { project } from "./examples";

const films = () => {
  const { manifest, identity } = project();
  return project({
    manifest: manifestSchema.parse({
      ...manifest,
      items: { ...manifest.items, table: "items.csv", ids: { rule: "table-order", column: "iid" } },
      interactions: { table: "clicks.csv", user: "uid", item: "iid" },
    }),
    identity: {
      items: {
        rule: "row n is line n of items.csv, by its column iid",
        rows: 3018,
        inTable: 3018,
        inInteractions: 2990,
        unknownIds: 12,
        samples: [{ row: 0, id: "1", title: "Quiet Sheep (1987)" }],
      },
      users: { ...identity.users, inInteractions: 6018, unknownIds: 0 },
    },
  });
};

describe("the page on which row is which", () => {
  it("gives rule, counts and examples of either side", () => {
    const page = identityMarkdown(films());
    expect(page).toContain("# films: which row is which\n\nNothing is in doubt.");
    expect(page).toContain("## Items\n\nRow n is line n of items.csv, by its column iid.");
    expect(page).toContain("| Rows with a line in items.csv | 3,018 |\n| Rows with a line in clicks.csv | 2,990 |");
    expect(page).toContain("| Ids in clicks.csv that name no row | 12 |");
    expect(page).toContain("| 0 | 1 | Quiet Sheep &#40;1987&#41; |");
  });

  it("begins with what is worth checking, and the likely remedy", () => {
    const fix = { key: "items.ids.first", value: 1, title: "Set items.ids.first to 1" };
    const page = identityMarkdown(project({ warnings: ["12 lines do not map."], fixes: [fix] }));
    expect(page).toContain("## Worth checking\n\n- 12 lines do not map.\n\nLikely remedy: Set items.ids.first to 1.");
  });

  it("shows what files say as it stands, never as links, pictures, columns or headings", () => {
    const of = films();
    const [sample] = of.identity.items.samples;
    for (const title of [
      "![x](https://example.org/x.png)",
      "<b>| a |</b>",
      "[a](command:b)",
      "`c` *d* _e_",
      "a\n# b",
    ]) {
      of.identity.items.samples = [{ ...sample, title }];
      const line = identityMarkdown(of)
        .split("\n")
        .find((one) => one.startsWith("| 0 | 1 |"));
      expect(line?.slice("| 0 | 1 | ".length, -" |".length)).not.toMatch(/[[\]<>()|`*_\n!]|#(?!\d+;)/);
    }
  });
});
