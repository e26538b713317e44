/** The generated functions that steer: `steer` and its helpers, for one kind of SAE and one mode. */
import type { SteeringMode } from "../protocol/steering";
import type { SteeringWeights } from "../steering/weights";

/** Nothing in them comes from a config but numbers, so that they read the same in every export of the same kind. */
export function pythonSteer(mode: SteeringMode, weights: SteeringWeights): string[] {
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

${encoding(weights)}

    edited = z.copy()
    concerned = np.zeros(len(rows), dtype=bool)
    for audience, edits in RULES:
        members = np.array([audience is None or name in audience for name in ids], dtype=bool)
        concerned |= members
        for neuron, operation, value in edits:
            column = NEURONS.index(neuron)
            edited[members, column] = _edited(edited[members, column], operation, value)

    steered = ${steered(mode, weights)}
    return np.where(concerned[:, np.newaxis], steered, rows).reshape(vector.shape)


def _activations(standardised: np.ndarray) -> np.ndarray:
    """Return the activations of NEURONS, a row for each embedding."""
    z = (standardised - DECODER_BIAS) @ ENCODER + ENCODER_BIAS
${activation(weights)}


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

function encoding({ normalisation, dimensions }: SteeringWeights): string {
  switch (normalisation) {
    case "none":
      return "    z = _activations(rows)";
    case "layer":
      return `    mean = rows.mean(axis=1, keepdims=True)
    scale = rows.std(axis=1, ddof=${Math.min(1, dimensions - 1)}, keepdims=True)
    z = _activations((rows - mean) / (scale + EPSILON))`;
    case "norm":
      return `    scale = np.sqrt((rows**2).mean(axis=1, keepdims=True))
    scale[scale == 0.0] = 1.0
    z = _activations(rows / scale)`;
  }
}

function activation({ activation: { kind }, encoded, neurons }: SteeringWeights): string {
  switch (kind) {
    case "relu":
      return "    return np.maximum(z, 0.0)";
    case "jumprelu":
      return "    return np.where(z > THRESHOLDS, z, 0.0)";
    case "topk":
      return `    # Of equal activations those of lower neurons are kept.
    largest = np.argsort(-z, axis=1, kind="stable")[:, :K]
    kept = np.zeros_like(z)
    values = np.maximum(np.take_along_axis(z, largest, axis=1), 0.0)
    np.put_along_axis(kept, largest, values, axis=1)
    return kept${encoded.length === neurons.length ? "" : "[:, NEURONS]"}`;
  }
}

function steered(mode: SteeringMode, { normalisation }: SteeringWeights): string {
  const scale = normalisation === "none" ? "" : "scale * ";
  if (mode === "delta") return scale ? "rows + scale * ((edited - z) @ DECODER)" : "rows + (edited - z) @ DECODER";
  const decoded = "edited @ DECODER + DECODER_BIAS";
  return (scale ? `${scale}(${decoded})` : decoded) + (normalisation === "layer" ? " + mean" : "");
}
