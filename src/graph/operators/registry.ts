/** All operators the graph knows, by their ONNX names. */
import { elementwise } from "./elementwise";
import { linear } from "./linear";
import type { Operator } from "./operator";
import { reductions } from "./reductions";
import { shaping } from "./shaping";

export const operators: Readonly<Record<string, Operator>> = { ...elementwise, ...linear, ...reductions, ...shaping };

/** Names of the operators that can be differentiated, sorted, for error messages and documentation. */
export function differentiableOperators(): string[] {
  return Object.keys(operators)
    .filter((name) => operators[name].gradient !== undefined)
    .sort();
}
