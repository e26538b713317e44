import { describe, expect, it } from "vitest";
import { byUser } from "../../src/data/interactions-file";
import { gatheredRows, type Matrix, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { comparedLists } from "../../src/sae/fidelity";
import { randomDataset, randomMatrix } from "./fixtures";

const dataset = randomDataset(20, 60, 8);
const recommender = dotRecommender(dataset.users);
const ranked = Uint32Array.of(3, 0, 11);
const rankedVectors = gatheredRows(dataset.users.embeddings, ranked);
const whenever = async () => {};

describe("ranking fidelity", () => {
  it("is at its ceiling where nothing changes, for lists and for accuracy", async () => {
    const unchanged = { users: rankedVectors, items: dataset.items.embeddings };
    const lists = await comparedLists(dataset, recommender, unchanged, ranked, 1, whenever);
    expect(lists).toHaveLength(3);
    for (const { rbo, rboCeiling, rboExtrapolated, kendall, accuracy } of lists) {
      expect(rbo).toBeCloseTo(1 - 0.9 ** 30, 12);
      expect(rboCeiling).toBeCloseTo(rbo, 12);
      expect(rboExtrapolated).toBeCloseTo(1, 12);
      expect(kendall).toBe(1);
      expect(accuracy!.reconstructed).toEqual(accuracy!.original);
    }
  });

  it("does not care for the scale of the scores, and falls with noise", async () => {
    const scaled = (of: Matrix, factor: number) =>
      matrix(
        of.rows,
        of.columns,
        of.values.map((value) => factor * value),
      );
    const noisy = (of: Matrix, noise: number) => {
      const errors = randomMatrix(of.rows, of.columns, seededRandom(4), noise).values;
      return matrix(
        of.rows,
        of.columns,
        of.values.map((value, i) => value + errors[i]),
      );
    };
    const meanRbo = async (items: Matrix, users = rankedVectors) => {
      const lists = await comparedLists(dataset, recommender, { users, items }, ranked, 1, whenever);
      return lists.reduce((sum, { rboExtrapolated }) => sum + rboExtrapolated / lists.length, 0);
    };
    const { embeddings } = dataset.items;
    expect(await meanRbo(scaled(embeddings, 0.5), scaled(rankedVectors, 3))).toBeCloseTo(1, 12);
    const [little, much] = [await meanRbo(noisy(embeddings, 0.1)), await meanRbo(noisy(embeddings, 3))];
    expect(little).toBeLessThan(1);
    expect(much).toBeLessThan(little);
  });

  it("lists no seen item, and leaves out users who have seen all", async () => {
    const few = randomDataset(2, 6, 4);
    few.interactions = byUser([0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [0, 1, 2, 3, 0, 1, 2, 3, 4, 5], 2);
    // Reversing the users' vectors reverses every list: of two unseen items, Kendall's tau is then -1.
    const reversed = matrix(
      2,
      4,
      few.users.embeddings.values.map((value) => -value),
    );
    const reconstruction = { users: reversed, items: few.items.embeddings };
    const lists = await comparedLists(few, dotRecommender(few.users), reconstruction, [0, 1], 1, whenever);
    expect(lists).toHaveLength(1);
    expect(lists[0]).toMatchObject({ kendall: -1, accuracy: null });
    expect(lists[0].rbo).toBeCloseTo(0.1 * 0 + 0.09 * 1, 12);
  });

  it("measures the accuracy of each side on the same held-out items", async () => {
    // One dimension: item n has score n for the user, and -n once reconstructed.
    const line = randomDataset(1, 40, 1);
    line.users.embeddings.values[0] = 1;
    line.items.embeddings.values.set(Float32Array.from({ length: 40 }, (_, item) => item));
    line.interactions = byUser([0, 0, 0, 0, 0], [35, 36, 37, 38, 39], 1);
    const reconstruction = { users: matrix(1, 1, Float32Array.of(-1)), items: line.items.embeddings };
    const [{ accuracy }] = await comparedLists(line, dotRecommender(line.users), reconstruction, [0], 1, whenever);
    // Four of the five best are seen and gone: the held-out one leads, and comes last when the order is reversed.
    expect(accuracy!.original).toEqual({ ndcg20: 1, hr20: 1, mrr20: 1, percentileRank: 0 });
    expect(accuracy!.reconstructed).toEqual({ ndcg20: 0, hr20: 0, mrr20: 0, percentileRank: 1 });
  });

  it("asks before each user whether to go on", async () => {
    const shares: number[] = [];
    const unchanged = { users: rankedVectors, items: dataset.items.embeddings };
    const stop = async (share: number) => {
      shares.push(share);
      if (shares.length === 2) throw new Error("stop");
    };
    await expect(comparedLists(dataset, recommender, unchanged, ranked, 1, stop)).rejects.toThrow("stop");
    expect(shares).toEqual([0, 1 / 3]);
  });
});
