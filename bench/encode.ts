/** Encoding a large catalogue. */
import { matrix } from "../src/data/matrix";
import { seededRandom } from "../src/data/random";
import { defaultSettings } from "../src/sae/default-settings";
import { encodeRows } from "../src/sae/encode";
import { saeFromTiedWeights } from "../src/sae/model";
import { printTable } from "./table";

const ROWS = 200_000;
const DIMENSIONS = 64;
const LATENTS = 512;

export async function benchEncode(): Promise<void> {
  const random = seededRandom(1);
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const sae = saeFromTiedWeights(
    matrix(DIMENSIONS, LATENTS, normal(DIMENSIONS * LATENTS)),
    normal(LATENTS),
    normal(DIMENSIONS),
    { ...defaultSettings(DIMENSIONS, 1_000_000), latents: LATENTS },
  );
  const rows = matrix(ROWS, DIMENSIONS, normal(ROWS * DIMENSIONS));
  const started = performance.now();
  await encodeRows(sae, rows);
  const seconds = (performance.now() - started) / 1000;
  const million = (1_000_000 / ROWS) * seconds;
  printTable("Encoding, d=64, m=512, ReLU, in memory", [
    {
      what: `${ROWS.toLocaleString("en")} rows`,
      measured: `${seconds.toFixed(2)} s, ${Math.round(ROWS / seconds).toLocaleString("en")} rows/s`,
      budget: { limit: "10 s a million", kept: million < 10 },
    },
  ]);
}
