/** How a set-up step runs commands and keeps two set-ups from doing the same at once. */
import { spawn } from "node:child_process";
import { closeSync, createWriteStream, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What cannot be put right by set-up itself: the message says what a person can do. */
export class SetUpError extends Error {
  /** @override */
  name = "SetUpError";
}

/** The user's cache folder for RecPrism; a fresh clone finds there what an earlier one installed. */
export function cacheFolder() {
  const home = homedir();
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, "recprism");
  if (process.platform === "darwin") return join(home, "Library", "Caches", "recprism");
  if (process.platform === "win32") return join(process.env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "recprism");
  return join(home, ".cache", "recprism");
}

/** @param {string} message */
export function say(message) {
  console.error(`set-up: ${message}`);
}

/**
 * Runs a command quietly; its output goes to a log whose end is shown when the command fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export async function run(command, args, { cwd = projectRoot, env = process.env } = {}) {
  mkdirSync(cacheFolder(), { recursive: true });
  const logFile = join(cacheFolder(), "setup.log");
  const log = createWriteStream(logFile, { flags: "a" });
  let tail = "";
  const started = Date.now();
  const beat = setInterval(() => say(`  still at it after ${Math.round((Date.now() - started) / 1000)} s`), 30_000);
  try {
    log.write(`\n$ ${command} ${args.join(" ")}\n`);
    const child = spawn(command, args, {
      cwd,
      env: withoutCaller(env),
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        log.write(chunk);
        tail = (tail + chunk).slice(-4000);
      });
    }
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) {
      throw new SetUpError(
        `"${command} ${args.join(" ")}" failed with exit code ${code}:\n\n${tail}\n\nAll of it: ${logFile}`,
      );
    }
  } finally {
    clearInterval(beat);
    log.end();
  }
}

/**
 * An npm that called us hands its own state down, which an npm that we call would take for settings: its Node's version,
 * for one, by which code-server refuses to be installed, and its silence.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function withoutCaller(env) {
  const state = /^npm_(lifecycle|package|execpath|node_execpath|command|config_(user_agent|local_prefix|loglevel))/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !state.test(name)));
}

/**
 * Does work while no other set-up on this machine does any; waits for one that is at it.
 *
 * @param {() => Promise<void>} work
 */
export async function alone(work) {
  const lock = join(tmpdir(), `recprism-setup-${process.getuid?.() ?? "user"}.lock`);
  for (let waited = false; !taken(lock); waited = true) {
    if (!waited) say("another set-up is running; waiting for it");
    await delay(500);
  }
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** @param {string} lock @returns {boolean} whether the lock is ours now; one left by a process that died is removed */
function taken(lock) {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  const holder = Number(readIfThere(lock));
  if (holder > 0 && !alive(holder)) rmSync(lock, { force: true });
  return false;
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
