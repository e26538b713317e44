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
import { queryNeurons } from "../src/engine/neuron-query";
import { EngineClient } from "../src/host/engine-client";
import { CONCEPT_KINDS, CONFIDENCES, type NeuronLabel } from "../src/protocol/artifact";
import { manifestSchema } from "../src/protocol/manifest";
import type { NeuronQuery, NeuronRow } from "../src/protocol/neurons";
import { EMPTY_RECIPE } from "../src/protocol/steering";
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
  measurements.push(...SEARCHES.map(benchSearch));
  printTable("Waiting", measurements);
}

/** Neurons of a long list, and what is asked of it: the last two have most to compare and to sort. */
const LISTED = 16_000;
const SEARCHES: NeuronQuery[] = [
  { search: "horror", limit: 100 },
  { search: "label:horror kind:era or kind:tag ms>0.6 density<10%", sort: "ms", descending: true, limit: 100 },
  { search: "-concept:genres confidence>=medium", sort: "label", limit: 100 },
  { sort: "label", limit: 100 },
];

function benchSearch(query: NeuronQuery): Measurement {
  const { rows, labels } = listedNeurons();
  const times: number[] = [];
  for (let search = 0; search < MOVES; search++) {
    const before = performance.now();
    queryNeurons(rows, labels, query);
    times.push(performance.now() - before);
  }
  const [first] = times;
  const p95 = quantile(times, 0.95);
  return {
    what: `search of ${LISTED.toLocaleString("en")} neurons, p95; ${query.search ?? "all"}, by ${query.sort ?? "neuron"}`,
    measured: `${p95.toFixed(1)} ms`,
    budget: { limit: "50 ms", kept: p95 <= 50 && first <= 50 },
    baseline: `the first ${first.toFixed(1)} ms`,
  };
}

/** Rows and labels with as many different names as there are neurons. */
function listedNeurons(): { rows: NeuronRow[]; labels: NeuronLabel[] } {
  const random = seededRandom(1);
  const labels = Array.from({ length: LISTED }, (_, neuron): NeuronLabel => {
    const kind = CONCEPT_KINDS[random.integer(CONCEPT_KINDS.length)];
    const label = `${["Horror", "Drama", "Émile", "like Alien"][random.integer(4)]} ${random.integer(10 * LISTED)}`;
    const confidence = CONFIDENCES[random.integer(CONFIDENCES.length)];
    const evidence: NeuronLabel["evidence"] = {
      concept: `tag:genres:${label}`,
      label,
      kind,
      of: "items",
      selectionAuc: 0.8,
      heldOutAuc: 0.8,
      heldOutAucInterval: [0.7, 0.9],
      averagePrecision: 0.5,
      precision10: 0.5,
      precision50: null,
      precision200: null,
      baseRate: 0.1,
      lift: 5,
      recall: 0.4,
      q: 0.01,
    };
    return { neuron, label, kind, confidence, evidence, model: null, person: null };
  });
  const rows = labels.map(({ neuron, label, kind, confidence }) => ({
    neuron,
    label,
    labelledBy: "statistics" as const,
    statisticalLabel: label,
    kind,
    confidence,
    pinned: false,
    wrong: false,
    hasNote: false,
    ms: random.uniform(),
    purity10: random.uniform(),
    purity10BaseRate: 0.1,
    auc: random.uniform(),
    lift: 10 * random.uniform(),
    density: random.uniform(),
    histogram: [],
  }));
  return { rows, labels };
}

async function benchSize({ items, dimensions, budget }: Size): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  const client = new EngineClient({
    script: join(__dirname, "..", "engine.js"),
    events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
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
      await client.engine.preview({ project: id, user: "7", k: 30, recipe: { ...EMPTY_RECIPE, edits } });
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
