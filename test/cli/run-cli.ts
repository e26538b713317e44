/** Runs the built command line in a folder and collects what it prints. */
import { type ChildProcess, spawn } from "node:child_process";
import { built } from "../built";

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as one JSON document; throws when it is anything else. */
  json<Document = unknown>(): Document;
}

export function runCli(folder: string, ...args: string[]): Promise<CliResult> {
  return run(folder, args, () => {});
}

/** The same, with a signal to the whole process group, as a terminal sends that of Ctrl-C, once `when` resolves. */
export function runCliSignalled(
  folder: string,
  signal: "SIGINT" | "SIGKILL",
  when: () => Promise<void>,
  ...args: string[]
): Promise<CliResult> {
  return run(folder, args, (child) => {
    void when().then(() => process.kill(-(child.pid as number), signal));
  });
}

function run(folder: string, args: string[], started: (child: ChildProcess) => void): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [built("cli.js"), ...args], { cwd: folder, detached: true });
    started(child);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, json: () => JSON.parse(stdout) }));
  });
}
