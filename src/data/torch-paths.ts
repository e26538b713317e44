/** Names of the tensors in what a pickle holds: the keys that lead to each, joined by dots. */
import { RecPrismError } from "../protocol/error";
import { PickledArray, TorchTensor } from "./torch-pickle";

export type FoundTensor = TorchTensor | PickledArray;

/** As many as an archive may have entries. */
const MOST_TENSORS = 20_000;
const DEEPEST = 100;
const LONGEST_PATH = 2_000;

/**
 * Tensors by their paths, `model.items.weight`, in the order of the file; one that is saved alone has the path "". What
 * several keys share is searched once, so that a small file cannot stand for a huge tree.
 *
 * @param name for messages
 * @throws RecPrismError "file-format" for what is deeper, or holds more, than any checkpoint
 */
export function tensorPaths(value: unknown, name: string, file: string): Map<string, FoundTensor> {
  const searched = new Map<object, [string, FoundTensor][]>();
  const refuse = (what: string): never => {
    throw new RecPrismError(
      "file-format",
      `${name} holds ${what}. Save only the weights: torch.save(model.state_dict(), "weights.pt").`,
      { file },
    );
  };

  const search = (within: unknown, depth: number): [string, FoundTensor][] => {
    if (within instanceof TorchTensor || within instanceof PickledArray) return [["", within]];
    if (!(within instanceof Map || Array.isArray(within))) return [];
    const known = searched.get(within);
    if (known) return known;
    if (depth > DEEPEST) refuse(`containers nested more than ${DEEPEST} deep`);
    const found: [string, FoundTensor][] = [];
    // Set at once, so that what holds itself is not searched for ever.
    searched.set(within, found);
    for (const [key, part] of within.entries()) {
      if (typeof key !== "string" && typeof key !== "number") continue;
      for (const [path, tensor] of search(part, depth + 1)) {
        const longer = path === "" ? String(key) : `${key}.${path}`;
        if (longer.length > LONGEST_PATH) refuse(`a tensor with a name of more than ${LONGEST_PATH} characters`);
        found.push([longer, tensor]);
        if (found.length > MOST_TENSORS) refuse(`more than ${MOST_TENSORS} tensors`);
      }
    }
    return found;
  };
  return new Map(search(value, 0));
}
