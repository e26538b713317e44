/** Peak resident memory of processes, as Linux counts it; other systems do not tell. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Linux remembers the peak itself, so that only what grows in a process's last moments goes unseen. */
const SAMPLE_MILLISECONDS = 50;

export const MEMORY_LIMIT = 1.5 * 2 ** 30;

/** Bytes; null where the system does not tell, or the process is gone. */
export function peakMemory(pid: number): number | null {
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return kibibytes === undefined ? null : 1024 * Number(kibibytes);
}

export interface Ran {
  output: string;
  seconds: number;
  /** Of the command's own process, and of the largest that it started; null where there is none, or nothing is told. */
  peak: number | null;
  childPeak: number | null;
}

/** Runs the command line to its end. */
export async function recprism(...args: string[]): Promise<Ran> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(__dirname, "..", "cli.js"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ran: Ran = { output: "", seconds: 0, peak: null, childPeak: null };
  child.stdout.on("data", (chunk) => {
    ran.output += chunk;
  });
  const sampling = setInterval(() => sample(child, ran), SAMPLE_MILLISECONDS);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(sampling);
  if (code !== 0) throw new Error(`recprism ${args.join(" ")} ended with ${code}`);
  return { ...ran, seconds: (performance.now() - started) / 1000 };
}

function sample({ pid }: ChildProcess, ran: Ran): void {
  if (pid === undefined) return;
  ran.peak = largest(ran.peak, peakMemory(pid));
  const children = textOf(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean);
  for (const child of children) ran.childPeak = largest(ran.childPeak, peakMemory(Number(child)));
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

export function mebibytes(bytes: number | null): string {
  return bytes === null ? "not told by this system" : `${Math.round(bytes / 2 ** 20).toLocaleString("en")} MiB`;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
