/** The guided open flow lists what was found, what is missing and what may be changed. */
import { describe, expect, it } from "vitest";
import { candidateRows, overridden, previewText, proposalRows } from "../../src/host/proposal-rows";
import type { PreviewRow, ProjectWithoutEmbeddings, Proposal, ProposalChoice } from "../../src/protocol/engine";
import { project } from "./examples";

const items: ProposalChoice = {
  role: "item-embeddings",
  name: "Item embeddings",
  chosen: "items.npy",
  detail: "3,018 x 20 float32",
  candidates: [
    { value: "items.npy", detail: "3,018 x 20 float32" },
    { value: "users.npy", detail: "6,018 x 20 float32" },
  ],
  required: true,
};
const bias: ProposalChoice = {
  role: "item-bias",
  name: "Item biases",
  chosen: null,
  detail: "",
  candidates: [{ value: "item_bias.npy", detail: "3,018 x 1 float32" }],
  required: false,
};

function proposal(changes: Partial<Proposal> = {}): Proposal {
  const { manifest } = project();
  const found = { folder: "/data/films", choices: [items, bias], problems: [], notes: [], manifest };
  return { ...found, preview: [], identity: null, fixes: [], withoutEmbeddings: null, ...changes };
}

describe("a complete proposal", () => {
  it("offers to create the project first, then every choice with what it is", () => {
    expect(proposalRows(proposal()).map(({ kind, label, description }) => [kind, label, description])).toEqual([
      ["create", "Create project", "recprism.json in films"],
      ["file", "Item embeddings", "items.npy   3,018 x 20 float32"],
      ["detail", "Item biases", "none"],
    ]);
  });

  it("ends with what is good to know", () => {
    expect(proposalRows(proposal({ notes: ["3 items have no title."] })).at(-1)).toMatchObject({
      kind: "note",
      label: "3 items have no title.",
    });
  });
});

describe("the preview", () => {
  const row: PreviewRow = {
    side: "items",
    row: 0,
    id: "1",
    title: "Quiet Sheep (1987)",
    values: [0.1234, -0.4, 1e-7, 12],
    dimensions: 20,
  };
  const ids: ProposalChoice = { ...items, role: "item-ids", name: "Which row is which item" };

  it("shows row, id, title and the first values", () => {
    expect(previewText(row)).toBe("row 0 · id 1 · Quiet Sheep (1987) · [0.12, -0.4, 1e-7, 12, …]");
    expect(previewText({ ...row, title: null, dimensions: 4 })).toBe("row 0 · id 1 · [0.12, -0.4, 1e-7, 12]");
  });

  it("stands between files and details, below how rows are named, and leads there", () => {
    const rows = proposalRows(proposal({ preview: [row], choices: [items, ids, bias] }));
    expect(rows.map(({ kind }) => kind)).toEqual(["create", "file", "identity", "preview", "detail"]);
    expect(rows.slice(2, 4).map(({ choice }) => choice)).toEqual([ids, ids]);
  });

  it("is told with the rule in words and counts of what fits, once they are known", () => {
    const { identity } = project();
    const rule = "row n is line n of items.csv, by its column iid";
    const counted = { ...identity.items, rule, inTable: 3018, inInteractions: 2990, unknownIds: 12 };
    const rows = proposalRows(proposal({ choices: [ids], identity: { ...identity, items: counted } }));
    expect(rows.find(({ kind }) => kind === "identity")).toMatchObject({
      label: "Which row is which item",
      description: rule,
      detail: "3,018 rows, 3,018 in the table, 2,990 with interactions, 12 ids of interactions name no row",
    });
  });

  it("has on top what would put ids right that do not map", () => {
    const fix = { role: "item-ids", value: "row numbers from 1", title: "Which row is which item: row numbers from 1" };
    const rows = proposalRows(proposal({ choices: [ids], fixes: [{ ...fix, role: "item-ids" }] }));
    expect(rows[1]).toMatchObject({ kind: "fix", label: fix.title, choice: ids, fix });
  });
});

describe("a proposal without embeddings", () => {
  const withoutEmbeddings: ProjectWithoutEmbeddings = {
    name: "films",
    interactions: { table: "ratings.csv", user: "user", item: "item" },
    items: { tags: [] },
    users: { attributes: [] },
  };
  const missing: ProposalChoice = { ...items, chosen: null, candidates: [], required: false };

  it("offers to train a recommender first, and no choice of what is not there", () => {
    const rows = proposalRows(proposal({ manifest: null, withoutEmbeddings, choices: [missing, bias] }));
    expect(rows.map(({ kind, label }) => [kind, label])).toEqual([
      ["train", "Train a recommender from these interactions"],
      ["detail", "Item biases"],
    ]);
  });

  it("offers it beside a problem that only embeddings are missing", () => {
    const rows = proposalRows(proposal({ manifest: null, withoutEmbeddings, problems: ["No user embeddings."] }));
    expect(rows.slice(0, 2).map(({ kind }) => kind)).toEqual(["problem", "train"]);
  });
});

describe("a proposal with problems", () => {
  it("lists them on top and cannot be created", () => {
    const missing: ProposalChoice = { ...items, chosen: null, detail: "no matrix of 2 dimensions was found" };
    const rows = proposalRows(proposal({ problems: ["No user embeddings."], manifest: null, choices: [missing] }));
    expect(rows.map(({ kind }) => kind)).toEqual(["problem", "file"]);
    expect(rows[1].description).toBe("missing   no matrix of 2 dimensions was found");
  });
});

describe("a choice", () => {
  it("says once that nothing is chosen, and why", () => {
    const described = (changes: Partial<ProposalChoice>) =>
      proposalRows(proposal({ choices: [{ ...bias, ...changes }] }))[1].description;
    expect(described({ detail: "none; scores are the dot product alone" })).toBe(
      "none; scores are the dot product alone",
    );
    expect(described({ detail: "no table" })).toBe("none   no table");
  });

  it("lists its candidates and marks the one that is chosen", () => {
    expect(candidateRows(items).map(({ description }) => description)).toEqual([
      "3,018 x 20 float32 (chosen)",
      "6,018 x 20 float32",
    ]);
  });

  it("can be none only where it is not required", () => {
    expect(candidateRows(items).map(({ value }) => value)).not.toContain(null);
    expect(candidateRows(bias).at(-1)).toEqual({ label: "None", description: "(chosen)", value: null });
  });

  it("of another table forgets the columns chosen in the one before, and nothing else", () => {
    const before = { "item-title": "name", "user-id": "uid", "item-bias": null };
    expect(overridden(before, "item-table", "films.csv")).toEqual({
      "user-id": "uid",
      "item-bias": null,
      "item-table": "films.csv",
    });
  });
});
