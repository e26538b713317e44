/** MovieLens 1M from files on disk to named neurons, through the command line: what each preset reaches, and how fast. */
import type { Report } from "../src/protocol/artifact";
import { inMovieLensFolder, recprism, writeMovieLensProject } from "./movielens-folder";
import { type Measurement, printTable } from "./table";

/** What is to be reached, as SCIENCE and the issues of this project state it. */
interface Goal {
  measure: "ms" | "rbo30" | "kendall30";
  /** Within so much of the reference, or at least so much. */
  within?: { reference: number; by: number };
  least?: number;
}

interface Run {
  what: string;
  embeddings: "mf" | "ncf";
  options: string[];
  goals: Goal[];
  /** Seconds of training allowed. */
  seconds?: number;
  /** Where the goals come from. */
  reference: string;
  /** Held-out NDCG@20 may change by this share, and so many of the neurons may be dead. */
  keeps?: { ndcg: number; dead: number };
}

const PYTORCH = "clean PyTorch re-implementation";
const reproduced = (ms: number, rbo: number, kendall: number): Goal[] => [
  { measure: "ms", within: { reference: ms, by: 0.03 } },
  { measure: "rbo30", within: { reference: rbo, by: 0.03 } },
  { measure: "kendall30", within: { reference: kendall, by: 0.03 } },
];
const atLeast = (ms: number, rbo: number, kendall?: number): Goal[] => [
  { measure: "ms", least: ms },
  { measure: "rbo30", least: rbo },
  ...(kendall === undefined ? [] : [{ measure: "kendall30" as const, least: kendall }]),
];

const RUNS: Run[] = [
  {
    what: "mf, paper-mf, 18 epochs, w_pred 1",
    embeddings: "mf",
    options: ["--preset", "paper-mf", "--epochs", "18"],
    goals: reproduced(0.592, 0.558, 0.298),
    seconds: 20,
    reference: `${PYTORCH}: .592 / .558 / .298, 188-267 s`,
  },
  {
    what: "mf, paper-mf, 18 epochs, w_pred 10",
    embeddings: "mf",
    options: ["--preset", "paper-mf", "--epochs", "18", "--prediction-weight", "10"],
    goals: reproduced(0.595, 0.586, 0.343),
    reference: `${PYTORCH}: .595 / .586 / .343, and at w_pred 100 .562 / .710 / .550`,
  },
  {
    what: "mf, m=22, weights and losses of our choice",
    embeddings: "mf",
    options: ["--latents", "22", "--kl-weight", "0.01", "--coherence-weight", "10"],
    goals: atLeast(0.58, 0.75),
    reference: `${PYTORCH}, w_pred 1000: .547 / .737 / .599`,
  },
  {
    what: "mf, default",
    embeddings: "mf",
    options: [],
    goals: atLeast(0.6, 0.8, 0.68),
    reference: "the paper's MF at w_pred 10: .553 / .543 / .315",
    keeps: { ndcg: 0.02, dead: 0.02 },
  },
  {
    what: "ncf, paper-ncf, 18 epochs",
    embeddings: "ncf",
    options: ["--preset", "paper-ncf", "--epochs", "18"],
    goals: reproduced(0.488, 0.556, 0.253),
    reference: `${PYTORCH}: .488 / .556 / .253; the paper's own NCF .681 / .759 / .609`,
  },
  {
    what: "ncf, default",
    embeddings: "ncf",
    options: [],
    goals: atLeast(0.55, 0.75, 0.55),
    reference: "as above",
  },
];

export async function benchMovieLens(data: string): Promise<void> {
  await inMovieLensFolder(data, (folder) => {
    const measurements = [openToNamed(folder), ...RUNS.flatMap((run) => measurementsOf(folder, run))];
    printTable("MovieLens 1M: MS / raw RBO@30 / Kendall@30 of held-out users", measurements);
  });
}

/** The whole way of a new user, with the paper's settings. */
function openToNamed(folder: string): Measurement {
  const started = performance.now();
  writeMovieLensProject(folder, "mf");
  recprism(folder, "train", "--preset", "paper-mf", "--epochs", "18");
  recprism(folder, "neurons", "--json");
  const seconds = (performance.now() - started) / 1000;
  return {
    what: "open to named neurons, mf, m=22, 18 epochs",
    measured: `${seconds.toFixed(1)} s`,
    budget: { limit: "30 s", kept: seconds < 30 },
  };
}

function measurementsOf(
  folder: string,
  { what, embeddings, options, goals, seconds, reference, keeps }: Run,
): Measurement[] {
  writeMovieLensProject(folder, embeddings);
  recprism(folder, "train", "--restart", ...options);
  const report: Report = JSON.parse(recprism(folder, "report", "--json"));
  const figure = (value: number | null) => value?.toFixed(3) ?? "-";
  const reached = ({ measure, within, least }: Goal) => {
    const value = report[measure] ?? Number.NaN;
    return within ? Math.abs(value - within.reference) <= within.by : value >= (least ?? Number.NaN);
  };
  const limits = goals.map(({ within, least }) => (within ? `${within.reference}±${within.by}` : `≥${least}`));
  const rows: Measurement[] = [
    {
      what,
      measured: `${figure(report.ms)} / ${figure(report.rbo30)} / ${figure(report.kendall30)}, L0 ${report.l0.toFixed(1)}`,
      budget: { limit: limits.join(" / "), kept: goals.every(reached) },
      baseline: reference,
    },
    {
      what: "  training",
      measured: `${report.trainSeconds.toFixed(1)} s, ${report.steps} steps of ${report.msPerStep.toFixed(3)} ms`,
      budget: seconds === undefined ? null : { limit: `${seconds} s`, kept: report.trainSeconds < seconds },
    },
    {
      what: "  neurons",
      measured: `${report.labelled} of ${report.latents} labelled, purity@10 ${figure(report.purity10)}, ${report.dead} dead`,
      budget: keeps ? { limit: `${100 * keeps.dead}% dead`, kept: report.dead <= keeps.dead * report.latents } : null,
      baseline: `base rate ${figure(report.purity10BaseRate)}`,
    },
  ];
  const change = report.accuracy?.ndcg20Change;
  if (change) {
    rows.push({
      what: "  held-out NDCG@20 against the original embeddings",
      measured: `${(100 * change.value).toFixed(1)}%`,
      budget: keeps ? { limit: `${100 * keeps.ndcg}%`, kept: change.value >= -keeps.ndcg } : null,
    });
  }
  return rows;
}
