/** Scores of the whole catalogue under rules, against scoring every item anew. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { Edit, SteeringMode, SteeringRule } from "../../src/protocol/steering";
import { encode } from "../../src/sae/model";
import { resolvedRules } from "../../src/steering/resolve";
import { steeredVector } from "../../src/steering/steer";
import { SteeredCatalogue } from "../../src/steering/steered-catalogue";
import { type RandomContext, randomContext } from "./random-context";
import { randomEdits } from "./random-project";

const shape = { users: 9, items: 40, dimensions: 5, latents: 7 };
const KINDS = ["dot", "cosine", "onnx"] as const;

function rule(part: Partial<SteeringRule>): SteeringRule {
  return { name: "trial", audience: { kind: "everyone" }, edits: [], items: [], filters: [], ...part };
}

async function catalogueOf(context: RandomContext, rules: SteeringRule[], mode: SteeringMode = "delta") {
  return new SteeredCatalogue(context, await resolvedRules(context, { mode, rules }));
}

/** Every item scored by its own, possibly steered, vector. */
function scoredAnew(
  context: RandomContext,
  user: number,
  x: ArrayLike<number>,
  vectorOf: (item: number) => ArrayLike<number>,
) {
  const items = Array.from({ length: shape.items }, (_, item) => item);
  return context.scorer.scoreVectors(x, user, items.map(vectorOf), items);
}

const original = (context: RandomContext) => (item: number) => row(context.dataset.items.embeddings, item);

describe("steered scores", () => {
  for (const kind of KINDS) {
    for (const mode of ["delta", "reconstruct"] as const) {
      it(`are those of the steered vectors (${kind}, ${mode})`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
            const context = randomContext(seed, shape, kind);
            const edits = randomEdits(seededRandom(seed), 7, 3);
            const catalogue = await catalogueOf(context, [rule({ edits })], mode);
            const user = seed % shape.users;
            const { scores } = await catalogue.scores(user);
            const x = steeredVector(context.sae, row(context.dataset.users.embeddings, user), edits, mode);
            const expected = await scoredAnew(context, user, x, original(context));
            expect(Math.max(...scores.map((score, item) => Math.abs(score - expected[item])))).toBeLessThan(1e-6);
          }),
          { numRuns: 20 },
        );
      });
    }

    it(`are those of before, to the bit, without edits or for edits that change nothing (${kind})`, async () => {
      const context = randomContext(3, shape, kind);
      const before = await context.scorer.scoreItems(row(context.dataset.users.embeddings, 4), 4);
      const nothing: Edit[] = [
        { neuron: 2, operation: "scale", value: 1 },
        { neuron: 1, operation: "add", value: 0 },
      ];
      for (const rules of [[], [rule({})], [rule({ edits: nothing })]]) {
        expect((await (await catalogueOf(context, rules)).scores(4)).scores).toEqual(before);
      }
    });

    it(`of edited items are those of their steered vectors, the others staying as they are (${kind})`, async () => {
      const context = randomContext(5, shape, kind);
      const edits: Edit[] = [{ neuron: 3, operation: "set", value: 2 }];
      const more: Edit[] = [{ neuron: 3, operation: "scale", value: 0.5 }];
      const catalogue = await catalogueOf(context, [
        rule({ items: [{ items: { kind: "items", items: ["i7", "i2"] }, edits }] }),
        rule({ items: [{ items: { kind: "items", items: ["i2"] }, edits: more }] }),
      ]);
      const { scores } = await catalogue.scores(1);
      const vectorOf = (item: number) => {
        const own = original(context)(item);
        if (item === 7) return steeredVector(context.sae, own, edits, "delta");
        return item === 2 ? steeredVector(context.sae, own, [...edits, ...more], "delta") : own;
      };
      const expected = await scoredAnew(context, 1, row(context.dataset.users.embeddings, 1), vectorOf);
      scores.forEach((score, item) => {
        expect(score).toBeCloseTo(expected[item], 9);
      });
    });
  }
});

describe("rules", () => {
  it("concern their members alone, and build on each other in order", async () => {
    const context = randomContext(8, shape);
    const set: Edit = { neuron: 1, operation: "set", value: 3 };
    const double: Edit = { neuron: 1, operation: "scale", value: 2 };
    const catalogue = await catalogueOf(context, [
      rule({ audience: { kind: "users", users: ["u1", "u2"] }, edits: [set] }),
      rule({ audience: { kind: "users", users: ["u2", "u3"] }, edits: [double] }),
    ]);
    expect((await catalogue.plan(0)).mode).toBeNull();
    expect((await catalogue.plan(1)).edits).toEqual([set]);
    expect((await catalogue.plan(2)).edits).toEqual([set, double]);
    expect((await catalogue.plan(3)).edits).toEqual([double]);
    expect((await catalogue.planAsMember()).edits).toEqual([set, double]);
  });

  it("reconstruct a user as soon as one of the user's rules says so, and nobody else", async () => {
    const context = randomContext(8, shape);
    const catalogue = await catalogueOf(context, [
      rule({ audience: { kind: "users", users: ["u1", "u2"] } }),
      rule({ audience: { kind: "users", users: ["u2"] }, mode: "reconstruct" }),
    ]);
    const modes = await Promise.all([0, 1, 2].map(async (user) => (await catalogue.plan(user)).mode));
    expect(modes).toEqual([null, "delta", "reconstruct"]);
    const { scores } = await catalogue.scores(2);
    expect(scores).not.toEqual(await context.scoresBefore(2));
  });

  it("hide items by their own activation, whatever is edited, and from members alone", async () => {
    const context = randomContext(9, shape);
    const activations = Array.from(
      { length: shape.items },
      (_, item) => encode(context.sae, original(context)(item))[3],
    );
    const above = [...activations].sort((a, b) => b - a)[5];
    const catalogue = await catalogueOf(context, [
      rule({
        audience: { kind: "users", users: ["u0"] },
        items: [{ items: { kind: "items", items: ["i0"] }, edits: [{ neuron: 3, operation: "set", value: 99 }] }],
        filters: [{ neuron: 3, above }],
      }),
    ]);
    const expected = activations.flatMap((activation, item) => (activation > above ? [item] : []));
    expect(expected).toHaveLength(5);
    expect([...(await catalogue.scores(0)).hidden]).toEqual(expected);
    expect([...(await catalogue.scores(1)).hidden]).toEqual([]);
  });

  it("that name a neuron which is not there are refused with their place", async () => {
    const context = randomContext(9, shape);
    const wrong: [Partial<SteeringRule>, RegExp][] = [
      [{ edits: [{ neuron: 7, operation: "suppress" }] }, /rules\[1\]\.edits\[0\].*0 to 6/],
      [{ filters: [{ neuron: 9, above: 1 }] }, /rules\[1\]\.filters\[0\].*0 to 6/],
      [
        {
          items: [
            { items: { kind: "items", items: ["i0"] }, edits: [{ neuron: 1, operation: "set", value: Number.NaN }] },
          ],
        },
        /rules\[1\]\.items\[0\]\.edits\[0\].*finite/,
      ],
    ];
    for (const [part, message] of wrong) {
      await expect(catalogueOf(context, [rule({}), rule(part)])).rejects.toThrow(message);
    }
  });

  it("that name a user who is not there say which rule it is", async () => {
    const unknown = rule({ name: "For one", audience: { kind: "users", users: ["nobody"] } });
    await expect(catalogueOf(randomContext(9, shape), [rule({}), unknown])).rejects.toMatchObject({
      reason: "id-unknown",
      message: expect.stringMatching(/^Rule “For one”: There is no user "nobody"/),
      where: { key: expect.stringMatching(/^rules\[1\]\./) },
    });
  });
});
