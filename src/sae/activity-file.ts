/** The file beside an SAE that holds what its neurons do on a catalogue, so that opening it need not encode anything. */
import { join } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import { safetensorsBytes, withSafetensors } from "../data/safetensors";
import { NEURONS_FILE } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import { HISTOGRAM_BINS, type NeuronActivity, TOP_ITEMS } from "./activity";

const VERSION = "1";

/** @param sae hash of the weights */
export async function writeActivity(folder: string, sae: string, activity: NeuronActivity): Promise<void> {
  const { data, topItems, topActivations, activeItems, histogram, bounds, largestUser } = activity;
  const m = bounds.length;
  const bytes = safetensorsBytes(
    {
      topItems: { shape: [m, TOP_ITEMS], values: topItems },
      topActivations: { shape: [m, TOP_ITEMS], values: topActivations },
      activeItems: { shape: [m], values: activeItems },
      histogram: { shape: [m, HISTOGRAM_BINS], values: histogram },
      bounds: { shape: [m], values: bounds },
      largestUser: { shape: [m], values: largestUser },
    },
    { version: VERSION, sae, data },
  );
  await writeFileAtomically(join(folder, NEURONS_FILE), bytes);
}

/**
 * @param sae hash of the weights
 * @param latents how many neurons they have
 * @param data fingerprint of the data
 * @returns null where the file is missing or damaged, or of other weights or data: it can always be made again
 */
export async function readActivity(
  folder: string,
  sae: string,
  latents: number,
  data: string,
): Promise<NeuronActivity | null> {
  try {
    return await withSafetensors(join(folder, NEURONS_FILE), async ({ metadata, values, integers }) => {
      if (metadata.version !== VERSION || metadata.sae !== sae || metadata.data !== data) return null;
      const activity = {
        data,
        topItems: await integers("topItems"),
        topActivations: await values("topActivations"),
        activeItems: await integers("activeItems"),
        histogram: await integers("histogram"),
        bounds: await values("bounds"),
        largestUser: await values("largestUser"),
      };
      return isOfNeurons(activity, latents) ? activity : null;
    });
  } catch (thrown) {
    if (thrown instanceof RecPrismError) return null;
    throw thrown;
  }
}

function isOfNeurons(activity: NeuronActivity, latents: number): boolean {
  const { topItems, topActivations, activeItems, histogram, bounds, largestUser } = activity;
  return (
    [activeItems, bounds, largestUser].every(({ length }) => length === latents) &&
    [topItems, topActivations].every(({ length }) => length === latents * TOP_ITEMS) &&
    histogram.length === latents * HISTOGRAM_BINS
  );
}
