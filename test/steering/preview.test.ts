/** Before and after lists of one user. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { listedIds, numberedIds } from "../../src/data/ids";
import { EMPTY_RECIPE, type Recipe } from "../../src/protocol/steering";
import { encode } from "../../src/sae/model";
import { catalogueRanks } from "../../src/steering/catalogue-ranks";
import { closestIds } from "../../src/steering/find-user";
import { previewUser } from "../../src/steering/preview";
import { randomContext } from "./random-context";

const K = 10;

const shape = { users: 12, items: 80, dimensions: 6, latents: 8 };
const project = () => randomContext(1, shape);

const recipe = (edits: Recipe["edits"]): Recipe => ({ ...EMPTY_RECIPE, name: "trial", edits });
const strong = recipe([
  { neuron: 3, operation: "set", value: 4 },
  { neuron: 5, operation: "suppress" },
]);

describe("preview of a recipe", () => {
  it("shows the same list twice, and full overlap, for an empty recipe", async () => {
    const { before, after, newRanks, rbo, shares, activations } = await previewUser(project(), "u2", recipe([]), K);
    expect(after.map(({ previousRank: _, why: __, ...item }) => item)).toEqual(before);
    expect(after.map(({ previousRank }) => previousRank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(newRanks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rbo).toBeCloseTo(1, 12);
    expect(shares).toEqual([]);
    expect(activations).toEqual([]);
  });

  it("never lists what the user has seen", async () => {
    const input = project();
    const seen = new Set(Array.from(itemsOfUser(input.dataset.interactions, 2)));
    expect(seen.size).toBeGreaterThan(0);
    const { before, after } = await previewUser(input, "u2", strong, 80);
    expect(before).toHaveLength(80 - seen.size);
    expect([...before, ...after].filter(({ row }) => seen.has(row))).toEqual([]);
  });

  it("ranks items before and after within the whole unseen catalogue", async () => {
    const input = project();
    const all = await previewUser(input, "u2", strong, 80);
    const rankBefore = new Map(all.before.map(({ row }, position) => [row, position + 1]));
    const rankAfter = new Map(all.after.map(({ row }, position) => [row, position + 1]));
    const { before, after, newRanks } = await previewUser(input, "u2", strong, K);
    expect(after.map(({ previousRank }) => previousRank)).toEqual(after.map(({ row }) => rankBefore.get(row)));
    expect(newRanks).toEqual(before.map(({ row }) => rankAfter.get(row)));
    expect(newRanks).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("gives the activation of each edited neuron before and after", async () => {
    const input = project();
    const z = encode(input.sae, input.dataset.users.embeddings.values.subarray(12, 18));
    expect((await previewUser(input, "u2", strong, K)).activations).toEqual([
      { neuron: 3, before: z[3], after: 4 },
      { neuron: 5, before: z[5], after: 0 },
    ]);
  });

  it("counts bearers of the concept of each edited neuron that has a proven one", async () => {
    const { shares, before, after } = await previewUser(project(), "u2", strong, K);
    const share = (list: { tags: string[] }[]) => list.filter(({ tags }) => tags.includes("Horror")).length / K;
    expect(shares).toEqual([
      { neuron: 3, label: "Scary films", before: share(before), after: share(after), baseRate: 27 / 80 },
    ]);
  });

  it("answers an unknown user with the closest ids", async () => {
    await expect(previewUser(project(), "U11", strong, K)).rejects.toMatchObject({
      reason: "id-unknown",
      message: expect.stringMatching(/no user "U11".*mean u11, /),
    });
    await expect(previewUser(project(), "somebody else", strong, K)).rejects.toThrow(/Ids look like u0, u1, u2\./);
  });
});

describe("ranks in the catalogue", () => {
  it("are those of a full sort, ties and left-out items included", () => {
    const cases = fc.record({
      scores: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 }),
      seen: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
      chosen: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    });
    fc.assert(
      fc.property(cases, ({ scores, seen, chosen }) => {
        const all = scores.map((_, row) => row);
        const excluded = all.filter((row) => seen[row]);
        const ranked = all.filter((row) => !seen[row]).sort((a, b) => scores[b] - scores[a] || a - b);
        const rows = all.filter((row) => chosen[row] && !seen[row]);
        expect(catalogueRanks(Float64Array.from(scores), rows, excluded)).toEqual(
          rows.map((row) => ranked.indexOf(row) + 1),
        );
      }),
    );
  });
});

describe("closest ids", () => {
  it("come nearest first", () => {
    expect(closestIds(listedIds(["alic", "alice", "bob", "Alice"]), "alise", 3)).toEqual(["alice", "Alice", "alic"]);
  });
  it("are none where nothing is alike", () => {
    expect(closestIds(numberedIds(2, 1), "xy", 3)).toEqual([]);
  });
});
