/** The work of measuring and labelling an SAE: one that came without, as from elsewhere, or one whose data changed since. */
import { RecPrismError } from "../protocol/error";
import { readTraining, writeMeasures } from "../sae/artifact";
import { readSae } from "../sae/saelens";
import { checkDimensions } from "./artifact-fit";
import { measured } from "./measure";
import { withOpenData } from "./open-data";
import { readSources, recordedSources, writeSources } from "./source-record";
import { type JobHooks, type JobResult, NOT_STARTED } from "./train-job";

export interface MeasureJob {
  kind: "measure";
  manifestPath: string;
  /** Absolute folder of the SAE, which labels and report are added to. */
  out: string;
}

export async function runMeasureJob({ manifestPath, out }: MeasureJob, hooks: JobHooks): Promise<JobResult> {
  hooks.progress({ ...NOT_STARTED, phase: "preparing" });
  return withOpenData(manifestPath, async (dataset, recommender) => {
    const { sae, hash } = await readSae(out);
    checkDimensions(sae, dataset, out);
    const sources = await recordedSources(dataset.folder, dataset.manifest);
    if (hooks.cancelled()) return { artifact: null, interrupted: true };
    hooks.progress({ ...NOT_STARTED, phase: "measuring" });
    try {
      // An SAE of our own was measured before: how it was trained stays true.
      const before = await readTraining(out, hash);
      const { steps, trainSeconds: seconds, interrupted } = before ?? { steps: 0, trainSeconds: 0, interrupted: false };
      const training = { steps, seconds, interrupted };
      const measures = await measured(dataset, recommender, sae, training, {
        progress: (measuredShare) => hooks.progress({ ...NOT_STARTED, phase: "measuring", measuredShare }),
        cancelled: hooks.cancelled,
      });
      const trainedOn = await readSources(out, hash);
      await writeMeasures(out, measures(hash));
      await writeSources(out, { sae: hash, trained: trainedOn?.trained ?? null, measured: sources });
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError && thrown.reason === "cancelled")) throw thrown;
      return { artifact: null, interrupted: true };
    }
    return { artifact: out, interrupted: false };
  });
}
