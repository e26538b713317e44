/** The work of naming neurons anew, as where tables changed; what was measured of embeddings and lists stays. */
import { activeRows } from "../concepts/active-rows";
import { structureOf } from "../concepts/structure";
import type { Dataset } from "../data/dataset";
import { closeDataset, loadDataset } from "../data/load";
import type { Baseline, NeuronLabel, Report } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import { type MeasuredArtifact, type NewMeasures, readArtifact, unmeasured, writeMeasures } from "../sae/artifact";
import { duplicates } from "../sae/duplicates";
import { checkDimensions } from "./artifact-fit";
import { rawDimensionLabels, untrainedLabels } from "./baselines";
import { labelledUsers, neuronsOnData } from "./labelled-users";
import { measuredRows, seedOf } from "./measured-rows";
import { labelMeasures, labelsOf } from "./neuron-measures";
import { type Pace, paceOf, partOf } from "./pace";
import { saeOnData } from "./sae-on-data";
import { readSources, recordedSources, type Sources, writeSources } from "./source-record";
import { type JobHooks, type JobResult, NOT_STARTED } from "./train-job";

export interface LabelJob {
  kind: "label";
  manifestPath: string;
  /** Absolute folder of the SAE, whose labels are replaced. What persons and language models said stays. */
  out: string;
}

/** @throws RecPrismError "artifact-unmeasured" for an SAE that has no report to go with its labels */
export async function runLabelJob({ manifestPath, out }: LabelJob, hooks: JobHooks): Promise<JobResult> {
  hooks.progress(NOT_STARTED);
  const dataset = await loadDataset(manifestPath);
  try {
    const artifact = await readArtifact(out);
    if (artifact.labels === null) throw unmeasured(out);
    checkDimensions(artifact.sae, dataset, out);
    const sources = await recordedSources(dataset.folder, dataset.manifest);
    const pace = paceOf({
      progress: (measuredShare) => hooks.progress({ ...NOT_STARTED, phase: "measuring", measuredShare }),
      cancelled: hooks.cancelled,
    });
    await writeMeasures(out, await relabelled(artifact, dataset, pace));
    await recordNaming(out, artifact.hash, sources);
    return { artifact: out, interrupted: false };
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError && thrown.reason === "cancelled")) throw thrown;
    return { artifact: null, interrupted: true };
  } finally {
    await closeDataset(dataset);
  }
}

/** Labels, and what of the report and the structure depends on them. */
async function relabelled({ sae, hash, report }: MeasuredArtifact, dataset: Dataset, pace: Pace): Promise<NewMeasures> {
  const seed = seedOf(sae);
  const latents = sae.encoderBias.length;
  const rows = measuredRows(dataset, latents, seed);
  const labelled = labelledUsers(dataset, latents, seed);
  const onData = await saeOnData(sae, rows, latents, partOf(pace, 0, 0.2), labelled.places);
  const labels = await labelsOf(neuronsOnData(onData, rows, labelled), partOf(pace, 0.2, 0.6));
  const { live, l0 } = onData.health;
  const active = activeRows(onData.itemActivations);
  const structure = await structureOf(sae, active, live, labels, rows.concepts, seed, partOf(pace, 0.6, 0.8));
  const ofDimensions = await rawDimensionLabels({ rows, labelled }, partOf(pace, 0.8, 0.9));
  const ofRandom = await untrainedLabels(sae, l0, { rows, labelled, seed }, partOf(pace, 0.9, 1));
  const concepts = labels.map(({ evidence }) => evidence?.concept ?? null);
  const { rawDimensions, randomSae } = report.baselines;
  return {
    labels: { version: 2, sae: hash, neurons: labels },
    report: {
      ...renamed(report, labels, seed),
      duplicates: await duplicates(sae.decoderWeights, live, concepts),
      baselines: {
        rawDimensions: renamed(rawDimensions, ofDimensions, seed),
        randomSae: renamed(randomSae, ofRandom.labels, seed),
      },
    },
    structure: { ...structure, sae: hash },
  };
}

/** The same measures, but for those of labels. */
function renamed<Of extends Report | Baseline>(measures: Of, labels: NeuronLabel[], seed: number): Of {
  const { intervals, ...figures } = labelMeasures(labels, seed);
  return { ...measures, ...figures, intervals: { ...measures.intervals, ...intervals } };
}

/** Names fit the files as they are; whether the other measures do is still told by what there was when they were made. */
async function recordNaming(out: string, hash: string, now: Sources): Promise<void> {
  const before = await readSources(out, hash);
  if (before === null) return;
  const parts = (of: Sources, affected: string) => ({
    files: of.files.filter(({ affects }) => affects === affected),
    statements: of.statements.filter(({ affects }) => affects === affected),
  });
  const [kept, named] = [parts(before.measured, "train"), parts(now, "measure")];
  await writeSources(out, {
    sae: hash,
    trained: before.trained,
    measured: {
      files: [...kept.files, ...named.files],
      statements: [...kept.statements, ...named.statements],
    },
  });
}
