/** Dose-response curves and doses found, in a world where the right dose is known. */
import { describe, expect, it } from "vitest";
import { EMPTY_RECIPE, type Recipe } from "../../src/protocol/steering";
import { doseCurve } from "../../src/steering/dose";
import { findDose } from "../../src/steering/find-dose";
import { plantedContext } from "./planted-context";

const K = 10;
const pace = async () => {};
const fans = Array.from({ length: 12 }, () => [5, 2, 1]);
const edit = (operation: "set" | "add" | "scale", value: number, neuron = 0): Recipe => ({
  ...EMPTY_RECIPE,
  name: "trial",
  edits: [{ neuron, operation, value }],
});

describe("a dose-response curve", () => {
  it("follows target, cost and overlap from the strongest edit down to the strongest edit up", async () => {
    const curve = await doseCurve(plantedContext(fans), edit("add", -1), [0], K, pace);
    expect(curve).toMatchObject({
      operation: "add",
      neurons: [0],
      users: 12,
      measured: 12,
      concept: { concept: "tag:genres:Horror", label: "Horror", baseRate: 1 / 3 },
    });
    const strengths = curve.points.map(({ strength }) => strength);
    expect(strengths).toEqual([...strengths].sort((a, b) => a - b));
    expect(curve.points[0]).toMatchObject({ share: { value: 0 }, rbo: 0, ndcg20Change: { value: -1 } });
    expect(curve.points[6]).toMatchObject({ strength: 0, share: { value: 1 }, rbo: 1, ndcg20Change: { value: 0 } });
    expect(curve.points.at(-1)).toMatchObject({ share: { value: 1 }, rbo: 1 });
    expect(curve.others.map(({ label }) => label)).toContain("Crime");
    const crime = curve.others.findIndex(({ label }) => label === "Crime");
    expect(curve.points[0].others[crime]).toBe(1);
    expect(curve.points[6].others[crime]).toBe(0);
  });

  it("has its controls on the same axes", async () => {
    const { points, random, opposite, tagFilter } = await doseCurve(
      plantedContext(fans),
      edit("add", -1),
      [0],
      K,
      pace,
    );
    expect([1, 2]).toContain(random?.neuron);
    expect(random?.points.map(({ strength }) => strength)).toEqual(points.map(({ strength }) => strength));
    // Turned up, another neuron takes the lists from Horror; turned down it changes nothing.
    expect(random?.points[0].share?.value).toBe(1);
    expect(opposite?.points.map(({ strength }) => strength)).toEqual(points.map(({ strength }) => strength));
    expect(opposite?.points.at(-1)?.share).toEqual(points[0].share);
    expect(tagFilter).toMatchObject({ rbo: 0, ndcg20Change: { value: -1 } });
  });

  it("lies about the mean activation for set, and about 1 for scale", async () => {
    const middle = async (recipe: Recipe) => (await doseCurve(plantedContext(fans), recipe, [0], K, pace)).points[6];
    expect(await middle(edit("set", 0))).toMatchObject({ strength: 5, rbo: 1 });
    expect(await middle(edit("scale", 0))).toMatchObject({ strength: 1, rbo: 1 });
  });

  it("draws suppress as set, reaching 0, and refuses neurons without an edit", async () => {
    const suppressed: Recipe = { ...EMPTY_RECIPE, name: "trial", edits: [{ neuron: 0, operation: "suppress" }] };
    const curve = await doseCurve(plantedContext(fans), suppressed, [0], K, pace);
    expect(curve.operation).toBe("set");
    expect(curve.points[0].strength).toBeLessThanOrEqual(0);
    await expect(doseCurve(plantedContext(fans), suppressed, [1], K, pace)).rejects.toMatchObject({
      reason: "config-invalid",
    });
  });

  it("tells how far it is, up to the end, and ends when it is told to", async () => {
    const shares: number[] = [];
    await doseCurve(plantedContext(fans), edit("add", -1), [0], K, async (share) => void shares.push(share));
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBeLessThan(0.05);
    expect(shares.at(-1)).toBeGreaterThan(0.9);
    expect(shares.at(-1)).toBeLessThanOrEqual(1);
    const ended = async (share: number) => {
      if (share > 0.5) throw new Error("ended");
    };
    await expect(doseCurve(plantedContext(fans), edit("add", -1), [0], K, ended)).rejects.toThrow("ended");
  });
});

describe("a dose that is found", () => {
  // The best film of a genre has length 2, the tenth unseen one about 1.35 of them.
  it("is the smallest that reaches the goal", async () => {
    const found = await findDose(plantedContext(fans), edit("add", 0), [0], { share: { atMost: 0.05 } }, K, pace);
    expect(found).toMatchObject({ reached: true, missedBy: 0, operation: "add", concept: { label: "Horror" } });
    expect(found.share.value).toBeLessThanOrEqual(0.05);
    expect(found.strength).toBeLessThan(0);
    // A hundredth less is not enough.
    const weaker = await shareAt(found.strength + 0.02);
    expect(weaker).toBeGreaterThan(0.05);
    expect(found.message).toMatch(/^Horror is \d+\.\d% of the top 10 at -\d\.\d+, NDCG@20 -/);
    expect(found.tried.map(({ strength }) => strength)).toEqual(
      found.tried.map(({ strength }) => strength).sort((a, b) => a - b),
    );
  });

  it("goes up for a share that is to rise, and down by a factor for scale", async () => {
    const more = await findDose(plantedContext(fans), edit("set", 1, 2), [2], { share: { atLeast: 0.9 } }, K, pace);
    expect(more).toMatchObject({ reached: true, concept: { label: "Drama" } });
    expect(more.strength).toBeGreaterThan(5);
    const less = await findDose(plantedContext(fans), edit("scale", 1), [0], { share: { atMost: 0 } }, K, pace);
    expect(less.reached).toBe(true);
    expect(less.strength).toBeGreaterThan(0);
    expect(less.strength).toBeLessThan(1);
  });

  it("says by how much it misses the goal within the budget", async () => {
    const goal = { share: { atMost: 0.05 }, ndcgLoss: 0.2 };
    const found = await findDose(plantedContext(fans), edit("add", 0), [0], goal, K, pace);
    expect(found.reached).toBe(false);
    expect(found.missedBy).toBeCloseTo(found.share.value - 0.05, 12);
    expect(-found.ndcg20Change!.value).toBeLessThanOrEqual(0.2);
    expect(found.message).toMatch(
      /^No dose reaches at most 5\.0% for at most 20\.0% of NDCG@20\. The nearest: .*too much\.$/,
    );
  });

  it("is none where the goal cannot be reached at all", async () => {
    const goal = { concept: "tag:genres:Crime", share: { atLeast: 0.99 } };
    const found = await findDose(
      plantedContext(Array.from({ length: 6 }, () => [3, -5, 1])),
      edit("add", 0, 2),
      [2],
      goal,
      K,
      pace,
    );
    expect(found).toMatchObject({ reached: false, concept: { concept: "tag:genres:Crime" } });
    expect(found.missedBy).toBeGreaterThan(0.5);
  });

  it("is no dose where the goal is reached already", async () => {
    const found = await findDose(plantedContext(fans), edit("add", 3), [0], { share: { atLeast: 0.5 } }, K, pace);
    expect(found).toMatchObject({ reached: true, strength: 0 });
    expect(found.tried).toHaveLength(1);
  });

  it("may be of an edit on items, which are pushed until enough of them are listed", async () => {
    const push: Recipe = {
      ...EMPTY_RECIPE,
      name: "trial",
      items: [
        { items: { kind: "tag", column: "genres", tag: "Drama" }, edits: [{ neuron: 2, operation: "add", value: 0 }] },
      ],
    };
    const found = await findDose(plantedContext(fans), push, [2], { share: { atLeast: 0.5 } }, K, pace);
    expect(found).toMatchObject({ reached: true, operation: "add", concept: { label: "Drama" } });
    // The fifth film of Horror scores about 9; the best of Drama, for whose axis users have 1, scores 2.
    expect(found.strength).toBeGreaterThan(5);
    expect(found.strength).toBeLessThan(10);
    const curve = await doseCurve(plantedContext(fans), push, [2], K, pace);
    expect(curve.points[6]).toMatchObject({ strength: 0, share: { value: 0 }, rbo: 1 });
  });

  it("refuses goals that make no sense", async () => {
    const ask = (goal: Parameters<typeof findDose>[3], recipe = edit("add", 0), neurons = [0]) =>
      findDose(plantedContext(fans), recipe, neurons, goal, K, pace);
    await expect(ask({ share: { atMost: 5 } })).rejects.toThrow(/between 0 and 1/);
    await expect(ask({ share: { atMost: Number.NaN } })).rejects.toThrow(/between 0 and 1/);
    await expect(ask({ share: { atMost: 0.1 }, ndcgLoss: -1 })).rejects.toThrow(/loss of NDCG/);
    await expect(ask({ concept: "tag:genres:Opera", share: { atMost: 0.1 } })).rejects.toMatchObject({
      reason: "not-found",
    });
    await expect(ask({ share: { atMost: 0.1 } }, edit("add", 0, 3), [3])).rejects.toThrow(/no proven concept/);
  });
});

async function shareAt(value: number): Promise<number> {
  const { points } = await doseCurve(plantedContext(fans), edit("add", value), [0], K, pace);
  const { measureEffect } = await import("../../src/steering/effect");
  const effect = await measureEffect(plantedContext(fans), edit("add", value), K, pace);
  expect(points).toHaveLength(13);
  return effect.concepts[0].after.value;
}
