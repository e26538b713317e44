/** Runs code-server from the test host: one that keeps all it writes within a folder, and can be stopped whole. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { testHost } from "./setup/test-host.mjs";

const START_SECONDS = 60;

/** A quiet VS Code: nothing that opens by itself, asks, or wants the network. */
const SETTINGS = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "git.openRepositoryInParentFolders": "never",
};

/**
 * Starts a server on a free port of 127.0.0.1.
 *
 * @param {object} options
 * @param {string} options.folder holds user data, extensions and logs; kept short, since a socket's path goes into it
 * @param {string | string[]} options.vsix installed before the start
 * @param {Record<string, unknown>} [options.settings] beside those that keep VS Code quiet
 * @param {boolean} [options.restricted] the workspace is not trusted, until a person trusts it
 * @returns {Promise<{ url: string, logs: string, exited: Promise<void>, stop(): Promise<void> }>}
 */
export async function startCodeServer({ folder, vsix, settings = {}, restricted = false }) {
  const userData = join(folder, "data");
  const settingsFile = join(userData, "User", "settings.json");
  mkdirSync(dirname(settingsFile), { recursive: true });
  writeFileSync(settingsFile, JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
  // Without a config file of its own, code-server writes one into the user's home.
  const config = join(folder, "config.yaml");
  writeFileSync(config, "cert: false\n");
  const { node, entry } = testHost();
  const shared = ["--config", config, "--user-data-dir", userData, "--extensions-dir", join(folder, "extensions")];
  const install = [vsix].flat().flatMap((file) => ["--install-extension", file]);
  execFileSync(node, [entry, ...shared, ...install], { env: environment(), stdio: "pipe" });

  const quiet = ["--disable-telemetry", "--disable-update-check", ...(restricted ? [] : ["--disable-workspace-trust"])];
  const output = join(folder, "server.log");
  const log = openSync(output, "a");
  const child = spawn(node, [entry, ...shared, ...quiet, "--auth", "none", "--bind-addr", "127.0.0.1:0"], {
    env: environment(),
    stdio: ["ignore", log, log],
    detached: true,
  });
  const exited = /** @type {Promise<void>} */ (new Promise((resolve) => child.once("exit", () => resolve())));
  const killGroup = (/** @type {NodeJS.Signals} */ signal) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // All of the group has ended.
    }
  };
  const killAtExit = () => killGroup("SIGKILL");
  process.once("exit", killAtExit);

  return { url: await listening(output, child), logs: join(userData, "logs"), exited, stop };

  async function stop() {
    killGroup("SIGTERM");
    await Promise.race([exited, delay(5000, undefined, { ref: false })]);
    killGroup("SIGKILL");
    await exited;
    process.removeListener("exit", killAtExit);
  }
}

/** @param {string} output @param {import("node:child_process").ChildProcess} child @returns {Promise<string>} the address */
async function listening(output, child) {
  for (const start = Date.now(); Date.now() - start < START_SECONDS * 1000; await delay(50)) {
    const text = readFileSync(output, "utf8");
    const address = text.match(/server listening on (http:\/\/127\.0\.0\.1:\d+)/)?.[1];
    if (address !== undefined) return address;
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}:\n${text}`);
  }
  throw new Error(`code-server did not start within ${START_SECONDS} s; its output: ${readFileSync(output, "utf8")}`);
}

/** The environment without what would make code-server speak to another VS Code or change its port. */
function environment() {
  const { PORT, PASSWORD, ...rest } = process.env;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith("VSCODE_")));
}
