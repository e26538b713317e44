/** The generated functions that list: `score_items` and `recommend`, for recommenders that are a formula. */
import type { CodeInput } from "./code-input";

/** Nothing for a model: only its owner knows how it is run. */
export function pythonScore(recommender: CodeInput["recommender"]): string[] {
  if (recommender === "onnx") return [];
  const { name, scores } = FORMULAS[recommender];
  return `def score_items(
    user_vector: np.ndarray,
    item_vectors: np.ndarray,
    item_bias: Optional[np.ndarray] = None,
    user_bias: float = 0.0,
    user_id: Optional[Any] = None,
    item_ids: Union[Sequence[Any], np.ndarray, None] = None,
) -> np.ndarray:
    """Return every item's score for one user after steering: ${name} plus biases.

    Items that filters hide have a score too; recommend leaves them out.
    """
    if np.ndim(user_vector) != 1:
        raise ValueError(
            "one user at a time: user_vector must have shape (%d,)" % DIMENSIONS
        )
    vectors = _item_rows(item_vectors)
    if any(rule.items for rule in _rules_of(user_id)):
        if item_ids is None:
            raise ValueError("rules for this user edit items: item_ids is needed")
        vectors = steer_items(vectors, item_ids, user_id)
    steered = steer(user_vector, user_id)
${scores}
    if item_bias is not None:
        scores = scores + np.asarray(item_bias, dtype=np.float64).reshape(-1)
    return scores + float(np.asarray(user_bias, dtype=np.float64).reshape(()))


def recommend(
    user_vector: np.ndarray,
    item_vectors: np.ndarray,
    item_bias: Optional[np.ndarray] = None,
    user_bias: float = 0.0,
    seen: Union[Iterable[int], np.ndarray] = (),
    k: int = 30,
    user_id: Optional[Any] = None,
    item_ids: Union[Sequence[Any], np.ndarray, None] = None,
) -> np.ndarray:
    """Return the rows of the k best items for one user after steering, best first.

    item_vectors: shape (n_items, DIMENSIONS).
    item_bias, user_bias: the recommender's biases, where it has them.
    seen: rows of items to leave out. Those that filters hide are left out too.
    item_ids: one id per row, needed where rules for this user edit items.
    Items with equal scores stand in row order.
    """
    scores = score_items(
        user_vector, item_vectors, item_bias, user_bias, user_id, item_ids
    )
    unseen = np.ones(len(scores), dtype=bool)
    unseen[np.asarray(list(seen), dtype=np.intp)] = False
    candidates = np.flatnonzero(unseen)
    order = candidates[np.argsort(-scores[candidates], kind="stable")]
    vectors = np.asarray(item_vectors)
    listed: List[int] = []
    # Filters look at the best items only, as many as fill the list.
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        listed.extend(part[~hidden_items(vectors[part], user_id)])
        if len(listed) >= k:
            break
    return np.array(listed[:k], dtype=np.intp)`.split("\n");
}

/** Sums go row by row, unlike those of a matrix product, so that equal items have equal scores wherever they stand. */
const FORMULAS = {
  dot: {
    name: "dot product",
    scores: `    # Row by row, so that equal items have equal scores wherever they stand.
    scores: np.ndarray = np.einsum("ij,j->i", vectors, steered)`,
  },
  cosine: {
    name: "cosine",
    scores: `    # A vector of zeros has cosine 0 with everything. Sums go row by row, so that equal
    # items have equal scores wherever they stand.
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) * np.linalg.norm(steered)
    products = np.einsum("ij,j->i", vectors, steered)
    scores = np.zeros(len(vectors))
    np.divide(products, lengths, out=scores, where=lengths > 0.0)`,
  },
};
