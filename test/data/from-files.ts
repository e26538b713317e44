/** Data sets whose embeddings stay in files, as large ones do. */
import { join } from "node:path";
import type { Dataset } from "../../src/data/dataset";
import type { Matrix, Rows } from "../../src/data/matrix";
import { openNpy, writeNpy } from "../../src/data/npy";
import { scratchFolder } from "./scratch";

/** The rows of a matrix, in a file; `closeRows` closes it. */
export async function rowsInFile(of: Matrix): Promise<Rows> {
  const file = join(await scratchFolder(), "rows.npy");
  await writeNpy(file, of);
  return openNpy(file, 0);
}

/** The same data with the users' embeddings in a file, and the items' too if told; `closeDataset` closes them. */
export async function datasetFromFiles(
  dataset: Dataset & { users: { embeddings: Matrix }; items: { embeddings: Matrix } },
  itemsToo = true,
): Promise<Dataset> {
  const { users, items } = dataset;
  return {
    ...dataset,
    users: { ...users, embeddings: await rowsInFile(users.embeddings) },
    items: { ...items, embeddings: itemsToo ? await rowsInFile(items.embeddings) : items.embeddings },
  };
}
