/** Labels: how long naming neurons takes, and what the names are worth on MovieLens 1M. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labelNeurons } from "../src/concepts/label";
import { meanPurity } from "../src/concepts/purity";
import type { Dataset } from "../src/data/dataset";
import { closeDataset, loadDataset } from "../src/data/load";
import { labelledUsers, neuronsOnData } from "../src/engine/labelled-users";
import { measuredRows } from "../src/engine/measured-rows";
import { saeOnData } from "../src/engine/sae-on-data";
import type { NeuronLabel } from "../src/protocol/artifact";
import type { Sae } from "../src/sae/model";
import { rowCosines } from "../src/sae/row-cosines";
import { readSae } from "../src/sae/saelens";
import { MEMORY_LIMIT, mebibytes } from "./peak-memory";
import { type Measurement, printTable } from "./table";

const DEFAULT_RUNS = ["1", "2"].map((seed) => ({ name: `seed-${seed}`, options: ["--seed", seed] }));
const WIDE_RUN = { name: "wide", options: ["--latents", "256", "--activation", "topk", "--k", "16", "--epochs", "4"] };
/** Neurons of two seeds are the same from this cosine of their decoder rows on. */
const MATCHED = 0.8;

export async function benchLabels(data: string): Promise<void> {
  await ofMovieLens(join(data, "ml-1m"));
  ofLargeCatalogue();
}

async function ofMovieLens(source: string): Promise<void> {
  if (!existsSync(source)) {
    console.log(`\nLabels of MovieLens 1M: skipped, ${source} is not there (set RECPRISM_DATA).`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "recprism-bench-"));
  try {
    for (const name of ["interactions.csv", "items.csv"]) cpSync(join(source, name), join(folder, name));
    cpSync(join(source, "embeddings", "mf"), join(folder, "mf"), { recursive: true });
    writeFileSync(join(folder, "recprism.json"), JSON.stringify(MANIFEST));
    for (const { name, options } of [...DEFAULT_RUNS, WIDE_RUN]) train(folder, name, options);
    const dataset = await loadDataset(folder);
    try {
      const [first, second] = [await labelled(dataset, folder, "seed-1"), await labelled(dataset, folder, "seed-2")];
      const wide = await labelled(dataset, folder, WIDE_RUN.name);
      printTable("Labels of MovieLens 1M, mf", [
        ...worth("default", first),
        ...worth("default, another seed", second),
        await stability(first, second),
        {
          what: "labelling all items and users, m=256",
          measured: `${wide.seconds.toFixed(2)} s`,
          budget: { limit: "5 s", kept: wide.seconds < 5 },
        },
        ...worth("m=256, top-k 16", wide, false),
      ]);
    } finally {
      await closeDataset(dataset);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MANIFEST = {
  version: 1,
  name: "MovieLens 1M mf",
  items: {
    embeddings: "mf/items.npy",
    bias: "mf/item_bias.npy",
    table: "items.csv",
    ids: { rule: "table-order", column: "iid" },
    title: "title",
    tags: [{ column: "genres", separator: "|" }],
  },
  users: { embeddings: "mf/users.npy", bias: "mf/user_bias.npy", ids: { rule: "row-number" } },
  interactions: { table: "interactions.csv", user: "uid", item: "iid" },
};

interface LabelledSae {
  sae: Sae;
  labels: NeuronLabel[];
  seconds: number;
}

/** Candidates are counted in, encoding is not. */
async function labelled(dataset: Dataset, folder: string, name: string): Promise<LabelledSae> {
  const { sae } = await readSae(join(folder, name));
  const latents = sae.encoderBias.length;
  const started = performance.now();
  const rows = measuredRows(dataset, latents, 1);
  const users = labelledUsers(dataset, latents, 1);
  const encoding = performance.now();
  const onData = await saeOnData(sae, rows, latents, async () => {}, users.places);
  const encoded = performance.now();
  const labels = labelNeurons(neuronsOnData(onData, rows, users));
  return { sae, labels, seconds: (performance.now() - started - (encoded - encoding)) / 1000 };
}

/** @param budgeted whether what is to be reached is stated for it */
function worth(what: string, { labels }: LabelledSae, budgeted = true): Measurement[] {
  const live = labels.filter(({ kind }) => kind !== "dead");
  const { labelledSurely, purity10, baseRate } = meanPurity(labels);
  const share = labelledSurely / Math.max(1, live.length);
  const times = (purity10 ?? 0) / (baseRate ?? 1);
  const counts = ["high", "medium", "low", "none"].map(
    (confidence) => `${live.filter((label) => label.confidence === confidence).length} ${confidence}`,
  );
  return [
    {
      what: `${what}: live neurons labelled high or medium`,
      measured: `${(100 * share).toFixed(0)}% (${counts.join(", ")})`,
      budget: budgeted ? { limit: "60%", kept: share >= 0.6 } : null,
    },
    {
      what: `${what}: held-out precision@10 of labelled neurons`,
      measured: `${purity10?.toFixed(3)}, ${times.toFixed(1)}x the base rate`,
      budget: budgeted ? { limit: "3x", kept: times >= 3 } : null,
      baseline: `base rate ${baseRate?.toFixed(3)}`,
    },
  ];
}

async function stability(first: LabelledSae, second: LabelledSae): Promise<Measurement> {
  let [matched, same] = [0, 0];
  for await (const { start, cosines } of rowCosines(first.sae.decoderWeights, second.sae.decoderWeights)) {
    for (let r = 0; r < cosines.rows; r++) {
      const ofNeuron = cosines.values.subarray(r * cosines.columns, (r + 1) * cosines.columns);
      const best = ofNeuron.indexOf(Math.max(...ofNeuron));
      if (ofNeuron[best] <= MATCHED) continue;
      matched++;
      const [a, b] = [first.labels[start + r], second.labels[best]];
      if (a.evidence?.concept === b.evidence?.concept) same++;
    }
  }
  const share = same / Math.max(1, matched);
  return {
    what: "default: same label in two seeds, of matched neurons",
    measured: `${(100 * share).toFixed(0)}%, ${same} of ${matched}`,
    budget: { limit: "80%", kept: share >= 0.8 },
  };
}

function train(folder: string, out: string, options: string[]): void {
  const cli = join(__dirname, "..", "cli.js");
  const result = spawnSync(process.execPath, [cli, "train", "--restart", "--out", join(folder, out), ...options], {
    cwd: folder,
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(`recprism train ${options.join(" ")} failed: ${result.stderr}`);
}

/** In a process of its own, so that its memory is no other bench's. */
function ofLargeCatalogue(): void {
  const { stdout, status } = spawnSync(process.execPath, [join(__dirname, "main.js"), "labels-of-large-catalogue"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error("labelling a large catalogue failed");
  console.log(stdout.slice(stdout.indexOf("\n")).trimEnd());
}

/** @param peak resident memory of the process, in bytes */
export function printLargeCatalogue(what: string, seconds: number, peak: number, details: string): void {
  printTable(what, [
    {
      what: "candidates, encoding, labels",
      measured: `${seconds.toFixed(1)} s`,
      budget: { limit: "60 s", kept: seconds < 60 },
      baseline: details,
    },
    {
      what: "peak memory",
      measured: mebibytes(peak),
      budget: { limit: mebibytes(MEMORY_LIMIT), kept: peak < MEMORY_LIMIT },
    },
  ]);
}
