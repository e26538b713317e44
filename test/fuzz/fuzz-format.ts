/** Runs the fuzzing of one kind of file in a process of its own, which may crash, hang or swell. */
import { fork } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { NATIVE_PACKAGES } from "../../scripts/build.mjs";
import { PROJECT_ROOT } from "../built";
import type { Told } from "./child";

export interface FuzzRun {
  /** Mutated files that were read as something, and those that were refused. */
  results: number;
  refusals: number;
  /** The first thing wrong, with the file that brought it about; null where all is well. */
  fault: string | null;
}

/** What a reader may take for one file, and its process in all. */
export interface Limits {
  /** Of all its processors together. A reader that only waits has ten times as long: others may be at work here. */
  milliseconds: number;
  mebibytes: number;
}

const LIMITS: Limits = { milliseconds: 5_000, mebibytes: 1_024 };
const HEAP_MEBIBYTES = 512;
const WAITING = 10;

/**
 * @param module below test/fuzz, which exports `fuzzed`
 * @param seed   the same files for the same seed
 */
export async function fuzzFormat(module: string, count: number, seed: number, limits = LIMITS): Promise<FuzzRun> {
  const program = await bundled(module);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "recprism-fuzz-")));
  const child = fork(program, [folder, count, seed, limits.mebibytes, limits.milliseconds].map(String), {
    execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const run: FuzzRun = { results: 0, refusals: 0, fault: null };
  let said = "";
  let last = "its start";
  let timer: NodeJS.Timeout | undefined;
  child.stderr?.on("data", (text) => {
    said = `${said}${text}`.slice(-4_000);
  });
  child.on("message", ({ index, outcome, fault }: Told) => {
    clearTimeout(timer);
    last = index < 0 ? "a seed" : `file ${index}`;
    if (fault !== undefined) run.fault = `${last}: ${fault}`;
    else if (outcome === undefined) timer = setTimeout(stop, WAITING * limits.milliseconds);
    else if (index >= 0) run[outcome === "result" ? "results" : "refusals"]++;
  });
  function stop(): void {
    run.fault = `${last}: not read within ${WAITING * limits.milliseconds} ms`;
    child.kill("SIGKILL");
  }
  const exit = await new Promise<string>((ended) => {
    child.on("exit", (code, signal) => ended(String(signal ?? code)));
  });
  clearTimeout(timer);
  if (exit !== "0") run.fault ??= `${last}: the process ended with ${exit}. ${said}`;
  if (run.fault !== null) run.fault += `\nSeed ${seed}; the file is kept in ${await kept(folder, module)}`;
  await rm(folder, { recursive: true, force: true });
  return run;
}

/** As the package is bundled, with only the one format's seeds: what is wrong with another must not matter. */
async function bundled(module: string): Promise<string> {
  const outfile = join(PROJECT_ROOT, "test-results", "fuzz", `${module.replaceAll("/", "-")}.cjs`);
  await build({
    stdin: {
      contents: `import { fuzz } from "./child";
import { fuzzed } from "./${module}";
const [folder, ...numbers] = process.argv.slice(2);
void fuzz(fuzzed, folder, ...numbers.map(Number));`,
      resolveDir: join(PROJECT_ROOT, "test", "fuzz"),
      loader: "ts",
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: NATIVE_PACKAGES,
    logLevel: "error",
    logOverride: { "direct-eval": "silent" },
  });
  return outfile;
}

async function kept(folder: string, module: string): Promise<string> {
  const target = join(PROJECT_ROOT, "test-results", "fuzz", module.replaceAll("/", "-"));
  await mkdir(target, { recursive: true });
  for (const name of await readdir(folder)) await copyFile(join(folder, name), join(target, name));
  return target;
}
