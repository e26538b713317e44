/** Values and nodes of an ONNX graph under construction. */

export type ElementType = "float32" | "int32" | "int64" | "bool";

/** A number, or the name of a dimension that is known only when the graph runs, such as `rows`. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

export type Attribute =
  | { kind: "int"; value: number }
  | { kind: "ints"; value: readonly number[] }
  | { kind: "float"; value: number }
  | { kind: "graph"; value: SubgraphContent };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

export interface Initialiser {
  readonly value: Value;
  readonly data: Float32Array | BigInt64Array | Uint8Array;
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
export function fixedShape(value: Value): number[] {
  return value.shape.map((dimension) => {
    if (typeof dimension === "number") return dimension;
    throw new Error(`${value.name} has the open dimension "${dimension}" where a fixed one is needed`);
  });
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

/** Axes counted from the front; negative ones count from the back. */
export function positiveAxes(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}
