/** Runs every check and every suite, whatever fails on the way, and ends with one line that sums them all. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { projectRoot } from "./setup/step.mjs";
import { setUp } from "./setup.mjs";

const USAGE = `npm test [-- PART]

PART  check   lint and types
      unit    build, then all tests but those in test/e2e
      e2e     package, then test/e2e in a real VS Code
Without a part: all of them.`;

const PARTS = ["check", "unit", "e2e"];
const asked = process.argv.slice(2);
if (asked.some((part) => !PARTS.includes(part))) {
  console.error(USAGE);
  process.exit(2);
}
const wanted = (/** @type {string} */ part) => asked.length === 0 || asked.includes(part);

const sum = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {Set<string>} */
const skips = new Set();

await setUp("packages");
if (wanted("unit") || wanted("e2e")) await setUp("browser");
if (wanted("unit")) await setUp("python");
if (wanted("e2e")) await setUp("test-host");

if (wanted("check")) {
  step("lint", "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings");
  step("types", "node_modules/typescript/bin/tsc", "--noEmit");
}
if (wanted("unit")) {
  step("build", "scripts/build.mjs");
  suite("unit");
}
if (wanted("e2e")) {
  // An older package would be tested in place of this one.
  if (step("package", "scripts/package.mjs")) suite("e2e");
  else fail("e2e: not run, for there is no package to test");
}

for (const skip of skips) console.log(`skipped: ${skip}`);
for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;

/** One check that counts as one test. @param {string} name @param {string} script @param {string[]} args */
function step(name, script, ...args) {
  const passed = runs(name, script, ...args);
  if (passed) sum.passed++;
  else fail(name);
  return passed;
}

/** A vitest project, test by test. */
function suite(/** @type {string} */ name) {
  const results = join(projectRoot, "test-results", `${name}.json`);
  mkdirSync(join(projectRoot, "test-results"), { recursive: true });
  rmSync(results, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const passed = runs(`${name} tests`, "node_modules/vitest/vitest.mjs", "run", "--project", name, ...reporters);
  const failedBefore = sum.failed;
  for (const file of existsSync(results) ? JSON.parse(readFileSync(results, "utf8")).testResults : []) {
    count(relative(projectRoot, file.name), file);
  }
  // What breaks outside of tests, such as an unhandled rejection, shows in the exit code only.
  if (!passed && sum.failed === failedBefore) fail(`${name} tests: the run itself failed`);
}

/**
 * @param {string} path
 * @param {{ status: string, assertionResults: { status: string, fullName: string, ancestorTitles: string[] }[] }} file
 */
function count(path, file) {
  /** A group that is skipped as a whole is told once. @param {(typeof file.assertionResults)[number]} test */
  const wholeGroupSkipped = ({ ancestorTitles }) =>
    ancestorTitles.length > 0 &&
    file.assertionResults
      .filter((other) => other.ancestorTitles.join() === ancestorTitles.join())
      .every(({ status }) => status !== "passed" && status !== "failed");
  for (const test of file.assertionResults) {
    if (test.status === "passed") sum.passed++;
    else if (test.status === "failed") fail(`${path}: ${test.fullName}`);
    else {
      sum.skipped++;
      skips.add(`${path}: ${wholeGroupSkipped(test) ? test.ancestorTitles.join(" ") : test.fullName}`);
    }
  }
  const failedInside = file.assertionResults.some((test) => test.status === "failed");
  if (file.status === "failed" && !failedInside) fail(`${path}: a hook failed, or the file could not be loaded`);
}

function fail(/** @type {string} */ what) {
  sum.failed++;
  failures.push(what);
}

/** @param {string} name @param {string} script @param {string[]} args @returns {boolean} whether it exited with 0 */
function runs(name, script, ...args) {
  console.log(`\n=== ${name}`);
  return spawnSync(process.execPath, [script, ...args], { cwd: projectRoot, stdio: "inherit" }).status === 0;
}
