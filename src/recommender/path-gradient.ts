/** The mean gradient of a score along a straight path of user vectors: what integrated gradients are made of. */
import { gradients } from "../graph/differentiate";
import { GraphBuilder } from "../graph/graph-builder";
import { type GraphSession, openSession } from "../graph/session";
import type { GraphScorer } from "./recommender";

export interface PathGradient {
  /** Of the score in the user vector, averaged over the path; d values. */
  mean: Float64Array;
  /** Sum over the parts of the path by how much the gradient misses the score's change. */
  error: number;
}

/** Gauss and Legendre's of three points on [0, 1], exact for polynomials of degree 5. The second is the middle. */
const NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
const WEIGHTS = [5 / 18, 4 / 9, 5 / 18];

const FIRST_PARTS = 8;
/** Points of the path that are looked at, at most; and at once. */
const MOST_POINTS = 6_144;
const POINTS = 96;
/** Share of the score's change that the error may be. */
const TOLERANCE = 1e-3;
/** A model counts in float32: an error this small beside its scores is one of rounding. */
const ROUNDING = 2 ** -20;

/** A part of the path, from and to as shares of it. */
interface Part {
  from: number;
  to: number;
  scores: { from: number; middle: number; to: number };
  /** Mean over the part. */
  gradient: Float64Array;
  error: number;
}

/**
 * The gradient times the way is the change of the score (completeness), on every part of the path too. That tells how good
 * the quadrature is on each: parts with the largest error are halved until all errors together are at most a thousandth
 * of the score's change, or rounding, or the path has been looked at often enough. A network of Relu has a gradient that
 * jumps: the halving finds the jumps, where more points at even distances would not.
 *
 * @param from user vector at which the path begins, d values
 * @param item d values
 * @throws RecPrismError "graph-invalid" or "head-invalid" where the model cannot be differentiated
 */
export async function pathGradient(
  inGraph: GraphScorer,
  from: Float64Array,
  to: Float64Array,
  item: ArrayLike<number>,
): Promise<PathGradient> {
  const path = await Path.open(inGraph, from, to, item);
  try {
    const edges = Array.from({ length: FIRST_PARTS + 1 }, (_, edge) => edge / FIRST_PARTS);
    const { scores } = await path.at(edges);
    let parts = await path.parts(
      edges
        .slice(1)
        .map((edge, index) => ({ from: edges[index], to: edge, scores: [scores[index], scores[index + 1]] })),
    );
    const change = Math.abs(scores[FIRST_PARTS] - scores[0]);
    const bearable = Math.max(TOLERANCE * change, ROUNDING * Math.max(...scores.map(Math.abs)));
    for (;;) {
      const worst = worstParts(parts, bearable);
      if (worst.size === 0 || path.points + 2 * NODES.length * worst.size > MOST_POINTS) break;
      const halves = [...worst].flatMap(({ from: start, to: end, scores: of }) => {
        const middle = (start + end) / 2;
        return [
          { from: start, to: middle, scores: [of.from, of.middle] },
          { from: middle, to: end, scores: [of.middle, of.to] },
        ];
      });
      parts = [...parts.filter((part) => !worst.has(part)), ...(await path.parts(halves))];
    }
    const mean = new Float64Array(from.length);
    for (const part of parts) {
      for (let c = 0; c < mean.length; c++) mean[c] += (part.to - part.from) * part.gradient[c];
    }
    return { mean, error: sumOfErrors(parts) };
  } finally {
    await path.release();
  }
}

/** Those without which the others' errors are bearable, half of it to spare; none where all of them are. */
function worstParts(parts: readonly Part[], bearable: number): Set<Part> {
  const worst = new Set<Part>();
  let left = sumOfErrors(parts);
  if (left <= bearable) return worst;
  for (const part of parts.toSorted((a, b) => b.error - a.error)) {
    if (left <= bearable / 2) break;
    left -= part.error;
    worst.add(part);
  }
  return worst;
}

function sumOfErrors(parts: readonly Part[]): number {
  return parts.reduce((sum, { error }) => sum + error, 0);
}

/** Scores and gradients at points of the path. */
class Path {
  points = 0;

  private constructor(
    private readonly session: GraphSession,
    private readonly start: Float64Array,
    private readonly way: Float64Array,
    private readonly items: Float32Array,
  ) {}

  static async open(
    inGraph: GraphScorer,
    from: Float64Array,
    to: Float64Array,
    item: ArrayLike<number>,
  ): Promise<Path> {
    const d = from.length;
    const graph = new GraphBuilder("path");
    const users = graph.input("users", [POINTS, d]);
    const scores = inGraph.pairs(graph, users, graph.input("items", [POINTS, d]));
    graph.output("scores", scores);
    // A score depends on its own pair alone, so that the gradient of their sum is that of each.
    graph.output("gradients", gradients(graph, graph.sum(scores), [users])[0]);
    const items = new Float32Array(POINTS * d);
    for (let point = 0; point < POINTS; point++) items.set(item, point * d);
    const way = to.map((value, c) => value - from[c]);
    return new Path(await openSession(graph.content(), 1), from, way, items);
  }

  /** @param shares of the path, in [0, 1] */
  async at(shares: readonly number[]): Promise<{ scores: number[]; gradients: Float32Array[] }> {
    const d = this.start.length;
    const found: { scores: number[]; gradients: Float32Array[] } = { scores: [], gradients: [] };
    for (let first = 0; first < shares.length; first += POINTS) {
      const some = shares.slice(first, first + POINTS);
      const users = new Float32Array(POINTS * d);
      for (let point = 0; point < POINTS; point++) {
        // The batch is filled up with the start.
        const share = some[point] ?? 0;
        for (let c = 0; c < d; c++) users[point * d + c] = this.start[c] + share * this.way[c];
      }
      const result = await this.session.run({
        users: { data: users, shape: [POINTS, d] },
        items: { data: this.items, shape: [POINTS, d] },
      });
      for (const point of some.keys()) {
        found.scores.push(result.scores[point]);
        found.gradients.push(result.gradients.slice(point * d, (point + 1) * d));
      }
      // A run blocks this thread: others get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.points += shares.length;
    return found;
  }

  async parts(of: readonly { from: number; to: number; scores: readonly number[] }[]): Promise<Part[]> {
    const shares = of.flatMap(({ from, to }) => NODES.map((node) => from + node * (to - from)));
    const { scores, gradients } = await this.at(shares);
    return of.map(({ from, to, scores: [before, after] }, part) => {
      const gradient = new Float64Array(this.start.length);
      for (const [node, weight] of WEIGHTS.entries()) {
        const atNode = gradients[part * NODES.length + node];
        for (let c = 0; c < gradient.length; c++) gradient[c] += weight * atNode[c];
      }
      const predicted = (to - from) * gradient.reduce((sum, value, c) => sum + value * this.way[c], 0);
      return {
        from,
        to,
        scores: { from: before, middle: scores[part * NODES.length + 1], to: after },
        gradient,
        error: Math.abs(predicted - (after - before)),
      };
    });
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
