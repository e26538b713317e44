/** Gradients by central differences in double precision, to check the graph's own against. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { gradients } from "../../src/graph/differentiate";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { onnxModel } from "../../src/graph/model";
import { elementCount, fixedShape, type Value } from "../../src/graph/value";

export interface Variable {
  shape: number[];
  values: number[];
}

/** Builds the value whose gradient is checked from its variables. */
export type Expression = (graph: GraphBuilder, variables: Value[]) => Value;

export type Precision = GraphBuilder["floats"];

/** Balances rounding against the differences' own error, which is of sixth order in the step. */
const STEPS: Record<Precision, number> = { float64: 1 / 512, float32: 1 / 16 };
/** Of the sixth-order central difference, at one, two and three steps. */
const STENCIL = [45 / 60, -9 / 60, 1 / 60];

/** Uneven, so that no element's error hides behind another's. */
const unevenWeights = (count: number) => Array.from({ length: count }, (_, i) => 0.5 + ((i * 7) % 5) / 4);

/**
 * A way to take a scalar of a value: its elements weighted, or sums over all of it, its rows or its columns. The gradients
 * of the sums reach the value narrower than it is.
 */
interface Reading {
  name: string;
  loss(graph: GraphBuilder, value: Value): Value;
  /** What each element of the value counts for. */
  weights(shape: readonly number[]): number[];
}

const readings: Reading[] = [
  {
    name: "every element",
    loss: (graph, value) => weightedSum(graph, value),
    weights: (shape) => unevenWeights(elementCount(shape)),
  },
  {
    name: "the sum",
    loss: (graph, value) => graph.sum(value),
    weights: (shape) => new Array(elementCount(shape)).fill(1),
  },
  {
    name: "sums of rows",
    loss: (graph, value) => (value.shape.length > 0 ? weightedSum(graph, graph.sum(value, [-1], true)) : value),
    weights(shape) {
      const length = shape.at(-1) ?? 1;
      const perRow = shape.length > 0 ? unevenWeights(elementCount(shape) / length) : [1];
      return Array.from({ length: elementCount(shape) }, (_, i) => perRow[Math.floor(i / length)]);
    },
  },
  {
    name: "sums of columns",
    loss: (graph, value) => (value.shape.length > 0 ? weightedSum(graph, graph.sum(value, [0])) : value),
    weights(shape) {
      const perColumn = shape.length > 0 ? unevenWeights(elementCount(shape.slice(1))) : [1];
      return Array.from({ length: elementCount(shape) }, (_, i) => perColumn[i % perColumn.length]);
    },
  },
];

function weightedSum(graph: GraphBuilder, value: Value): Value {
  const shape = fixedShape(value);
  const weights = Float32Array.from(unevenWeights(elementCount(shape)));
  return graph.sum(graph.mul(value, graph.constant(weights, shape)));
}

export interface Comparison {
  /** Which scalar of the value, and by which variable. */
  of: string;
  /** By differentiation. */
  exact: number[];
  /** By differences. */
  measured: number[];
}

export interface Result {
  data: number[];
  shape: readonly number[];
}

/**
 * Compares both gradients of every reading by every variable.
 *
 * @param stepScale makes the differences' step finer or coarser than the precision allows
 * @returns the comparisons, and the value with the shape that the graph expected of it
 */
export async function compareGradients(
  expression: Expression,
  variables: Variable[],
  precision: Precision = "float64",
  stepScale = 1,
): Promise<{ comparisons: Comparison[]; value: Result; expectedShape: readonly number[] }> {
  const graph = new GraphBuilder("check", null, precision);
  const inputs = variables.map(({ shape }, index) => graph.input(`x${index}`, shape));
  const value = expression(graph, inputs);
  const expectedShape = fixedShape(value);
  for (const [at, { loss }] of readings.entries()) {
    gradients(graph, loss(graph, value), inputs).forEach((gradient, index) => {
      graph.output(`gradient${at} by ${index}`, gradient);
    });
  }
  graph.output("value", value);
  const step = STEPS[precision] * stepScale;
  const run = await opened(graph);
  try {
    const here = await run.of(variables);
    const comparisons: Comparison[] = [];
    for (const [which, { values }] of variables.entries()) {
      const measured = readings.map(() => new Array<number>(values.length).fill(0));
      for (const element of values.keys()) {
        for (const [at, factor] of STENCIL.entries()) {
          const offset = (at + 1) * step;
          const above = (await run.of(moved(variables, which, element, offset))).value.data;
          const below = (await run.of(moved(variables, which, element, -offset))).value.data;
          for (const [reading, { weights }] of readings.entries()) {
            const change = weights(expectedShape).reduce((sum, weight, i) => sum + weight * (above[i] - below[i]), 0);
            measured[reading][element] += (factor * change) / step;
          }
        }
      }
      readings.forEach(({ name }, reading) => {
        const { data: exact, shape } = here[`gradient${reading} by ${which}`];
        if (`${shape}` !== `${variables[which].shape}`)
          throw new Error(`the gradient by x${which} has shape [${shape}]`);
        comparisons.push({ of: `${name} by x${which}`, exact, measured: measured[reading] });
      });
    }
    return { comparisons, value: here.value, expectedShape };
  } finally {
    await run.release();
  }
}

function moved(variables: Variable[], which: number, element: number, offset: number): Variable[] {
  return variables.map((variable, index) =>
    index === which
      ? { ...variable, values: variable.values.with(element, variable.values[element] + offset) }
      : variable,
  );
}

/** Runs a graph whose inputs x0, x1, ... are the variables, in whichever precision it was built. */
export async function opened(graph: GraphBuilder) {
  const session = await InferenceSession.create(onnxModel(graph.content()), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const toArray = graph.floats === "float64" ? Float64Array : Float32Array;
  return {
    async of(variables: Variable[]): Promise<Record<string, Result>> {
      const feeds = variables.map(({ values, shape }, index): [string, Tensor] => [
        `x${index}`,
        new Tensor(graph.floats, toArray.from(values), shape),
      ]);
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [
          name,
          { data: Array.from(data as ArrayLike<number | bigint>, Number), shape: dims },
        ]),
      );
    },
    release: () => session.release(),
  };
}
