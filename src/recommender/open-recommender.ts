/** Opens the recommender that a manifest names. */
import type { Dataset } from "../data/dataset";
import { cosineRecommender, dotRecommender } from "./dot-and-cosine";
import { openHead } from "./onnx-head";
import type { Recommender } from "./recommender";

/** @throws RecPrismError "head-invalid" or a file's fault, for an ONNX model that cannot be used */
export async function openRecommender(
  dataset: Pick<Dataset, "manifest" | "folder" | "users" | "items">,
): Promise<Recommender> {
  const { recommender } = dataset.manifest;
  switch (recommender.kind) {
    case "dot":
      return dotRecommender(dataset.users);
    case "cosine":
      return cosineRecommender(dataset.users);
    case "onnx":
      return openHead(recommender, dataset.folder, {
        users: dataset.users.embeddings,
        items: dataset.items.embeddings,
      });
  }
}
