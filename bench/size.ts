/** Ten million users: training, encoding and opening from a matrix that is far larger than the memory they may take. */
import { mkdtemp, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeManifest } from "../src/data/manifest-file";
import { seededRandom } from "../src/data/random";
import { EngineClient } from "../src/host/engine-client";
import type { Report } from "../src/protocol/artifact";
import { manifestSchema } from "../src/protocol/manifest";
import { EMPTY_RECIPE } from "../src/protocol/steering";
import { writeLargeNpy } from "./large-npy";
import { MEMORY_LIMIT, mebibytes, peakMemory, recprism } from "./peak-memory";
import { type Measurement, printTable } from "./table";

const USERS = 10_000_000;
/** Random numbers for all users would take minutes; their rows are read from the disk all the same. */
const DISTINCT_USERS = 1_000_000;
const ITEMS = 50_000;
const DIMENSIONS = 128;
/** One epoch is of four million pairs. */
const SETTINGS = { latents: 256, activation: "topk", k: 32, epochs: 1, batch: 256, klWeight: 0 } as const;
/** The users, what they are encoded to, and room to spare. */
const NEEDED_BYTES = 10e9;

export async function benchSize(): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < NEEDED_BYTES) {
    console.log(`\nTen million users: skipped, ${tmpdir()} has less than ${NEEDED_BYTES / 1e9} GB left.`);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  try {
    await writeProject(folder);
    const { size } = await stat(join(folder, "users.npy"));
    printTable(
      `${USERS.toLocaleString("en")} users, d=${DIMENSIONS} (${(size / 1e9).toFixed(1)} GB, ${DISTINCT_USERS.toLocaleString("en")} random rows repeated), ` +
        `${ITEMS.toLocaleString("en")} items, m=${SETTINGS.latents}, top-k ${SETTINGS.k}`,
      [...(await trained(folder)), ...(await encoded(folder)), ...(await opened(folder))],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string): Promise<void> {
  const random = seededRandom(1);
  await writeLargeNpy(join(folder, "items.npy"), ITEMS, DIMENSIONS, random);
  await writeLargeNpy(join(folder, "users.npy"), USERS, DIMENSIONS, random, DISTINCT_USERS);
  const rowNumber = { rule: "row-number", first: 0 } as const;
  const manifest = manifestSchema.parse({
    version: 1,
    name: "Ten million users",
    items: { embeddings: "items.npy", ids: rowNumber },
    users: { embeddings: "users.npy", ids: rowNumber },
    sae: { settings: SETTINGS },
  });
  await writeManifest(folder, manifest, false);
}

async function trained(folder: string): Promise<Measurement[]> {
  const { output, seconds, peak, childPeak } = await recprism("train", "--project", folder, "--json");
  const report = JSON.parse(output) as Report;
  const training = `${report.steps} steps of ${report.msPerStep.toFixed(1)} ms`;
  return [
    { what: "training, then measuring", measured: `${seconds.toFixed(0)} s: ${training}`, budget: null },
    memory("peak memory of the job", childPeak),
    memory("peak memory of the command line beside it", peak),
  ];
}

async function encoded(folder: string): Promise<Measurement[]> {
  const out = join(folder, "active.safetensors");
  const { seconds, peak } = await recprism("encode", "--project", folder, "--matrix", "users", "--out", out);
  const { size } = await stat(out);
  return [
    {
      what: "encoding all users to a file",
      measured: `${seconds.toFixed(0)} s, ${Math.round(USERS / seconds).toLocaleString("en")} rows/s, ${(size / 1e9).toFixed(1)} GB`,
      budget: null,
    },
    memory("peak memory of encoding", peak),
  ];
}

async function opened(folder: string): Promise<Measurement[]> {
  let pid = 0;
  const client = new EngineClient({
    script: join(__dirname, "..", "engine.js"),
    events: { jobChanged: () => {}, taskProgress: () => {}, log: () => {} },
    started: (started) => {
      pid = started;
    },
    stopped: () => {},
    reopened: () => {},
    reopenFailed: () => {},
  });
  try {
    const opening = performance.now();
    const { id } = await client.engine.openProject(folder);
    const { rows } = await client.engine.neurons(id, { sort: "ms", descending: true, limit: 50 });
    const listed = (performance.now() - opening) / 1000;
    await client.engine.neuron(id, rows[0].neuron);
    await client.engine.findUsers(id, "9999", 20);
    const edits = [{ neuron: rows[0].neuron, operation: "suppress" as const }];
    await client.engine.preview({
      project: id,
      user: String(USERS - 1),
      k: 30,
      recipe: { ...EMPTY_RECIPE, edits },
    });
    return [
      {
        what: "engine start, open, first neuron list",
        measured: `${listed.toFixed(2)} s`,
        budget: { limit: "1 s", kept: listed < 1 },
      },
      memory("peak memory of the engine, with a neuron and a preview", peakMemory(pid)),
    ];
  } finally {
    client.dispose();
  }
}

function memory(what: string, peak: number | null): Measurement {
  return {
    what,
    measured: mebibytes(peak),
    budget: peak === null ? null : { limit: mebibytes(MEMORY_LIMIT), kept: peak < MEMORY_LIMIT },
  };
}
