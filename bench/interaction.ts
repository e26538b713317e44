/** What a person waits for: the first neuron list, and a slider move, both through the engine process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDataset } from "../src/data/load";
import { writeManifest } from "../src/data/manifest-file";
import { matrix } from "../src/data/matrix";
import { writeNpy } from "../src/data/npy";
import { type Random, seededRandom } from "../src/data/random";
import { measured } from "../src/engine/measure";
import { EngineClient } from "../src/host/engine-client";
import { manifestSchema } from "../src/protocol/manifest";
import { dotRecommender } from "../src/recommender/dot-and-cosine";
import { writeArtifact } from "../src/sae/artifact";
import { saeFromTiedWeights } from "../src/sae/model";
import { type Measurement, printTable, quantile } from "./table";

interface Size {
  items: number;
  dimensions: number;
  /** p95 of a slider move, milliseconds. */
  budget: number;
}

const SIZES: Size[] = [
  { items: 3_000, dimensions: 20, budget: 16 },
  { items: 1_000_000, dimensions: 64, budget: 30 },
];
const USERS = 1_000;
const LATENTS = 22;
const MOVES = 60;

export async function benchInteraction(): Promise<void> {
  const measurements: Measurement[] = [];
  for (const size of SIZES) measurements.push(...(await benchSize(size)));
  printTable("Waiting", measurements);
}

async function benchSize({ items, dimensions, budget }: Size): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  const client = new EngineClient({
    script: join(__dirname, "..", "engine.js"),
    events: { jobChanged: () => {}, log: () => {} },
    started: () => {},
    stopped: () => {},
    reopened: () => {},
    reopenFailed: () => {},
  });
  try {
    await writeProject(folder, items, dimensions);
    const opening = performance.now();
    const { id } = await client.engine.openProject(folder);
    const { rows } = await client.engine.neurons(id, { sort: "ms", descending: true, limit: 50 });
    const opened = performance.now() - opening;
    const times: number[] = [];
    for (let move = 0; move < MOVES; move++) {
      const edits = [{ neuron: rows[0].neuron, operation: "set" as const, value: move / 10 }];
      const before = performance.now();
      await client.engine.preview({ project: id, user: "7", k: 30, recipe: { name: "bench", mode: "delta", edits } });
      times.push(performance.now() - before);
    }
    const p95 = quantile(times.slice(5), 0.95);
    const size = `${items.toLocaleString("en")} items, d=${dimensions}`;
    const first: Measurement = {
      what: `engine start, open, first neuron list; ${size}`,
      measured: `${(opened / 1000).toFixed(2)} s`,
      budget: { limit: "1 s", kept: opened < 1_000 },
    };
    return [
      first,
      {
        what: `slider move to new list, p95; ${size}`,
        measured: `${p95.toFixed(1)} ms`,
        budget: { limit: `${budget} ms`, kept: p95 <= budget },
        baseline: `median ${quantile(times.slice(5), 0.5).toFixed(1)} ms`,
      },
    ];
  } finally {
    client.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string, items: number, dimensions: number): Promise<void> {
  const random = seededRandom(1);
  await writeNpy(join(folder, "items.npy"), randomMatrix(items, dimensions, random));
  await writeNpy(join(folder, "users.npy"), randomMatrix(USERS, dimensions, random));
  const rowNumber = { rule: "row-number", first: 0 } as const;
  const manifest = manifestSchema.parse({
    version: 1,
    name: "bench",
    items: { embeddings: "items.npy", ids: rowNumber },
    users: { embeddings: "users.npy", ids: rowNumber },
  });
  const path = await writeManifest(folder, manifest, false);
  const sae = saeFromTiedWeights(
    randomMatrix(dimensions, LATENTS, random),
    new Float32Array(LATENTS),
    new Float32Array(dimensions),
    { activation: { kind: "relu" }, normalisation: "layer", settings: null },
  );
  const dataset = await loadDataset(path);
  await writeArtifact(
    join(folder, "sae"),
    sae,
    await measured(dataset, dotRecommender(dataset.users), sae, { steps: 1, seconds: 1, interrupted: true }),
  );
}

function randomMatrix(rows: number, columns: number, random: Random) {
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < values.length; i++) values[i] = random.normal();
  return matrix(rows, columns, values);
}
