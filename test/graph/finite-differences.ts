/** Gradients by central differences, to check the graph's own against. */
import { gradients } from "../../src/graph/differentiate";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession, type TensorIn } from "../../src/graph/session";
import { elementCount, type Value } from "../../src/graph/value";

export interface Variable {
  shape: number[];
  values: number[];
}

/** Builds the value whose gradient is checked from its variables. */
export type Expression = (graph: GraphBuilder, variables: Value[]) => Value;

const STEP = 1 / 128;

/**
 * The scalar checked is the expression's sum weighted by fixed, uneven numbers, so that no element's error hides.
 *
 * @returns per variable, the gradient by differentiation and by differences of fourth order
 */
export async function compareGradients(
  expression: Expression,
  variables: Variable[],
): Promise<{ exact: number[]; measured: number[] }[]> {
  const graph = new GraphBuilder("check");
  const inputs = variables.map(({ shape }, index) => graph.input(`x${index}`, shape));
  const value = expression(graph, inputs);
  const shape = value.shape as number[];
  const weights = Float32Array.from({ length: elementCount(shape) }, (_, i) => 0.5 + ((i * 7) % 5) / 4);
  const loss = graph.sum(graph.mul(value, graph.constant(weights, shape)));
  gradients(graph, loss, inputs).forEach((gradient, index) => {
    graph.output(`gradient${index}`, gradient);
  });
  // The weighted sum is done here in double precision: float32 sums would drown small differences.
  graph.output("value", value);

  const session = await openSession(graph.content(), 1);
  try {
    const run = (changed: Variable[]) =>
      session.run(
        Object.fromEntries(
          changed.map((variable, index): [string, TensorIn] => [
            `x${index}`,
            { data: Float32Array.from(variable.values), shape: variable.shape },
          ]),
        ),
      );
    const lossAt = async (which: number, element: number, offset: number) => {
      const changed = structuredClone(variables);
      changed[which].values[element] += offset;
      const { value: result } = await run(changed);
      return result.reduce((sum, x, i) => sum + x * weights[i], 0);
    };
    const exact = await run(variables);
    return await Promise.all(
      variables.map(async ({ values }, which) => {
        const measured: number[] = [];
        for (const element of values.keys()) {
          const near = (await lossAt(which, element, STEP)) - (await lossAt(which, element, -STEP));
          const far = (await lossAt(which, element, 2 * STEP)) - (await lossAt(which, element, -2 * STEP));
          measured.push((8 * near - far) / (12 * STEP));
        }
        return { exact: Array.from(exact[`gradient${which}`]), measured };
      }),
    );
  } finally {
    await session.release();
  }
}
