import { describe, expect, it } from "vitest";
import { PRESETS, saeSettingsSchema } from "../../src/protocol/manifest";
import { presetSettings, settingsFor } from "../../src/sae/presets";
import { randomDataset } from "./fixtures";

const movieLens = { dimensions: 20, rows: 9_036, pairs: 746_720, variance: 0.21 };

describe("presets", () => {
  it("have the paper's settings on the paper's data", () => {
    expect(presetSettings("paper-mf", movieLens)).toMatchObject({
      latents: 22,
      activation: "relu",
      tied: true,
      standardisation: "layer",
      epochs: 18,
      batch: 256,
      learningRate: 1e-3,
      predictionWeight: 1,
      reconstructionWeight: 0.1,
      klWeight: 0.01,
      l1Weight: 0,
    });
    expect(presetSettings("paper-ncf", movieLens)).toMatchObject({
      latents: 22,
      standardisation: "none",
      predictionWeight: 10,
      reconstructionWeight: 2,
      klWeight: 0.07,
    });
  });

  it("weigh the reconstruction the same whatever the scale of the embeddings", () => {
    const weight = (variance: number) => presetSettings("default", { ...movieLens, variance }).reconstructionWeight;
    expect(weight(100 * movieLens.variance)).toBeCloseTo(weight(movieLens.variance) / 100, 5);
  });

  it.each(PRESETS)("%s makes sense whatever the size of the data", (preset) => {
    for (const dimensions of [1, 2, 20, 768]) {
      for (const pairs of [2, 100, 1e5, 1e9]) {
        const settings = presetSettings(preset, { dimensions, rows: 2_000, pairs, variance: 0.3 });
        expect(saeSettingsSchema.safeParse(settings)).toMatchObject({ success: true });
      }
    }
  });
});

describe("the settings of a run", () => {
  const dataset = randomDataset(60, 40, 6);
  const manifest = dataset.manifest;
  const withManifest = (sae: Partial<typeof manifest.sae>) => ({
    ...dataset,
    manifest: { ...manifest, sae: { ...manifest.sae, ...sae } },
  });

  it("are what was asked for, on top of the manifest's, on top of the preset", () => {
    const stated = withManifest({ settings: { latents: 9, seed: 4 } });
    expect(settingsFor(stated, { settings: { seed: 5 } })).toMatchObject({
      preset: "default",
      settings: { latents: 9, seed: 5 },
    });
  });

  it("leave out the manifest's where another preset is asked for", () => {
    const stated = withManifest({ settings: { latents: 9 } });
    expect(settingsFor(stated, { preset: "paper-mf" })).toMatchObject({ preset: "paper-mf", settings: { latents: 7 } });
  });

  it.each([
    [{ activation: "topk", k: 50, latents: 10 } as const, "sae.settings.k", /more than the 10/],
    [{ prefixes: [4, 2], latents: 10 }, "sae.settings.prefixes", /must rise/],
    [{ prefixes: [10], latents: 10 }, "sae.settings.prefixes", /below the 10/],
    [{ warmup: 0.7, decay: 0.7 }, "sae.settings.decay", /more than the whole run/],
    [{ latents: 0 }, "sae.settings.latents", /./],
    [{ k: 0 }, "sae.settings.k", /./],
    [{ batch: 1 }, "sae.settings.batch", /./],
    [{ learningRate: -1 }, "sae.settings.learningRate", /./],
  ])("refuse %o, naming the setting", (settings, key, message) => {
    const attempt = () => settingsFor(dataset, { settings });
    expect(attempt).toThrowError(expect.objectContaining({ reason: "settings-invalid", where: { key } }));
    expect(attempt).toThrowError(message);
  });
});
