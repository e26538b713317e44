import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS, PRESETS, type SaeSettings, saeSettingsSchema } from "../../src/protocol/manifest";
import { presetSettings } from "../../src/sae/presets";
import { type SearchSpace, searchedSettings, trialSettings } from "../../src/sae/search-space";

/** What trials of some space may differ in. */
const SEARCHED = [
  "predictionWeight",
  "reconstructionWeight",
  "coherenceWeight",
  "klWeight",
  "l1Weight",
  "learningRate",
  "latents",
  "k",
] as const satisfies (keyof SaeSettings)[];

/** Of any data, with some settings stated that make sense together. */
const spaces: fc.Arbitrary<SearchSpace> = fc
  .record({
    preset: fc.constantFrom(...PRESETS),
    activation: fc.constantFrom(...ACTIVATIONS),
    dimensions: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(768, 4096, 100_000)),
    rows: fc.oneof(fc.integer({ min: 2, max: 5_000 }), fc.integer({ min: 2, max: 10_000_000 })),
    variance: fc.double({ min: 1e-8, max: 1e8, noNaN: true }),
    seed: fc.integer({ min: 0, max: 4_294_967_295 }),
    stated: fc.subarray([...SEARCHED]),
    prefixes: fc.constantFrom<number[]>([], [1], [4, 9]),
    latents: fc.integer({ min: 1, max: 65_536 }),
    k: fc.integer({ min: 1, max: 200 }),
  })
  .map(({ preset, activation, dimensions, rows, variance, seed, stated, prefixes, latents, k }) => {
    const ofPreset = presetSettings(preset, { dimensions, rows, variance, pairs: 10_000 });
    const asked = { latents, k, predictionWeight: 3, klWeight: 0, learningRate: 0.5 } as Partial<SaeSettings>;
    const named = Object.fromEntries(stated.flatMap((name) => (name in asked ? [[name, asked[name]]] : [])));
    return {
      base: { ...ofPreset, activation, seed, prefixes, ...named },
      stated: new Set<keyof SaeSettings>([...stated, "activation", "prefixes", "seed"]),
      dimensions,
      rows,
    };
  })
  .filter(({ base }) => saeSettingsSchema.safeParse(base).success);

const numbers = fc.integer({ min: 2, max: 1_000 });

describe("the settings that a search tries", () => {
  it("are the preset's with what a person stated in the first trial", () => {
    fc.assert(
      fc.property(spaces, (space) => {
        expect(trialSettings(space, 1)).toEqual(space.base);
      }),
    );
  });

  it("make sense whatever the data, the preset and what is stated", () => {
    fc.assert(
      fc.property(spaces, numbers, (space, number) => {
        const settings = trialSettings(space, number);
        expect(saeSettingsSchema.safeParse(settings).error?.issues ?? []).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("leave alone what a person stated, and what is no weight, size or learning rate", () => {
    fc.assert(
      fc.property(spaces, numbers, (space, number) => {
        const settings = trialSettings(space, number);
        const names = Object.keys(settings) as (keyof SaeSettings)[];
        for (const name of names) {
          if (space.stated.has(name) || !(SEARCHED as readonly string[]).includes(name)) {
            expect({ name, value: settings[name] }).toEqual({ name, value: space.base[name] });
          }
        }
      }),
    );
  });

  it("stay within their ranges", () => {
    fc.assert(
      fc.property(spaces, numbers, (space, number) => {
        const { base, dimensions } = space;
        const settings = trialSettings(space, number);
        for (const name of [
          "predictionWeight",
          "reconstructionWeight",
          "coherenceWeight",
          "klWeight",
          "l1Weight",
        ] as const) {
          if (base[name] === 0) expect(settings[name]).toBe(0);
          else {
            expect(settings[name] / base[name]).toBeGreaterThan(0.099);
            expect(settings[name] / base[name]).toBeLessThan(10.1);
          }
        }
        expect(Math.abs(Math.log(settings.learningRate / base.learningRate))).toBeLessThan(Math.log(3.01));
        if (!space.stated.has("latents") && !space.stated.has("k") && base.prefixes.length === 0) {
          expect(settings.latents).toBeGreaterThanOrEqual(Math.min(dimensions, 65_536));
          expect(settings.latents).toBeLessThanOrEqual(Math.max(8 * dimensions, 1));
        }
      }),
    );
  });

  it("vary k where the activation chooses so many neurons, and the penalties elsewhere", () => {
    const of = (activation: SaeSettings["activation"]) => {
      const base = {
        ...presetSettings("default", { dimensions: 32, rows: 9_000, variance: 1, pairs: 1e5 }),
        activation,
      };
      const space: SearchSpace = { base, stated: new Set(["activation"]), dimensions: 32, rows: 9_000 };
      const trials = Array.from({ length: 200 }, (_, index) => trialSettings(space, index + 2));
      return { space, trials };
    };
    for (const activation of ["topk", "batchtopk"] as const) {
      const { space, trials } = of(activation);
      expect(searchedSettings(space)).toContain("k");
      expect(searchedSettings(space)).not.toContain("klWeight");
      expect(Math.min(...trials.map(({ k }) => k))).toBeLessThan(6);
      expect(Math.max(...trials.map(({ k }) => k))).toBeGreaterThan(27);
      expect(new Set(trials.map(({ klWeight }) => klWeight)).size).toBe(1);
    }
    const { space, trials } = of("relu");
    expect(searchedSettings(space)).toEqual([
      "predictionWeight",
      "reconstructionWeight",
      "coherenceWeight",
      "klWeight",
      "learningRate",
      "latents",
    ]);
    expect(new Set(trials.map(({ k }) => k)).size).toBe(1);
    // Log-uniform: as many below the preset's weight as above it.
    const above = trials.filter(({ klWeight }) => klWeight > space.base.klWeight).length;
    expect(above).toBeGreaterThan(75);
    expect(above).toBeLessThan(125);
  });

  it("are the same each time, other in another trial, and do not depend on what else is stated", () => {
    const size = { dimensions: 20, rows: 9_036, variance: 0.2, pairs: 1e5 };
    const space: SearchSpace = { base: presetSettings("default", size), stated: new Set(), ...size };
    expect(trialSettings(space, 7)).toEqual(trialSettings(space, 7));
    expect(trialSettings(space, 8)).not.toEqual(trialSettings(space, 7));
    const ofOtherSeed = { ...space, base: { ...space.base, seed: 2 } };
    expect(trialSettings(ofOtherSeed, 7).klWeight).not.toBe(trialSettings(space, 7).klWeight);
    const narrower = { ...space, stated: new Set(["predictionWeight"] as const) };
    expect(trialSettings(narrower, 7)).toEqual({
      ...trialSettings(space, 7),
      predictionWeight: space.base.predictionWeight,
    });
  });

  it("are all of them fixed where each is stated", () => {
    const size = { dimensions: 20, rows: 9_036, variance: 0.2, pairs: 1e5 };
    const space: SearchSpace = { base: presetSettings("default", size), stated: new Set(SEARCHED), ...size };
    expect(searchedSettings(space)).toEqual([]);
    expect(trialSettings(space, 5)).toEqual(space.base);
  });
});
