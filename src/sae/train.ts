/** Trains an SAE through the frozen recommender, chunk by chunk, on the graph of `train-graph`. */
import { locateNonFinite } from "../graph/non-finite";
import { type GraphSession, openSession, type TensorIn } from "../graph/session";
import { RecPrismError } from "../protocol/error";
import type { SaeSettings } from "../protocol/manifest";
import { type CurvePoint, LOSSES, type LossName } from "../protocol/run";
import { predictionLossOf } from "../recommender/prediction-loss";
import type { Recommender } from "../recommender/recommender";
import { adamSchedule, learningRateAt } from "./adam";
import { batchRows, epochOrder, stepsPerEpoch } from "./batches";
import type { Evaluation } from "./evaluate";
import type { Sae } from "./model";
import { type Centre, initialParameters, saeOfParameters } from "./parameters";
import { resampleDead } from "./resample";
import { singleStepGraph, stateLengths, stepOutputs, type TrainPlan, trainGraph } from "./train-graph";
import { centreOf, type TrainRows, type TrainTables, trainTables } from "./train-tables";
import type { TrainPairs } from "./training-set";

export interface TrainInput extends TrainRows {
  recommender: Pick<Recommender, "kind" | "inGraph">;
  pairs: TrainPairs;
  /** Standard deviation of a user's scores, from `scoreDeviation`; what the listwise loss takes for its unit. */
  scoreDeviation: number;
  settings: SaeSettings;
}

/** All that a run needs to go on as if it had never stopped. */
export interface TrainState {
  steps: number;
  seconds: number;
  states: Record<string, Float32Array>;
  centre: Centre;
  curve: CurvePoint[];
  /** Sums of losses and of revived neurons over the steps since the last point of the curve. */
  sums: Record<string, number>;
  /** For early stopping: the best point so far, and how many points there were since. */
  best: { rbo: number; steps: number; parameters: Float32Array; threshold: number } | null;
  worse: number;
}

export interface ChunkReport {
  /** 1-based. */
  epoch: number;
  step: number;
  steps: number;
  /** Mean total loss of the chunk. */
  loss: number;
  curve: CurvePoint[];
  secondsLeft: number;
}

export interface TrainHooks {
  /** After every chunk of steps. */
  progress(report: ChunkReport): void;
  /** Asked between chunks; training then ends early with the weights it has. */
  cancelled(): boolean;
  /** The state so far, every few seconds and at the end. */
  checkpoint(state: TrainState): Promise<void>;
  /** Measures the SAE at every point of the curve. */
  evaluate(sae: Sae): Promise<Evaluation>;
}

export interface TrainResult {
  sae: Sae;
  steps: number;
  seconds: number;
  /** Why it ended before its last step. */
  stopped: "cancelled" | "no-progress" | null;
  curve: CurvePoint[];
}

/** A chunk should take about this long: long enough to hide its overhead, short enough to cancel. */
const CHUNK_MILLISECONDS = 60;
const CHECKPOINT_MILLISECONDS = 3_000;
/** Points of a run's curve. */
const CURVE_POINTS = 40;
/** An RBO counts as better when it is better by this much. */
const LEAST_PROGRESS = 1e-3;
/** Neurons are revived by resampling in the first part of a run, so that they have time to learn. */
const RESAMPLING_SHARE = 0.6;
const FEWEST_DEAD_STEPS = 50;
const MOST_DEAD_STEPS = 500;

/**
 * @param resumed state of an earlier, unfinished run on the same input: it ends as if it had not been interrupted
 * @throws RecPrismError "settings-invalid" when a batch is larger than the pairs; "training-diverged" naming the step
 *   when a loss stops being a finite number
 */
export async function train(
  input: TrainInput,
  hooks: TrainHooks,
  resumed: TrainState | null = null,
): Promise<TrainResult> {
  const { pairs, settings } = input;
  const perEpoch = stepsPerEpoch(pairs, settings.batch);
  if (perEpoch === 0) {
    throw new RecPrismError(
      "settings-invalid",
      `A batch of ${settings.batch} pairs is more than the ${pairs.users.length} pairs there are to train on. Choose a smaller batch.`,
      { key: "sae.settings.batch" },
    );
  }
  const run = await Run.open(input, perEpoch, hooks, resumed);
  try {
    return await run.toTheEnd();
  } finally {
    await run.session.release();
  }
}

class Run {
  private chunk = 1;
  private order: { epoch: number; pairs: Uint32Array } | null = null;
  private readonly started = performance.now();
  private readonly earlierSeconds: number;

  private constructor(
    private readonly input: TrainInput,
    private readonly plan: TrainPlan,
    private readonly perEpoch: number,
    private readonly hooks: TrainHooks,
    readonly session: GraphSession,
    private readonly tables: TrainTables,
    private readonly state: TrainState,
  ) {
    this.earlierSeconds = state.seconds;
  }

  static async open(input: TrainInput, perEpoch: number, hooks: TrainHooks, resumed: TrainState | null): Promise<Run> {
    const { users, recommender, settings } = input;
    const withBiases =
      settings.predictionLoss !== "mse" &&
      recommender.kind !== "onnx" &&
      (input.userBias !== null || input.itemBias !== null);
    const plan: TrainPlan = {
      dimensions: users.columns,
      settings,
      predictionLoss: predictionLossOf(recommender, settings, input.scoreDeviation),
      withBiases,
      deadAfter: Math.min(MOST_DEAD_STEPS, Math.max(FEWEST_DEAD_STEPS, Math.floor(perEpoch / 4))),
    };
    const session = await openSession(trainGraph(plan), trainThreads(users.columns, settings));
    const state = resumed ?? startState(plan, input);
    const tables = trainTables(input, settings, withBiases, state.centre);
    return new Run(input, plan, perEpoch, hooks, session, tables, state);
  }

  async toTheEnd(): Promise<TrainResult> {
    const { state, hooks, perEpoch } = this;
    const { settings } = this.input;
    const total = perEpoch * settings.epochs;
    const interval = Math.max(1, Math.ceil(total / CURVE_POINTS));
    let lastCheckpoint = performance.now();
    // A run that was broken off once it had ended is over.
    const lostPatience = () => settings.patience > 0 && state.worse >= settings.patience;
    if (lostPatience()) return this.end("no-progress");
    while (state.steps < total) {
      // Lets a cancel message in: a run blocks the thread.
      await new Promise((resolve) => setImmediate(resolve));
      if (hooks.cancelled()) return this.end("cancelled");
      const epoch = Math.floor(state.steps / perEpoch);
      const turns = Math.min(
        this.chunk,
        this.tables.mostTurns,
        (epoch + 1) * perEpoch - state.steps,
        interval - (state.steps % interval),
        total - state.steps,
      );
      const loss = await this.advance(epoch, turns, total);
      if (state.steps % interval === 0 || state.steps === total) {
        await this.addPoint(total);
        if (lostPatience()) return this.end("no-progress");
      }
      const seconds = this.seconds();
      hooks.progress({
        epoch: epoch + 1,
        step: state.steps,
        steps: total,
        loss,
        curve: state.curve,
        secondsLeft: (seconds / state.steps) * (total - state.steps),
      });
      if (performance.now() - lastCheckpoint > CHECKPOINT_MILLISECONDS) {
        await this.checkpoint();
        lastCheckpoint = performance.now();
      }
    }
    return this.end(null);
  }

  /** Runs `turns` steps of an epoch. @returns their mean total loss */
  private async advance(epoch: number, turns: number, total: number): Promise<number> {
    const { state, perEpoch } = this;
    const { settings } = this.input;
    const before = performance.now();
    const rows = this.rowsOf(epoch, state.steps - epoch * perEpoch, turns);
    const results = await this.results(rows, turns, total);
    const bad = results.total.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw await this.divergence(rows, bad, total);
    for (const name of Object.keys(state.states)) state.states[name] = results[`next_${name}`];
    for (const name of stepOutputs(settings)) {
      state.sums[name] = results[name].reduce((sum, value) => sum + value, state.sums[name] ?? 0);
    }
    state.steps += turns;
    this.chunk = nextChunk(this.chunk, turns, performance.now() - before);
    return results.total.reduce((sum, value) => sum + value, 0) / turns;
  }

  private results(rows: Int32Array, turns: number, total: number): Promise<Record<string, Float32Array>> {
    return this.session.run({
      ...this.tables.ofChunk(rows, turns),
      ...this.stateTensors(),
      turns: { data: BigInt64Array.of(BigInt(turns)), shape: [] },
      ...schedule(this.state.steps, turns, total, this.input.settings),
    });
  }

  /**
   * The error that says where a run left the finite numbers.
   *
   * @param rows of the batches of a chunk
   * @param bad the chunk's step whose loss was the first not to be finite
   */
  private async divergence(rows: Int32Array, bad: number, total: number): Promise<RecPrismError> {
    const { state, plan, tables } = this;
    const { settings } = this.input;
    const width = 2 * settings.batch;
    if (bad > 0) {
      const before = await this.results(rows.subarray(0, bad * width), bad, total);
      for (const name of Object.keys(state.states)) state.states[name] = before[`next_${name}`];
      state.steps += bad;
    }
    const ofStep = rows.subarray(bad * width, (bad + 1) * width);
    const { stepSizes, epsilons } = schedule(state.steps, 1, total, settings);
    const origin = await locateNonFinite(singleStepGraph(plan), {
      ...this.stateTensors(),
      ...tables.gathered(ofStep),
      stepSize: { ...stepSizes, shape: [] },
      epsilon: { ...epsilons, shape: [] },
    });
    return diverged(state.steps + 1, origin, settings);
  }

  /** Measures, revives dead neurons where that is wanted, and adds a point to the curve. */
  private async addPoint(total: number): Promise<void> {
    const { state } = this;
    const { settings } = this.input;
    const sae = this.sae();
    const { l0, live, rbo } = await this.hooks.evaluate(sae);
    const dead = live.reduce((count, alive) => count + (alive === 0 ? 1 : 0), 0);
    const stepsSince = state.steps - (state.curve.at(-1)?.step ?? 0);
    let revived = state.sums.revived ?? 0;
    if (settings.revival === "resample" && state.steps <= RESAMPLING_SHARE * total) {
      const vectors = {
        parameters: state.states.parameters.slice(),
        firstMoment: state.states.firstMoment.slice(),
        secondMoment: state.states.secondMoment.slice(),
      };
      revived = resampleDead(vectors, sae, live, this.tables.embeddings, settings, state.steps);
      Object.assign(state.states, vectors);
    }
    const losses = Object.fromEntries(LOSSES.map((name) => [name, (state.sums[name] ?? 0) / stepsSince]));
    state.curve = [
      ...state.curve,
      { step: state.steps, losses: losses as Record<LossName, number>, l0, dead, revived, rbo },
    ];
    state.sums = {};
    this.rememberBest(rbo);
  }

  private rememberBest(rbo: number | null): void {
    const { state } = this;
    if (this.input.settings.patience === 0 || rbo === null) return;
    if (state.best !== null && rbo < state.best.rbo + LEAST_PROGRESS) {
      state.worse++;
      return;
    }
    state.best = {
      rbo,
      steps: state.steps,
      parameters: state.states.parameters,
      threshold: state.states.threshold?.[0] ?? 0,
    };
    state.worse = 0;
  }

  private async checkpoint(): Promise<void> {
    this.state.seconds = this.seconds();
    await this.hooks.checkpoint(this.state);
  }

  /** Kept once more: what comes after training may be interrupted, too. */
  private async end(stopped: TrainResult["stopped"]): Promise<TrainResult> {
    const { state } = this;
    if (state.steps > 0) await this.checkpoint();
    const best = stopped === "no-progress" ? state.best : null;
    return { sae: this.sae(best), steps: state.steps, seconds: this.seconds(), stopped, curve: state.curve };
  }

  private sae(best: TrainState["best"] = null): Sae {
    const { states } = this.state;
    return saeOfParameters(
      best?.parameters ?? states.parameters,
      this.plan.dimensions,
      this.input.settings,
      this.state.centre,
      best?.threshold ?? states.threshold?.[0] ?? 0,
    );
  }

  private seconds(): number {
    return this.earlierSeconds + (performance.now() - this.started) / 1000;
  }

  /** @param from the first step, counted from the epoch's first */
  private rowsOf(epoch: number, from: number, turns: number): Int32Array {
    const { pairs, users, settings } = this.input;
    if (this.order?.epoch !== epoch) this.order = { epoch, pairs: epochOrder(pairs, settings.seed, epoch) };
    return batchRows(pairs, this.order.pairs, users.rows, settings.batch, from, turns);
  }

  private stateTensors(): Record<string, TensorIn> {
    return Object.fromEntries(
      Object.entries(this.state.states).map(([name, data]) => [name, { data, shape: [data.length] }]),
    );
  }
}

/** Below this many multiplications a step, handing work to a second thread costs more than it saves. */
const SINGLE_THREAD_WORK = 10_000_000;

function trainThreads(dimensions: number, { batch, latents }: SaeSettings): number {
  return batch * dimensions * (latents + batch) < SINGLE_THREAD_WORK ? 1 : 0;
}

function startState(plan: TrainPlan, rows: TrainRows): TrainState {
  const states: Record<string, Float32Array> = {};
  for (const [name, length] of stateLengths(plan)) states[name] = new Float32Array(length);
  states.parameters = initialParameters(plan.dimensions, plan.settings);
  return {
    steps: 0,
    seconds: 0,
    states,
    centre: centreOf(rows, plan.settings),
    curve: [],
    sums: {},
    best: null,
    worse: 0,
  };
}

function schedule(stepsBefore: number, turns: number, total: number, settings: SaeSettings): Record<string, TensorIn> {
  const rates = Array.from({ length: turns }, (_, turn) => {
    const step = stepsBefore + turn + 1;
    return adamSchedule(step, learningRateAt(step, total, settings));
  });
  const tensor = (values: number[]) => ({ data: Float32Array.from(values), shape: [turns] });
  return {
    stepSizes: tensor(rates.map(({ stepSize }) => stepSize)),
    epsilons: tensor(rates.map(({ epsilon }) => epsilon)),
  };
}

function nextChunk(chunk: number, turns: number, milliseconds: number): number {
  const fitting = Math.floor((turns * CHUNK_MILLISECONDS) / Math.max(milliseconds, 0.01));
  return Math.max(1, Math.min(fitting, 2 * chunk));
}

function diverged(
  step: number,
  origin: Awaited<ReturnType<typeof locateNonFinite>>,
  settings: SaeSettings,
): RecPrismError {
  const where = origin
    ? ` It began in ${origin.operator ?? "the input"} ${origin.tensor}, which is ${origin.found}.`
    : "";
  return new RecPrismError(
    "training-diverged",
    `Training diverged at step ${step}.${where} Lower the learning rate (now ${settings.learningRate}) or the weights of the losses. The SAE of before is untouched, and the last good weights are kept as a checkpoint.`,
    { key: "sae.settings.learningRate" },
  );
}
