/** A steering config as a Python module that needs NumPy only and returns the lists that the preview showed. */
import type { Edit, SteeringConfig, SteeringRule } from "../protocol/steering";
import type { SteeringWeights } from "../steering/weights";
import { bracketed, commentText, floatLiteral, stringLiteral } from "./python-text";
import { pythonWeights } from "./python-weights";

/**
 * Python 3.8+ source with `steer`, `score_items` and `recommend`.
 *
 * In delta mode only the weights of edited neurons are in it; in reconstruct mode all are. Names and labels come from
 * people and files: they stand in comments and string literals only, escaped.
 *
 * @param weights what `steeringWeights` says this config needs
 * @throws RecPrismError "config-invalid" for more weights than fit a source file
 */
export function generatePython(config: SteeringConfig, weights: SteeringWeights): string {
  const edits = config.rules.flatMap((rule) => rule.edits);
  const labels = weights.neurons.map((neuron) => edits.find((edit) => edit.neuron === neuron)?.label ?? "");
  const lines = [
    ...header(config, weights),
    ...rulesConstant(config.rules),
    "",
    ...neuronsConstant(config, weights),
    ...pythonWeights(weights, labels),
    "",
    "",
    ...functions(config),
  ];
  return `${lines.join("\n")}\n`;
}

function header({ sae, mode }: SteeringConfig, { dimensions, epsilon }: SteeringWeights): string[] {
  return [
    "# Steering of a recommender through its sparse autoencoder (SAE), made by RecPrism.",
    "# Needs NumPy only. Do not edit the weights: change the steering config and export again.",
    "#",
    "#     vectors = steer(user_vectors)  # in place of the user embeddings, or",
    "#     rows = recommend(user_vector, items, item_bias, seen=seen_rows, k=30)",
    "",
    "from typing import Any, Optional, Sequence, Union",
    "",
    "import numpy as np",
    "",
    "# Content hash of the SAE that the edits were made on.",
    `SAE_HASH = ${stringLiteral(sae.hash)}`,
    "# Length of a user embedding.",
    `DIMENSIONS = ${dimensions}`,
    "# Added to the standard deviation when an embedding is standardised.",
    `EPSILON = ${floatLiteral(epsilon)}`,
    mode === "delta"
      ? "# Mode: delta. Edits move the user embedding; what the SAE does not explain stays."
      : "# Mode: reconstruct. Edited embeddings are replaced by their SAE reconstruction.",
    "",
  ];
}

function rulesConstant(rules: SteeringRule[]): string[] {
  return [
    "# Rules in order: (user ids or None for everyone, [(neuron, operation, value), ...]).",
    "RULES = [",
    ...rules.flatMap(({ name, audience, edits }) => [
      `    # ${commentText(name)}`,
      "    (",
      ...(audience.kind === "everyone"
        ? ["        None,"]
        : bracketed("frozenset([", audience.users.map(stringLiteral), "]),", "        ")),
      "        [",
      ...edits.map((edit) => `            ${editLine(edit)}`),
      "        ],",
      "    ),",
    ]),
    "]",
  ];
}

function editLine(edit: Edit): string {
  const value = edit.operation === "suppress" ? "0.0" : floatLiteral(edit.value);
  const comment = edit.label ? `  # ${commentText(edit.label)}` : "";
  return `(${edit.neuron}, "${edit.operation}", ${value}),${comment}`;
}

function neuronsConstant({ mode }: SteeringConfig, { neurons }: SteeringWeights): string[] {
  if (mode === "reconstruct") return ["# All neurons of the SAE.", `NEURONS = list(range(${neurons.length}))`];
  return [
    "# Neurons that the rules edit, in the order of the weights.",
    ...bracketed("NEURONS = [", neurons.map(String), "]"),
  ];
}

const STEERED_ROWS = {
  delta: `    steered = rows + scale * ((edited - z) @ DECODER)`,
  reconstruct: `    steered = scale * (edited @ DECODER + DECODER_BIAS) + mean`,
};

function functions({ mode }: SteeringConfig): string[] {
  return `def steer(user_vector: np.ndarray, user_id: Optional[Any] = None) -> np.ndarray:
    """Return the steered copy of one user embedding, or of a batch of them.

    user_vector: shape (DIMENSIONS,), or (n, DIMENSIONS) for a batch.
    user_id: the user's id; for a batch, one id per row. Rules for some users need it;
        without it only the rules for everyone apply. Other users keep their embedding.
    """
    vector = np.asarray(user_vector, dtype=np.float64)
    if vector.ndim not in (1, 2) or vector.shape[-1] != DIMENSIONS:
        raise ValueError(
            "user_vector has shape %s; expected (%d,) or (n, %d)"
            % (vector.shape, DIMENSIONS, DIMENSIONS)
        )
    rows = np.atleast_2d(vector)
    ids = _ids_of_rows(user_id, vector)

    mean = rows.mean(axis=1, keepdims=True)
    squares = ((rows - mean) ** 2).sum(axis=1, keepdims=True)
    scale = np.sqrt(squares / max(1, DIMENSIONS - 1)) + EPSILON
    z = ((rows - mean) / scale - DECODER_BIAS) @ ENCODER + ENCODER_BIAS
    z = np.maximum(z, 0.0)

    edited = z.copy()
    concerned = np.zeros(len(rows), dtype=bool)
    for audience, edits in RULES:
        members = np.array([audience is None or name in audience for name in ids], dtype=bool)
        concerned |= members
        for neuron, operation, value in edits:
            column = NEURONS.index(neuron)
            edited[members, column] = _edited(edited[members, column], operation, value)

${STEERED_ROWS[mode]}
    return np.where(concerned[:, np.newaxis], steered, rows).reshape(vector.shape)


def score_items(
    user_vector: np.ndarray,
    items: np.ndarray,
    item_bias: Optional[np.ndarray] = None,
    user_bias: float = 0.0,
    user_id: Optional[Any] = None,
) -> np.ndarray:
    """Return the score of every item for one user after steering: dot product plus biases."""
    if np.ndim(user_vector) != 1:
        raise ValueError("one user at a time: user_vector must have shape (%d,)" % DIMENSIONS)
    scores = np.asarray(items, dtype=np.float64) @ steer(user_vector, user_id)
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
    return candidates[order[:k]]


def _ids_of_rows(user_id: Optional[Any], vector: np.ndarray) -> list:
    """Return one id (or None) per row."""
    if vector.ndim == 1:
        return [None if user_id is None else str(user_id)]
    if user_id is None:
        return [None] * len(vector)
    if isinstance(user_id, (str, bytes)) or np.ndim(user_id) == 0 or len(user_id) != len(vector):
        raise ValueError("a batch of %d rows needs as many user ids" % len(vector))
    return [None if one is None else str(one) for one in user_id]


def _edited(activation: np.ndarray, operation: str, value: float) -> np.ndarray:
    """Return what the rules make of a neuron's activations."""
    if operation == "suppress":
        return np.zeros_like(activation)
    if operation == "scale":
        return value * activation
    if operation == "set":
        return np.full_like(activation, value)
    if operation == "add":
        return activation + value
    raise ValueError("unknown operation %r" % operation)`.split("\n");
}
