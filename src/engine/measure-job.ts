/** The work of measuring and labelling an SAE that came without, as one that was trained elsewhere. */
import { closeDataset, loadDataset } from "../data/load";
import { RecPrismError } from "../protocol/error";
import { openRecommender } from "../recommender/open-recommender";
import { writeMeasures } from "../sae/artifact";
import { readSae } from "../sae/saelens";
import { checkDimensions } from "./artifact-fit";
import { measured } from "./measure";
import { type JobHooks, type JobResult, NOT_STARTED } from "./train-job";

export interface MeasureJob {
  kind: "measure";
  manifestPath: string;
  /** Absolute folder of the SAE, which labels and report are added to. */
  out: string;
}

export async function runMeasureJob({ manifestPath, out }: MeasureJob, hooks: JobHooks): Promise<JobResult> {
  hooks.progress({ ...NOT_STARTED, phase: "preparing" });
  const dataset = await loadDataset(manifestPath);
  try {
    const { sae, hash } = await readSae(out);
    checkDimensions(sae, dataset, out);
    if (hooks.cancelled()) return { artifact: null, interrupted: true };
    hooks.progress({ ...NOT_STARTED, phase: "measuring" });
    const recommender = await openRecommender(dataset);
    try {
      const training = { steps: 0, seconds: 0, interrupted: false };
      const measures = await measured(dataset, recommender, sae, training, {
        progress: (measuredShare) => hooks.progress({ ...NOT_STARTED, phase: "measuring", measuredShare }),
        cancelled: hooks.cancelled,
      });
      await writeMeasures(out, measures(hash));
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError && thrown.reason === "cancelled")) throw thrown;
      return { artifact: null, interrupted: true };
    } finally {
      await recommender.release();
    }
    return { artifact: out, interrupted: false };
  } finally {
    await closeDataset(dataset);
  }
}
