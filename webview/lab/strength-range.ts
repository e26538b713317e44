/** How far the slider of an edit goes. */
import type { EditOperation } from "../../src/protocol/steering";

export interface StrengthRange {
  min: number;
  max: number;
  step: number;
}

/**
 * Range that makes sense for an operation, widened where a typed value lies beyond it; null where there is nothing to
 * choose.
 *
 * @param largestUserActivation of the neuron, over all users
 */
export function strengthRange(
  operation: EditOperation,
  largestUserActivation: number,
  value: number,
): StrengthRange | null {
  const range = usualRange(operation, Math.max(0, largestUserActivation));
  return range && { ...range, min: Math.min(range.min, value), max: Math.max(range.max, value) };
}

function usualRange(operation: EditOperation, largest: number): StrengthRange | null {
  switch (operation) {
    case "suppress":
      return null;
    case "scale":
      return { min: 0, max: 4, step: 0.05 };
    case "set":
      return { min: -2, max: Math.max(1, Math.ceil(1.5 * largest)), step: 0.05 };
    case "add": {
      const bound = Math.max(1, Math.ceil(largest * 10) / 10);
      return { min: -bound, max: bound, step: 0.05 };
    }
  }
}
