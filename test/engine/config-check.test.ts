/** Configs replayed: what holds, what has drifted, and what is recorded anew. */
import { beforeAll, describe, expect, it } from "vitest";
import { checkedConfig, effectsOfRules } from "../../src/engine/config-check";
import { configOf } from "../../src/engine/config-recipes";
import type { CheckedConfig } from "../../src/protocol/config-check";
import type { SteeringConfig, SteeringRule } from "../../src/protocol/steering";
import { plantedProject, recipe, reordered, unwatched } from "./planted-configs";

const project = plantedProject();
let config: SteeringConfig;
beforeAll(async () => {
  config = await configOf(project, [recipe({ edits: [{ neuron: 0, operation: "set", value: 0.3 }] })], {
    k: 5,
    ...unwatched,
  });
});

const changed = (changes: Partial<SteeringRule>): SteeringConfig => ({
  ...config,
  rules: [{ ...config.rules[0], ...changes }],
});
const effectChanged = (changes: Partial<NonNullable<SteeringRule["effect"]>>) =>
  changed({ effect: { ...config.rules[0].effect!, ...changes } });
const failing = ({ checks }: CheckedConfig) => checks.filter(({ ok }) => !ok).map(({ what }) => what);

describe("a config that is checked", () => {
  it("holds as it was recorded, and stays as it is", async () => {
    const checked = await checkedConfig(project, config, unwatched);
    expect(checked.ok).toBe(true);
    expect(checked.updated).toEqual(config);
    expect(checked.checks.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
      ": SAE",
      ": neuron 0",
      "Less horror: audience",
      "Less horror: share of Horror",
      "Less horror: RBO",
      "Less horror: NDCG@20",
      "Less horror: coverage",
    ]);
    expect(checked.checks[1]).toEqual({
      rule: "",
      what: "neuron 0",
      expected: "Horror",
      found: "Horror (cosine 1.00)",
      ok: true,
    });
  });

  it("fails on each figure that drifted further than its tolerance, and records it anew", async () => {
    const [was] = config.rules[0].effect!.concepts;
    const drifted = effectChanged({ concepts: [{ ...was, after: was.after + 0.03 }] });
    const checked = await checkedConfig(project, drifted, unwatched);
    expect(checked.ok).toBe(false);
    expect(failing(checked)).toEqual(["share of Horror"]);
    expect(checked.updated.rules[0].effect!.concepts).toEqual([was]);
    const tolerant = { ...drifted, rules: [{ ...drifted.rules[0], limits: { tolerance: 0.03 } }] };
    expect((await checkedConfig(project, tolerant, unwatched)).ok).toBe(true);
    const { ndcg20, coverage } = config.rules[0].effect!;
    expect(failing(await checkedConfig(project, effectChanged({ rbo: 0.999 }), unwatched))).toEqual(["RBO"]);
    expect(failing(await checkedConfig(project, effectChanged({ ndcg20: null }), unwatched))).toEqual(["NDCG@20"]);
    expect(
      failing(
        await checkedConfig(
          project,
          effectChanged({ ndcg20: { ...ndcg20!, before: ndcg20!.before + 0.1 } }),
          unwatched,
        ),
      ),
    ).toEqual(["NDCG@20"]);
    expect(
      failing(
        await checkedConfig(
          project,
          effectChanged({ coverage: { ...coverage, after: coverage.after + 0.1 } }),
          unwatched,
        ),
      ),
    ).toEqual(["coverage"]);
    const gone = { concept: "tag:genres:Gone", label: "Gone", before: 0, after: 0 };
    expect(failing(await checkedConfig(project, effectChanged({ concepts: [was, gone] }), unwatched))).toEqual([
      "share of Gone",
    ]);
  });

  it("fails where the audience is of another size, or nobody", async () => {
    expect(failing(await checkedConfig(project, effectChanged({ users: 11 }), unwatched))).toEqual(["audience"]);
    const nobody = changed({
      audience: { kind: "history", column: "genres", tag: "Drama", atLeast: 0.9 },
      effect: undefined,
    });
    const checked = await checkedConfig(project, nobody, unwatched);
    expect(failing(checked)).toEqual(["audience"]);
    expect(checked.checks.find(({ what }) => what === "audience")).toMatchObject({
      expected: "somebody",
      found: "0 users",
    });
  });

  it("fails beyond its limits, be an effect recorded or not", async () => {
    const full = changed({
      edits: [{ neuron: 0, operation: "suppress" }],
      effect: undefined,
      limits: { ndcgLoss: 0.01, rbo: 0.5 },
    });
    const checked = await checkedConfig(project, full, unwatched);
    expect(failing(checked)).toEqual(["NDCG@20 loss", "RBO limit"]);
    expect(checked.checks.find(({ what }) => what === "RBO limit")).toMatchObject({
      expected: "at least .50",
      found: expect.stringMatching(/^\.[0-4]\d$/),
    });
    const loose = await checkedConfig(
      project,
      changed({ edits: [], limits: { ndcgLoss: 0, rbo: 0 }, effect: undefined }),
      unwatched,
    );
    expect(loose.ok).toBe(true);
    expect(loose.checks.find(({ what }) => what === "NDCG@20 loss")).toMatchObject({
      expected: "at most 0.0%",
      found: "none (0.0%)",
    });
  });

  it("records the effect of a rule that had none, with names and directions", async () => {
    const { directions: _, ...sae } = config.sae;
    const bare = {
      ...changed({ effect: undefined, edits: [{ neuron: 0, operation: "set" as const, value: 0.3 }] }),
      sae,
    };
    const checked = await checkedConfig(project, bare, unwatched);
    expect(checked.ok).toBe(true);
    expect(checked.updated.sae).toEqual(config.sae);
    expect(checked.updated.rules[0].edits).toEqual(config.rules[0].edits);
    // Nobody said for lists of which length.
    expect(checked.updated.rules[0].effect).toMatchObject({ k: 30, users: 10 });
  });

  it("fails on a neuron that is called otherwise, points elsewhere or is not there", async () => {
    const renamed = changed({ edits: [{ neuron: 0, label: "Terror", operation: "set", value: 0.3 }] });
    const checked = await checkedConfig(project, renamed, unwatched);
    expect(failing(checked)).toEqual(["neuron 0"]);
    expect(checked.updated.rules[0].edits[0].label).toBe("Horror");
    const elsewhere = { ...config, sae: { ...config.sae, directions: { "0": "AH8A" } } };
    expect((await checkedConfig(project, elsewhere, unwatched)).checks[1]).toMatchObject({
      found: "Horror (cosine .00)",
      ok: false,
    });
    const missing = changed({ edits: [{ neuron: 9, label: "Terror", operation: "suppress" }] });
    const unmeasured = await checkedConfig(project, missing, unwatched);
    expect(failing(unmeasured)).toEqual(["neuron 9"]);
    expect(unmeasured.updated).toBe(missing);
  });
});

describe("a config of another SAE that is checked", () => {
  const other = reordered(project, [1, 0, 2, 3], "fedcba98");

  it("fails, and is measured and recorded by the neurons that are now what its own were", async () => {
    const checked = await checkedConfig(other, config, unwatched);
    expect(failing(checked)).toEqual(["SAE", "neuron 0"]);
    expect(checked.checks[1].found).toBe("neuron 1, Horror (cosine 1.00)");
    expect(checked.updated.sae.hash).toBe("fedcba98");
    expect(checked.updated.rules[0].edits).toEqual([{ neuron: 1, label: "Horror", operation: "set", value: 0.3 }]);
    expect(checked.updated.rules[0].effect).toEqual(config.rules[0].effect);
    expect((await checkedConfig(other, checked.updated, unwatched)).ok).toBe(true);
  });

  it("is left as it was where they cannot be found", async () => {
    const { directions: _, ...sae } = config.sae;
    const lost = { ...config, sae };
    const checked = await checkedConfig(other, lost, unwatched);
    expect(failing(checked)).toEqual(["SAE", "neuron 0"]);
    expect(checked.checks).toHaveLength(2);
    expect(checked.updated).toBe(lost);
  });
});

it("figures of rules for programs are those of the first target", async () => {
  const two = {
    ...config,
    rules: [config.rules[0], { ...config.rules[0], name: "Nothing", edits: [], limits: { rbo: 1 } }],
  };
  const [first, second] = await effectsOfRules(project, two, 5, unwatched);
  expect(first).toMatchObject({
    rule: "Less horror",
    users: 10,
    concept: "tag:genres:Horror",
    label: "Horror",
    limits: null,
  });
  expect(first.shareAfter).toBeCloseTo(config.rules[0].effect!.concepts[0].after, 4);
  expect(first.ndcgBefore).toBeCloseTo(config.rules[0].effect!.ndcg20!.before, 4);
  expect(second).toMatchObject({
    rule: "Nothing",
    concept: null,
    shareBefore: null,
    rbo: 1,
    changed: 0,
    limits: { rbo: 1 },
  });
});
