/** Steering config files on disk: found by names, folders and patterns, read, and written atomically. */
import type { Dirent } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { writeFileAtomically } from "../data/atomic-write";
import { faultCode, fileStats, readFault, writeFault } from "../data/file-fault";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { CONFIG_FILE, isYaml, parseSteeringConfig } from "../steering/config-file";
import { stringifySteeringConfig } from "../steering/config-text";
import { updatedConfigText } from "../steering/config-update";

/** Bytes; a text that long is refused for its characters anyway. */
const LARGEST = 64 * 2 ** 20;
const DEEPEST = 16;
const PATTERN = /[*?{]/;

/** @throws RecPrismError "file-missing", "file-unreadable", "config-invalid" */
export async function readConfigFile(file: string): Promise<{ text: string; config: SteeringConfig }> {
  const text = await configText(file);
  return { text, config: parseSteeringConfig(text, file) };
}

async function configText(file: string): Promise<string> {
  const { size } = await fileStats(file);
  if (size > LARGEST) {
    throw new RecPrismError("config-invalid", `${file} is too large for a steering config. Name another file.`, {
      file,
    });
  }
  try {
    return await readFile(file, "utf8");
  } catch (thrown) {
    throw readFault(thrown, file);
  }
}

/** Writes a config as JSON or YAML, by the file's name; folders on the way are made. */
export async function writeConfigFile(file: string, config: SteeringConfig): Promise<void> {
  const path = resolve(file);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (thrown) {
    throw writeFault(thrown, path);
  }
  await writeFileAtomically(path, stringifySteeringConfig(config, isYaml(path) ? "yaml" : "json"));
}

/**
 * Changes what differs in a config file, and leaves the rest of it as it was written.
 *
 * @param text of the file as it was read
 * @returns whether anything was written
 */
export async function updateConfigFile(file: string, text: string, config: SteeringConfig): Promise<boolean> {
  const updated = updatedConfigText(text, file, config);
  if (updated === text) return false;
  await writeFileAtomically(resolve(file), updated);
  return true;
}

/**
 * The config files that names, folders and patterns (`*`, `?`, `**`, `{a,b}`) stand for, each once, in order.
 *
 * @throws RecPrismError "file-missing" or "file-unreadable" for a name, "not-found" for a folder or pattern without configs
 */
export async function configFiles(names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) found.push(...(await filesOf(name)));
  return [...new Set(found)];
}

async function filesOf(name: string): Promise<string[]> {
  if (!(await exists(name)) && PATTERN.test(name)) {
    const segments = name.replaceAll("\\", "/").split("/");
    const fixed = segments.slice(
      0,
      segments.findIndex((segment) => PATTERN.test(segment)),
    );
    const folder = fixed.join("/") || (name.startsWith("/") ? "/" : ".");
    const matches = patternOf(segments.slice(fixed.length).join("/"));
    const files = (await configsBelow(folder)).filter((path) => matches.test(path));
    return someOf(
      files.map((path) => joined(fixed, path)),
      name,
      "matches",
    );
  }
  const entries = await entriesOf(name);
  if (entries === null) return [name];
  return someOf(
    (await configsBelow(name)).map((path) => join(name, path)),
    name,
    "holds",
  );
}

function joined(fixed: readonly string[], path: string): string {
  return fixed.length === 0 ? path : `${fixed.join("/")}/${path}`;
}

function someOf(files: string[], name: string, verb: string): string[] {
  if (files.length > 0) return files;
  throw new RecPrismError("not-found", `${name} ${verb} no steering config (*.steer.json, *.steer.yaml).`, {
    file: name,
  });
}

async function exists(path: string): Promise<boolean> {
  return (await readdir(dirname(path)).catch(() => [] as string[])).includes(basename(path));
}

/** Null for a file. @throws RecPrismError file-missing, file-unreadable */
async function entriesOf(path: string): Promise<Dirent[] | null> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (thrown) {
    if (faultCode(thrown) === "ENOTDIR") return null;
    throw readFault(thrown, path);
  }
}

/** Relative to the folder, with forward slashes, in the order of the alphabet; past hidden folders and packages. */
async function configsBelow(folder: string, depth = 0): Promise<string[]> {
  const entries = depth > DEEPEST ? [] : await readdir(folder, { withFileTypes: true }).catch(() => [] as Dirent[]);
  const found: string[] = [];
  for (const { name, ...entry } of entries
    .map((one) => ({ name: one.name, isFolder: one.isDirectory() }))
    .sort(byName)) {
    if (name.startsWith(".") || name === "node_modules") continue;
    if (!entry.isFolder) found.push(...(CONFIG_FILE.test(name) ? [name] : []));
    else found.push(...(await configsBelow(join(folder, name), depth + 1)).map((path) => `${name}/${path}`));
  }
  return found;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function patternOf(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.startsWith("{") && part.length > 1) return `(?:${part.slice(1, -1).split(",").map(escaped).join("|")})`;
    return escaped(part);
  });
  return new RegExp(`^${source}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
