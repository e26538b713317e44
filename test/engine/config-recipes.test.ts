/** Recipes made configs, with what was measured of them; configs of another SAE found again. */
import { describe, expect, it } from "vitest";
import { effectRecord, ndcgLoss, recordedSentence, sameFigures, steeredData } from "../../src/engine/config-effect";
import { configOf } from "../../src/engine/config-recipes";
import { rematchedConfig } from "../../src/engine/config-rematch";
import type { EffectRecord } from "../../src/protocol/steering";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { directionText } from "../../src/steering/direction";
import { HASH, plantedProject, recipe, reordered, unwatched } from "./planted-configs";

const project = plantedProject();
const { decoderWeights } = project.sae.artifact.sae;

describe("recipes as a config", () => {
  it("name the SAE, and each neuron by what it is called now and by its direction", async () => {
    const made = recipe({
      edits: [{ neuron: 0, label: "old name", operation: "set", value: -1 }],
      audience: { kind: "neuron", neuron: 1, top: { count: 3 } },
    });
    expect(await configOf(project, [made], null)).toEqual({
      version: 1,
      sae: {
        path: "sae",
        hash: HASH,
        directions: { "0": directionText(decoderWeights, 0), "1": directionText(decoderWeights, 1) },
      },
      mode: "delta",
      rules: [
        {
          name: "Less horror",
          audience: { kind: "neuron", neuron: 1, label: "Crime", top: { count: 3 } },
          edits: [{ neuron: 0, label: "Horror", operation: "set", value: -1 }],
          items: [],
          filters: [],
        },
      ],
    });
  });

  it("say the mode once where it is the same for all", async () => {
    const reconstruct = await configOf(project, [recipe({ mode: "reconstruct" })], null);
    expect(reconstruct.mode).toBe("reconstruct");
    expect(reconstruct.rules[0].mode).toBeUndefined();
    const mixed = await configOf(project, [recipe({ mode: "reconstruct" }), recipe()], null);
    expect([mixed.mode, ...mixed.rules.map(({ mode }) => mode)]).toEqual(["delta", "reconstruct", undefined]);
  });

  it("record what each does, by figures that can be counted", async () => {
    const { rules } = await configOf(project, [recipe(), recipe({ edits: [] })], { k: 5, ...unwatched });
    // Everyone's first five are horror; without it they are crime.
    expect(rules[0].effect).toMatchObject({
      measured: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      data: steeredData(project.dataset),
      k: 5,
      users: 10,
      concepts: [{ concept: "tag:genres:Horror", label: "Horror", before: 1, after: 0 }],
      rbo: 0,
      changed: 1,
    });
    expect(rules[0].effect!.sample).toBeUndefined();
    expect(rules[1].effect).toMatchObject({ concepts: [], rbo: 1, changed: 0 });
    expect(rules[1].effect!.coverage.before).toBe(rules[1].effect!.coverage.after);
    const text = stringifySteeringConfig(await configOf(project, [recipe()], { k: 5, ...unwatched }));
    expect(parseSteeringConfig(text, "a.steer.json").rules[0].effect!.concepts).toHaveLength(1);
  });

  it("refuse neurons that are not there, and what is no recipe", async () => {
    await expect(configOf(project, [recipe({ edits: [{ neuron: 4, operation: "suppress" }] })], null)).rejects.toThrow(
      /rules\[0\]\.edits\[0\].*neurons are 0 to 3/,
    );
    const bad = recipe({ edits: [{ neuron: 0, operation: "set", value: Number.NaN }] });
    await expect(configOf(project, [bad], null)).rejects.toThrow(/Recipe 1 is not valid\. edits\[0\]\.value/);
  });

  it("refuse users, tags and items that are not there, measured or not; SQL waits until it is run", async () => {
    const history = { kind: "history", column: "genres", tag: "Horor", atLeast: 0.5 } as const;
    await expect(configOf(project, [recipe({ audience: history })], null)).rejects.toMatchObject({
      reason: "not-found",
    });
    const nobody = recipe({ audience: { kind: "users", users: ["nobody"] } });
    await expect(configOf(project, [nobody], null)).rejects.toMatchObject({ reason: "id-unknown" });
    const sql = recipe({ audience: { kind: "sql", where: "age < 18" } });
    expect((await configOf(project, [sql], null)).rules[0].audience).toEqual({ kind: "sql", where: "age < 18" });
  });

  it("are measured no further once that is cancelled", async () => {
    const pace = async () => {
      throw new Error("cancelled");
    };
    await expect(configOf(project, [recipe()], { k: 5, pace })).rejects.toThrow("cancelled");
  });
});

describe("a recorded effect", () => {
  const record: EffectRecord = {
    measured: "2026-01-01T00:00:00Z",
    data: "d",
    k: 30,
    users: 1612,
    concepts: [{ concept: "tag:genres:Horror", label: "Horror", before: 0.86, after: 0.0204 }],
    rbo: 0.812,
    changed: 1,
    ndcg20: { before: 0.2, after: 0.1988 },
    coverage: { before: 0.4, after: 0.4 },
  };

  it("is told in a sentence", () => {
    expect(recordedSentence(record)).toBe("1,612 users; Horror .86 -> .02; NDCG -0.6%");
    expect(recordedSentence({ ...record, sample: 500, ndcg20: null, users: 1 })).toBe(
      "1 user, 500 of them measured; Horror .86 -> .02; RBO .81",
    );
    const exposure = [{ items: 1, before: 0.12, after: 0.94 }];
    expect(recordedSentence({ ...record, concepts: [], exposure })).toBe(
      "1,612 users; 1 item shown to .12 -> .94; NDCG -0.6%",
    );
    expect(recordedSentence(undefined)).toBe("not measured");
  });

  it("is the same at another time, and another for any other figure", () => {
    expect(sameFigures(record, { ...record, measured: "2027-01-01T00:00:00Z" })).toBe(true);
    expect(sameFigures(record, { ...record, rbo: 0.8121 })).toBe(false);
    expect(sameFigures(record, { ...record, data: "e" })).toBe(false);
    expect(ndcgLoss(record)).toBeCloseTo(0.006, 10);
    expect(ndcgLoss({ ndcg20: { before: 0, after: 0 } })).toBeNull();
  });

  it("has four decimals, of a sample as of all", () => {
    const estimate = (value: number) => ({ value, interval: null });
    const share = { concept: "c", label: "C", kind: "tag" as const, baseRate: 0.1, change: estimate(0) };
    const effect = {
      k: 10,
      users: 50,
      measured: 20,
      concepts: [
        { ...share, before: estimate(1 / 3), after: estimate(-1e-9), target: true },
        { ...share, before: estimate(1), after: estimate(1), target: false },
      ],
      rbo: null,
      changed: null,
      accuracy: null,
      coverage: { before: 2 / 3, after: 0.5 },
      gini: { before: 0, after: 0 },
      popularity: null,
      worstDecile: null,
      exposure: [{ items: 2, titles: [], before: estimate(0), after: estimate(0.123456), gained: null }],
      hidden: 0,
      warnings: [],
    };
    const found = effectRecord(effect, "d", new Date("2026-02-03T04:05:06.789Z"));
    expect(found).toEqual({
      measured: "2026-02-03T04:05:06Z",
      data: "d",
      k: 10,
      users: 50,
      sample: 20,
      concepts: [{ concept: "c", label: "C", before: 0.3333, after: 0 }],
      rbo: 1,
      changed: 0,
      ndcg20: null,
      coverage: { before: 0.6667, after: 0.5 },
      exposure: [{ items: 2, before: 0, after: 0.1235 }],
    });
    expect(Object.is(found.concepts[0].after, 0)).toBe(true);
  });
});

describe("a config of another SAE", () => {
  const other = reordered(project, [2, 0, 3, 1], "fedcba98");

  it("gets the numbers, names, directions and hash of now, and no effect that was measured then", async () => {
    const made = recipe({
      edits: [{ neuron: 0, operation: "suppress" }],
      filters: [{ neuron: 1, above: 1 }],
      items: [{ items: { kind: "items", items: ["i1"] }, edits: [{ neuron: 2, operation: "add", value: 1 }] }],
    });
    const config = await configOf(project, [made], { k: 5, ...unwatched });
    const { config: found, matches } = await rematchedConfig(other, config);
    expect(matches.map(({ neuron, label, now }) => [neuron, label, now?.neuron, now?.label])).toEqual([
      [0, "Horror", 1, "Horror"],
      [1, "Crime", 3, "Crime"],
      [2, "Drama", 0, "Drama"],
    ]);
    for (const { now } of matches) expect(now!.cosine).toBeCloseTo(1, 5);
    expect(found).toEqual(
      await configOf(
        other,
        [
          {
            ...made,
            edits: [{ neuron: 1, operation: "suppress" }],
            filters: [{ neuron: 3, above: 1 }],
            items: [{ ...made.items[0], edits: [{ neuron: 0, operation: "add", value: 1 }] }],
          },
        ],
        null,
      ),
    );
  });

  it("is not rewritten where a neuron has no like", async () => {
    const config = await configOf(project, [recipe(), recipe({ edits: [{ neuron: 1, operation: "suppress" }] })], null);
    const { "1": _, ...directions } = config.sae.directions!;
    const { config: found, matches } = await rematchedConfig(other, { ...config, sae: { ...config.sae, directions } });
    expect(found).toBeNull();
    expect(matches.map(({ now }) => now?.neuron ?? null)).toEqual([1, null]);
  });

  it("cannot be found without directions of its width", async () => {
    const config = await configOf(project, [recipe()], null);
    const kept: (Record<string, string> | undefined)[] = [undefined, {}, { "0": "fwCB" + "AAAA" }, { "0": "?" }];
    for (const directions of kept) {
      await expect(rematchedConfig(other, { ...config, sae: { ...config.sae, directions } })).rejects.toThrow(
        expect.objectContaining({
          reason: "not-found",
          message: expect.stringContaining("no decoder rows of 3 values"),
        }),
      );
    }
  });
});
