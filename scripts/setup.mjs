/** Installs what is missing, as the first thing every script does. Plain Node, no packages: it is what installs them. */
import { fileURLToPath } from "node:url";
import { setUpNpmPackages } from "./setup/npm-packages.mjs";
import { SetUpError } from "./setup/step.mjs";
import { setUpBrowser, setUpPython } from "./setup/system-packages.mjs";
import { setUpTestHost } from "./setup/test-host.mjs";

const OLDEST_NODE = 20;

const STEPS = { packages: setUpNpmPackages, browser: setUpBrowser, python: setUpPython, "test-host": setUpTestHost };
/** @typedef {keyof typeof STEPS} SetUpStep */

/**
 * Makes sure that some parts are installed; says nothing when all are. Ends the process, with the remedy, when it cannot.
 *
 * @param {SetUpStep[]} steps `packages` (npm), `browser` (Chromium), `python` (NumPy), `test-host` (VS Code served to a browser)
 */
export async function setUp(...steps) {
  try {
    if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
      throw new SetUpError(`This is Node ${process.versions.node}; RecPrism needs Node ${OLDEST_NODE} or newer.`);
    }
    for (const step of steps) await STEPS[step]();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`\nset-up: ${error.message}`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp("packages", "browser", "python", "test-host");
  console.log("set-up: everything is installed");
}
