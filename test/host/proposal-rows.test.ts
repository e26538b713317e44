/** The guided open flow lists what was found, what is missing and what may be changed. */
import { describe, expect, it } from "vitest";
import { candidateRows, overridden, proposalRows } from "../../src/host/proposal-rows";
import type { Proposal, ProposalChoice } from "../../src/protocol/engine";
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
  return { folder: "/work/films", choices: [items, bias], problems: [], notes: [], manifest, ...changes };
}

describe("a complete proposal", () => {
  it("offers to create the project first, then every choice with what it is", () => {
    expect(proposalRows(proposal()).map(({ kind, label, description }) => [kind, label, description])).toEqual([
      ["create", "Create project", "recprism.json in films"],
      ["choice", "Item embeddings", "items.npy   3,018 x 20 float32"],
      ["choice", "Item biases", "none"],
    ]);
  });

  it("ends with what is good to know", () => {
    expect(proposalRows(proposal({ notes: ["3 items have no title."] })).at(-1)).toMatchObject({
      kind: "note",
      label: "3 items have no title.",
    });
  });
});

describe("a proposal with problems", () => {
  it("lists them on top and cannot be created", () => {
    const missing: ProposalChoice = { ...items, chosen: null, detail: "no matrix of 2 dimensions was found" };
    const rows = proposalRows(proposal({ problems: ["No user embeddings."], manifest: null, choices: [missing] }));
    expect(rows.map(({ kind }) => kind)).toEqual(["problem", "choice"]);
    expect(rows[1].description).toBe("missing   no matrix of 2 dimensions was found");
  });
});

describe("a choice", () => {
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
