import { describe, expect, it } from "vitest";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession } from "../../src/graph/session";
import type { Value } from "../../src/graph/value";
import { dotPredictionLoss } from "../../src/recommender/prediction-loss";
import { compareGradients } from "../graph/finite-differences";
import { randomMatrix } from "../sae/fixtures";

/** Either side of the width at which the way of computing changes. */
const sizes = [
  { pairs: 20, dimensions: 3, way: "by Gram matrices" },
  { pairs: 5, dimensions: 4, way: "pair by pair" },
];

const loss = (graph: GraphBuilder, [users, items, userError, itemError]: Value[]) =>
  dotPredictionLoss(graph, { users, items }, { users: userError, items: itemError });

describe.each(sizes)("the prediction loss of a dot recommender, $way", ({ pairs, dimensions }) => {
  const random = seededRandom(3);
  const [users, items, userError, itemError] = Array.from({ length: 4 }, () => randomMatrix(pairs, dimensions, random));

  it("is the mean squared change of all scores", async () => {
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, c) => sum + value * b[c], 0);
    const moved = (of: typeof users, by: typeof users) =>
      matrix(
        pairs,
        dimensions,
        of.values.map((value, i) => value + by.values[i]),
      );
    let expected = 0;
    for (let u = 0; u < pairs; u++) {
      for (let i = 0; i < pairs; i++) {
        const after = dot(row(moved(users, userError), u), row(moved(items, itemError), i));
        expected += (after - dot(row(users, u), row(items, i))) ** 2 / pairs ** 2;
      }
    }
    const graph = new GraphBuilder("loss");
    const inputs = ["u", "i", "eu", "ei"].map((name) => graph.input(name, [pairs, dimensions]));
    graph.output("loss", loss(graph, inputs));
    const session = await openSession(graph.content(), 1);
    const feed = (of: typeof users) => ({ data: of.values, shape: [pairs, dimensions] });
    const result = await session.run({ u: feed(users), i: feed(items), eu: feed(userError), ei: feed(itemError) });
    await session.release();
    expect(Math.abs(result.loss[0] / expected - 1)).toBeLessThan(1e-5);
  });

  it("has the gradient that finite differences show", async () => {
    const variables = [users, items, userError, itemError].map(({ values }) => ({
      shape: [pairs, dimensions],
      // Multiples of 1/16 are exact in float32.
      values: Array.from(values, (value) => Math.round(16 * value) / 16),
    }));
    const { comparisons } = await compareGradients(loss, variables);
    for (const { exact, measured } of comparisons) {
      exact.forEach((value, element) => {
        expect(Math.abs(value - measured[element])).toBeLessThan(2e-3 * Math.max(1, Math.abs(value)));
      });
    }
  });
});
