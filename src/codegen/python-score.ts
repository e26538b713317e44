/** The generated functions that list: `score_items` and `recommend`, for recommenders that are a formula. */
import type { RecommenderManifest } from "../protocol/manifest";

/** Nothing for a model: only its owner knows how it is run. */
export function pythonScore(recommender: RecommenderManifest["kind"]): string[] {
  if (recommender === "onnx") return [];
  const { name, scores } = FORMULAS[recommender];
  return `def score_items(
    user_vector: np.ndarray,
    items: np.ndarray,
    item_bias: Optional[np.ndarray] = None,
    user_bias: float = 0.0,
    user_id: Optional[Any] = None,
) -> np.ndarray:
    """Return the score of every item for one user after steering: ${name} plus biases."""
    if np.ndim(user_vector) != 1:
        raise ValueError("one user at a time: user_vector must have shape (%d,)" % DIMENSIONS)
${scores}
    if item_bias is not None:
        scores = scores + np.asarray(item_bias, dtype=np.float64).reshape(-1)
    return scores + float(np.asarray(user_bias, dtype=np.float64).reshape(()))


def recommend(
    user_vector: np.ndarray,
    items: np.ndarray,
    item_bias: Optional[np.ndarray] = None,
    user_bias: float = 0.0,
    seen: Union[Sequence[int], np.ndarray] = (),
    k: int = 30,
    user_id: Optional[Any] = None,
) -> np.ndarray:
    """Return the rows of the k best items for one user after steering, best first.

    items: item embeddings, shape (n_items, DIMENSIONS).
    item_bias, user_bias: the recommender's biases, where it has them.
    seen: rows of items to leave out.
    Items with equal scores stand in row order.
    """
    scores = score_items(user_vector, items, item_bias, user_bias, user_id)
    unseen = np.ones(len(scores), dtype=bool)
    unseen[np.asarray(list(seen), dtype=np.intp)] = False
    candidates = np.flatnonzero(unseen)
    order = np.argsort(-scores[candidates], kind="stable")
    return candidates[order[:k]]`.split("\n");
}

const FORMULAS = {
  dot: {
    name: "dot product",
    scores: "    scores = np.asarray(items, dtype=np.float64) @ steer(user_vector, user_id)",
  },
  cosine: {
    name: "cosine",
    scores: `    vectors = np.asarray(items, dtype=np.float64)
    steered = steer(user_vector, user_id)
    # A vector of zeros has cosine 0 with everything.
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(steered)
    scores = np.divide(vectors @ steered, lengths, out=np.zeros(len(vectors)), where=lengths > 0.0)`,
  },
};
