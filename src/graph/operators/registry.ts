/** All operators the graph knows, by their ONNX names. */
import { activations } from "./activations";
import { arithmetic } from "./arithmetic";
import { comparisons } from "./comparisons";
import { einsum } from "./einsum";
import { indexing } from "./indexing";
import { joining } from "./joining";
import { linear } from "./linear";
import { normalisation } from "./normalisation";
import type { Operator } from "./operator";
import { passing } from "./passing";
import { reductions } from "./reductions";
import { selection } from "./selection";
import { shaping } from "./shaping";

export const operators: Readonly<Record<string, Operator>> = {
  ...activations,
  ...arithmetic,
  ...comparisons,
  ...einsum,
  ...indexing,
  ...joining,
  ...linear,
  ...normalisation,
  ...passing,
  ...reductions,
  ...selection,
  ...shaping,
};

export interface SupportedOperator {
  name: string;
  differentiable: boolean;
  /** What a user must know of it beyond its definition in ONNX; may be empty. */
  note: string;
}

/** Sorted by name, for documentation. */
export function supportedOperators(): SupportedOperator[] {
  return Object.entries(operators)
    .map(([name, { gradient, note = "" }]) => ({ name, differentiable: gradient !== undefined, note }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of the operators that can be differentiated, sorted, for error messages. */
export function differentiableOperators(): string[] {
  return supportedOperators().flatMap(({ name, differentiable }) => (differentiable ? [name] : []));
}
