/** Comparisons, logic and rounding: operators whose results change in steps and so have no derivative. */
import { broadcast, like } from "./elementwise";
import type { Operator } from "./operator";

const step: Operator = { infer: like };
const comparison: Operator = { infer: ({ inputs }) => broadcast(inputs, "bool") };

export const comparisons: Record<string, Operator> = {
  Sign: step,
  Floor: step,
  Ceil: step,
  Round: step,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  And: comparison,
  Or: comparison,
  Xor: comparison,
  Not: step,
};
