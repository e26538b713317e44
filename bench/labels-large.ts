/** Naming the neurons of an SAE on a million items whose embeddings stay in their file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelNeurons } from "../src/concepts/label";
import type { Dataset, Interactions } from "../src/data/dataset";
import { numberedIds } from "../src/data/ids";
import { closeRows, matrix } from "../src/data/matrix";
import { openMatrix } from "../src/data/matrix-file";
import { type Random, seededRandom } from "../src/data/random";
import { labelledUsers, neuronsOnData } from "../src/engine/labelled-users";
import { measuredRows } from "../src/engine/measured-rows";
import { saeOnData } from "../src/engine/sae-on-data";
import { manifestSchema } from "../src/protocol/manifest";
import { saeFromTiedWeights } from "../src/sae/model";
import { printLargeCatalogue } from "./labels";
import { writeLargeNpy } from "./large-npy";

const ITEMS = 1_000_000;
const USERS = 100_000;
const INTERACTIONS = 10_000_000;
const DIMENSIONS = 64;
const LATENTS = 512;
const ACTIVE = 32;
const TAGS = 50_000;
/** Rows of embeddings; the others are these again. */
const DISTINCT = 50_000;

export async function benchLargeLabels(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  const random = seededRandom(1);
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const file = join(folder, "items.npy");
  await writeLargeNpy(file, ITEMS, DIMENSIONS, random, DISTINCT);
  const { rows: items } = await openMatrix(file);
  try {
    const users = matrix(USERS, DIMENSIONS, normal(USERS * DIMENSIONS));
    const dataset: Dataset = { ...largeDataset(random), folder };
    dataset.items.embeddings = items;
    dataset.users.embeddings = users;
    const sae = saeFromTiedWeights(
      matrix(DIMENSIONS, LATENTS, normal(DIMENSIONS * LATENTS)),
      normal(LATENTS),
      normal(DIMENSIONS),
      { activation: { kind: "topk", k: ACTIVE }, normalisation: "layer", settings: null },
    );
    const started = performance.now();
    const rows = measuredRows(dataset, LATENTS, 1);
    const labelled = labelledUsers(dataset, LATENTS, 1);
    const found = performance.now();
    const onData = await saeOnData(sae, rows, LATENTS, async () => {}, labelled.places);
    const encoded = performance.now();
    labelNeurons(neuronsOnData(onData, rows, labelled));
    const ended = performance.now();
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
    printLargeCatalogue(
      `Labels of ${ITEMS.toLocaleString("en")} items, d=${DIMENSIONS}, m=${LATENTS}, top-k ${ACTIVE}, ${TAGS.toLocaleString("en")} distinct tags`,
      (ended - started) / 1000,
      1024 * process.resourceUsage().maxRSS,
      `${seconds(started, found)} + ${seconds(found, encoded)} + ${seconds(encoded, ended)} s; measured on ${rows.items.ids.length.toLocaleString("en")} items, ${rows.concepts.length.toLocaleString("en")} concepts`,
    );
  } finally {
    await closeRows(items);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything but embeddings. */
function largeDataset(random: Random): Omit<Dataset, "folder"> {
  const none = matrix(0, DIMENSIONS);
  const word = () => WORDS[Math.floor(WORDS.length * random.uniform() ** 2)];
  return {
    manifest: manifestSchema.parse({
      version: 1,
      name: "large",
      items: { embeddings: "items.npy", ids: { rule: "row-number" } },
      users: { embeddings: "users.npy", ids: { rule: "row-number" } },
    }),
    items: {
      ids: numberedIds(ITEMS, 0),
      embeddings: none,
      bias: null,
      titles: Array.from({ length: ITEMS }, () => `${word()} ${word()} ${word()}`),
      years: Array.from({ length: ITEMS }, () => 1960 + random.integer(60)),
      tags: [
        {
          column: "tags",
          values: Array.from({ length: ITEMS }, () =>
            Array.from({ length: 3 }, () => ALL_TAGS[Math.floor(TAGS * random.uniform() ** 3)]),
          ),
        },
      ],
      numbers: [{ column: "price", values: Float64Array.from({ length: ITEMS }, () => 100 * random.uniform() ** 2) }],
      texts: [],
    },
    users: {
      ids: numberedIds(USERS, 0),
      embeddings: none,
      bias: null,
      attributes: [{ column: "age", values: Array.from({ length: USERS }, () => String(16 + random.integer(60))) }],
    },
    interactions: largeInteractions(random),
    warnings: [],
  };
}

const ALL_TAGS = Array.from({ length: TAGS }, (_, tag) => `tag ${tag}`);
const WORDS = Array.from({ length: 5_000 }, (_, word) => `word${word.toString(36)}`);

function largeInteractions(random: Random): Interactions {
  const each = INTERACTIONS / USERS;
  return {
    offsets: Uint32Array.from({ length: USERS + 1 }, (_, user) => user * each),
    items: Uint32Array.from({ length: INTERACTIONS }, () => Math.floor(ITEMS * random.uniform() ** 2)),
    times: Float64Array.from({ length: INTERACTIONS }, () => 1e9 + Math.floor(1e7 * random.uniform())),
  };
}
