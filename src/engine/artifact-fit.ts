/** Whether an SAE and a project's data belong together. */
import type { Dataset } from "../data/dataset";
import { RecPrismError } from "../protocol/error";
import type { Sae } from "../sae/model";

/** @throws RecPrismError "artifact-invalid" for an SAE of other dimensions than the embeddings */
export function checkDimensions(sae: Sae, dataset: Dataset, folder: string): void {
  const dimensions = sae.encoderWeights.rows;
  const { columns } = dataset.items.embeddings;
  if (dimensions === columns) return;
  throw new RecPrismError(
    "artifact-invalid",
    `The SAE in ${folder} is for ${dimensions} dimensions, but the project's embeddings have ${columns}. Train again, or name another folder in "sae.path".`,
    { file: folder, key: "d_in" },
  );
}
