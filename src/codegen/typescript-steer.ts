/** The generated functions: steering, and listing where the recommender is a formula. */
import type { CodeInput } from "./code-input";
import { modesOf } from "./code-input";

/**
 * In the notation of `annotated`. Nothing in them comes from a config but which modes it has. They add up in the order in
 * which the preview does, so that both give the same to the bit.
 *
 * @param stored something is in the file beside the code
 */
export function typescriptFunctions(input: CodeInput, stored: boolean): string {
  return [steering(input, stored), input.recommender === "onnx" ? null : scoring(input.recommender), helpers(input)]
    .filter((part) => part !== null)
    .join("\n\n");
}

export const TYPESCRIPT_TYPES = `‹/** An embedding: DIMENSIONS numbers. */
export type Vector = ArrayLike<number>;›

‹/** Embeddings of items: one by one, or all values row by row in a typed array. */
export type Vectors = readonly Vector[] | Float32Array | Float64Array;›

‹/** Numbers stand for their digits. */
export type Id = string | number;›
`;

function steering(input: CodeInput, stored: boolean): string {
  return `/**
 * A user's embedding after steering; a user of no rule keeps it.
 *
 * @param userId needed by rules for some users; without it only the rules for everyone apply
 * @throws RangeError for a vector of another length
 */
export function steer(userVector‹: Vector›, userId‹?: Id | null›)‹: Float64Array› {
  const x = checked(userVector, "the user's vector");
  const rules = rulesFor(userId);
  if (rules.length === 0) return x;
  const edits = rules.flatMap((rule) => rule.edits);
  return steered(x, edits, modeOf(rules));
}

/**
 * Items' embeddings as they count in the lists of one user; items that no rule for the user edits stay as they are.
 *
 * @param itemIds one per item
 * @throws RangeError for other lengths
 */
export function steerItems(
  itemVectors‹: Vectors›,
  itemIds‹: ArrayLike<Id>›,
  userId‹?: Id | null›,
)‹: Float64Array[]› {
  return itemsFor(rulesFor(userId), vectorsOf(itemVectors), itemIds).map((x) => Float64Array.from(x));
}

/**
 * Which items the filters hide from one user.
 *
 * @param itemVectors the items' own embeddings, whatever rules make of them
 */
export function hiddenItems(itemVectors‹: Vectors›, userId‹?: Id | null›)‹: boolean[]› {
  const rules = rulesFor(userId);
  return vectorsOf(itemVectors).map((item) => isHidden(item, rules));
}

function isHidden(item‹: Vector›, rules‹: readonly Rule[]›)‹: boolean› {
  const filters = rules.flatMap((rule) => rule.filters);
  if (filters.length === 0) return false;
  const z = activations(standardised(checked(item, "an item")).values);
  return filters.some(({ neuron, above }) => (z[NEURONS.indexOf(neuron)] ?? 0) > above);
}

function rulesFor(userId‹: Id | null | undefined›)‹: Rule[]› {
${stored ? LOADED_CHECK : ""}  const id = userId === undefined || userId === null ? null : String(userId);
  return RULES.filter(({ userIds }) => userIds === null || (id !== null && userIds.has(id)));
}

function modeOf(rules‹: readonly Rule[]›)‹: Mode› {
  return rules.some(({ mode }) => mode === "reconstruct") ? "reconstruct" : "delta";
}

function itemsFor(
  rules‹: readonly Rule[]›,
  items‹: readonly Vector[]›,
  itemIds‹: ArrayLike<Id>›,
)‹: Vector[]› {
  if (itemIds.length !== items.length) {
    throw new RangeError(\`\${items.length} items need as many ids, not \${itemIds.length}\`);
  }
  const entries = rules.flatMap((rule) => rule.items);
  const mode = modeOf(rules);
  return items.map((item, row) => {
    const id = String(itemIds[row]);
    const edits = entries.flatMap((entry) => (entry.itemIds.has(id) ? entry.edits : []));
    return edits.length === 0 ? item : steered(checked(item, \`item \${row}\`), edits, mode);
  });
}

function steered(
  x‹: Float64Array›,
  edits‹: readonly Edit[]›,
  ${singleMode(input) ? "_mode" : "mode"}‹: Mode›,
)‹: Float64Array› {
${steeredBody(input)}
}

function edited(z‹: number›, { operation, value }‹: Edit›)‹: number› {
  switch (operation) {
    case "suppress":
      return 0;
    case "scale":
      return value * z;
    case "set":
      return value;
    case "add":
      return z + value;
  }
}`;
}

const LOADED_CHECK = `  if (!isLoaded) {
    throw new Error(\`Call loadWeights with the content of \${WEIGHTS_FILE} first\`);
  }
`;

function singleMode({ rules }: CodeInput): boolean {
  const { delta, reconstruct } = modesOf(rules);
  return !(delta && reconstruct);
}

function steeredBody(input: CodeInput): string {
  const { delta, reconstruct } = modesOf(input.rules);
  const wanted = [...(reconstruct ? ["mean"] : []), "scale", "values"];
  const decoded = `const decoded = timesDecoder(after);
IN return decoded.map((value, c) => scale * (value + (DECODER_BIAS[c] ?? 0)) + mean);`;
  const moved = `  const change = after.map((value, j) => value - (before[j] ?? 0));
  // Edits that change nothing leave an embedding as it is, to the bit.
  if (change.every((value) => value === 0)) return x;
  const moved = timesDecoder(change);
  return x.map((value, c) => value + scale * (moved[c] ?? 0));`;
  const start = `  const { ${wanted.join(", ")} } = standardised(x);
  const before = activations(values);
  const after = before.slice();
  for (const edit of edits) {
    const at = NEURONS.indexOf(edit.neuron);
    after[at] = edited(after[at] ?? 0, edit);
  }`;
  if (!reconstruct) return `${start}\n${moved}`;
  if (!delta) return `${start}\n  ${decoded.replace("IN", " ")}`;
  return `${start}
  if (mode === "reconstruct") {
    ${decoded.replace("IN", "   ")}
  }
${moved}`;
}

function scoring(recommender: "dot" | "cosine"): string {
  const { name, scores } = FORMULAS[recommender];
  return `‹export interface ScoreOptions {
  userId?: Id | null | undefined;
  /** One per item; needed where rules for the user edit items. */
  itemIds?: ArrayLike<Id> | undefined;
  /** The recommender's biases, where it has them. */
  itemBias?: ArrayLike<number> | undefined;
  userBias?: number | undefined;
}›

‹export interface ListOptions extends ScoreOptions {
  /** Rows of items to leave out. */
  seen?: Iterable<number> | undefined;
  /** Length of the list; 30 where it is not given. */
  k?: number | undefined;
}›

/**
 * Score of every item for one user after steering: ${name} plus biases. Items that filters hide have one too;
 * \`recommend\` leaves them out.
 */
export function scoreItems(
  userVector‹: Vector›,
  itemVectors‹: Vectors›,
  options‹: ScoreOptions› = {},
)‹: Float64Array› {
  const { userId, itemIds, itemBias, userBias = 0 } = options;
  const rules = rulesFor(userId);
  const user = steer(userVector, userId);
  let items = vectorsOf(itemVectors);
  if (rules.some((rule) => rule.items.length > 0)) {
    if (!itemIds) throw new RangeError("rules for this user edit items: itemIds is needed");
    items = itemsFor(rules, items, itemIds);
  }
${scores}
}

/**
 * Rows of the best items for one user after steering, best first; items with equal scores stand in row order. Seen items
 * and those that filters hide are left out.
 */
export function recommend(
  userVector‹: Vector›,
  itemVectors‹: Vectors›,
  options‹: ListOptions› = {},
)‹: number[]› {
  const { k = 30, seen = [] } = options;
  const scores = scoreItems(userVector, itemVectors, options);
  const items = vectorsOf(itemVectors);
  const rules = rulesFor(options.userId);
  const left = new Set(seen);
  const best‹: number[]› = [];
  scores.forEach((score, row) => {
    if (left.has(row)) return;
    const worst = scores[best[k - 1] ?? -1] ?? Infinity;
    if (best.length >= k && !(score > worst)) return;
    // Filters look at items only that would be listed.
    if (isHidden(items[row] ?? [], rules)) return;
    let at = best.length;
    while (at > 0 && score > (scores[best[at - 1] ?? -1] ?? 0)) at--;
    best.splice(at, 0, row);
    if (best.length > k) best.pop();
  });
  return best;
}`;
}

const FORMULAS = {
  dot: {
    name: "dot product",
    scores: `  return Float64Array.from(items, (item, row) => {
    return dot(user, item) + (itemBias?.[row] ?? 0) + userBias;
  });`,
  },
  cosine: {
    name: "cosine",
    scores: `  const scale = inverseLength(user);
  const unit = user.map((value) => value * scale);
  return Float64Array.from(items, (item, row) => {
    return dot(unit, item) * inverseLength(item) + (itemBias?.[row] ?? 0) + userBias;
  });`,
  },
};

function helpers({ weights, recommender }: CodeInput): string {
  const { activation, encoded, neurons, normalisation } = weights;
  return [
    `/** Activations of NEURONS. */
function activations(standard‹: Float64Array›)‹: Float64Array› {
  const centred = standard.map((value, c) => value - (DECODER_BIAS[c] ?? 0));
  const z = Float64Array.from(ENCODER_BIAS, (bias, j) => dot(centred, ENCODER, j * DIMENSIONS, bias));
${activated(activation.kind, encoded.length !== neurons.length)}
}

/** Sum of decoder rows, each times its activation. */
function timesDecoder(z‹: Float64Array›)‹: Float64Array› {
  const sum = new Float64Array(DIMENSIONS);
  z.forEach((activation, j) => {
    if (activation === 0) return;
    for (let c = 0; c < DIMENSIONS; c++) {
      sum[c] = (sum[c] ?? 0) + activation * (DECODER[j * DIMENSIONS + c] ?? 0);
    }
  });
  return sum;
}

/** What the SAE sees of an embedding, and what takes it back. */
function standardised(x‹: Float64Array›)‹: { values: Float64Array; mean: number; scale: number }› {
${STANDARDISED[normalisation]}
}

/** sum + a . b, where b begins at \`start\`. */
function dot(a‹: Float64Array›, b‹: Vector›, start = 0, sum = 0)‹: number› {
  for (let c = 0; c < a.length; c++) sum += (a[c] ?? 0) * (b[start + c] ?? 0);
  return sum;
}`,
    recommender === "cosine"
      ? `/** 0 for a vector of zeros, which so has cosine 0 with everything. */
function inverseLength(x‹: Vector›)‹: number› {
  let squares = 0;
  for (let c = 0; c < x.length; c++) squares += (x[c] ?? 0) * (x[c] ?? 0);
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}`
      : null,
    weights.tied && encoded.length !== neurons.length
      ? `/** Some rows of a matrix. */
function rowsOf(values‹: Float32Array›, rows‹: readonly number[]›)‹: Float32Array› {
  return Float32Array.from(
    rows.flatMap((row) => Array.from(values.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS))),
  );
}`
      : null,
    `/** A copy in double precision. */
function checked(vector‹: Vector›, what‹: string›)‹: Float64Array› {
  if (vector.length === DIMENSIONS) return Float64Array.from(vector);
  throw new RangeError(\`\${what} has \${vector.length} numbers; expected \${DIMENSIONS}\`);
}

function vectorsOf(items‹: Vectors›)‹: readonly Vector[]› {
  if (!isFlat(items)) {
    items.forEach((item, row) => {
      if (item.length === DIMENSIONS) return;
      throw new RangeError(\`item \${row} has \${item.length} numbers; expected \${DIMENSIONS}\`);
    });
    return items;
  }
  if (items.length % DIMENSIONS !== 0) {
    throw new RangeError(\`\${items.length} values are no whole number of items of \${DIMENSIONS}\`);
  }
  return Array.from({ length: items.length / DIMENSIONS }, (_, row) =>
    items.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS),
  );
}

function isFlat(items‹: Vectors›)‹: items is Float32Array | Float64Array› {
  return ArrayBuffer.isView(items);
}`,
  ]
    .filter((part) => part !== null)
    .join("\n\n");
}

function activated(kind: CodeInput["weights"]["activation"]["kind"], selected: boolean): string {
  switch (kind) {
    case "relu":
      return "  return z.map((value) => (value > 0 ? value : 0));";
    case "jumprelu":
      return "  return z.map((value, j) => (value > (THRESHOLDS[j] ?? 0) ? value : 0));";
    case "topk":
      return `  // Of equal activations those of lower neurons are kept.
  const least = z.slice().sort()[Math.max(0, z.length - K)] ?? 0;
  let ties = K - z.filter((value) => value > least).length;
  const kept = z.map((value) => {
    return value > least || (value === least && ties-- > 0) ? Math.max(0, value) : 0;
  });
  return ${selected ? "Float64Array.from(NEURONS, (neuron) => kept[neuron] ?? 0)" : "kept"};`;
  }
}

const STANDARDISED = {
  none: "  return { values: x, mean: 0, scale: 1 };",
  layer: `  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const scale = Math.sqrt(squares / Math.max(1, x.length - 1));
  return { values: x.map((value) => (value - mean) / (scale + EPSILON)), mean, scale };`,
  norm: `  const squares = x.reduce((sum, value) => sum + value ** 2, 0);
  const scale = squares === 0 ? 1 : Math.sqrt(squares / x.length);
  return { values: x.map((value) => value / scale), mean: 0, scale };`,
};
