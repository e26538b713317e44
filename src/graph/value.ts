/** Values and nodes of an ONNX graph under construction. */

/** Gradients are checked in float64; everything else computes in float32. */
export type ElementType = "float32" | "float64" | "int32" | "int64" | "bool";

/** How ONNX numbers the element types. */
export const ONNX_TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** A number, or the name of a dimension that is known only when the graph runs, such as `rows`. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** Stands in a node's inputs for an optional one that is left out, as the empty name does in ONNX. */
export const ABSENT: Value = { name: "", shape: [], type: "float32" };

/** Whether an optional input is there: neither left out nor beyond the list's end. */
export function isGiven(input: Value | undefined): input is Value {
  return input !== undefined && input.name !== "";
}

/** Only floats carry a derivative. */
export function isFloat({ type }: Pick<Value, "type">): boolean {
  return type === "float32" || type === "float64";
}

export type Attribute =
  | { kind: "int"; value: number }
  | { kind: "ints"; value: readonly number[] }
  | { kind: "float"; value: number }
  | { kind: "floats"; value: readonly number[] }
  | { kind: "string"; value: string }
  | { kind: "graph"; value: SubgraphContent };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** Uint8Array holds booleans: 0 or 1. */
export type ConstantData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Initialiser {
  readonly value: Value;
  readonly data: ConstantData;
}

/** Everything that an ONNX graph, whole or nested, consists of. */
export interface SubgraphContent {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initialisers: readonly Initialiser[];
  readonly nodes: readonly Node[];
}

/** The shape as numbers; gradients and reshapes need every dimension known. */
export function fixedShape({ shape }: Pick<Value, "shape">): number[] {
  return shape.map((_, axis) => fixedLength(shape, axis));
}

export function fixedLength(shape: Shape, axis: number): number {
  const length = shape[axis];
  if (typeof length === "number") return length;
  throw new Error(`the axis ${axis} of [${shape}] has the open length "${length}" where a fixed one is needed`);
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Shape of an elementwise result under ONNX (NumPy) broadcasting. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
  });
}

/** Whether a value of one shape can stand, by repetition, where another shape is needed. */
export function broadcastsTo(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((length, axis) => length === 1 || length === to[lead + axis]);
}

/** An axis counted from the front; a negative one counts from the back. */
export function positiveAxis(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new Error(`the axis ${axis} does not exist among ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}

export function positiveAxes(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => positiveAxis(axis, rank));
}
