/** MovieLens 1M from files on disk to named neurons, with the paper's settings, through the command line. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../src/protocol/artifact";
import { printTable } from "./table";

/** What a clean PyTorch re-implementation reached on the same embeddings (SCIENCE, "Figures to beat"). */
const REFERENCE = "clean PyTorch re-implementation: MS .592, RBO .558, Kendall .298, 188-267 s";

export function benchMovieLens(data: string): void {
  const source = join(data, "ml-1m");
  if (!existsSync(source)) {
    console.log(`\nMovieLens 1M: skipped, ${source} is not there (set RECPRISM_DATA).`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "recprism-bench-"));
  try {
    for (const name of ["interactions.csv", "items.csv"]) cpSync(join(source, name), join(folder, name));
    cpSync(join(source, "embeddings", "mf"), join(folder, "mf"), { recursive: true });
    const started = performance.now();
    run(folder, "init", ".");
    run(folder, "train", "--latents", "22", "--epochs", "18");
    run(folder, "neurons", "--json");
    const seconds = (performance.now() - started) / 1000;
    const report = JSON.parse(run(folder, "report", "--json")) as Report;
    const figure = (value: number | null) => value?.toFixed(3) ?? "-";
    printTable("MovieLens 1M, mf embeddings, m = 22, 18 epochs", [
      {
        what: "open to named neurons",
        measured: `${seconds.toFixed(1)} s`,
        budget: { limit: "30 s", kept: seconds < 30 },
        baseline: REFERENCE,
      },
      { what: "training", measured: `${report.trainSeconds.toFixed(1)} s, ${report.steps} steps`, budget: null },
      { what: "time per step", measured: `${report.msPerStep.toFixed(3)} ms`, budget: null },
      { what: "MS", measured: figure(report.ms), budget: null },
      { what: "RBO@30 raw", measured: figure(report.rbo30), budget: null },
      { what: "Kendall@30", measured: figure(report.kendall30), budget: null },
      { what: "L0", measured: figure(report.l0), budget: null },
      { what: "labelled neurons", measured: `${report.labelled} of ${report.latents}`, budget: null },
      {
        what: "purity@10",
        measured: figure(report.purity10),
        budget: null,
        baseline: `base rate ${figure(report.purity10BaseRate)}`,
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(folder: string, ...args: string[]): string {
  const result = spawnSync(process.execPath, [join(__dirname, "..", "cli.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (result.status !== 0) throw new Error(`recprism ${args.join(" ")} failed: ${result.stderr}`);
  return result.stdout;
}
