import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemsOfUser } from "../../src/data/dataset";
import { row } from "../../src/data/matrix";
import type { Audience } from "../../src/protocol/steering";
import { encode } from "../../src/sae/model";
import { audienceRows } from "../../src/steering/audience";
import { failure } from "../data/scratch";
import { randomContext } from "./random-context";

const SHAPE = { users: 60, items: 40, dimensions: 5, latents: 8 };

function context(seed = 1) {
  return randomContext(seed, SHAPE, "dot", Uint32Array.of(3, 5));
}

const seeds = () => fc.integer({ min: 0, max: 10_000 });

describe("an audience", () => {
  it("of everyone is no list of users", async () => {
    expect(await audienceRows(context(), { kind: "everyone" })).toBeNull();
  });

  it("of ids counts each user once, in the order of rows", async () => {
    const rows = await audienceRows(context(), { kind: "users", users: ["u20", "u3", "u20", "u11"] });
    expect(Array.from(rows!)).toEqual([3, 11, 20]);
  });

  it("refuses an unknown id with those that may have been meant", async () => {
    await failure(audienceRows(context(), { kind: "users", users: ["u3", "u333"] }), "id-unknown", '"u333"', "u33");
  });

  it("of a condition is what the user table answers, and hands on what cancels it", async () => {
    const asked: unknown[] = [];
    const { signal } = new AbortController();
    const usersWhere = async (...args: unknown[]) => {
      asked.push(...args);
      return Uint32Array.of(7);
    };
    const rows = await audienceRows({ ...context(), usersWhere }, { kind: "sql", where: "age < 18" }, signal);
    expect(Array.from(rows!)).toEqual([7]);
    expect(asked).toEqual(["age < 18", signal]);
  });
});

describe("an audience by a neuron", () => {
  const of = (top: Extract<Audience, { kind: "neuron" }>["top"], neuron = 2): Audience => ({
    kind: "neuron",
    neuron,
    top,
  });

  it("is of those that activate it most: nobody else activates it more", async () => {
    await fc.assert(
      fc.asyncProperty(seeds(), fc.integer({ min: 1, max: 80 }), async (seed, count) => {
        const project = context(seed);
        const { users } = project.dataset;
        const activation = (user: number) => encode(project.sae, row(users.embeddings, user))[2];
        const rows = Array.from((await audienceRows(project, of({ count })))!);
        const active = Array.from({ length: SHAPE.users }, (_, user) => user).filter((user) => activation(user) > 0);
        expect(rows).toHaveLength(Math.min(count, active.length));
        expect(rows).toEqual(rows.toSorted((a, b) => a - b));
        const least = Math.min(...rows.map(activation));
        for (const user of active.filter((other) => !rows.includes(other))) {
          expect(activation(user)).toBeLessThanOrEqual(least);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("takes a share of all users, at least one", async () => {
    const everyUser = { ...context(), userActivations: async () => new Float64Array(SHAPE.users).fill(1) };
    expect(await audienceRows(everyUser, of({ share: 0.05 }))).toHaveLength(3);
    expect(await audienceRows(everyUser, of({ share: 0.001 }))).toHaveLength(1);
    expect(await audienceRows(everyUser, of({ share: 1 }))).toHaveLength(SHAPE.users);
  });

  it("takes the lower row of equal ones, and nobody who does not activate it", async () => {
    const activations = Float64Array.from({ length: SHAPE.users }, (_, user) => (user % 10 === 0 ? 2 : 0));
    const project = { ...context(), userActivations: async () => activations };
    expect(Array.from((await audienceRows(project, of({ count: 2 })))!)).toEqual([0, 10]);
    expect(Array.from((await audienceRows(project, of({ count: 50 })))!)).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it.each([8, -1, 1.5])("refuses neuron %s, which there is not, and says which there are", async (neuron) => {
    await failure(audienceRows(context(), of({ count: 1 }, neuron)), "config-invalid", `neuron ${neuron}`, "0 to 7");
  });
});

describe("an audience by history", () => {
  const of = (rest: Partial<Extract<Audience, { kind: "history" }>>): Audience => ({
    kind: "history",
    column: "genres",
    tag: "Horror",
    ...rest,
  });

  it("is of users whose interactions bear the tag often enough, and of nobody without interactions", async () => {
    await fc.assert(
      fc.asyncProperty(seeds(), fc.double({ min: 0.01, max: 1, noNaN: true }), async (seed, atLeast) => {
        const project = context(seed);
        const { interactions, items } = project.dataset;
        const rows = await audienceRows(project, of({ atLeast }));
        const expected = Array.from({ length: SHAPE.users }, (_, user) => user).filter((user) => {
          const history = Array.from(itemsOfUser(interactions, user));
          const bearing = history.filter((item) => items.tags[0].values[item].includes("Horror"));
          return history.length > 0 && bearing.length / history.length >= atLeast;
        });
        expect(Array.from(rows!)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it("counts by hand", async () => {
    const project = context();
    // Items 0, 3 and 6 are horror.
    project.dataset.interactions = {
      offsets: Uint32Array.of(0, 2, 2, 6, 7, ...new Array(56).fill(7)),
      items: Uint32Array.of(0, 1, 0, 3, 6, 7, 2),
    };
    expect(project.dataset.interactions.offsets).toHaveLength(SHAPE.users + 1);
    expect(Array.from((await audienceRows(project, of({ atLeast: 0.5 })))!)).toEqual([0, 2]);
    expect(Array.from((await audienceRows(project, of({ atLeast: 0.75 })))!)).toEqual([2]);
    expect(Array.from((await audienceRows(project, of({ top: { count: 1 } })))!)).toEqual([2]);
    // User 3 has only watched something else, the others nothing.
    expect(Array.from((await audienceRows(project, of({ top: { count: 50 } })))!)).toEqual([0, 2]);
    expect(Array.from((await audienceRows(project, of({ tag: "War", atLeast: 1 })))!)).toEqual([3]);
  });

  it("needs either a least share or the largest ones", async () => {
    await failure(audienceRows(context(), of({})), "config-invalid", "neither");
    await failure(audienceRows(context(), of({ atLeast: 0.5, top: { count: 1 } })), "config-invalid", "both");
  });

  it("names the column or tag that was meant", async () => {
    await failure(audienceRows(context(), of({ column: "genre", atLeast: 0.1 })), "not-found", '"genres"');
    await failure(audienceRows(context(), of({ tag: "horor", atLeast: 0.1 })), "not-found", '"Horror"');
    await failure(audienceRows(context(), of({ tag: "Western", atLeast: 0.1 })), "not-found", '"Drama"');
  });

  it("says where interactions or tags would come from when there are none", async () => {
    const project = context();
    project.dataset.interactions = null;
    await failure(audienceRows(project, of({ atLeast: 0.1 })), "config-invalid", "interactions in recprism.json");
    const untagged = context();
    untagged.dataset.items.tags = [];
    await failure(audienceRows(untagged, of({ atLeast: 0.1 })), "not-found", "items.tags");
  });
});

describe("a random audience", () => {
  it("is the same for the same seed, of as many users as asked or all there are", async () => {
    const draw = async (count: number, seed: number) =>
      Array.from((await audienceRows(context(), { kind: "random", count, seed }))!);
    expect(await draw(10, 1)).toEqual(await draw(10, 1));
    expect(await draw(10, 1)).not.toEqual(await draw(10, 2));
    expect(new Set(await draw(10, 1)).size).toBe(10);
    expect(await draw(100, 1)).toEqual(Array.from({ length: SHAPE.users }, (_, user) => user));
  });
});
