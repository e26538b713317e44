/** A project's data and recommender, open for the time of a job. */
import type { Dataset } from "../data/dataset";
import { closeDataset, loadDataset } from "../data/load";
import { openRecommender } from "../recommender/open-recommender";
import type { Recommender } from "../recommender/recommender";

export async function withOpenData<Result>(
  manifestPath: string,
  work: (dataset: Dataset, recommender: Recommender) => Promise<Result>,
): Promise<Result> {
  const dataset = await loadDataset(manifestPath);
  try {
    const recommender = await openRecommender(dataset);
    try {
      return await work(dataset, recommender);
    } finally {
      await recommender.release();
    }
  } finally {
    await closeDataset(dataset);
  }
}
