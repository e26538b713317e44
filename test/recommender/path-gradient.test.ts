import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/data/random";
import type { GraphBuilder } from "../../src/graph/graph-builder";
import type { Value } from "../../src/graph/value";
import { pathGradient } from "../../src/recommender/path-gradient";
import type { GraphScorer } from "../../src/recommender/recommender";
import { randomMatrix } from "../sae/fixtures";

const ITEM = [1, -2, 0.5];

function scorer(pairs: (graph: GraphBuilder, users: Value, items: Value) => Value): GraphScorer {
  return { probabilities: false, pairs, all: null };
}

/** Gradient times way. */
function along(mean: Float64Array, from: Float64Array, to: Float64Array): number {
  return mean.reduce((sum, value, c) => sum + value * (to[c] - from[c]), 0);
}

describe("the mean gradient along a path", () => {
  const from = Float64Array.of(0, 1, -1);
  const to = Float64Array.of(2, -3, 0.5);

  it("of a product with the item is the item", async () => {
    const dot = scorer((graph, users, items) => graph.sum(graph.mul(users, items), [1]));
    const { mean, error } = await pathGradient(dot, from, to, ITEM);
    for (const [c, value] of ITEM.entries()) expect(mean[c]).toBeCloseTo(value, 6);
    expect(error).toBeLessThan(1e-5);
  });

  it("of a square is that in the middle of the path", async () => {
    const squares = scorer((graph, users) => graph.sum(graph.mul(users, users), [1]));
    const { mean } = await pathGradient(squares, from, to, ITEM);
    for (const c of from.keys()) expect(mean[c]).toBeCloseTo(from[c] + to[c], 5);
  });

  it("finds where a gradient jumps", async () => {
    // Relu of the first value less .3337 of the way: a third of it has no gradient.
    const shifted = scorer((graph, users) => {
      const first = graph.sum(graph.slice(users, 1, 0, 1), [1]);
      return graph.op("Relu", [graph.sub(first, graph.scalar(0.6674))]);
    });
    const { mean, error } = await pathGradient(shifted, from, to, ITEM);
    expect(error).toBeLessThan(1.3326 * 1e-3);
    expect(mean[0]).toBeCloseTo(1 - 0.3337, 3);
    expect(Array.from(mean.slice(1))).toEqual([0, 0]);
  });

  it("gives the change of the score of networks with many kinks, to a thousandth of it", async () => {
    for (let seed = 0; seed < 8; seed++) {
      const random = seededRandom(seed);
      const [hidden, out] = [randomMatrix(3, 64, random, 2), randomMatrix(64, 1, random)];
      const bias = randomMatrix(1, 64, random, 1.5);
      const network = scorer((graph, users) => {
        const before = graph.add(
          graph.matmul(users, graph.constant(hidden.values, [3, 64])),
          graph.constant(bias.values, [64]),
        );
        const scores = graph.matmul(graph.op("Relu", [before]), graph.constant(out.values, [64, 1]));
        return graph.sum(scores, [1]);
      });
      const score = (x: Float64Array) =>
        Array.from(out.values).reduce((sum, weight, unit) => {
          let input = bias.values[unit];
          for (const c of x.keys()) input += x[c] * hidden.values[c * 64 + unit];
          return sum + weight * Math.max(0, input);
        }, 0);
      const { mean, error } = await pathGradient(network, from, to, ITEM);
      const change = score(to) - score(from);
      expect(error).toBeLessThanOrEqual(1e-3 * Math.abs(change));
      expect(Math.abs(along(mean, from, to) - change)).toBeLessThanOrEqual(1e-3 * Math.abs(change) + 1e-4);
    }
  });

  it("tells the error where a score jumps, which no gradient explains", async () => {
    const step = scorer((graph, users) => {
      const first = graph.sum(graph.slice(users, 1, 0, 1), [1]);
      const above = graph.op("Greater", [first, graph.scalar(1)]);
      return graph.add(first, graph.op("Where", [above, graph.scalar(5), graph.scalar(0)]));
    });
    const { mean, error } = await pathGradient(step, from, to, ITEM);
    expect(mean[0]).toBeCloseTo(1, 6);
    expect(error).toBeCloseTo(5, 3);
  });

  it("of a path without length, or of a score that does not depend on the user, is what it is there", async () => {
    const squares = scorer((graph, users) => graph.sum(graph.mul(users, users), [1]));
    const there = await pathGradient(squares, from, from, ITEM);
    expect(Array.from(there.mean, (value) => value / 2)).toEqual(Array.from(from));
    const constant = scorer((graph, _, items) => graph.sum(items, [1]));
    const { mean, error } = await pathGradient(constant, from, to, ITEM);
    expect(Array.from(mean)).toEqual([0, 0, 0]);
    expect(error).toBe(0);
  });
});
