/** The generated functions that steer: `steer`, `steer_items`, `hidden_items` and their helpers, for one kind of SAE. */
import type { SteeringWeights } from "../steering/weights";
import { type CodeInput, modesOf } from "./code-input";

/** Nothing in them comes from a config but which modes it has, so that they read the same in exports of the same kind. */
export function pythonSteer(input: CodeInput): string[] {
  const { weights } = input;
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
    ids = _ids_of_rows(user_id, vector)
    steps = [(_mask(rule.user_ids, ids), rule.mode, rule.edits) for rule in RULES]
    return _steered(np.atleast_2d(vector), steps).reshape(vector.shape)


def steer_items(
    item_vectors: np.ndarray,
    item_ids: Union[Sequence[Any], np.ndarray],
    user_id: Optional[Any] = None,
) -> np.ndarray:
    """Return item embeddings as they count in the lists of one user.

    item_vectors: shape (n_items, DIMENSIONS).
    item_ids: one id per row. Items that no rule for this user edits stay as they are.
    """
    rows = _item_rows(item_vectors)
    if len(item_ids) != len(rows):
        raise ValueError(
            "%d item vectors need as many ids, not %d" % (len(rows), len(item_ids))
        )
    ids: List[Optional[str]] = [str(one) for one in item_ids]
    rules = _rules_of(user_id)
    reconstruct = any(rule.mode == "reconstruct" for rule in rules)
    mode = "reconstruct" if reconstruct else "delta"
    entries = [entry for rule in rules for entry in rule.items]
    steps = [(_mask(entry.item_ids, ids), mode, entry.edits) for entry in entries]
    return _steered(rows, steps)


def hidden_items(item_vectors: np.ndarray, user_id: Optional[Any] = None) -> np.ndarray:
    """Return which items the filters hide from one user, as a mask.

    item_vectors: the items' own embeddings, whatever rules make of them; shape
        (n_items, DIMENSIONS).
    """
    rows = _item_rows(item_vectors)
    hidden = np.zeros(len(rows), dtype=bool)
    filters = [one for rule in _rules_of(user_id) for one in rule.filters]
    if filters:
${encoding("rows", weights, "        ")}
        for neuron, above in filters:
            hidden |= z[:, NEURONS.index(neuron)] > above
    return hidden


def _steered(
    rows: np.ndarray, steps: List[Tuple[np.ndarray, str, List[Edit]]]
) -> np.ndarray:
    """Return rows after edits; those that no step is for stay as they are.

    steps: (mask of the rows it is for, mode, edits), in order.
    """
    concerned = np.zeros(len(rows), dtype=bool)
${masks(input)}
    x = rows[concerned]
${encoding("x", weights, "    ")}
    edited = z.copy()
    for mask, _, edits in steps:
        members = mask[concerned]
        for neuron, operation, value in edits:
            column = NEURONS.index(neuron)
            edited[members, column] = _edited(edited[members, column], operation, value)
    steered = rows.copy()
${steered(input)}
    return steered


def _activations(standardised: np.ndarray) -> np.ndarray:
    """Return the activations of NEURONS, a row for each embedding."""
    z = np.empty((len(standardised), len(NEURONS)))
    # So many rows at a time as keep all activations in little memory.
    for start in range(0, len(standardised), 4096):
        z[start : start + 4096] = _encoded(standardised[start : start + 4096])
    return z


def _encoded(standardised: np.ndarray) -> np.ndarray:
    z = (standardised - DECODER_BIAS) @ ENCODER + ENCODER_BIAS
${activation(weights)}


def _edited(activation: np.ndarray, operation: str, value: float) -> np.ndarray:
    """Return what an edit makes of a neuron's activations."""
    if operation == "suppress":
        return np.zeros_like(activation)
    if operation == "scale":
        return value * activation
    if operation == "set":
        return np.full_like(activation, value)
    if operation == "add":
        return activation + value
    raise ValueError("unknown operation %r" % operation)


def _rules_of(user_id: Optional[Any]) -> List[Rule]:
    """Return the rules for one user; without an id, those for everyone."""
    name = None if user_id is None else str(user_id)
    return [rule for rule in RULES if rule.user_ids is None or name in rule.user_ids]


def _mask(members: Optional[FrozenSet[str]], ids: List[Optional[str]]) -> np.ndarray:
    """Return which ids are among the members; None stands for everyone."""
    return np.array([members is None or one in members for one in ids], dtype=bool)


def _ids_of_rows(user_id: Optional[Any], vector: np.ndarray) -> List[Optional[str]]:
    """Return one id (or None) per row."""
    if vector.ndim == 1:
        return [None if user_id is None else str(user_id)]
    if user_id is None:
        return [None] * len(vector)
    if isinstance(user_id, (str, bytes)) or np.ndim(user_id) == 0:
        raise ValueError("a batch of %d rows needs as many user ids" % len(vector))
    if len(user_id) != len(vector):
        raise ValueError("a batch of %d rows needs as many user ids" % len(vector))
    return [None if one is None else str(one) for one in user_id]


def _item_rows(item_vectors: np.ndarray) -> np.ndarray:
    """Return item embeddings in double precision."""
    rows = np.asarray(item_vectors, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != DIMENSIONS:
        raise ValueError(
            "item_vectors has shape %s; expected (n_items, %d)"
            % (rows.shape, DIMENSIONS)
        )
    return rows`.split("\n");
}

function encoding(rows: string, weights: SteeringWeights, indent: string): string {
  return encodingLines(rows, weights)
    .map((line) => indent + line)
    .join("\n");
}

function encodingLines(rows: string, { normalisation, dimensions }: SteeringWeights): string[] {
  switch (normalisation) {
    case "none":
      return [`z = _activations(${rows})`];
    case "layer":
      return [
        `mean = ${rows}.mean(axis=1, keepdims=True)`,
        `scale = ${rows}.std(axis=1, ddof=${Math.min(1, dimensions - 1)}, keepdims=True)`,
        `z = _activations((${rows} - mean) / (scale + EPSILON))`,
      ];
    case "norm":
      return [
        `scale = np.sqrt((${rows}**2).mean(axis=1, keepdims=True))`,
        "scale[scale == 0.0] = 1.0",
        `z = _activations(${rows} / scale)`,
      ];
  }
}

function masks({ rules }: CodeInput): string {
  const { delta, reconstruct } = modesOf(rules);
  if (!(delta && reconstruct))
    return `    for mask, _, _ in steps:
        concerned |= mask`;
  return `    reconstructed = np.zeros(len(rows), dtype=bool)
    for mask, mode, _ in steps:
        concerned |= mask
        if mode == "reconstruct":
            reconstructed |= mask`;
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

/** From edited activations to embeddings. */
function steered({ rules, weights: { normalisation } }: CodeInput): string {
  const { delta, reconstruct } = modesOf(rules);
  const scaled = (sum: string) => (normalisation === "none" ? sum : `scale * (${sum})`);
  const centred = normalisation === "layer" ? " + mean" : "";
  const moved = `    change = edited - z
    # Edits that change nothing leave an embedding as it is, to the bit.
    changes = change.any(axis=1, keepdims=True)
    moved = np.where(changes, x + ${normalisation === "none" ? "change @ DECODER" : scaled("change @ DECODER")}, x)`;
  const decoded = `    decoded = ${scaled("edited @ DECODER + DECODER_BIAS")}${centred}`;
  if (!reconstruct) return `${moved}\n    steered[concerned] = moved`;
  if (!delta) return `${decoded}\n    steered[concerned] = decoded`;
  return `${moved}
${decoded}
    replaced = reconstructed[concerned][:, np.newaxis]
    steered[concerned] = np.where(replaced, decoded, moved)`;
}
