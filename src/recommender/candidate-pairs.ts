/** Which user-item pairs of a batch are scored in training, and how their scores line up. */
import type { GraphBuilder } from "../graph/graph-builder";
import { fixedShape, type Value } from "../graph/value";
import type { UsersAndItems } from "./prediction-loss";
import type { GraphScorer } from "./recommender";

export interface ScoredPairs {
  pairs: {
    /** Scores of embeddings, in whatever shape. */
    scores(of: UsersAndItems): Value;
    /** Sums of biases in the shape of the scores. */
    biases(of: UsersAndItems): Value;
  };
  /** Scores as [users, items of each user]. */
  lists(scores: Value): Value;
}

/**
 * All pairs of the batch where the scorer can do them at once; else each user with its own item and those of the next
 * pairs of the batch, `candidates` in all.
 */
export function scoredPairs(graph: GraphBuilder, scorer: GraphScorer, candidates: number): ScoredPairs {
  const { all } = scorer;
  if (all !== null) {
    return {
      pairs: {
        scores: ({ users, items }) => all(graph, users, items),
        biases: ({ users, items }) => graph.add(users, graph.transposed(items)),
      },
      lists: (scores) => scores,
    };
  }
  const turned = ({ users, items }: UsersAndItems): UsersAndItems => ({
    users: repeated(graph, users, candidates),
    items: rotations(graph, items, candidates),
  });
  return {
    pairs: {
      scores(of) {
        const { users, items } = turned(of);
        return scorer.pairs(graph, users, items);
      },
      biases(of) {
        const { users, items } = turned(of);
        const sums = graph.add(users, items);
        return graph.reshaped(sums, [fixedShape(sums)[0]]);
      },
    },
    // Pair number c B + u is user u with its c-th candidate.
    lists(scores) {
      const [count] = fixedShape(scores);
      const listLength = Math.min(candidates, count);
      return graph.transposed(graph.reshaped(scores, [listLength, count / listLength]));
    },
  };
}

/** [B, d] `times` over, [times B, d]. */
function repeated(graph: GraphBuilder, rows: Value, times: number): Value {
  return times === 1
    ? rows
    : along(
        graph,
        Array.from({ length: times }, () => rows),
      );
}

/** The rows, the rows moved up by one, by two ... with those at the top coming in again below; [times B, d]. */
function rotations(graph: GraphBuilder, rows: Value, times: number): Value {
  const [length] = fixedShape(rows);
  if (times === 1) return rows;
  const cycle = along(graph, [rows, rows]);
  return along(
    graph,
    Array.from({ length: times }, (_, by) => graph.slice(cycle, 0, by % length, (by % length) + length)),
  );
}

function along(graph: GraphBuilder, parts: Value[]): Value {
  return graph.op("Concat", parts, { axis: { kind: "int", value: 0 } });
}
