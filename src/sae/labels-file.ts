/** `labels.json`: read, replaced by new labels without losing what persons and language models said, changed by words. */
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../data/atomic-write";
import { whileLocked } from "../data/folder-lock";
import { readJsonFile } from "../data/json-file";
import { LABELS_FILE, type LabelsFile, labelsFileSchema, type NeuronLabel } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";

/** Of versions before words were kept. */
const olderSchema = z.looseObject({ version: z.literal(1) });

/**
 * What a folder says of its neurons; null where it says nothing, or nothing that must be kept: before version 2 there
 * were no words.
 *
 * @throws RecPrismError "artifact-invalid" naming the key, for a file that somebody broke
 */
export async function readLabels(folder: string): Promise<LabelsFile | null> {
  const file = join(folder, LABELS_FILE);
  try {
    return await readJsonFile(file, labelsFileSchema, "artifact-invalid");
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    if (thrown.reason === "file-missing") return null;
    if (thrown.reason !== "artifact-invalid") throw thrown;
    if (await readJsonFile(file, olderSchema, "artifact-invalid").catch(() => null)) return null;
    throw new RecPrismError(
      "artifact-invalid",
      `${thrown.message} It holds what persons said of the neurons: restore it, or remove it to do without.`,
      thrown.where,
    );
  }
}

/** Replaces the labels; words that were said of the same weights stay, those too that were said a moment ago. */
export async function replaceLabels(folder: string, labels: LabelsFile): Promise<void> {
  await whileLocked(folder, async () => {
    const before = await readLabels(folder);
    const neurons = before?.sae === labels.sae ? withWords(labels.neurons, before.neurons) : labels.neurons;
    await writeLabels(folder, { ...labels, neurons });
  });
}

/**
 * Changes what the file says now, which may be more than was read of it before.
 *
 * @param hash of the weights that the change speaks of
 * @throws RecPrismError "artifact-stale" where other weights lie in the folder by now, and what `change` throws
 */
export async function changeLabels(
  folder: string,
  hash: string,
  change: (neurons: readonly NeuronLabel[]) => readonly NeuronLabel[],
): Promise<LabelsFile> {
  return whileLocked(folder, async () => {
    const before = await readLabels(folder);
    if (before?.sae !== hash) {
      throw new RecPrismError(
        "artifact-stale",
        `The SAE in ${folder} is another one by now, or has no labels. Open the project again and look at its neurons first.`,
        { file: join(folder, LABELS_FILE) },
      );
    }
    const labels: LabelsFile = { ...before, neurons: [...change(before.neurons)] };
    await writeLabels(folder, labels);
    return labels;
  });
}

/** Labels as statistics have them now, with the words of before. */
export function withWords(labels: readonly NeuronLabel[], before: readonly NeuronLabel[]): NeuronLabel[] {
  return labels.map((label, neuron) => ({
    ...label,
    model: before[neuron]?.model ?? label.model,
    person: before[neuron]?.person ?? label.person,
  }));
}

/** Writes the file as it is given; where words may be lost, `replaceLabels` is for it. */
export async function writeLabels(folder: string, labels: LabelsFile): Promise<void> {
  await writeFileAtomically(join(folder, LABELS_FILE), `${JSON.stringify(labels, null, 2)}\n`);
}
