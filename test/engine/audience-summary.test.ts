import { describe, expect, it } from "vitest";
import { audienceSummary } from "../../src/engine/audience-summary";
import { failure } from "../data/scratch";
import { randomContext } from "../steering/random-context";

const context = () => randomContext(2, { users: 9, items: 20, dimensions: 3, latents: 4 }, "dot", Uint32Array.of(2, 8));

describe("the summary of an audience", () => {
  it("counts its users and shows some of them", async () => {
    const summary = await audienceSummary(context(), { kind: "sql", where: "age < 18" });
    expect(summary).toMatchObject({ size: 2, of: 9, examples: [{ id: "u2" }, { id: "u8" }] });
    expect(summary.examples[0].detail).toMatch(/\d+ interactions/);
  });

  it("shows at most five, of everyone too", async () => {
    const { size, examples } = await audienceSummary(context(), { kind: "everyone" });
    expect(size).toBe(9);
    expect(examples.map(({ id }) => id)).toEqual(["u0", "u1", "u2", "u3", "u4"]);
  });

  it("may be empty", async () => {
    const nobody = { ...context(), usersWhere: async () => new Uint32Array(0) };
    expect(await audienceSummary(nobody, { kind: "sql", where: "false" })).toEqual({ size: 0, of: 9, examples: [] });
  });

  it("hands on what is wrong with the audience", async () => {
    await failure(audienceSummary(context(), { kind: "users", users: ["nobody"] }), "id-unknown", "nobody");
  });
});
