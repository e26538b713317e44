import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/data/random";
import type { GraphBuilder } from "../../src/graph/graph-builder";
import type { Value } from "../../src/graph/value";
import { decodedSparsely, isSparse } from "../../src/sae/sparse-decoder";
import { compareGradients } from "../graph/finite-differences";

const [ROWS, K, M, D] = [3, 2, 6, 4];
const random = seededRandom(1);
const normal = (shape: number[]) => ({
  shape,
  values: Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () => random.normal()),
});
/** Two rows share neuron 4. */
const NEURONS = BigInt64Array.from([4n, 0n, 4n, 5n, 1n, 2n]);
const VARIABLES = [normal([ROWS, K]), normal([M, D])];

function parts(graph: GraphBuilder, [values, weights]: Value[]) {
  const neurons = graph.constant(NEURONS, [ROWS, K]);
  const axis = { axis: { kind: "int", value: 1 } } as const;
  const latents = graph.op("ScatterElements", [graph.zeros([ROWS, M]), neurons, values], axis);
  return { latents, active: { values, neurons }, weights };
}

describe("decoding from the active neurons alone", () => {
  it("gives the product with all of them", async () => {
    const difference = await compareGradients((graph, variables) => {
      const { latents, active, weights } = parts(graph, variables);
      return graph.sub(decodedSparsely(graph, latents, active, weights), graph.matmul(latents, weights));
    }, VARIABLES);
    expect(difference.value.data).toHaveLength(ROWS * D);
    for (const value of difference.value.data) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

  it("has the gradients that finite differences find, of activations and of weights", async () => {
    const { comparisons } = await compareGradients((graph, variables) => {
      const { latents, active, weights } = parts(graph, variables);
      return decodedSparsely(graph, latents, active, weights);
    }, VARIABLES);
    expect(comparisons.length).toBeGreaterThanOrEqual(VARIABLES.length);
    for (const { exact, measured } of comparisons) {
      measured.forEach((value, element) => {
        expect(Math.abs(exact[element] - value)).toBeLessThan(1e-7 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it("is taken where the active neurons are very few of many", () => {
    const active = (k: number) => {
      const value: Value = { name: "values", shape: [8, k], type: "float32" };
      return { values: value, neurons: value };
    };
    expect(isSparse(active(64), 4096)).toBe(true);
    expect(isSparse(active(32), 512)).toBe(false);
  });
});
