/** `.npy` among the formats that embeddings come in. */
import type { MatrixFormat } from "./matrix-format";
import { readNpyHeader } from "./npy";
import { describeNpyDtype } from "./npy-description";
import { openNpy } from "./npy-rows";

export const npyFormat: MatrixFormat = {
  name: "NumPy array",
  extensions: [".npy"],
  async describe(file) {
    const { rows, columns, dtype } = await readNpyHeader(file);
    return [{ source: { file }, shape: [rows, columns], dtype: describeNpyDtype(dtype), unusable: null }];
  },
  async open({ file }, mostBytes) {
    return { rows: await openNpy(file, mostBytes), ids: null };
  },
};
