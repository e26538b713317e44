/** Recommenders that are a formula: the dot product and the cosine. */
import type { Users } from "../data/dataset";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";
import type { GraphScorer, Recommender } from "./recommender";
import { cosineScorer, dotScorer } from "./scorer";

/** Keeps the cosine of a vector of zeros finite. */
const LEAST_SQUARED_NORM = 1e-12;

export function dotRecommender(users: Pick<Users, "bias">): Recommender {
  return {
    kind: "dot",
    inGraph: dotInGraph,
    scorer: (items) => dotScorer(users, items),
    release: async () => {},
  };
}

export function cosineRecommender(users: Pick<Users, "bias">): Recommender {
  const unit = (graph: GraphBuilder, x: Value) => graph.div(x, norms(graph, x));
  return {
    kind: "cosine",
    inGraph: {
      probabilities: false,
      pairs: (graph, users, items) => dotInGraph.pairs(graph, unit(graph, users), unit(graph, items)),
      all: (graph, users, items) => allDots(graph, unit(graph, users), unit(graph, items)),
    },
    scorer: (items) => cosineScorer(users, items),
    release: async () => {},
  };
}

const dotInGraph: GraphScorer = {
  probabilities: false,
  pairs: (graph, users, items) => graph.sum(graph.mul(users, items), [1]),
  all: allDots,
};

function allDots(graph: GraphBuilder, users: Value, items: Value): Value {
  return graph.matmul(users, graph.transposed(items));
}

/** Length of each row, [rows, 1]. */
function norms(graph: GraphBuilder, x: Value): Value {
  const squares = graph.op("ReduceSumSquare", [x, graph.ints([1])], { keepdims: { kind: "int", value: 1 } });
  return graph.op("Sqrt", [graph.add(squares, graph.scalar(LEAST_SQUARED_NORM))]);
}
