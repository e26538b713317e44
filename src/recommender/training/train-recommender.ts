/** Trains a recommender on user-item pairs, step by step, on the graph of `step-graph`. */
import { allRows, type Matrix, matrix } from "../../data/matrix";
import { derivedSeed, type Random, seededRandom } from "../../data/random";
import { type GraphSession, openSession, type TensorIn } from "../../graph/session";
import { RecPrismError } from "../../protocol/error";
import type { RecommenderSettings } from "../../protocol/recommender";
import { descend, gather, type TrainedTable, trainedTable } from "./adagrad";
import { headModel, initialHead } from "./head-graph";
import { negativeSampler } from "./negatives";
import type { Pairs } from "./pairs";
import { type StepShape, type StepTable, stepGraph, stepInputs } from "./step-graph";

export interface RecommenderInput {
  pairs: Pairs;
  /** How many there are; some may have no pair. */
  users: number;
  items: number;
  settings: RecommenderSettings;
}

export interface StepReport {
  /** 1-based. */
  epoch: number;
  step: number;
  steps: number;
  /** Mean over the pairs since the last report. */
  loss: number;
  secondsLeft: number;
}

export interface RecommenderHooks {
  progress(report: StepReport): void;
  /** Asked between steps; training then ends with nothing. */
  cancelled(): boolean;
}

export interface TrainedRecommender {
  users: Matrix;
  items: Matrix;
  /** One column. */
  userBias: Matrix | null;
  itemBias: Matrix | null;
  /** ONNX model that scores pairs; null where the score is the dot product plus the biases. */
  head: Uint8Array | null;
  steps: number;
  seconds: number;
  /** Mean over the pairs of the last epoch. */
  loss: number;
}

/** Standard deviation of embeddings at the start. */
const SPREAD = 0.1;
const REPORT_MILLISECONDS = 100;

/**
 * @returns null where it was cancelled
 * @throws RecPrismError "settings-invalid" where there is nothing to train on; "training-diverged" naming the step whose
 *   loss is no finite number
 */
export async function trainRecommender(
  input: RecommenderInput,
  hooks: RecommenderHooks,
): Promise<TrainedRecommender | null> {
  const { pairs, users, items, settings } = input;
  const { dimensions, negativesPerPair, epochs, seed } = settings;
  const count = pairs.users.length;
  if (count === 0) {
    throw new RecPrismError(
      "settings-invalid",
      "There are no interactions to train on. Choose another table or a lower least rating.",
    );
  }
  const batch = Math.min(settings.batch, count);
  const perEpoch = Math.floor(count / batch);
  const steps = perEpoch * epochs;
  const shape: StepShape = { kind: settings.kind, pairs: batch, negatives: negativesPerPair, dimensions };
  const tables = initialTables(input);
  // The values of a step are so few that a second thread costs more than it saves.
  const session = await openSession(stepGraph(shape), 1);
  const step = new Step(shape, tables, session, settings);
  const negative = negativeSampler(pairs, users, items, settings.negatives);
  const started = performance.now();
  let reported = started;
  let recent = { loss: 0, pairs: 0 };
  let epochLoss = 0;
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const random = seededRandom(derivedSeed(seed, `epoch ${epoch}`));
      const order = random.shuffle(allRows(count));
      epochLoss = 0;
      for (let turn = 0; turn < perEpoch; turn++) {
        for (let position = 0; position < batch; position++) {
          const pair = order[turn * batch + position];
          const user = pairs.users[pair];
          step.users[position] = user;
          const at = position * (1 + negativesPerPair);
          step.items[at] = pairs.items[pair];
          for (let n = 1; n <= negativesPerPair; n++) step.items[at + n] = negative(user, random);
        }
        const loss = await step.run();
        const done = epoch * perEpoch + turn + 1;
        if (!Number.isFinite(loss)) throw diverged(done, settings);
        epochLoss += loss;
        recent = { loss: recent.loss + loss, pairs: recent.pairs + batch };
        const now = performance.now();
        if (now - reported < REPORT_MILLISECONDS && done < steps) continue;
        reported = now;
        hooks.progress({
          epoch: epoch + 1,
          step: done,
          steps,
          loss: recent.loss / recent.pairs,
          secondsLeft: ((now - started) / 1000 / done) * (steps - done),
        });
        recent = { loss: 0, pairs: 0 };
        // Lets a cancel message in: a run blocks the thread.
        await new Promise((resolve) => setImmediate(resolve));
        if (hooks.cancelled()) return null;
      }
    }
  } finally {
    await session.release();
  }
  const trained = (name: StepTable) => {
    const table = tables.get(name);
    return table ? matrix(table.values.length / table.columns, table.columns, table.values) : null;
  };
  const head = tables.get("head");
  return {
    users: trained("users")!,
    items: trained("items")!,
    userBias: trained("userBias"),
    itemBias: trained("itemBias"),
    head: head ? headModel(dimensions, head.values) : null,
    steps,
    seconds: (performance.now() - started) / 1000,
    loss: epochLoss / (perEpoch * batch),
  };
}

/** Reads rows of the tables, runs the graph on them and moves the rows by their gradients. */
class Step {
  /** Rows of the batch. */
  readonly users: Uint32Array;
  /** [pairs, 1 + negatives], the chosen item first. */
  readonly items: Uint32Array;
  private readonly inputs: Map<StepTable, TensorIn & { data: Float32Array }>;
  private readonly head: Uint32Array;

  constructor(
    { pairs, negatives, ...shape }: StepShape,
    private readonly tables: ReadonlyMap<StepTable, TrainedTable>,
    private readonly session: GraphSession,
    private readonly settings: RecommenderSettings,
  ) {
    this.head = allRows(tables.get("head")?.values.length ?? 0);
    this.users = new Uint32Array(pairs);
    this.items = new Uint32Array(pairs * (1 + negatives));
    this.inputs = new Map(
      [...stepInputs({ pairs, negatives, ...shape })].map(([name, of]) => [
        name,
        { data: new Float32Array(of.reduce((product, length) => product * length, 1)), shape: of },
      ]),
    );
  }

  /** @returns the sum of the losses of the batch */
  async run(): Promise<number> {
    for (const [name, { data }] of this.inputs) gather(this.tables.get(name)!, this.rowsOf(name), data);
    const results = await this.session.run(Object.fromEntries(this.inputs));
    const { learningRate, l2 } = this.settings;
    for (const name of this.inputs.keys()) {
      const decay = name === "head" ? 0 : l2;
      descend(this.tables.get(name)!, this.rowsOf(name), results[`d_${name}`], learningRate, decay);
    }
    return results.loss[0];
  }

  private rowsOf(name: StepTable): Uint32Array {
    if (name === "head") return this.head;
    return name === "users" || name === "userBias" ? this.users : this.items;
  }
}

function initialTables({ users, items, settings }: RecommenderInput): Map<StepTable, TrainedTable> {
  const { kind, dimensions, seed } = settings;
  const random = (part: string) => seededRandom(derivedSeed(seed, part));
  const embeddings = (rows: number, from: Random) =>
    trainedTable(
      Float32Array.from({ length: rows * dimensions }, () => SPREAD * from.normal()),
      dimensions,
    );
  const tables = new Map<StepTable, TrainedTable>([
    ["users", embeddings(users, random("users"))],
    ["items", embeddings(items, random("items"))],
  ]);
  if (kind === "mf") tables.set("userBias", trainedTable(new Float32Array(users), 1));
  if (kind !== "ncf") tables.set("itemBias", trainedTable(new Float32Array(items), 1));
  if (kind === "ncf") {
    const head = initialHead(dimensions, random("head"));
    tables.set("head", trainedTable(head, 1));
  }
  return tables;
}

function diverged(step: number, { learningRate }: RecommenderSettings): RecPrismError {
  return new RecPrismError(
    "training-diverged",
    `Training diverged at step ${step}. Lower the learning rate (now ${learningRate}). Nothing was written.`,
  );
}
