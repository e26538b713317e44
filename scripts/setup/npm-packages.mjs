/** The npm packages of the project, as its lockfile says. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { alone, projectRoot, run, say } from "./step.mjs";

export async function setUpNpmPackages() {
  if (packagesMatchLockfile()) return;
  await alone(async () => {
    if (packagesMatchLockfile()) return;
    say("installing npm packages from the lockfile (npm ci), about a minute");
    await run("npm", ["ci"], { env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" } });
  });
}

/** npm notes what it installed once it is done, so an interrupted install does not match. */
function packagesMatchLockfile() {
  const installedFile = join(projectRoot, "node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = packagesOf(join(projectRoot, "package-lock.json"));
  const installed = packagesOf(installedFile);
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) => folder === "" || optional || installed[folder]?.version === version,
  );
}

/** @param {string} lockfile @returns {Record<string, { version?: string, optional?: boolean }>} by folder */
function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, "utf8")).packages;
}
