import { describe, expect, it } from "vitest";
import { aucOfRanks, midRanks } from "../../src/concepts/auc";
import type { Dataset } from "../../src/data/dataset";
import { column, matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { SaeSettings } from "../../src/protocol/manifest";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { encodeRows } from "../../src/sae/encode";
import { openEvaluator } from "../../src/sae/evaluate";
import { initialParameters } from "../../src/sae/parameters";
import { type ChunkReport, type TrainHooks, type TrainResult, type TrainState, train } from "../../src/sae/train";
import { stateLengths } from "../../src/sae/train-graph";
import { countTrainingPairs, heldOutUsers, trainingPairs } from "../../src/sae/training-set";
import { randomDataset, randomMatrix } from "./fixtures";
import { completeSettings } from "./settings";

interface Runs {
  dataset?: Dataset;
  hooks?: Partial<TrainHooks>;
  resumed?: TrainState | null;
}

/** Trains on a small random data set, with a real evaluation at every point of the curve. */
async function run(asked: Partial<SaeSettings>, runs: Runs = {}): Promise<TrainResult> {
  const dataset = runs.dataset ?? randomDataset(60, 40, 6);
  const settings = completeSettings(asked);
  const recommender = dotRecommender(dataset.users);
  const evaluator = await openEvaluator(dataset, recommender, settings.seed);
  return train(
    {
      users: dataset.users.embeddings,
      items: dataset.items.embeddings,
      userBias: dataset.users.bias,
      itemBias: dataset.items.bias,
      recommender,
      pairs: trainingPairs(dataset, settings.seed),
      scoreDeviation: 1,
      settings,
    },
    {
      progress: () => {},
      cancelled: () => false,
      checkpoint: async () => {},
      evaluate: (sae) => evaluator.evaluate(sae),
      ...runs.hooks,
    },
    runs.resumed ?? null,
  ).finally(() => evaluator.release());
}

describe("training", () => {
  it("lowers the loss, counts its steps and draws its curve", async () => {
    const reports: ChunkReport[] = [];
    const result = await run({ epochs: 40 }, { hooks: { progress: (report) => reports.push(report) } });
    const perEpoch = Math.floor(trainingPairs(randomDataset(60, 40, 6), 1).users.length / completeSettings().batch);
    expect(result.steps).toBe(40 * perEpoch);
    expect(reports.at(-1)).toMatchObject({ epoch: 40, step: result.steps, steps: result.steps, secondsLeft: 0 });
    expect(result.curve).toHaveLength(40);
    expect(result.curve.map(({ step }) => step)).toEqual(result.curve.map((_, index) => (index + 1) * perEpoch));
    const [first, last] = [result.curve[0], result.curve[39]];
    expect(last.losses.total).toBeLessThan(0.5 * first.losses.total);
    expect(last.rbo).toBeGreaterThan(first.rbo!);
    expect(last.l0).toBeGreaterThan(0);
    expect(result.stopped).toBeNull();
  });

  it("gives the same weights for the same seed, others for another", async () => {
    const first = await run({});
    const again = await run({});
    const other = await run({ seed: 2 });
    expect(again.sae.encoderWeights).toEqual(first.sae.encoderWeights);
    expect(other.sae.encoderWeights).not.toEqual(first.sae.encoderWeights);
  });

  it("stops when told, with the weights it has", async () => {
    let reports = 0;
    const result = await run(
      { epochs: 10_000 },
      {
        hooks: {
          progress: () => {
            reports++;
          },
          cancelled: () => reports >= 3,
        },
      },
    );
    expect(result.stopped).toBe("cancelled");
    expect(result.steps).toBeGreaterThan(0);
    expect(result.sae.encoderWeights.values.every(Number.isFinite)).toBe(true);
  });

  it("names the step at which it diverges and the tensor where that began", async () => {
    await expect(run({ predictionWeight: 3e38 })).rejects.toMatchObject({
      reason: "training-diverged",
      message: expect.stringMatching(/at step \d+\. It began in \w+ \S+, which is (NaN|infinity)/),
    });
  });

  it("refuses a batch larger than the pairs there are", async () => {
    await expect(run({ batch: 8_000 })).rejects.toMatchObject({
      reason: "settings-invalid",
      message: expect.stringContaining("Choose a smaller batch"),
    });
  });
});

describe("a run taken up again", () => {
  const kinds: Partial<SaeSettings>[] = [
    {},
    { activation: "batchtopk", tied: false, warmup: 0.2, decay: 0.3 },
    { revival: "aux-k", activation: "topk" },
    { revival: "resample", klWeight: 0, l1Weight: 3, learningRate: 0.05 },
    { patience: 4 },
  ];
  it.each(kinds)("ends with the weights and the curve of one without a break: %o", async (kind) => {
    const settings = { epochs: 12, ...kind };
    const whole = await run(settings);
    // Stops wherever the third chunk happens to end: that depends on the machine's speed.
    let chunks = 0;
    let broken: TrainState | null = null;
    await run(settings, {
      hooks: {
        progress: () => {
          chunks++;
        },
        cancelled: () => chunks >= 3,
        checkpoint: async (state) => {
          broken = structuredClone(state);
        },
      },
    });
    expect(broken).toMatchObject({ steps: expect.any(Number) });
    const resumed = await run(settings, { resumed: broken });
    expect(resumed.sae).toEqual(whole.sae);
    expect(resumed.curve).toEqual(whole.curve);
    expect(resumed.steps).toBe(whole.steps);
  });
});

describe("every kind of SAE", () => {
  const kinds: Partial<SaeSettings>[] = [
    { activation: "relu" },
    { activation: "topk", k: 4, latents: 12, klWeight: 0 },
    { activation: "topk", k: 4, latents: 12, klWeight: 0, tied: false },
    { activation: "batchtopk", k: 4, latents: 12, klWeight: 0 },
    { activation: "jumprelu", klWeight: 0, l1Weight: 0.5, tied: false },
    { standardisation: "center", tied: false },
    { standardisation: "none", prefixes: [8, 16] },
    { predictionLoss: "listwise" },
    { predictionLoss: "bce", klWeight: 1e-3, warmup: 0.1, decay: 0.5 },
  ];
  it.each(kinds)("finds planted concepts: %o", async (kind) => {
    const { dataset, bearers } = planted();
    const { sae, curve } = await run(
      { latents: 24, epochs: 100, batch: 64, reconstructionWeight: 1, ...kind },
      { dataset },
    );
    const activations = await encodeRows(sae, dataset.items.embeddings);
    const neurons = Array.from(sae.encoderBias, (_, neuron) => midRanks(column(activations, neuron)));
    const best = bearers.map((items) => Math.max(...neurons.map((ranks) => aucOfRanks(ranks, items))));
    expect(Math.min(...best)).toBeGreaterThan(0.8);
    expect(curve.at(-1)!.rbo).toBeGreaterThan(0.55);
    expect(sae.decoderWeights.values.every(Number.isFinite)).toBe(true);
  });

  it("keeps decoder rows of untied ones at unit norm", async () => {
    const { sae } = await run({ tied: false });
    for (let neuron = 0; neuron < 8; neuron++) expect(Math.hypot(...row(sae.decoderWeights, neuron))).toBeCloseTo(1, 5);
  });

  it("keeps exactly k neurons active under top-k, and about k under batch-top-k", async () => {
    const { dataset } = planted();
    const settings = { latents: 24, epochs: 60, batch: 64, k: 4, klWeight: 0 };
    const exact = await run({ ...settings, activation: "topk" }, { dataset });
    expect(exact.curve.at(-1)!.l0).toBeLessThanOrEqual(4);
    const average = await run({ ...settings, activation: "batchtopk" }, { dataset });
    expect(average.sae.activation.kind).toBe("jumprelu");
    expect(Math.abs(average.curve.at(-1)!.l0 - 4)).toBeLessThan(1.2);
  });
});

describe("dead neurons", () => {
  const dead = 8;
  const latents = 24;

  /** A run about to begin whose first neurons have next to no weights, so that they are never among the top k. */
  function withDeadNeurons(settings: SaeSettings, dataset: Dataset): TrainState {
    const { columns } = dataset.items.embeddings;
    const parameters = initialParameters(columns, settings);
    for (let c = 0; c < columns; c++) {
      for (let neuron = 0; neuron < dead; neuron++) parameters[c * latents + neuron] *= 1e-3;
    }
    const states: Record<string, Float32Array> = {};
    for (const [name, length] of stateLengths({ dimensions: columns, settings }))
      states[name] = new Float32Array(length);
    const centre = { mean: new Float32Array(columns), scale: 1 };
    return {
      steps: 0,
      seconds: 0,
      states: { ...states, parameters },
      centre,
      curve: [],
      sums: {},
      best: null,
      worse: 0,
    };
  }

  it.each([
    ["none", 0],
    ["resample", dead],
    ["aux-k", dead],
  ] as const)("with revival %s", async (revival, revived) => {
    const { dataset } = planted();
    const asked = { latents, activation: "topk", k: 4, klWeight: 0, epochs: 80, batch: 64, revival } as const;
    const { curve } = await run(asked, { dataset, resumed: withDeadNeurons(completeSettings(asked), dataset) });
    const left = curve.at(-1)!.dead;
    if (revived === 0) {
      expect(left).toBeGreaterThanOrEqual(dead);
      expect(curve.every((point) => point.revived === 0)).toBe(true);
    } else {
      expect(left).toBeLessThan(dead);
      expect(curve.reduce((sum, point) => sum + point.revived, 0)).toBeGreaterThanOrEqual(dead - left);
    }
  });
});

describe("early stopping", () => {
  it("ends a run that no longer gets better, with the weights of its best point", async () => {
    const { dataset } = planted();
    const asked = { latents: 12, epochs: 400, batch: 64, patience: 3 };
    const { stopped, steps, curve, sae } = await run(asked, { dataset });
    expect(stopped).toBe("no-progress");
    const best = Math.max(...curve.map(({ rbo }) => rbo!));
    const evaluator = await openEvaluator(dataset, dotRecommender(dataset.users), 1);
    const { rbo } = await evaluator.evaluate(sae);
    await evaluator.release();
    expect(rbo).toBeGreaterThan(best - 0.002);
    expect(steps).toBe(curve.at(-1)!.step);
  });

  it("is not forgotten by a run that was broken off after it", async () => {
    const { dataset } = planted();
    const asked = { latents: 12, epochs: 400, batch: 64, patience: 3 };
    let last: TrainState | null = null;
    const checkpoint = async (state: TrainState) => {
      last = structuredClone(state);
    };
    const { sae, steps } = await run(asked, { dataset, hooks: { checkpoint } });
    expect(await run(asked, { dataset, resumed: last })).toMatchObject({ stopped: "no-progress", steps, sae });
  });
});

describe("held-out users", () => {
  it("are a fifth, the same for the same seed, and never trained on", () => {
    const dataset = randomDataset(100, 40, 6);
    const held = heldOutUsers(100, 1);
    expect(held).toHaveLength(20);
    expect(heldOutUsers(100, 1)).toEqual(held);
    expect(heldOutUsers(100, 2)).not.toEqual(held);
    const trained = new Set(trainingPairs(dataset, 1).users);
    expect([...held].filter((user) => trained.has(user))).toEqual([]);
    expect(trained.size).toBe(80);
    expect(countTrainingPairs(dataset, 1)).toBe(trainingPairs(dataset, 1).users.length);
  });

  it("are left out of random pairs too, where there are no interactions", () => {
    const dataset = { ...randomDataset(50, 40, 6), interactions: null };
    const { users, items } = trainingPairs(dataset, 1);
    expect(users.length).toBe(items.length);
    expect(countTrainingPairs(dataset, 1)).toBe(users.length);
    const held = new Set(heldOutUsers(50, 1));
    expect([...users].some((user) => held.has(user))).toBe(false);
  });
});

/** Users and items that are sums of one or two of five directions, and the items that bear each. */
function planted(): { dataset: Dataset; bearers: Uint32Array[] } {
  const random = seededRandom(5);
  const directions = randomMatrix(5, 24, random);
  const bearers: number[][] = Array.from({ length: 5 }, () => []);
  const rowsOf = (count: number, borne?: number[][]) => {
    const result = matrix(count, 24);
    for (let r = 0; r < count; r++) {
      for (const concept of new Set([random.integer(5), random.integer(5)])) {
        borne?.[concept].push(r);
        const strength = 0.7 + 0.6 * random.uniform();
        row(directions, concept).forEach((value, c) => {
          result.values[r * 24 + c] += strength * value + 0.05 * random.normal();
        });
      }
    }
    return result;
  };
  const dataset = randomDataset(300, 200, 24);
  dataset.users.embeddings = rowsOf(300);
  dataset.items.embeddings = rowsOf(200, bearers);
  return { dataset, bearers: bearers.map((items) => Uint32Array.from(items)) };
}
