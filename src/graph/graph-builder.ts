/** Builds an ONNX graph node by node, inferring every shape on the way. */
import { RecPrismError } from "../protocol/error";
import { inferenceContext } from "./operators/operator";
import { operators } from "./operators/registry";
import {
  type Attributes,
  type ConstantData,
  type ElementType,
  elementCount,
  fixedLength,
  fixedShape,
  type Initialiser,
  isFloat,
  isGiven,
  type Node,
  ONNX_TYPES,
  type Shape,
  type SubgraphContent,
  sameShape,
  type Value,
} from "./value";

/** More zeros than this are made by the runtime when it loads the graph, not stored with it. */
const MOST_ZEROS_STORED = 4096;

/** A gradient that is stated, in place of one by the rules of the nodes in between. */
export interface StatedGradient {
  /** What the value is a function of. */
  of: readonly Value[];
  /** From the gradient of the value, whole, to those of what it is of, in that order. */
  gradient(upstream: Value): Value[];
}

export class GraphBuilder {
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly initialisers: Initialiser[] = [];
  readonly nodes: Node[] = [];
  private readonly constants = new Map<string, Value>();
  private readonly statedGradients = new Map<string, StatedGradient>();
  private names = 0;

  /**
   * @param parent the graph this one is nested in, whose values it may use by name
   * @param floats what real numbers are held in; double precision is for checking gradients
   */
  constructor(
    readonly name: string,
    private readonly parent: GraphBuilder | null = null,
    readonly floats: "float32" | "float64" = parent?.floats ?? "float32",
  ) {}

  input(name: string, shape: Shape, type: ElementType = this.floats): Value {
    const value = { name: this.qualified(name), shape, type };
    this.inputs.push(value);
    return value;
  }

  /** Names a value as a result of the graph. */
  output(name: string, of: Value): Value {
    const value = { ...of, name: this.qualified(name) };
    this.nodes.push({ operator: "Identity", name: value.name, inputs: [of], outputs: [value], attributes: {} });
    this.outputs.push(value);
    return value;
  }

  /** Real numbers take the graph's precision. */
  constant(data: ConstantData, shape: readonly number[]): Value {
    if (data instanceof Float32Array && this.floats === "float64") data = Float64Array.from(data);
    return this.initialise({ name: this.unique("constant"), shape, type: elementType(data) }, data);
  }

  scalar(number: number): Value {
    const data = this.floats === "float64" ? Float64Array.of(number) : Float32Array.of(number);
    return this.once(`scalar ${number}`, () => this.constant(data, []));
  }

  zeros(shape: readonly number[]): Value {
    const count = elementCount(shape);
    return this.once(`zeros ${shape}`, () =>
      count > MOST_ZEROS_STORED ? this.expanded(this.scalar(0), shape) : this.constant(new Float32Array(count), shape),
    );
  }

  /** A one-dimensional int64 constant: axes, shapes, indices. */
  ints(numbers: readonly number[]): Value {
    return this.once(`ints ${numbers}`, () =>
      this.initialise(
        { name: this.unique("integers"), shape: [numbers.length], type: "int64" },
        BigInt64Array.from(numbers, BigInt),
      ),
    );
  }

  /** The numbers of a constant of this graph or of one around it; undefined for what is computed or fed. */
  numbers(value: Value): number[] | undefined {
    const found = this.initialisers.find((initialiser) => initialiser.value.name === value.name);
    return found ? Array.from(found.data as ArrayLike<number | bigint>, Number) : this.parent?.numbers(value);
  }

  /** The numbers of an integer constant, by which a node's shape or gradient is known. */
  integers(value: Value): number[] {
    const numbers = value.type === "int64" || value.type === "int32" ? this.numbers(value) : undefined;
    if (numbers) return numbers;
    throw new RecPrismError(
      "graph-invalid",
      `${value.name} must be an integer constant, so that what is made of it is known before the graph runs.`,
    );
  }

  /** Adds a node and gives its first output. */
  op(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.ops(operator, inputs, attributes)[0];
  }

  /** Adds a node and gives all its outputs. */
  ops(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value[] {
    const known = operators[operator];
    if (!known) throw new RecPrismError("graph-invalid", `The operator ${operator} is not supported.`);
    let inferred: ReturnType<typeof known.infer>;
    try {
      inferred = known.infer(inferenceContext(this, { inputs, attributes }));
    } catch (thrown) {
      const operands = inputs
        .filter(isGiven)
        .map(({ name, shape }) => `${name} [${shape}]`)
        .join(", ");
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new RecPrismError("graph-invalid", `${operator} of ${operands}: ${why}`);
    }
    const outputs = [inferred].flat().map((output) => ({ name: this.unique(operator), ...output }));
    this.nodes.push({ operator, name: outputs[0].name, inputs, outputs, attributes });
    return outputs;
  }

  /**
   * Runs a nested graph `trips` times.
   *
   * @param trips int64 scalar
   * @param carried initial values of what each turn hands to the next
   * @param body receives the turn's number (int64 scalar) and the carried values; returns the next ones, and values
   *   that are stacked over the turns
   * @returns the final carried values and the stacked ones, which have a first dimension `turns`
   */
  loop(
    trips: Value,
    carried: readonly Value[],
    body: (graph: GraphBuilder, turn: Value, carried: Value[]) => { carried: Value[]; stacked: Value[] },
  ): { carried: Value[]; stacked: Value[] } {
    const nested = new GraphBuilder(this.unique("body"), this);
    const turn = nested.input("turn", [], "int64");
    const goOn = nested.input("go_on", [], "bool");
    const states = carried.map((value, index) => nested.input(`carried_${index}`, value.shape, value.type));
    const result = body(nested, turn, states);
    nested.output("go_on_out", goOn);
    result.carried.forEach((value, index) => {
      if (!sameShape(value.shape, carried[index].shape)) {
        throw new Error(`carried value ${index} changes its shape from [${carried[index].shape}] to [${value.shape}]`);
      }
      nested.result(`next_${index}`, value);
    });
    for (const [index, value] of result.stacked.entries()) nested.result(`stacked_${index}`, value);

    const name = this.unique("loop");
    const always = this.once("true", () =>
      this.initialise({ name: this.unique("true"), shape: [], type: "bool" }, Uint8Array.of(1)),
    );
    const outputs: Value[] = [
      ...carried.map((value, index) => ({ ...value, name: `${name}_carried_${index}` })),
      ...result.stacked.map((value, index) => ({
        name: `${name}_stacked_${index}`,
        shape: ["turns", ...value.shape],
        type: value.type,
      })),
    ];
    this.nodes.push({
      operator: "Loop",
      name,
      inputs: [trips, always, ...carried],
      outputs,
      attributes: { body: { kind: "graph", value: nested.content() } },
    });
    return { carried: outputs.slice(0, carried.length), stacked: outputs.slice(carried.length) };
  }

  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b]);
  }

  sub(a: Value, b: Value): Value {
    return this.op("Sub", [a, b]);
  }

  mul(a: Value, b: Value): Value {
    return this.op("Mul", [a, b]);
  }

  div(a: Value, b: Value): Value {
    return this.op("Div", [a, b]);
  }

  matmul(a: Value, b: Value): Value {
    return this.op("MatMul", [a, b]);
  }

  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.op("Cast", [x], { to: { kind: "int", value: ONNX_TYPES[type] } });
  }

  /** With its axes reversed; what is already such a result is given back as it was. */
  transposed(x: Value): Value {
    const maker = this.nodes.find((node) => node.operator === "Transpose" && node.outputs[0].name === x.name);
    return maker && !maker.attributes.perm ? maker.inputs[0] : this.op("Transpose", [x]);
  }

  reshaped(x: Value, shape: readonly number[]): Value {
    return sameShape(x.shape, shape) ? x : this.op("Reshape", [x, this.ints(shape)]);
  }

  /**
   * States the gradient of a value that nodes made, for where there is a cheaper one than theirs.
   *
   * @returns the value
   */
  withGradient(value: Value, of: readonly Value[], gradient: StatedGradient["gradient"]): Value {
    this.statedGradients.set(value.name, { of, gradient });
    return value;
  }

  statedGradient({ outputs: [value] }: Node): StatedGradient | null {
    return this.statedGradients.get(value.name) ?? null;
  }

  /** Repeated along axes of length 1 to the shape it broadcasts to. */
  expanded(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.op("Expand", [x, this.ints(fixedShape({ shape }))]);
  }

  /** x[start:end] along one axis. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    return this.op("Slice", [x, this.ints([start]), this.ints([end]), this.ints([axis])]);
  }

  /** x cut along one axis into parts of the given lengths. */
  split(x: Value, axis: number, lengths: readonly number[]): Value[] {
    return this.ops("Split", [x, this.ints(lengths)], { axis: { kind: "int", value: axis } });
  }

  /** Mean over the given axes, or all of them, which are dropped unless kept at length 1. */
  mean(x: Value, axes?: readonly number[], keep = false): Value {
    return this.reduced("ReduceMean", x, axes, keep);
  }

  /** Sum over the given axes, or all of them, which are dropped unless kept at length 1. */
  sum(x: Value, axes?: readonly number[], keep = false): Value {
    return this.reduced("ReduceSum", x, axes, keep);
  }

  /**
   * Undoes broadcasting: sums over the axes along which `shape` had been repeated to give `from`.
   *
   * @param x of the shape `from`, or a value that broadcasts to it: its copies are then counted, not added up
   * @returns a value that broadcasts to `shape`, and has it where x has the shape `from`
   */
  summedTo(x: Value, shape: Shape, from: Shape = x.shape): Value {
    if (sameShape(from, shape)) return x;
    const lead = from.length - shape.length;
    const missing = from.length - x.shape.length;
    const summed: number[] = [];
    let copies = 1;
    for (const axis of from.keys()) {
      if (from[axis] === 1 || (axis >= lead && shape[axis - lead] !== 1)) continue;
      if (axis >= missing && x.shape[axis - missing] !== 1) summed.push(axis - missing);
      else copies *= fixedLength(from, axis);
    }
    const keep = summed.some((axis) => axis + missing >= lead);
    const sum = summed.length > 0 ? this.summedCopies(x, summed, keep) : x;
    const surplus = sum.shape.length - shape.length;
    const flat = surplus > 0 ? this.reshaped(sum, fixedShape(sum).slice(surplus)) : sum;
    return copies === 1 ? flat : this.mul(flat, this.scalar(copies));
  }

  /** The rows of a matrix are summed by a product with ones, which is twice as fast as a reduction down its columns. */
  private summedCopies(x: Value, axes: readonly number[], keep: boolean): Value {
    const downColumns = x.shape.length === 2 && axes.length === 1 && axes[0] === 0;
    if (!downColumns || !isFloat(x)) return this.sum(x, axes, keep);
    const [rows, columns] = fixedShape(x);
    const ones = this.once(`ones ${rows}`, () => this.constant(new Float32Array(rows).fill(1), [1, rows]));
    const sum = this.matmul(ones, x);
    return keep ? sum : this.reshaped(sum, [columns]);
  }

  content(): SubgraphContent {
    return {
      name: this.name,
      inputs: this.inputs,
      outputs: this.outputs,
      initialisers: this.initialisers,
      nodes: this.nodes,
    };
  }

  /** Results of a nested graph go by position: what a node of it made needs no copy under another name. */
  private result(name: string, of: Value): void {
    const own = this.nodes.some((node) => node.outputs.some((output) => output.name === of.name));
    if (own && !this.outputs.some((output) => output.name === of.name)) this.outputs.push(of);
    else this.output(name, of);
  }

  private reduced(operator: string, x: Value, axes: readonly number[] | undefined, keep: boolean): Value {
    return this.op(operator, axes ? [x, this.ints(axes)] : [x], { keepdims: { kind: "int", value: keep ? 1 : 0 } });
  }

  private initialise(value: Value, data: Initialiser["data"]): Value {
    this.initialisers.push({ value, data });
    return value;
  }

  private once(key: string, make: () => Value): Value {
    const known = this.constants.get(key) ?? make();
    this.constants.set(key, known);
    return known;
  }

  private unique(stem: string): string {
    return this.qualified(`${stem}_${this.names++}`);
  }

  /** Nested graphs share the namespace of those around them. */
  private qualified(name: string): string {
    return this.parent ? `${this.name}/${name}` : name;
  }
}

function elementType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "bool";
}
