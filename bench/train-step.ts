/** Milliseconds of one SAE train step, beside PyTorch on the same threads and batch. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { matrix } from "../src/data/matrix";
import { seededRandom } from "../src/data/random";
import { defaultSettings } from "../src/sae/default-settings";
import { train } from "../src/sae/train";
import { type Measurement, printTable } from "./table";

interface Size {
  dimensions: number;
  latents: number;
  batch: number;
  steps: number;
  /** Largest share of PyTorch's time that is allowed; null where the budget is for top-k, which is not built yet. */
  share: number | null;
}

const SIZES: Size[] = [
  { dimensions: 20, latents: 22, batch: 256, steps: 2_000, share: 0.25 },
  { dimensions: 64, latents: 512, batch: 256, steps: 300, share: null },
  { dimensions: 128, latents: 4096, batch: 256, steps: 30, share: null },
];
const ROWS = 2_000;

export async function benchTrainStep(): Promise<void> {
  const measurements: Measurement[] = [];
  for (const size of SIZES) {
    const ours = await millisecondsPerStep(size);
    const torch = torchMilliseconds(size);
    measurements.push({
      what: `train step, d=${size.dimensions} m=${size.latents} ReLU, batch ${size.batch}`,
      measured: `${ours.toFixed(2)} ms`,
      budget:
        size.share === null || torch === null
          ? null
          : { limit: `${size.share} of PyTorch`, kept: ours <= size.share * torch.milliseconds },
      baseline: torch
        ? `PyTorch ${torch.version} (${torch.blas}): ${torch.milliseconds.toFixed(2)} ms, ratio ${(ours / torch.milliseconds).toFixed(2)}`
        : "PyTorch is not installed (python3-torch)",
    });
  }
  printTable("Train step", measurements);
}

async function millisecondsPerStep({ dimensions, latents, batch, steps }: Size): Promise<number> {
  const random = seededRandom(1);
  const rows = () =>
    matrix(
      ROWS,
      dimensions,
      Float32Array.from({ length: ROWS * dimensions }, () => random.normal()),
    );
  const settings = { ...defaultSettings(dimensions, steps * batch), latents, batch, epochs: 1 };
  const indices = () => Uint32Array.from({ length: steps * batch }, () => random.integer(ROWS));
  const users = rows();
  const items = rows();
  const { seconds } = await train(
    { users, items, pairs: { users: indices(), items: indices() }, settings },
    { progress: () => {}, cancelled: () => false, checkpoint: async () => {} },
  );
  return (1_000 * seconds) / steps;
}

function torchMilliseconds({
  dimensions,
  latents,
  batch,
  steps,
}: Size): { milliseconds: number; version: string; blas: string } | null {
  const script = join(__dirname, "..", "..", "bench", "train_step_torch.py");
  const run = spawnSync("/usr/bin/python3", [script, dimensions, latents, batch, Math.max(10, steps / 5)].map(String));
  if (run.status !== 0) return null;
  return JSON.parse(run.stdout.toString());
}
