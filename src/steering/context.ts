/** What steering works on: a project's data, recommender and SAE, and columns that several questions share. */
import type { Concept } from "../concepts/candidates";
import type { Dataset } from "../data/dataset";
import { type Rows, row, rowBlocks } from "../data/matrix";
import type { NeuronLabel } from "../protocol/artifact";
import type { Recommender, Scorer } from "../recommender/recommender";
import { encode, type Sae } from "../sae/model";
import { standardised } from "../sae/standardise";
import { ListsBefore } from "./cohort";
import { ConceptsOfItems } from "./concepts-of-items";
import { KeptColumns } from "./kept-columns";

export interface SteeringContext {
  dataset: Dataset;
  sae: Sae;
  recommender: Recommender;
  scorer: Scorer;
  /** By neuron. */
  labels: readonly NeuronLabel[];
  /** Of all items. */
  concepts: readonly Concept[];
  /** Of every split and sample. */
  seed: number;
  /** Activation of a neuron on every item, in double precision; not to be written to. */
  itemActivations(neuron: number): Promise<Float64Array>;
  userActivations(neuron: number): Promise<Float64Array>;
  /** w_k . i of every item, over the item's length where the recommender is a cosine; not to be written to. */
  decoderProducts(neuron: number): Promise<Float64Array>;
  /** Scores of all items for a user as it is; not to be written to. */
  scoresBefore(user: number): Promise<Float64Array>;
  /** Lends room for as many numbers as there are items, with whatever was in it, until the work is done. */
  withScratch<Value>(work: (scratch: Float64Array) => Promise<Value>): Promise<Value>;
  readonly listsBefore: ListsBefore;
  readonly conceptsOfItems: ConceptsOfItems;
  /** How many interactions each item has; null where there are none. */
  readonly interactionsOfItems: Uint32Array | null;
  /**
   * Users whose line in the user table meets a condition, ascending.
   *
   * @throws RecPrismError "query-invalid", "workspace-restricted"
   */
  usersWhere(condition: string, signal?: AbortSignal): Promise<Uint32Array>;
}

/** Awaited between pieces of the work with the share that is done; lets others have their turn, and throws to end it. */
export type Pace = (share: number) => Promise<void>;

/** Doubles kept of each kind: 128 MiB. */
const MOST_KEPT = 2 ** 24;
/** Values that are gone through between two turns of the event loop. */
const BLOCK_VALUES = 2 ** 20;

export type SteeringParts = Pick<
  SteeringContext,
  "dataset" | "sae" | "recommender" | "labels" | "concepts" | "seed" | "usersWhere"
>;

export function steeringContext(parts: SteeringParts): SteeringContext {
  const { dataset, sae, recommender } = parts;
  const { users, items } = dataset;
  const scorer = recommender.scorer(items);
  const count = items.embeddings.rows;
  const ofItems = new KeptColumns(count, (neuron) => activations(sae, items.embeddings, neuron), MOST_KEPT);
  const ofUsers = new KeptColumns(
    users.embeddings.rows,
    (neuron) => activations(sae, users.embeddings, neuron),
    MOST_KEPT,
  );
  const unitItems = recommender.kind === "cosine";
  const products = new KeptColumns(
    count,
    (neuron) => decoderProducts(row(sae.decoderWeights, neuron), items.embeddings, unitItems),
    MOST_KEPT,
  );
  const scores = new KeptColumns(count, (user) => scorer.scoreItems(row(users.embeddings, user), user), MOST_KEPT);
  const spare: Float64Array[] = [];
  let listsBefore: ListsBefore | null = null;
  let conceptsOfItems: ConceptsOfItems | null = null;
  let interactionsOfItems: Uint32Array | null = null;
  const context: SteeringContext = {
    ...parts,
    // Others from the moment on that a person renames neurons.
    get labels() {
      return parts.labels;
    },
    // Found when they are first asked for.
    get concepts() {
      return parts.concepts;
    },
    scorer,
    itemActivations: (neuron) => ofItems.of(neuron),
    userActivations: (neuron) => ofUsers.of(neuron),
    decoderProducts: (neuron) => products.of(neuron),
    scoresBefore: (user) => scores.of(user),
    async withScratch(work) {
      const scratch = spare.pop() ?? new Float64Array(count);
      try {
        return await work(scratch);
      } finally {
        spare.push(scratch);
      }
    },
    get listsBefore() {
      listsBefore ??= new ListsBefore(context);
      return listsBefore;
    },
    get conceptsOfItems() {
      conceptsOfItems ??= new ConceptsOfItems(parts.concepts, count);
      return conceptsOfItems;
    },
    get interactionsOfItems() {
      interactionsOfItems ??= interactionCounts(dataset);
      return interactionsOfItems;
    },
  };
  return context;
}

function interactionCounts({ interactions, items }: Dataset): Uint32Array | null {
  if (interactions === null) return null;
  const counts = new Uint32Array(items.ids.length);
  for (const item of interactions.items) counts[item]++;
  return counts;
}

/** Activation of one neuron on every row, the same to the bit as `encode` gives. */
async function activations(sae: Sae, rows: Rows, neuron: number): Promise<Float64Array> {
  const column = new Float64Array(rows.rows);
  // The k largest can only be told among all neurons.
  const ofRow =
    sae.activation.kind === "topk"
      ? (x: Float32Array) => encode(sae, x)[neuron]
      : (x: Float32Array) => activationOf(sae, x, neuron);
  const cost = sae.activation.kind === "topk" ? rows.columns * sae.encoderBias.length : rows.columns;
  await byBlocks(rows, cost, (x, at) => {
    column[at] = ofRow(x);
  });
  return column;
}

/** One neuron of `encodeStandardised`, added up in the same order. */
function activationOf(sae: Sae, x: Float32Array, neuron: number): number {
  const { encoderWeights, encoderBias, decoderBias, activation } = sae;
  const { values } = standardised(x, sae.normalisation);
  const m = encoderBias.length;
  let z = encoderBias[neuron];
  for (let c = 0; c < values.length; c++) z += (values[c] - decoderBias[c]) * encoderWeights.values[c * m + neuron];
  const threshold = activation.kind === "jumprelu" ? Math.max(0, activation.thresholds[neuron]) : 0;
  return z > threshold ? z : 0;
}

async function decoderProducts(direction: Float32Array, items: Rows, unitItems: boolean): Promise<Float64Array> {
  const products = new Float64Array(items.rows);
  await byBlocks(items, items.columns, (x, at) => {
    let product = 0;
    let squares = 0;
    for (let c = 0; c < x.length; c++) {
      product += direction[c] * x[c];
      squares += x[c] * x[c];
    }
    products[at] = unitItems ? (squares === 0 ? 0 : product / Math.sqrt(squares)) : product;
  });
  return products;
}

/** @param cost of a row, in multiplications */
async function byBlocks(rows: Rows, cost: number, take: (x: Float32Array, row: number) => void): Promise<void> {
  const turn = Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, cost)));
  for (const { start, block } of rowBlocks(rows)) {
    for (let r = 0; r < block.rows; r++) {
      take(row(block, r), start + r);
      if ((r + 1) % turn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
