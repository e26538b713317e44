import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LabelsFile, Report } from "../../src/protocol/artifact";
import type { Audit, Structure } from "../../src/protocol/structure";
import {
  readArtifact,
  readAudit,
  readStructure,
  readTraining,
  writeArtifact,
  writeMeasures,
} from "../../src/sae/artifact";
import { weightsFile, writeSae } from "../../src/sae/saelens";
import { failure, scratchFolder } from "../data/scratch";
import { randomSae, SAE_VARIANTS, variantName } from "./fixtures";
import { completeReport, unlabelled } from "./report";

const M = 3;
const sae = randomSae(5, M);

function measured(hash: string): { labels: LabelsFile; report: Report } {
  return { labels: unlabelled(M, hash), report: completeReport(M, { sae: hash }) };
}

async function writtenArtifact(): Promise<string> {
  const folder = join(await scratchFolder(), "sae");
  await writeArtifact(folder, sae, measured);
  return folder;
}

/** A folder with weights alone, as one that was trained elsewhere. */
async function bareSae(): Promise<{ folder: string; hash: string }> {
  const folder = join(await scratchFolder(), "sae");
  await mkdir(folder);
  return { folder, ...(await writeSae(folder, sae)) };
}

describe("the SAE artifact", () => {
  it.each(SAE_VARIANTS.map((variant) => [variantName(variant), variant] as const))(
    "comes back as it was written, under the same hash: %s",
    async (_, variant) => {
      const folder = join(await scratchFolder(), "sae");
      const written = randomSae(5, M, 1, variant);
      const { hash } = await writeArtifact(folder, written, measured);
      expect(await readArtifact(folder)).toEqual({ sae: written, hash, ...measured(hash) });
      expect(weightsFile(written).hash).toBe(hash);
      expect(await readdir(dirname(folder))).toEqual(["sae"]);
      expect((await readdir(folder)).sort()).toEqual([
        "cfg.json",
        "labels.json",
        "report.json",
        "sae_weights.safetensors",
      ]);
    },
  );

  it("is replaced as a whole", async () => {
    const folder = await writtenArtifact();
    const { hash } = await writeArtifact(folder, randomSae(5, M, 9), measured);
    expect((await readArtifact(folder)).hash).toBe(hash);
  });

  it("is told missing from broken", async () => {
    await failure(readArtifact(join(await scratchFolder(), "sae")), "artifact-missing");
    const folder = await writtenArtifact();
    await rm(join(folder, "cfg.json"));
    await failure(readArtifact(folder), "artifact-invalid", "cfg.json");
  });

  it("refuses labels and reports of other weights, naming the file", async () => {
    const folder = await writtenArtifact();
    const other = weightsFile(randomSae(5, M, 4));
    await writeFile(join(folder, "sae_weights.safetensors"), other.bytes);
    await failure(readArtifact(folder), "artifact-invalid", "labels.json", other.hash);
    await writeMeasures(folder, { labels: unlabelled(M, other.hash), report: completeReport(M, { sae: "sha256:1" }) });
    await failure(readArtifact(folder), "artifact-invalid", "report.json", "sha256:1");
  });

  it("refuses labels and reports of another number of neurons, naming the file", async () => {
    const { folder, hash } = await bareSae();
    await writeMeasures(folder, { labels: unlabelled(M + 1, hash), report: completeReport(M, { sae: hash }) });
    await failure(readArtifact(folder), "artifact-invalid", "labels.json", "4 neurons, but the SAE has 3");
    await writeMeasures(folder, { labels: unlabelled(M, hash), report: completeReport(M - 1, { sae: hash }) });
    await failure(readArtifact(folder), "artifact-invalid", "report.json", "2 neurons, but the SAE has 3");
  });
});

it("labels or a report of another version are refused with the remedy", async () => {
  const folder = await writtenArtifact();
  await writeFile(join(folder, "report.json"), JSON.stringify({ version: 0 }));
  await failure(readArtifact(folder), "artifact-invalid", "report.json", "version", "measured again");
  await writeFile(join(folder, "labels.json"), "{");
  await failure(readArtifact(folder), "artifact-invalid", "labels.json is not JSON", "measured again");
});

describe("an SAE that was not measured yet", () => {
  it("has neither labels nor report", async () => {
    const { folder, hash } = await bareSae();
    expect(await readArtifact(folder)).toEqual({ sae, hash, labels: null, report: null });
  });

  it("is given both without a touch of weights and cfg.json", async () => {
    const { folder, hash } = await bareSae();
    const untouched = async () =>
      Promise.all(
        ["cfg.json", "sae_weights.safetensors"].map(async (name) => [
          await readFile(join(folder, name)),
          (await stat(join(folder, name), { bigint: true })).mtimeNs,
        ]),
      );
    const before = await untouched();
    const { labels, report } = measured(hash);
    await writeMeasures(folder, { labels, report });
    expect(await readArtifact(folder)).toEqual({ sae, hash, labels, report });
    expect(await untouched()).toEqual(before);
    expect(await readdir(folder)).toHaveLength(4);
  });

  it("is still one where writing them was interrupted, but not where a report was lost", async () => {
    const { folder, hash } = await bareSae();
    const { labels, report } = measured(hash);
    await writeMeasures(folder, { labels, report });
    await rm(join(folder, "labels.json"));
    expect((await readArtifact(folder)).labels).toBeNull();
    await writeMeasures(folder, { labels, report });
    await rm(join(folder, "report.json"));
    await failure(readArtifact(folder), "artifact-invalid", "report.json", "missing, though labels.json is there");
  });
});

describe("labels and report of the first version", () => {
  /** As RecPrism 0.1 wrote them, as far as it matters. */
  async function outdated(): Promise<{ folder: string; hash: string }> {
    const { folder, hash } = await bareSae();
    const label = { neuron: 0, label: "Horror", kind: "tag", evidence: null };
    const report = { version: 1, sae: hash, steps: 12, trainSeconds: 3, interrupted: true, ms: 0.5 };
    await writeFile(join(folder, "labels.json"), JSON.stringify({ version: 1, sae: hash, neurons: [label] }));
    await writeFile(join(folder, "report.json"), JSON.stringify(report));
    return { folder, hash };
  }

  it("count as not measured yet, and are replaced", async () => {
    const { folder, hash } = await outdated();
    expect(await readArtifact(folder)).toEqual({ sae, hash, labels: null, report: null });
    await writeMeasures(folder, measured(hash));
    expect(await readArtifact(folder)).toEqual({ sae, hash, ...measured(hash) });
  });

  it("count so too where measuring anew was interrupted between the two", async () => {
    const { folder, hash } = await outdated();
    await writeFile(join(folder, "report.json"), JSON.stringify(measured(hash).report));
    expect((await readArtifact(folder)).labels).toBeNull();
  });

  it("still tell how the SAE was trained, but not of other weights", async () => {
    const { folder, hash } = await outdated();
    expect(await readTraining(folder, hash)).toMatchObject({ steps: 12, trainSeconds: 3, interrupted: true });
    expect(await readTraining(folder, "sha256:1")).toBeNull();
    expect(await readTraining((await bareSae()).folder, hash)).toBeNull();
  });
});

describe("structure and audit", () => {
  const found = (hash: string): { structure: Structure; audit: Audit } => ({
    structure: {
      version: 1,
      sae: hash,
      levels: [M],
      tree: [{ neuron: 0, level: 0, parent: null, share: 0 }],
      splitting: [],
      absorption: [],
      coactivation: [{ neurons: [0, 2], jaccard: 0.5, lift: 3 }],
      clusters: [{ name: "Horror", neurons: [0, 1, 2] }],
    },
    audit: { version: 1, sae: hash, attributes: [], popularity: { neurons: [], ranking: null } },
  });

  it("are written with the labels, and come back", async () => {
    const folder = join(await scratchFolder(), "sae");
    const { hash } = await writeArtifact(folder, sae, (of) => ({ ...measured(of), ...found(of) }));
    expect(await readStructure(folder, hash)).toEqual(found(hash).structure);
    expect(await readAudit(folder, hash)).toEqual(found(hash).audit);
  });

  it("stay when neurons are named anew without them", async () => {
    const { folder, hash } = await bareSae();
    await writeMeasures(folder, { ...measured(hash), ...found(hash) });
    await writeMeasures(folder, measured(hash));
    expect(await readAudit(folder, hash)).toEqual(found(hash).audit);
  });

  it("are to be measured where they are missing or of other weights", async () => {
    const { folder, hash } = await bareSae();
    await failure(readStructure(folder, hash), "artifact-unmeasured", "structure.json is missing", "Measure");
    await writeMeasures(folder, { ...measured(hash), ...found("sha256:1") });
    await failure(readStructure(folder, hash), "artifact-unmeasured", "structure.json describes sha256:1", "Measure");
    await failure(readAudit(folder, hash), "artifact-unmeasured", "audit.json", "Measure");
  });

  it("are refused where somebody broke them, naming the key", async () => {
    const { folder, hash } = await bareSae();
    await writeFile(join(folder, "audit.json"), JSON.stringify({ ...found(hash).audit, attributes: 7 }));
    await failure(readAudit(folder, hash), "artifact-invalid", "audit.json", "attributes", "measured again");
  });
});
