/** The SAE artifact on disk: a folder that SAELens can read, with our labels and measures beside the weights. */
import { join } from "node:path";
import type { z } from "zod";
import { replaceFolderAtomically, writeFileAtomically } from "../data/atomic-write";
import { readJsonFile } from "../data/json-file";
import {
  LABELS_FILE,
  type LabelsFile,
  labelsFileSchema,
  REPORT_FILE,
  type Report,
  reportSchema,
} from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { NeuronActivity } from "./activity";
import { writeActivity } from "./activity-file";
import type { Sae } from "./model";
import { readSae, writeSae } from "./saelens";

const REMEDY = `Restore the file, or remove ${LABELS_FILE} and ${REPORT_FILE} to have the SAE measured again.`;

export interface Measures {
  labels: LabelsFile;
  report: Report;
}

/** What measuring makes: for opening the SAE on the same data without encoding it again, its neurons' activity too. */
export interface NewMeasures extends Measures {
  activity?: NeuronActivity;
}

interface HashedSae {
  sae: Sae;
  /** `sha256:` and the digest of the weights file. */
  hash: string;
}

export type MeasuredArtifact = HashedSae & Measures;

/** Labels and report are null for an SAE that was not measured yet, as one that was trained elsewhere. */
export type Artifact = MeasuredArtifact | (HashedSae & { labels: null; report: null });

/** Writes the whole folder or nothing. */
export async function writeArtifact(
  folder: string,
  sae: Sae,
  measured: (hash: string) => NewMeasures,
): Promise<MeasuredArtifact> {
  let written: MeasuredArtifact | null = null;
  await replaceFolderAtomically(folder, async (temporary) => {
    const { hash } = await writeSae(temporary, sae);
    const measures = measured(hash);
    await writeMeasures(temporary, measures);
    written = { sae, hash, labels: measures.labels, report: measures.report };
  });
  return written!;
}

/**
 * Adds labels and report to a folder, or replaces them; weights and `cfg.json` stay as they are.
 *
 * @throws RecPrismError disk-full, file-unwritable
 */
export async function writeMeasures(folder: string, { labels, report, activity }: NewMeasures): Promise<void> {
  if (activity) await writeActivity(folder, labels.sae, activity);
  // Labels last: without them the folder counts as not measured, so an interruption costs nothing.
  await writeReport(folder, report);
  await writeJson(join(folder, LABELS_FILE), labels);
}

/** Replaces the report alone. */
export async function writeReport(folder: string, report: Report): Promise<void> {
  await writeJson(join(folder, REPORT_FILE), report);
}

/** @throws RecPrismError as `readSae`, and "artifact-invalid" for labels or a report that are not of these weights */
export async function readArtifact(folder: string): Promise<Artifact> {
  const { sae, hash } = await readSae(folder);
  const measures = await readMeasures(folder, hash, sae.encoderBias.length);
  return { sae, hash, ...(measures ?? { labels: null, report: null }) };
}

/** @param latents how many neurons there must be measures of */
async function readMeasures(folder: string, hash: string, latents: number): Promise<Measures | null> {
  const labels = await readIfThere(join(folder, LABELS_FILE), labelsFileSchema);
  if (labels === null) return null;
  const report = await readIfThere(join(folder, REPORT_FILE), reportSchema);
  if (report === null) throw invalid(join(folder, REPORT_FILE), "", `it is missing, though ${LABELS_FILE} is there`);
  for (const [name, { sae, neurons }] of [
    [LABELS_FILE, labels],
    [REPORT_FILE, report],
  ] as const) {
    if (sae !== hash) {
      throw invalid(join(folder, name), "sae", `it describes ${sae}, but the weights beside it are ${hash}`);
    }
    if (neurons.length !== latents) {
      throw invalid(join(folder, name), "neurons", `it is about ${neurons.length} neurons, but the SAE has ${latents}`);
    }
  }
  return { labels, report };
}

async function readIfThere<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema> | null> {
  try {
    return await readJsonFile(file, schema, "artifact-invalid");
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    if (thrown.reason === "file-missing") return null;
    if (thrown.reason !== "artifact-invalid") throw thrown;
    throw new RecPrismError("artifact-invalid", `${thrown.message} ${REMEDY}`, thrown.where);
  }
}

function invalid(file: string, key: string, what: string): RecPrismError {
  return new RecPrismError("artifact-invalid", `${file} cannot be used: ${what}. ${REMEDY}`, { file, key });
}

async function writeJson(file: string, content: unknown): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(content, null, 2)}\n`);
}
