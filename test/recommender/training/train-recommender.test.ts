/** Training on planted tastes: what is learned is them, the same every time. */
import { describe, expect, it } from "vitest";
import { row } from "../../../src/data/matrix";
import { seededRandom } from "../../../src/data/random";
import type { RecommenderKind } from "../../../src/protocol/recommender";
import { recommenderSettings } from "../../../src/recommender/training/defaults";
import { negativeSampler } from "../../../src/recommender/training/negatives";
import { trainRecommender } from "../../../src/recommender/training/train-recommender";
import { failure } from "../../data/scratch";
import { PLANTED_ITEMS, PLANTED_USERS, plantedPairs, tasteOfItem, tasteOfUser } from "./planted-tastes";

const input = (kind: RecommenderKind, seed = 0) => {
  const pairs = plantedPairs();
  const settings = recommenderSettings({ kind, dimensions: 8, epochs: 8, seed }, pairs.users.length);
  return { pairs, users: PLANTED_USERS, items: PLANTED_ITEMS, settings };
};
const silent = { progress: () => {}, cancelled: () => false };

describe("a trained recommender", { timeout: 60_000 }, () => {
  it.each(["mf", "bpr"] as const)("by %s has users nearer to items of their taste than to others", async (kind) => {
    const trained = (await trainRecommender(input(kind), silent))!;
    const mean = { same: 0, other: 0 };
    for (let user = 0; user < PLANTED_USERS; user++) {
      for (let item = 0; item < PLANTED_ITEMS; item++) {
        const dot = row(trained.users, user).reduce((sum, value, d) => sum + value * row(trained.items, item)[d], 0);
        mean[tasteOfUser(user) === tasteOfItem(item) ? "same" : "other"] += (2 * dot) / (PLANTED_USERS * PLANTED_ITEMS);
      }
    }
    expect(mean.same).toBeGreaterThan(mean.other + 1);
    expect(trained.head).toBeNull();
    expect(trained.userBias === null).toBe(kind === "bpr");
  });

  it.each(["mf", "bpr", "ncf"] as const)(
    "by %s is the same to the bit for the same seed, and another for another",
    async (kind) => {
      const [first, again, other] = [
        await trainRecommender(input(kind, 1), silent),
        await trainRecommender(input(kind, 1), silent),
        await trainRecommender(input(kind, 2), silent),
      ];
      expect(again!.items.values).toEqual(first!.items.values);
      expect(again!.users.values).toEqual(first!.users.values);
      expect(again!.head).toEqual(first!.head);
      expect(other!.items.values).not.toEqual(first!.items.values);
    },
  );

  it("has a loss that falls, told with the steps to go", async () => {
    const told: { step: number; steps: number; loss: number }[] = [];
    const trained = await trainRecommender(input("mf"), {
      progress: (report) => told.push(report),
      cancelled: () => false,
    });
    expect(told.at(-1)).toMatchObject({ step: trained!.steps, steps: trained!.steps, epoch: 8 });
    // Five items a pair: not knowing anything costs log 2 each.
    expect(trained!.loss).toBeLessThan(5 * Math.log(2) * 0.8);
  });

  it("is none once training was cancelled", async () => {
    expect(await trainRecommender(input("mf"), { progress: () => {}, cancelled: () => true })).toBeNull();
  });

  it("cannot be made of nothing", async () => {
    const none = { users: new Uint32Array(0), items: new Uint32Array(0) };
    await failure(trainRecommender({ ...input("mf"), pairs: none }, silent), "settings-invalid", "no interactions");
  });
});

describe("settings", () => {
  it("are refused by name where they make no sense", async () => {
    await failure(
      (async () => recommenderSettings({ kind: "mf", holdOut: 1 }, 100))(),
      "settings-invalid",
      "holdOut cannot be 1",
    );
  });
});

describe("items drawn beside a pair", () => {
  it("are by popularity as frequent as they are chosen, uniformly all alike, and hardly ever the user's own", () => {
    // Item 0 is chosen by users 0 to 7, item 1 by user 8, item 2 by user 9; item 3 by nobody.
    const users = Uint32Array.from({ length: 10 }, (_, user) => user);
    const items = Uint32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 2]);
    const share = (negatives: "uniform" | "popularity", user: number, of: number) => {
      const random = seededRandom(5);
      const draw = negativeSampler({ users, items }, 11, 4, negatives);
      const drawn = Array.from({ length: 4000 }, () => draw(user, random));
      return drawn.filter((item) => item === of).length / drawn.length;
    };
    expect(share("popularity", 10, 0)).toBeCloseTo(0.8, 1);
    expect(share("popularity", 10, 3)).toBe(0);
    expect(share("uniform", 10, 3)).toBeCloseTo(0.25, 1);
    expect(share("uniform", 0, 0)).toBeLessThan(0.01);
  });
});
