/** `.npy` among the formats that embeddings come in. */
import type { FoundArray, MatrixFormat } from "./matrix-format";
import { type NpyHeader, npyBytes, npyHeader, openNpy } from "./npy";
import { describeNpyDtype, npyUnusable } from "./npy-description";
import { withOpenedFile } from "./opened-file";

export const npyFormat: MatrixFormat = {
  name: "NumPy array",
  extensions: [".npy"],
  async describe(file) {
    const header = await withOpenedFile(file, (handle, size) => npyHeader(npyBytes(handle, 0, size), { file }));
    return [foundNpy({ file }, header)];
  },
  async open({ file, transposed }, mostBytes) {
    return { rows: await openNpy(file, mostBytes, transposed), ids: null };
  },
};

export function foundNpy(source: FoundArray["source"], header: NpyHeader): FoundArray {
  return {
    source,
    shape: header.shape.map(Number),
    dtype: describeNpyDtype(header.dtype),
    unusable: npyUnusable(header),
  };
}
