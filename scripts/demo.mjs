/** The whole of RecPrism in a terminal, then in VS Code: a project, its neurons, one steered user, the config as code. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, projectRoot } from "./setup/step.mjs";
import { setUp } from "./setup.mjs";

const USAGE = `npm run demo [-- OPTIONS]

--data DIR   a folder of yours with embeddings, in place of the sample of made-up films
--no-open    stop before VS Code is opened`;

const TRIED_USERS = 6;
const STEERED_ACTIVATION = -1.5;

/** @typedef {{ neuron: number, label: string, kind: string, ms: number | null, purity10: number | null }} Neuron */
/** @typedef {{ before: { id: string }[], after: { id: string }[] }} Lists */

const options = optionsGiven();
await setUp("packages");
const { buildAll } = await import("./build.mjs");
await buildAll();

const data = options.data === undefined ? undefined : resolve(process.env.INIT_CWD ?? process.cwd(), options.data);
const folder = data ?? join(cacheFolder(), "recprism-sample");
makeProject();

heading(`Train a sparse autoencoder on ${folder}`);
recprism("train", "--project", folder);

heading("What its neurons stand for");
recprism("neurons", "--project", folder);

const neuron = bestLabelled(asked("neurons", "--project", folder));
const slug =
  neuron.label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || `neuron-${neuron.neuron}`;
const config = join(folder, `less-${slug}.steer.json`);
const python = join(folder, `less_${slug.replaceAll("-", "_")}.py`);

heading(`Steer: set neuron ${neuron.neuron} (${neuron.label}) to ${STEERED_ACTIVATION} for everyone`);
const edit = ["--name", `Less ${neuron.label}`, "--set", `${neuron.neuron}=${STEERED_ACTIVATION}`];
recprism("steer", "--project", folder, ...edit, "--out", config);
const user = mostAffectedUser();
console.log(`\nUser ${user}, before and after:\n`);
recprism("recommend", "--project", folder, "--user", user, "--config", config);

heading(`The config: ${config}`);
console.log(readFileSync(config, "utf8"));
recprism("export", "--project", folder, "--config", config, "--to", "python", "--out", python);
heading(`The same as Python: ${python}`);
console.log(readFileSync(python, "utf8"));

if (options["no-open"]) console.log(`The project stays in ${folder}. Without --no-open, VS Code opens on it.`);
else await openVsCode();

function optionsGiven() {
  try {
    return parseArgs({ options: { data: { type: "string" }, "no-open": { type: "boolean" } } }).values;
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** The sample, or a manifest in the user's folder; what is there already is kept. */
function makeProject() {
  heading(data === undefined ? "Make the sample project" : `Find embeddings in ${folder}`);
  if (existsSync(join(folder, "recprism.json"))) console.log(`${folder} is a project already.`);
  else recprism(data === undefined ? "sample" : "init", folder);
}

/** @param {Neuron[]} neurons @returns {Neuron} the tag that its neuron shows most clearly; any neuron where none has a tag */
function bestLabelled(neurons) {
  const clarity = (/** @type {Neuron} */ { kind, ms, purity10 }) =>
    (kind === "tag" ? 10 : 0) + (purity10 ?? 0) + (ms ?? 0);
  return neurons.reduce((best, neuron) => (clarity(neuron) > clarity(best) ? neuron : best));
}

/** Of the first users, the one whose list the config changes most. */
function mostAffectedUser() {
  const changes = firstUsers().map((id) => {
    /** @type {Lists} */
    const { before, after } = asked("recommend", "--project", folder, "--user", id, "--config", config);
    const kept = new Set(before.map((item) => item.id));
    return { id, changed: after.filter((item) => !kept.has(item.id)).length };
  });
  return changes.reduce((most, change) => (change.changed > most.changed ? change : most)).id;
}

/** @returns {string[]} ids of the first rows, by the rule that the manifest states */
function firstUsers() {
  const { users } = JSON.parse(readFileSync(join(folder, "recprism.json"), "utf8"));
  const rows = Array.from({ length: TRIED_USERS }, (_, row) => row);
  if (users.ids.rule === "row-number") return rows.map((row) => String(row + (users.ids.first ?? 0)));
  const separator = users.table.endsWith(".tsv") ? "\t" : ",";
  const lines = readFileSync(join(folder, users.table), "utf8").split(/\r?\n/, TRIED_USERS + 1);
  const [header, ...cells] = lines
    .filter(Boolean)
    .map((line) => line.split(separator).map((cell) => cell.replace(/^"|"$/g, "")));
  return cells.map((row) => row[header.indexOf(users.ids.column)]);
}

/** The desktop VS Code where there is one, a browser-served one otherwise. */
async function openVsCode() {
  const { packageExtension } = await import("./package.mjs");
  heading("Open VS Code");
  const vsix = await packageExtension();
  if (openedOnDesktop(vsix)) return;
  await setUp("test-host");
  const { startCodeServer } = await import("./code-server.mjs");
  const { mkdtemp, rm } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const state = await mkdtemp(join(tmpdir(), "recprism-demo-"));
  const interrupted = new Promise((finish) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, finish);
  });
  const server = await startCodeServer({ folder: state, vsix });
  console.log(`\nVS Code is served at  ${server.url}/?folder=${encodeURIComponent(folder)}`);
  console.log("Click the RecPrism icon in its activity bar. Ctrl-C here ends it.");
  await Promise.race([interrupted, server.exited]);
  await server.stop();
  await rm(state, { recursive: true, force: true, maxRetries: 5 });
}

/** @param {string} vsix @returns {boolean} false where there is no `code` command, or it fails */
function openedOnDesktop(vsix) {
  const code = (/** @type {string[]} */ ...args) =>
    spawnSync("code", args, { stdio: ["ignore", "inherit", "pipe"], shell: process.platform === "win32" });
  if (code("--version").status !== 0) return false;
  const installed = code("--install-extension", vsix, "--force");
  if (installed.status !== 0) console.error(`The desktop VS Code did not install the extension: ${installed.stderr}`);
  return installed.status === 0 && code(folder, config, python).status === 0;
}

/** Runs the command-line tool where a person sees it; ends the demo when it fails. @param {string[]} args */
function recprism(...args) {
  console.log(`$ recprism ${args.map(quoted).join(" ")}`);
  const { status } = spawnSync(process.execPath, [join(projectRoot, "dist", "cli.js"), ...args], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string[]} args @returns {any} what the command-line tool answers as JSON */
function asked(...args) {
  const cli = [join(projectRoot, "dist", "cli.js"), ...args, "--json"];
  return JSON.parse(execFileSync(process.execPath, cli, { encoding: "utf8", maxBuffer: 2 ** 30 }));
}

/** As one would type it. */
function quoted(/** @type {string} */ argument) {
  return /[^\w=./-]/.test(argument) ? JSON.stringify(argument) : argument;
}

function heading(/** @type {string} */ text) {
  console.log(`\n== ${text}\n`);
}
