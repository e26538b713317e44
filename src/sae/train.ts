/** Trains an SAE through the frozen recommender, chunk by chunk, on the graph of `train-graph`. */
import { type Matrix, matrix } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import { openSession, type TensorIn } from "../graph/session";
import { RecPrismError } from "../protocol/error";
import type { SaeSettings } from "../protocol/manifest";
import { dotPredictionLoss } from "../recommender/prediction-loss";
import { adamSchedule } from "./adam";
import { type Sae, saeFromTiedWeights } from "./model";
import { standardisedRows } from "./standardise";
import {
  LOSSES,
  type LossName,
  parameterCount,
  parameterLayout,
  STATES,
  type StateName,
  trainGraph,
} from "./train-graph";

/** What one epoch draws its pairs from: parallel arrays of user and item rows. */
export interface TrainPairs {
  users: Uint32Array;
  items: Uint32Array;
}

export interface TrainInput {
  users: Matrix;
  items: Matrix;
  pairs: TrainPairs;
  settings: SaeSettings;
}

export interface ChunkReport {
  epoch: number;
  step: number;
  steps: number;
  /** Mean of each loss over the steps since the last report. */
  losses: Record<LossName, number>;
}

export interface TrainHooks {
  /** After every chunk of steps. */
  progress(report: ChunkReport): void;
  /** Asked between chunks; training then ends early with the weights it has. */
  cancelled(): boolean;
  /** The weights so far, every few seconds. */
  checkpoint(sae: Sae, steps: number): Promise<void>;
}

export interface TrainResult {
  sae: Sae;
  steps: number;
  seconds: number;
  interrupted: boolean;
}

/** A chunk should take about this long: long enough to hide its overhead, short enough to cancel. */
const CHUNK_MILLISECONDS = 60;
const CHECKPOINT_MILLISECONDS = 3_000;

/** Steps of one epoch: the last partial batch is dropped, since the graph's batch is fixed. */
export function stepsPerEpoch(pairs: TrainPairs, batch: number): number {
  return Math.floor(pairs.users.length / batch);
}

/**
 * @throws RecPrismError "settings-invalid" when a batch is larger than the pairs; "training-diverged" naming the step
 *   when a loss stops being a finite number
 */
export async function train(input: TrainInput, hooks: TrainHooks): Promise<TrainResult> {
  const { users, items, pairs, settings } = input;
  const perEpoch = stepsPerEpoch(pairs, settings.batch);
  if (perEpoch === 0) {
    throw new RecPrismError(
      "settings-invalid",
      `A batch of ${settings.batch} pairs is more than the ${pairs.users.length} pairs there are to train on. Choose a smaller batch.`,
      { key: "sae.settings.batch" },
    );
  }
  const session = await openSession(
    trainGraph(users.columns, settings, dotPredictionLoss),
    trainThreads(users.columns, settings),
  );
  try {
    const tables = stackedTables(users, items);
    let states = initialStates(users.columns, settings);
    const started = performance.now();
    const total = perEpoch * settings.epochs;
    let steps = 0;
    let chunk = 1;
    let lastCheckpoint = started;
    let interrupted = false;

    training: for (let epoch = 0; epoch < settings.epochs; epoch++) {
      const batches = epochBatches(pairs, users.rows, settings, epoch, perEpoch);
      for (let turn = 0; turn < perEpoch; ) {
        // Lets a cancel message in: a run blocks the thread.
        await new Promise((resolve) => setImmediate(resolve));
        if (hooks.cancelled()) {
          interrupted = true;
          break training;
        }
        const turns = Math.min(chunk, perEpoch - turn);
        const before = performance.now();
        const width = 2 * settings.batch;
        const results = await session.run({
          ...tables,
          ...states,
          batches: { data: batches.subarray(turn * width, (turn + turns) * width), shape: [turns, width] },
          turns: { data: BigInt64Array.of(BigInt(turns)), shape: [] },
          ...schedule(steps, turns, settings.learningRate),
        });
        states = nextStates(states, results);
        const bad = results.total.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) throw diverged(steps + bad + 1, settings);
        turn += turns;
        steps += turns;
        const now = performance.now();
        chunk = nextChunk(chunk, turns, now - before);
        hooks.progress({ epoch: epoch + 1, step: steps, steps: total, losses: meanLosses(results) });
        if (now - lastCheckpoint > CHECKPOINT_MILLISECONDS) {
          await hooks.checkpoint(saeOf(states, users.columns, settings), steps);
          lastCheckpoint = performance.now();
        }
      }
    }
    return {
      sae: saeOf(states, users.columns, settings),
      steps,
      seconds: (performance.now() - started) / 1000,
      interrupted,
    };
  } finally {
    await session.release();
  }
}

/** Below this many multiplications a step, handing work to a second thread costs more than it saves. */
const SINGLE_THREAD_WORK = 10_000_000;

function trainThreads(dimensions: number, { batch, latents }: SaeSettings): number {
  return batch * dimensions * (latents + batch) < SINGLE_THREAD_WORK ? 1 : 0;
}

type States = Record<StateName, TensorIn>;

function stackedTables(users: Matrix, items: Matrix): Record<string, TensorIn> {
  const rows = users.rows + items.rows;
  const d = users.columns;
  const embeddings = matrix(rows, d);
  embeddings.values.set(users.values);
  embeddings.values.set(items.values, users.values.length);
  const { values, scale } = standardisedRows(embeddings);
  return {
    embeddings: { data: embeddings.values, shape: [rows, d] },
    standardised: { data: values, shape: [rows, d] },
    scale: { data: scale, shape: [rows, 1] },
  };
}

/** Encoder weights uniform in +-1/sqrt(d), as a linear layer of PyTorch; biases and Adam moments zero. */
function initialStates(dimensions: number, settings: SaeSettings): States {
  const random = seededRandom(derivedSeed(settings.seed, "weights"));
  const bound = 1 / Math.sqrt(dimensions);
  const size = parameterCount(dimensions, settings.latents);
  const parameters = new Float32Array(size);
  for (const { name, start, end } of parameterLayout(dimensions, settings.latents)) {
    if (name !== "encoderWeights") continue;
    for (let i = start; i < end; i++) parameters[i] = bound * (2 * random.uniform() - 1);
  }
  return {
    parameters: { data: parameters, shape: [size] },
    firstMoment: { data: new Float32Array(size), shape: [size] },
    secondMoment: { data: new Float32Array(size), shape: [size] },
  };
}

function schedule(stepsBefore: number, turns: number, learningRate: number): Record<string, TensorIn> {
  const rates = Array.from({ length: turns }, (_, turn) => adamSchedule(stepsBefore + turn + 1, learningRate));
  const tensor = (values: number[]) => ({ data: Float32Array.from(values), shape: [turns] });
  return {
    stepSizes: tensor(rates.map(({ stepSize }) => stepSize)),
    epsilons: tensor(rates.map(({ epsilon }) => epsilon)),
  };
}

function nextStates(states: States, results: Record<string, Float32Array>): States {
  const next = { ...states };
  for (const name of STATES) next[name] = { data: results[`next_${name}`], shape: states[name].shape };
  return next;
}

function saeOf(states: States, dimensions: number, settings: SaeSettings): Sae {
  const parameters = states.parameters.data as Float32Array;
  const [weights, encoderBias, decoderBias] = parameterLayout(dimensions, settings.latents).map(({ start, end }) =>
    parameters.slice(start, end),
  );
  return saeFromTiedWeights(matrix(dimensions, settings.latents, weights), encoderBias, decoderBias, settings);
}

/** Shuffled pairs of one epoch as rows of the stacked tables, per step the users first; depends on seed and epoch alone. */
function epochBatches(
  pairs: TrainPairs,
  users: number,
  settings: SaeSettings,
  epoch: number,
  steps: number,
): Int32Array {
  const order = new Uint32Array(pairs.users.length);
  for (let pair = 0; pair < order.length; pair++) order[pair] = pair;
  seededRandom(derivedSeed(settings.seed, `epoch ${epoch}`)).shuffle(order);
  const { batch } = settings;
  const batches = new Int32Array(steps * 2 * batch);
  for (let step = 0; step < steps; step++) {
    for (let position = 0; position < batch; position++) {
      const pair = order[step * batch + position];
      batches[2 * step * batch + position] = pairs.users[pair];
      batches[(2 * step + 1) * batch + position] = users + pairs.items[pair];
    }
  }
  return batches;
}

function nextChunk(chunk: number, turns: number, milliseconds: number): number {
  const fitting = Math.floor((turns * CHUNK_MILLISECONDS) / Math.max(milliseconds, 0.01));
  return Math.max(1, Math.min(fitting, 2 * chunk));
}

function meanLosses(results: Record<string, Float32Array>): Record<LossName, number> {
  return Object.fromEntries(LOSSES.map((loss) => [loss, mean(results[loss])])) as Record<LossName, number>;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function diverged(step: number, settings: SaeSettings): RecPrismError {
  return new RecPrismError(
    "training-diverged",
    `Training diverged: the loss at step ${step} is not a finite number. Lower the learning rate (now ${settings.learningRate}) or the weights; the last checkpoint is kept.`,
    { key: "sae.settings.learningRate" },
  );
}
