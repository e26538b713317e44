/** Encoding a large catalogue from its file into another, through the command line. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matrix } from "../src/data/matrix";
import { seededRandom } from "../src/data/random";
import { saeFromTiedWeights } from "../src/sae/model";
import { writeSae } from "../src/sae/saelens";
import { writeLargeNpy } from "./large-npy";
import { MEMORY_LIMIT, mebibytes, recprism } from "./peak-memory";
import { printTable } from "./table";

const ROWS = 1_000_000;
const DIMENSIONS = 64;
const LATENTS = 512;
const ACTIVE = 32;

export async function benchEncode(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  try {
    const random = seededRandom(1);
    const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const sae = saeFromTiedWeights(
      matrix(DIMENSIONS, LATENTS, normal(DIMENSIONS * LATENTS)),
      normal(LATENTS),
      normal(DIMENSIONS),
      { activation: { kind: "topk", k: ACTIVE }, normalisation: "layer", settings: null },
    );
    await mkdir(join(folder, "sae"));
    await writeSae(join(folder, "sae"), sae);
    const items = join(folder, "items.npy");
    await writeLargeNpy(items, ROWS, DIMENSIONS, random);
    const out = join(folder, "active.safetensors");
    const { seconds, peak } = await recprism("encode", "--matrix", items, "--sae", join(folder, "sae"), "--out", out);
    printTable(`Encoding from file to file, d=${DIMENSIONS}, m=${LATENTS}, top-k ${ACTIVE}`, [
      {
        what: `${ROWS.toLocaleString("en")} rows`,
        measured: `${seconds.toFixed(2)} s, ${Math.round(ROWS / seconds).toLocaleString("en")} rows/s`,
        budget: { limit: "10 s", kept: seconds < 10 },
      },
      {
        what: "peak memory",
        measured: mebibytes(peak),
        budget: peak === null ? null : { limit: mebibytes(MEMORY_LIMIT), kept: peak < MEMORY_LIMIT },
      },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
