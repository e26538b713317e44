/** What a recipe does to a cohort and what it costs, in a world where it can be counted by hand. */
import { describe, expect, it } from "vitest";
import type { Recipe } from "../../src/protocol/steering";
import { EMPTY_RECIPE } from "../../src/protocol/steering";
import { measuredCohort } from "../../src/steering/cohort";
import { controls } from "../../src/steering/controls";
import { gini, measureEffect } from "../../src/steering/effect";
import { plantedContext } from "./planted-context";
import { randomContext } from "./random-context";

const K = 10;
const pace = async () => {};
/** Twelve who like Horror best, then Crime; Drama not at all. */
const fans = Array.from({ length: 12 }, () => [5, 2, 1]);

const recipe = (part: Partial<Recipe>): Recipe => ({ ...EMPTY_RECIPE, name: "trial", ...part });
const lessHorror = recipe({ edits: [{ neuron: 0, label: "Horror", operation: "suppress" }] });

function shareOf(effect: Awaited<ReturnType<typeof measureEffect>>, label: string) {
  return effect.concepts.find((share) => share.label === label);
}

describe("the effect of a recipe", () => {
  it("is none without edits: the same lists, full overlap, no cost", async () => {
    const effect = await measureEffect(plantedContext(fans), recipe({}), K, pace);
    expect(effect).toMatchObject({ users: 12, measured: 12, changed: 0, hidden: 0, warnings: [], exposure: [] });
    expect(effect.rbo).toMatchObject({ value: 1, interval: [1, 1] });
    expect(effect.concepts).toEqual([]);
    expect(effect.coverage.after).toBe(effect.coverage.before);
    expect(effect.accuracy?.ndcg20Change?.value).toBe(0);
  });

  it("counts the shares of target and other concepts, with base rates and intervals", async () => {
    const effect = await measureEffect(plantedContext(fans), lessHorror, K, pace);
    // 15 Horror films unseen: the first ten of a list are all of it; then Crime takes its place.
    expect(shareOf(effect, "Horror")).toMatchObject({
      target: true,
      baseRate: 1 / 3,
      before: { value: 1, interval: [1, 1] },
      after: { value: 0, interval: [0, 0] },
      change: { value: -1, interval: [-1, -1] },
    });
    expect(shareOf(effect, "Crime")).toMatchObject({ target: false, before: { value: 0 }, after: { value: 1 } });
    expect(effect).toMatchObject({ changed: 1, rbo: { value: 0 } });
    // Horror falls as it should, though Crime moves as far.
    expect(effect.warnings).toEqual([]);
  });

  it("tells what it costs on held-out interactions, and whom it hits hardest", async () => {
    // All that these users have chosen is Horror.
    const effect = await measureEffect(plantedContext(fans), lessHorror, K, pace);
    expect(effect.accuracy).toMatchObject({ users: 12, ndcg20Change: { value: -1 }, hr20: { after: { value: 0 } } });
    expect(effect.accuracy!.ndcg20.before.value).toBeGreaterThan(0.3);
    expect(effect.worstDecile).toMatchObject({ users: 2, rbo: 0, ndcg20: { after: 0 } });
    expect(effect.worstDecile!.examples).toHaveLength(2);
    expect(effect.popularity!.before).toBeGreaterThan(effect.popularity!.after);
  });

  it("counts coverage and evenness of what is listed", async () => {
    const effect = await measureEffect(plantedContext(fans), lessHorror, K, pace);
    // Ten of 60 films, the same for all, once nobody has seen any of them.
    expect(effect.coverage.after).toBeCloseTo(10 / 60, 12);
    expect(effect.gini.after).toBeCloseTo(50 / 60, 12);
    expect(effect.coverage.before).toBeGreaterThan(effect.coverage.after);
    expect(gini(Uint32Array.from([3, 3, 3]))).toBeCloseTo(0, 12);
    expect(gini(Uint32Array.from([0, 0, 0, 8]))).toBeCloseTo(0.75, 12);
    expect(gini(Uint32Array.from([1, 3]))).toBeCloseTo(0.25, 12);
    expect(gini(new Uint32Array(5))).toBe(0);
  });

  it("counts who sees an item that is pushed towards a neuron, of those who could", async () => {
    const expose = (item: string) =>
      recipe({
        items: [{ items: { kind: "items", items: [item] }, edits: [{ neuron: 0, operation: "set", value: 4 }] }],
      });
    const effect = await measureEffect(plantedContext(fans), expose("i59"), K, pace);
    expect(effect.exposure).toEqual([
      {
        items: 1,
        titles: ["Drama 19"],
        before: { value: 0, interval: [0, 0] },
        after: { value: 1, interval: [1, 1] },
        gained: { value: 1, interval: [1, 1] },
      },
    ]);
    // In nobody's list, and seen by the last user, who can never have it there.
    const ofSeen = await measureEffect(plantedContext(fans), expose("i15"), K, pace);
    expect(ofSeen.exposure[0].after.value).toBeCloseTo(11 / 12, 12);
    expect(ofSeen.exposure[0].gained).toMatchObject({ value: 1 });
  });

  it("keeps hidden items out of every list, whatever the edits", async () => {
    const filter = recipe({ filters: [{ neuron: 0, above: 0.5 }] });
    const effect = await measureEffect(plantedContext(fans), filter, K, pace);
    expect(effect.hidden).toBe(20);
    expect(shareOf(effect, "Horror")).toMatchObject({ target: true, after: { value: 0 } });
  });

  it("is of the audience alone, and says so where nobody is in it", async () => {
    const some = await measureEffect(
      plantedContext(fans),
      { ...lessHorror, audience: { kind: "users", users: ["u3", "u4"] } },
      K,
      pace,
    );
    expect(some).toMatchObject({ users: 2, measured: 2 });
    const nobody = await measureEffect(
      plantedContext(fans),
      { ...lessHorror, audience: { kind: "sql", where: "false" } },
      K,
      pace,
    );
    expect(nobody).toMatchObject({
      users: 0,
      rbo: null,
      changed: null,
      accuracy: null,
      worstDecile: null,
      concepts: [],
    });
    expect(nobody.warnings).toEqual([expect.stringMatching(/Nobody is in this audience/)]);
  });

  it("is that of a random sample where there are more users than anyone would wait for", () => {
    const context = randomContext(4, { users: 300, items: 50, dimensions: 4, latents: 6 }, "onnx");
    expect(measuredCohort(context, null)).toMatchObject({ size: 300, rows: { length: 300 } });
    const often = measuredCohort(context, null, 1e9);
    expect(often).toMatchObject({ size: 300, rows: { length: 20 } });
    expect([...often.rows]).toEqual([...often.rows].sort((a, b) => a - b));
    expect(often.rows).toEqual(measuredCohort(context, null, 1e9).rows);
    const odd = Uint32Array.from({ length: 150 }, (_, at) => 2 * at + 1);
    expect([...measuredCohort(context, odd, 1e9).rows].every((row) => row % 2 === 1)).toBe(true);
  });

  it("ends when the pace ends it", async () => {
    let calls = 0;
    const ended = async () => {
      if (++calls > 3) throw new Error("ended");
    };
    await expect(measureEffect(plantedContext(fans), lessHorror, K, ended)).rejects.toThrow("ended");
  });
});

describe("warnings", () => {
  const warningsOf = async (part: Partial<Recipe>, tastes = fans) =>
    (await measureEffect(plantedContext(tastes), recipe(part), K, pace)).warnings;

  it("tell of edits that make others void, and of filters against promotions", async () => {
    const warnings = await warningsOf({
      edits: [
        { neuron: 1, operation: "add", value: 1 },
        { neuron: 1, operation: "set", value: 2 },
      ],
      filters: [{ neuron: 1, label: "Crime", above: 1 }],
    });
    expect(warnings).toContainEqual(
      expect.stringMatching(/“add 1 to neuron 1” has no effect: “set neuron 1 to 2” follows/),
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/Crime is promoted by an edit of this rule, and items that activate it are hidden/),
    );
  });

  it("tell when something else moves more than the label", async () => {
    // Drama is put in the place of Crime.
    const warnings = await warningsOf(
      {
        items: [
          {
            items: { kind: "tag", column: "genres", tag: "Drama" },
            edits: [{ neuron: 1, operation: "set", value: 9 }],
          },
        ],
      },
      fans,
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/^This moves Drama \(.00 to 1.00\) more than Crime \(.00 to .00\)\.$/),
    );
  });

  it("tell when a concept goes the other way, and when too few items are left", async () => {
    const up = await warningsOf({ edits: [{ neuron: 0, operation: "set", value: 1.2 }] });
    expect(up).toContainEqual(
      expect.stringMatching(/turns Horror up, but its share goes the other way: Horror \(1.00 to /),
    );
    const few = await warningsOf({ filters: [0, 1, 2].map((neuron) => ({ neuron, above: 0.1 })) });
    expect(few).toContainEqual(expect.stringMatching(/leave 0 items, fewer than a list of 10/));
  });
});

describe("controls", () => {
  it("are the same cohort under a random neuron, the opposite edit, a filter on the tag and reconstruction", async () => {
    const found = await controls(plantedContext(fans), lessHorror, K, pace);
    const by = Object.fromEntries(found.map((control) => [control.kind, control]));
    expect(found.map(({ kind }) => kind)).toEqual(["random-neuron", "opposite-sign", "reconstruct", "tag-filter"]);
    expect(by["random-neuron"].share?.value).toBe(1);
    expect(by["opposite-sign"].share?.value).toBe(1);
    expect(by.reconstruct.share?.value).toBe(0);
    expect(by["tag-filter"]).toMatchObject({ share: { value: 0 }, ndcg20Change: { value: -1 }, rbo: 0 });
    // Neither the edited neuron nor a dead one is drawn.
    expect(by["random-neuron"].name).toMatch(/neuron [12] \((Crime|Drama)\)/);
  });

  it("are not made of what is not there", async () => {
    const found = await controls(plantedContext(fans), recipe({ filters: [{ neuron: 0, above: 1 }] }), K, pace);
    expect(found.map(({ kind }) => kind)).toEqual(["tag-filter"]);
    expect(await controls(plantedContext(fans), recipe({}), K, pace)).toEqual([]);
  });
});
