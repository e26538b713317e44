import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LabelsFile, Report } from "../../src/protocol/artifact";
import { readArtifact, readCheckpoint, weightsFile, writeArtifact, writeCheckpoint } from "../../src/sae/artifact";
import { randomSae } from "./fixtures";

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "recprism-artifact-"));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

const sae = randomSae(5, 3);

function measured(hash: string): { labels: LabelsFile; report: Report } {
  const report: Report = {
    version: 1,
    sae: hash,
    users: 4,
    items: 6,
    dimensions: 5,
    latents: 3,
    settings: sae.settings,
    ms: 0.5,
    purity10: null,
    purity10BaseRate: null,
    labelled: 0,
    rbo30: 0.4,
    rbo30Extrapolated: 0.45,
    kendall30: 0.1,
    rankedUsers: 1,
    rankedUsersHeldOut: true,
    l0: 1.5,
    dead: 0,
    explainedVariance: 0.9,
    trainSeconds: 1,
    msPerStep: 0.2,
    steps: 5,
    interrupted: false,
    neurons: Array.from({ length: 3 }, () => ({ ms: 0.5, density: 0.1 })),
  };
  const neurons = Array.from({ length: 3 }, (_, neuron) => ({
    neuron,
    label: "like A, B",
    kind: "unlabelled" as const,
    evidence: null,
  }));
  return { labels: { version: 1, sae: hash, neurons }, report };
}

describe("the SAE artifact", () => {
  it("comes back as it was written, under the same hash", async () => {
    const folder = join(scratch, "sae");
    const { hash } = await writeArtifact(folder, sae, measured);
    const artifact = await readArtifact(folder);
    expect(artifact.sae).toEqual(sae);
    expect(artifact.hash).toBe(hash);
    expect(artifact.report).toEqual(measured(hash).report);
    expect(weightsFile(sae).hash).toBe(hash);
    expect((await readdir(scratch)).sort()).toEqual(["sae"]);
  });

  it("has the files, tensors and fields that SAELens reads", async () => {
    const folder = join(scratch, "sae");
    await writeArtifact(folder, sae, measured);
    expect((await readdir(folder)).sort()).toEqual([
      "cfg.json",
      "labels.json",
      "report.json",
      "sae_weights.safetensors",
    ]);
    const config = JSON.parse(await readFile(join(folder, "cfg.json"), "utf8"));
    expect(config).toMatchObject({ architecture: "standard", d_in: 5, d_sae: 3, normalize_activations: "layer_norm" });
    const bytes = await readFile(join(folder, "sae_weights.safetensors"));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE(0))));
    expect(header).toMatchObject({
      W_enc: { shape: [5, 3], dtype: "F32" },
      b_enc: { shape: [3] },
      W_dec: { shape: [3, 5] },
      b_dec: { shape: [5] },
    });
  });

  it("is replaced as a whole", async () => {
    const folder = join(scratch, "sae");
    await writeArtifact(folder, sae, measured);
    const other = randomSae(5, 3, 9);
    const { hash } = await writeArtifact(folder, other, measured);
    expect((await readArtifact(folder)).hash).toBe(hash);
  });

  it("is told missing from broken, with file and cause", async () => {
    const folder = join(scratch, "sae");
    await expect(readArtifact(folder)).rejects.toMatchObject({ reason: "artifact-missing" });
    await writeArtifact(folder, sae, measured);
    await truncate(join(folder, "sae_weights.safetensors"), 300);
    await expect(readArtifact(folder)).rejects.toMatchObject({
      reason: "file-truncated",
      message: expect.stringContaining("sae_weights.safetensors"),
    });
  });

  it("refuses labels of other weights", async () => {
    const folder = join(scratch, "sae");
    await writeArtifact(folder, sae, measured);
    await writeFile(join(folder, "sae_weights.safetensors"), weightsFile(randomSae(5, 3, 4)).bytes);
    await expect(readArtifact(folder)).rejects.toMatchObject({
      reason: "artifact-invalid",
      message: expect.stringContaining("labels.json"),
    });
  });

  it("refuses weights that are not numbers, naming the tensor", async () => {
    const folder = join(scratch, "sae");
    const broken = randomSae(5, 3);
    broken.encoderBias[1] = Number.NaN;
    await writeArtifact(folder, broken, measured);
    await expect(readArtifact(folder)).rejects.toMatchObject({
      reason: "artifact-invalid",
      message: expect.stringContaining("b_enc has NaN at 1"),
    });
  });

  it("keeps a checkpoint with how far it got", async () => {
    const folder = join(scratch, ".sae.checkpoint");
    await writeCheckpoint(folder, { sae, steps: 12, seconds: 3.5 });
    expect(await readCheckpoint(folder)).toEqual({ sae, steps: 12, seconds: 3.5 });
  });
});
