/** The SAE artifact on disk: a folder that SAELens can read, with our labels and measures beside the weights. */
import { join } from "node:path";
import { z } from "zod";
import { replaceFolderAtomically, writeFileAtomically } from "../data/atomic-write";
import { readJsonFile } from "../data/json-file";
import {
  AUDIT_FILE,
  LABELS_FILE,
  type LabelsFile,
  labelsFileSchema,
  REPORT_FILE,
  type Report,
  reportSchema,
  STRUCTURE_FILE,
} from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import { type Audit, auditSchema, type Structure, structureSchema } from "../protocol/structure";
import type { NeuronActivity } from "./activity";
import { writeActivity } from "./activity-file";
import { replaceLabels } from "./labels-file";
import type { Sae } from "./model";
import { readSae, writeSae } from "./saelens";

const REMEDY = `Restore the file, or remove ${LABELS_FILE} and ${REPORT_FILE} to have the SAE measured again.`;

export interface Measures {
  labels: LabelsFile;
  report: Report;
}

/**
 * What measuring makes: for opening the SAE on the same data without encoding it again, its neurons' activity too. What is
 * left out, as the audit is where neurons are only named anew, stays as it was.
 */
export interface NewMeasures extends Measures {
  activity?: NeuronActivity;
  structure?: Structure;
  audit?: Audit;
}

interface HashedSae {
  sae: Sae;
  /** `sha256:` and the digest of the weights file. */
  hash: string;
}

export type MeasuredArtifact = HashedSae & Measures;

/** Labels and report are null for an SAE that was not measured yet, as one that was trained elsewhere or before version 2. */
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
export async function writeMeasures(
  folder: string,
  { labels, report, activity, structure, audit }: NewMeasures,
): Promise<void> {
  if (activity) await writeActivity(folder, labels.sae, activity);
  if (structure) await writeJson(join(folder, STRUCTURE_FILE), structure);
  if (audit) await writeJson(join(folder, AUDIT_FILE), audit);
  // Labels last: without them the folder counts as not measured, so an interruption costs nothing.
  await writeReport(folder, report);
  await replaceLabels(folder, labels);
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

/** What to throw where an SAE without labels and measures is met by who needs them. */
export function unmeasured(folder: string): RecPrismError {
  return new RecPrismError(
    "artifact-unmeasured",
    `The SAE in ${folder} has no labels and measures that this version reads: it was trained elsewhere, or measured by an earlier RecPrism. Measure it first.`,
    { file: folder },
  );
}

/**
 * How the neurons of an SAE relate to each other.
 *
 * @param hash of the SAE's weights
 * @throws RecPrismError "artifact-unmeasured" where it was not found yet, or of other weights; "artifact-invalid"
 */
export function readStructure(folder: string, hash: string): Promise<Structure> {
  return readFound(folder, STRUCTURE_FILE, structureSchema, hash);
}

/** What the neurons of an SAE tell of users; otherwise as `readStructure`. */
export function readAudit(folder: string, hash: string): Promise<Audit> {
  return readFound(folder, AUDIT_FILE, auditSchema, hash);
}

async function readFound<Found extends { sae: string }>(
  folder: string,
  name: string,
  schema: z.ZodType<Found>,
  hash: string,
): Promise<Found> {
  const file = join(folder, name);
  const found = await readIfThere(file, schema);
  if (found?.sae === hash) return found;
  const what = found === null ? "is missing" : `describes ${found.sae}, but the weights beside it are ${hash}`;
  throw new RecPrismError("artifact-unmeasured", `${file} ${what}. Measure the SAE again: that writes it anew.`, {
    file,
  });
}

const trainingSchema = z.looseObject({
  sae: z.string(),
  steps: z.number(),
  trainSeconds: z.number(),
  interrupted: z.boolean(),
});

/** How an SAE was trained, as its report tells, whichever version wrote it; null where none tells of these weights. */
export async function readTraining(
  folder: string,
  hash: string,
): Promise<Pick<Report, "steps" | "trainSeconds" | "interrupted"> | null> {
  const told = await readJsonFile(join(folder, REPORT_FILE), trainingSchema, "artifact-invalid").catch(() => null);
  return told?.sae === hash ? told : null;
}

/** @param latents how many neurons there must be measures of */
async function readMeasures(folder: string, hash: string, latents: number): Promise<Measures | null> {
  try {
    return await readCurrentMeasures(folder, hash, latents);
  } catch (thrown) {
    const isOutdated = async (name: string) =>
      (await readJsonFile(join(folder, name), outdatedSchema, "artifact-invalid").catch(() => null)) !== null;
    if ((await isOutdated(LABELS_FILE)) || (await isOutdated(REPORT_FILE))) return null;
    throw thrown;
  }
}

/** As an earlier RecPrism wrote labels and reports. */
const outdatedSchema = z.looseObject({ version: z.literal(1) });

async function readCurrentMeasures(folder: string, hash: string, latents: number): Promise<Measures | null> {
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
