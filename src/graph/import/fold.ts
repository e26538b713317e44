/** Evaluates nodes whose operands are all known, as models compute shapes, axes and masks. */
import { cuts } from "../operators/joining";
import type { InferenceContext, Inferred } from "../operators/operator";
import { operators } from "../operators/registry";
import { broadcastShape, elementCount, type Value } from "../value";
import { type Constant, type ConstantType, constant, constantType, integerList } from "./constant";
import { isConstant, type NodeCall, operandShape, statedAxis } from "./node-call";

/** A larger tensor than this is no shape, axis or mask; it would rather be a mistake, or mischief. */
const MOST_ELEMENTS = 1 << 24;

/** What a node gives that depends on shapes or on known tensors alone; null for a node that is left to the graph. */
export function folded(call: NodeCall): Constant | null {
  const { operator, operands, attributes } = call;
  if (operator === "Shape") {
    const lengths = operandShape(call, 0);
    return integerList(lengths.slice(attributes.int("start", 0), attributes.int("end", lengths.length)));
  }
  if (operator === "Size") return constant("int64", [], [elementCount(operandShape(call, 0))]);
  const known = operands.filter((operand) => operand !== undefined);
  return known.every(isConstant) ? (FOLDS[operator]?.(known, call) ?? null) : null;
}

/** Operators that are evaluated when their operands are known, and so need no rule then. */
export function foldedOperators(): string[] {
  return ["Shape", "Size", ...Object.keys(FOLDS)];
}

type Fold = (operands: Constant[], call: NodeCall) => Constant | null | undefined;

const arithmetic =
  (combine: (...numbers: number[]) => number): Fold =>
  (operands) =>
    elementwise(operands[0].type, operands, combine);

const logic =
  (combine: (...numbers: number[]) => boolean): Fold =>
  (operands) =>
    elementwise("bool", operands, (...numbers) => Number(combine(...numbers)));

/** The same elements in the same order. */
const rearranged: Fold = (operands, call) => ({
  ...operands[0],
  shape: (operators[call.operator].infer(inference(operands, call)) as Inferred).shape as number[],
});

const FOLDS: Readonly<Record<string, Fold>> = {
  Constant: (_, { attributes }) => attributes.constant(attributes.names()[0]),
  ConstantOfShape([shape], { attributes }) {
    const value = attributes.constant("value") ?? constant("float32", [1], [0]);
    return filled(value.type, Array.from(shape.data), () => value.data[0]);
  },
  Range([start, limit, step]) {
    const count = Math.max(0, Math.ceil((limit.data[0] - start.data[0]) / step.data[0]));
    return filled(start.type, [count], ([at]) => start.data[0] + at * step.data[0]);
  },

  Identity: ([x]) => x,
  Cast([x], { attributes }) {
    const type = constantType(attributes.int("to", 0));
    return type && cast(x, type);
  },
  CastLike: ([x, like]) => cast(x, like.type),

  Add: arithmetic((a, b) => a + b),
  Sub: arithmetic((a, b) => a - b),
  Mul: arithmetic((a, b) => a * b),
  Div: ([a, b]) => elementwise(a.type, [a, b], a.type === "int64" ? (x, y) => Math.trunc(x / y) : (x, y) => x / y),
  // The result has the sign of the divisor, unless the attribute says the dividend's.
  Mod: ([a, b], { attributes }) =>
    elementwise(
      a.type,
      [a, b],
      attributes.int("fmod", 0) === 1 ? (x, y) => x % y : (x, y) => x - y * Math.floor(x / y),
    ),
  Pow: arithmetic((a, b) => a ** b),
  Neg: arithmetic((x) => -x),
  Abs: arithmetic(Math.abs),
  Sqrt: arithmetic(Math.sqrt),
  Reciprocal: arithmetic((x) => 1 / x),
  Floor: arithmetic(Math.floor),
  Ceil: arithmetic(Math.ceil),
  Min: arithmetic(Math.min),
  Max: arithmetic(Math.max),
  Where: ([condition, a, b]) =>
    elementwise(a.type, [condition, a, b], (holds, then, otherwise) => (holds ? then : otherwise)),

  Equal: logic((a, b) => a === b),
  Less: logic((a, b) => a < b),
  LessOrEqual: logic((a, b) => a <= b),
  Greater: logic((a, b) => a > b),
  GreaterOrEqual: logic((a, b) => a >= b),
  And: logic((a, b) => a !== 0 && b !== 0),
  Or: logic((a, b) => a !== 0 || b !== 0),
  Xor: logic((a, b) => a !== b),
  Not: logic((a) => a === 0),

  /** Of all elements, as sizes are made of shapes. */
  ReduceProd([x, axes], { attributes }) {
    if (axes) return null;
    const product = Array.from(x.data).reduce((product, factor) => product * factor, 1);
    return constant(x.type, attributes.int("keepdims", 1) === 1 ? x.shape.map(() => 1) : [], [product]);
  },

  Reshape: rearranged,
  Squeeze: rearranged,
  Unsqueeze: rearranged,
  Flatten: rearranged,
  Transpose([x], { attributes }) {
    const order = attributes.ints("perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
    const from = (place: number[]) => x.shape.map((_, axis) => place[order.indexOf(axis)]);
    return filled(
      x.type,
      order.map((axis) => x.shape[axis]),
      (place) => x.data[offset(x.shape, from(place))],
    );
  },
  Concat(operands, call) {
    const axis = statedAxis(call, 0);
    const origins = operands.flatMap((operand) =>
      Array.from({ length: operand.shape[axis] }, (_, at) => ({ operand, at })),
    );
    return filled(operands[0].type, operands[0].shape.with(axis, origins.length), (place) => {
      const { operand, at } = origins[place[axis]];
      return operand.data[offset(operand.shape, place.with(axis, at))];
    });
  },
  Gather([x, indices], call) {
    const axis = statedAxis(call, 0);
    const taken = Array.from(indices.data, (index) => (index < 0 ? index + x.shape[axis] : index));
    return { ...take(x, axis, taken), shape: x.shape.toSpliced(axis, 1, ...indices.shape) };
  },
  Slice: (operands, call) =>
    cuts(inference(operands, call)).reduce((part, { axis, positions }) => take(part, axis, positions), operands[0]),
  // Copies of floats are left to the graph, which need not hold them.
  Expand: ([x, target]) =>
    x.type === "float32"
      ? null
      : filled(
          x.type,
          broadcastShape(x.shape, Array.from(target.data)) as number[],
          (place) => x.data[offset(x.shape, place)],
        ),
};

/** The operands as shape inference takes them. */
function inference(operands: readonly Constant[], { attributes }: NodeCall): InferenceContext {
  const numbers = ({ name }: Value) => Array.from(operands[Number(name)].data);
  return {
    inputs: operands.map(({ shape, type }, index): Value => ({ name: `${index}`, shape, type })),
    attributes: attributes.entries(),
    integers: numbers,
    numbers,
  };
}

function cast(x: Constant, type: ConstantType): Constant {
  if (type === "float32") return constant(type, x.shape, x.data);
  return constant(type, x.shape, x.data.map(type === "bool" ? (number) => Number(number !== 0) : Math.trunc));
}

function elementwise(type: ConstantType, operands: Constant[], combine: (...numbers: number[]) => number): Constant {
  const shape = operands.map((operand) => operand.shape).reduce((a, b) => broadcastShape(a, b) as number[]);
  return filled(type, shape, (place) => combine(...operands.map(({ shape: own, data }) => data[offset(own, place)])));
}

/** The parts at the given places of one axis. */
function take(x: Constant, axis: number, taken: readonly number[]): Constant {
  const missing = taken.find((place) => !(place >= 0 && place < x.shape[axis]));
  if (missing !== undefined) throw new Error(`there is no place ${missing} along the axis ${axis} of [${x.shape}]`);
  return filled(
    x.type,
    x.shape.with(axis, taken.length),
    (place) => x.data[offset(x.shape, place.with(axis, taken[place[axis]]))],
  );
}

/** @param value of each place, whose coordinates it must not keep */
function filled(type: ConstantType, shape: readonly number[], value: (place: number[]) => number): Constant {
  const count = elementCount(shape);
  if (!(count <= MOST_ELEMENTS)) throw new Error(`a tensor [${shape}] is too large to be made while importing`);
  const place = shape.map(() => 0);
  const data = Array.from({ length: count }, () => {
    const number = value(place);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis] === shape[axis]; axis--) place[axis] = 0;
    return number;
  });
  return constant(type, shape, data);
}

/** Where the element of a place lies, or of the place that broadcasts to it. */
function offset(shape: readonly number[], place: readonly number[]): number {
  const lead = place.length - shape.length;
  return shape.reduce((sum, length, axis) => sum * length + (length === 1 ? 0 : place[lead + axis]), 0);
}
