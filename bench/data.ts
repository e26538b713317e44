/** How fast files of embeddings are read, whole and by rows, beside NumPy, and PyTorch for `.pt`. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeRows, gatheredRows } from "../src/data/matrix";
import { openMatrix } from "../src/data/matrix-file";
import { seededRandom } from "../src/data/random";
import { writeLargeNpy } from "./large-npy";
import { type Measurement, printTable } from "./table";

const FILES = ["users.npy", "stored.npz", "deflated.npz", "users.safetensors", "users.pt"];
const COLUMNS = 64;
const SCATTERED = 1_000;
/** In turn, of which the fastest counts: the machine's speed changes by the minute. The first fills the disk's cache. */
const ROUNDS = 4;

/** Seconds for all of a file, and for some rows of it. */
type Seconds = [whole: number, scattered: number];

interface Baseline {
  versions: { NumPy: string; PyTorch: string | null };
  seconds: Record<string, Seconds>;
}

/** @param rows 800,000 of 64 columns are 205 MB */
export async function benchData(rows = Number(process.env.RECPRISM_BENCH_ROWS ?? 800_000)): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  try {
    const withNumpy = python("make", folder, rows, COLUMNS) !== null;
    if (!withNumpy) await writeLargeNpy(join(folder, "users.npy"), rows, COLUMNS, seededRandom(1));
    const files = FILES.filter((name) => existsSync(join(folder, name)));
    const ours = new Map<string, Seconds>();
    const theirs = new Map<string, Seconds>();
    let versions: Baseline["versions"] | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of files) keepFaster(ours, name, await secondsOf(join(folder, name), rows));
      const answer = withNumpy ? python("read", folder, SCATTERED) : null;
      if (answer === null) continue;
      const baseline: Baseline = JSON.parse(answer);
      versions = baseline.versions;
      for (const [name, seconds] of Object.entries(baseline.seconds)) keepFaster(theirs, name, seconds);
    }
    const measurements = files.flatMap((name) =>
      linesOf(name, statSync(join(folder, name)).size, ours.get(name), theirs.get(name), versions),
    );
    printTable(
      `Reading ${rows.toLocaleString("en")} x ${COLUMNS} float32, from the disk's cache; ours also looks whether every value is finite`,
      measurements,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function secondsOf(file: string, rows: number): Promise<Seconds> {
  const random = seededRandom(2);
  const some = Array.from({ length: SCATTERED }, () => random.integer(rows));
  const timed = async (mostBytes: number, wanted: number[]) => {
    const start = performance.now();
    const { rows: opened } = await openMatrix(file, mostBytes);
    gatheredRows(opened, wanted);
    const seconds = (performance.now() - start) / 1_000;
    await closeRows(opened);
    return seconds;
  };
  return [await timed(Number.POSITIVE_INFINITY, []), await timed(0, some)];
}

function keepFaster(of: Map<string, Seconds>, name: string, [whole, scattered]: Seconds): void {
  const [fastest, fastestScattered] = of.get(name) ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  of.set(name, [Math.min(whole, fastest), Math.min(scattered, fastestScattered)]);
}

function linesOf(
  name: string,
  size: number,
  ours: Seconds | undefined,
  theirs: Seconds | undefined,
  versions: Baseline["versions"] | null,
): Measurement[] {
  if (ours === undefined) return [];
  const library = name.endsWith(".pt") ? `PyTorch ${versions?.PyTorch}` : `NumPy ${versions?.NumPy}`;
  const beside = (index: 0 | 1) =>
    theirs === undefined
      ? "NumPy is not installed (python3-numpy)"
      : `${library}: ${milliseconds(theirs[index])}, ratio ${(ours[index] / theirs[index]).toFixed(2)}`;
  return [
    {
      what: name,
      measured: `${milliseconds(ours[0])}, ${(size / ours[0] / 1e9).toFixed(2)} GB/s`,
      budget: null,
      baseline: beside(0),
    },
    {
      what: `${name}, ${SCATTERED.toLocaleString("en")} scattered rows`,
      measured: milliseconds(ours[1]),
      budget: null,
      baseline: beside(1),
    },
  ];
}

function milliseconds(seconds: number): string {
  return `${(1_000 * seconds).toFixed(1)} ms`;
}

/** What the script prints; null where there is no NumPy. */
function python(...args: (string | number)[]): string | null {
  const script = join(__dirname, "..", "..", "bench", "read_files_numpy.py");
  const run = spawnSync("/usr/bin/python3", [script, ...args.map(String)]);
  return run.status === 0 ? run.stdout.toString() : null;
}
