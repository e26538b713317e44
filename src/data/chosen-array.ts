/** Which array of a file is meant: the one the manifest names, or the only one that can be. */
import { RecPrismError } from "../protocol/error";
import type { MatrixSource } from "../protocol/manifest";
import type { FoundArray } from "./matrix-format";

/** In a message; a checkpoint may have thousands. */
const MOST_NAMES = 20;

/**
 * The `tensor` of a source, once it is known to be there and usable.
 *
 * @param found all arrays of the file; each has a `tensor`
 * @throws RecPrismError "not-found" naming what there is, "dtype-unsupported" for one that is unusable
 */
export function chosenTensor({ file, tensor }: Exclude<MatrixSource, string>, found: FoundArray[]): string {
  const usable = found.filter(({ unusable }) => unusable === null);
  if (tensor === undefined) {
    if (usable.length === 1) return nameOf(usable[0]);
    const what = usable.length === 0 ? "holds no array that can be read" : `holds ${usable.length} arrays`;
    const remedy = usable.length === 0 ? "Save a matrix of numbers." : 'Say which with "tensor".';
    throw new RecPrismError("not-found", `${file} ${what}: ${listed(found)}. ${remedy}`, { file });
  }
  const chosen = found.find((array) => nameOf(array) === tensor);
  if (chosen === undefined) {
    throw new RecPrismError("not-found", `${file} has no array "${tensor}". It has ${listed(found)}.`, {
      file,
      key: tensor,
    });
  }
  if (chosen.unusable === null) return tensor;
  throw new RecPrismError("dtype-unsupported", `${file}, ${tensor}, cannot be read. ${chosen.unusable}`, {
    file,
    key: tensor,
  });
}

function nameOf({ source }: FoundArray): string {
  return source.tensor ?? "";
}

function listed(found: FoundArray[]): string {
  if (found.length === 0) return "nothing";
  const names = found
    .slice(0, MOST_NAMES)
    .map((array) => `${nameOf(array)} [${array.shape.join(", ")}] ${array.dtype}`);
  return `${names.join("; ")}${found.length > MOST_NAMES ? `; and ${found.length - MOST_NAMES} more` : ""}`;
}
