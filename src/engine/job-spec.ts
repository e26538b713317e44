/** What a job process can be asked to do. */

import { type LabelJob, runLabelJob } from "./label-job";
import { type MeasureJob, runMeasureJob } from "./measure-job";
import { type RecommenderJob, runRecommenderJob } from "./recommender-job";
import { runSearchJob, type SearchJob } from "./search-job";
import { runSeedsJob, type SeedsJob } from "./seeds-job";
import { type JobHooks, type JobResult, runTrainJob, type TrainJob } from "./train-job";

export type JobSpec = TrainJob | SearchJob | MeasureJob | LabelJob | SeedsJob | RecommenderJob;

export function runJob(job: JobSpec, hooks: JobHooks): Promise<JobResult> {
  switch (job.kind) {
    case "train":
      return runTrainJob(job, hooks);
    case "search":
      return runSearchJob(job, hooks);
    case "measure":
      return runMeasureJob(job, hooks);
    case "label":
      return runLabelJob(job, hooks);
    case "seeds":
      return runSeedsJob(job, hooks);
    case "recommender":
      return runRecommenderJob(job, hooks);
  }
}
