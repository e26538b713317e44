/** `recprism.json` on disk: reading it with helpful faults, writing it without what is default anyway. */
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { RecPrismError } from "../protocol/error";
import { MANIFEST_FILE, type Manifest, type ManifestInput, manifestSchema } from "../protocol/manifest";
import { writeFileAtomically } from "./atomic-write";
import { faultCode, readFault } from "./file-fault";
import { readJsonFile } from "./json-file";

export interface ReadManifest {
  manifest: Manifest;
  /** Absolute folder against which the manifest's paths are resolved. */
  folder: string;
  /** Absolute path of the manifest itself. */
  path: string;
}

/**
 * @param path the manifest, or the folder that holds `recprism.json`
 * @throws RecPrismError file-missing, file-unreadable, manifest-invalid
 */
export async function readManifest(path: string): Promise<ReadManifest> {
  const given = resolve(path);
  const file = (await isFolder(given)) ? join(given, MANIFEST_FILE) : given;
  if (file !== given && !(await exists(file))) {
    throw new RecPrismError(
      "file-missing",
      `${given} has no ${MANIFEST_FILE}. Make one with "recprism init" or "RecPrism: Open Embeddings…".`,
      { file },
    );
  }
  return { manifest: await readJsonFile(file, manifestSchema, "manifest-invalid"), folder: dirname(file), path: file };
}

/**
 * Writes `recprism.json` into a folder that exists, atomically. Keys that say the default are left out.
 *
 * @returns the manifest's absolute path
 * @throws RecPrismError manifest-exists unless `replace`; disk-full, file-unwritable
 */
export async function writeManifest(folder: string, manifest: Manifest, replace: boolean): Promise<string> {
  const file = join(resolve(folder), MANIFEST_FILE);
  if (!replace && (await exists(file))) {
    throw new RecPrismError("manifest-exists", `${file} exists already. Say so if it should be replaced.`, { file });
  }
  await writeFileAtomically(file, `${JSON.stringify(written(manifest), null, 2)}\n`);
  return file;
}

/** The manifest as a person would write it. */
function written({ version, name, items, users, interactions, recommender, sae }: Manifest): ManifestInput {
  const settings = Object.keys(sae.settings).length > 0 ? { settings: sae.settings } : {};
  const defaults = manifestSchema.shape.sae.parse(undefined);
  const path = sae.path === defaults.path ? {} : { path: sae.path };
  const preset = sae.preset === defaults.preset ? {} : { preset: sae.preset };
  const changed = { ...path, ...preset, ...settings };
  return {
    version,
    name,
    items: {
      ...items,
      tags: unlessEmpty(items.tags),
      numbers: unlessEmpty(items.numbers),
      texts: unlessEmpty(items.texts),
    },
    users: { ...users, attributes: unlessEmpty(users.attributes) },
    interactions,
    recommender: recommender.kind === "dot" ? undefined : recommender,
    sae: Object.keys(changed).length > 0 ? changed : undefined,
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    throw readFault(thrown, path);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT") return false;
    throw readFault(thrown, file);
  }
}

function unlessEmpty<Value>(list: Value[]): Value[] | undefined {
  return list.length > 0 ? list : undefined;
}
