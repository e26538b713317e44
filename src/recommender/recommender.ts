/** The frozen recommender, behind one interface for training, ranking and steering. */
import type { Items } from "../data/dataset";
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/value";

export interface Recommender {
  readonly kind: "dot" | "cosine" | "onnx";
  /** The score as part of a graph that is differentiated; biases are left to whoever needs them. */
  readonly inGraph: GraphScorer;
  /** Ranks a catalogue: the items' own embeddings, or reconstructed or steered ones. */
  scorer(items: Pick<Items, "embeddings" | "bias">): Scorer;
  release(): Promise<void>;
}

export interface GraphScorer {
  /** Scores are probabilities already, as of a model that ends in a sigmoid; else they are any real numbers. */
  readonly probabilities: boolean;
  /** Score of each user with the item of the same row: [P, d] and [P, d] -> [P]. */
  pairs(graph: GraphBuilder, users: Value, items: Value): Value;
  /**
   * Score of each user with each item: [B, d] and [C, d] -> [B, C]. Null where that would be as many evaluations of a
   * model; training then scores some of the pairs.
   */
  readonly all: ((graph: GraphBuilder, users: Value, items: Value) => Value) | null;
}

export interface Scorer {
  /**
   * Scores of all items. Dot and cosine count in double precision, so that other float64 implementations (NumPy) rank
   * alike; a model counts in its own.
   *
   * @param user d values; may be a steered vector
   * @param userRow whose bias to add
   */
  scoreItems(user: ArrayLike<number>, userRow: number): Promise<Float64Array>;
  /**
   * Scores of some items by vectors that stand in for their own, such as steered ones.
   *
   * @param vectors d values each
   * @param itemRows whose biases to add, in the order of the vectors
   */
  scoreVectors(
    user: ArrayLike<number>,
    userRow: number,
    vectors: readonly ArrayLike<number>[],
    itemRows: ArrayLike<number>,
  ): Promise<Float64Array>;
}
