/** Milliseconds of one SAE train step, beside PyTorch on the same threads and batch. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { matrix } from "../src/data/matrix";
import { seededRandom } from "../src/data/random";
import type { SaeSettings } from "../src/protocol/manifest";
import { dotRecommender } from "../src/recommender/dot-and-cosine";
import { presetSettings } from "../src/sae/presets";
import { train } from "../src/sae/train";
import { type Measurement, printTable } from "./table";

interface Size {
  dimensions: number;
  latents: number;
  batch: number;
  steps: number;
  /** Active neurons a row under top-k; 0 for ReLU with KL. */
  k: number;
  /** Largest share of PyTorch's time that is allowed. */
  share: number;
}

const SIZES: Size[] = [
  { dimensions: 20, latents: 22, k: 0, batch: 256, steps: 3_000, share: 0.25 },
  { dimensions: 64, latents: 512, k: 32, batch: 256, steps: 600, share: 0.45 },
  { dimensions: 128, latents: 4096, k: 64, batch: 256, steps: 60, share: 0.3 },
];
/** Each is measured this often, in turn with PyTorch, and the fastest counts: the machine's speed changes by the minute. */
const ROUNDS = 3;
const ROWS = 2_000;

export async function benchTrainStep(): Promise<void> {
  const measurements: Measurement[] = [];
  for (const size of SIZES) {
    let ours = Number.POSITIVE_INFINITY;
    let torch: Torch | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      ours = Math.min(ours, await millisecondsPerStep(size));
      const measured = torchMilliseconds(size);
      if (measured && !(torch && torch.milliseconds < measured.milliseconds)) torch = measured;
    }
    measurements.push({
      what: `train step, d=${size.dimensions} m=${size.latents} ${size.k === 0 ? "ReLU" : `top-k ${size.k}`}, batch ${size.batch}`,
      measured: `${ours.toFixed(2)} ms`,
      budget: torch && { limit: `${size.share} of PyTorch`, kept: ours <= size.share * torch.milliseconds },
      baseline: torch
        ? `PyTorch ${torch.version} (${torch.blas}): ${torch.milliseconds.toFixed(2)} ms, ratio ${(ours / torch.milliseconds).toFixed(2)}`
        : "PyTorch is not installed (python3-torch)",
    });
  }
  printTable("Train step", measurements);
}

async function millisecondsPerStep({ dimensions, latents, batch, steps, k }: Size): Promise<number> {
  const random = seededRandom(1);
  const rows = () =>
    matrix(
      ROWS,
      dimensions,
      Float32Array.from({ length: ROWS * dimensions }, () => random.normal()),
    );
  const settings: SaeSettings = {
    ...presetSettings("paper-mf", { dimensions, rows: 2 * ROWS, pairs: steps * batch, variance: 1 }),
    latents,
    batch,
    epochs: 1,
    ...(k === 0 ? {} : { activation: "topk" as const, k, klWeight: 0 }),
  };
  const indices = () => Uint32Array.from({ length: steps * batch }, () => random.integer(ROWS));
  const [users, items] = [rows(), rows()];
  const recommender = dotRecommender({ bias: null });
  const { seconds } = await train(
    {
      users,
      items,
      userBias: null,
      itemBias: null,
      recommender,
      scoreDeviation: 1,
      pairs: { users: indices(), items: indices() },
      settings,
    },
    {
      progress: () => {},
      cancelled: () => false,
      checkpoint: async () => {},
      evaluate: async () => ({ l0: 0, live: new Uint8Array(latents).fill(1), rbo: null }),
    },
  );
  return (1_000 * seconds) / steps;
}

interface Torch {
  milliseconds: number;
  version: string;
  blas: string;
}

function torchMilliseconds({ dimensions, latents, batch, steps, k }: Size): Torch | null {
  const script = join(__dirname, "..", "..", "bench", "train_step_torch.py");
  const sizes = [dimensions, latents, batch, Math.max(10, steps / 5), k].map(String);
  const run = spawnSync("/usr/bin/python3", [script, ...sizes]);
  if (run.status !== 0) return null;
  return JSON.parse(run.stdout.toString());
}
