/** Writes the sample data set as files, in the form in which a recommender engineer has theirs. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { RecPrismError } from "../protocol/error";
import { MANIFEST_FILE, manifestSchema } from "../protocol/manifest";
import { writeFileAtomically } from "./atomic-write";
import { readFault, writeFault } from "./file-fault";
import { writeManifest } from "./manifest-file";
import { writeNpy } from "./npy";
import { SAMPLE_GENRES, type SampleWorld, sampleWorld } from "./sample-world";

const MANIFEST = manifestSchema.parse({
  version: 1,
  name: "Sample films",
  items: {
    embeddings: "items.npy",
    bias: "item_bias.npy",
    table: "items.csv",
    ids: { rule: "table-order", column: "iid" },
    title: "title",
    year: "year",
    tags: [{ column: "genres", separator: "|" }],
  },
  users: {
    embeddings: "users.npy",
    bias: "user_bias.npy",
    table: "users.csv",
    ids: { rule: "table-order", column: "uid" },
    attributes: ["age", "gender"],
  },
  interactions: { table: "interactions.csv", user: "uid", item: "iid" },
});

/**
 * Generates the sample, the same bytes every time, into a folder that is empty or does not exist yet.
 *
 * @returns the manifest's path
 * @throws RecPrismError file-unwritable, disk-full; the folder is then empty again
 */
export async function writeSample(folder: string): Promise<string> {
  await makeEmptyFolder(folder);
  const world = sampleWorld();
  const files: [string, (file: string) => Promise<unknown>][] = [
    ["items.npy", (file) => writeNpy(file, world.itemEmbeddings)],
    ["users.npy", (file) => writeNpy(file, world.userEmbeddings)],
    ["item_bias.npy", (file) => writeNpy(file, world.itemBias)],
    ["user_bias.npy", (file) => writeNpy(file, world.userBias)],
    ["items.csv", (file) => writeFileAtomically(file, csv(["iid", "title", "genres", "year"], itemLines(world)))],
    ["users.csv", (file) => writeFileAtomically(file, csv(["uid", "age", "gender"], userLines(world)))],
    ["interactions.csv", (file) => writeFileAtomically(file, csv(["uid", "iid"], interactionLines(world)))],
    // Last, since with it the folder counts as a project.
    [MANIFEST_FILE, () => writeManifest(folder, MANIFEST, false)],
  ];
  try {
    for (const [name, write] of files) await write(join(folder, name));
  } catch (thrown) {
    for (const [name] of files) await rm(join(folder, name), { force: true });
    throw thrown;
  }
  return join(folder, MANIFEST_FILE);
}

async function makeEmptyFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw writeFault(thrown, folder);
  }
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (thrown) {
    throw readFault(thrown, folder);
  }
  if (names.length > 0) {
    throw new RecPrismError(
      "file-unwritable",
      `${folder} is not empty: it holds ${names[0]}. The sample needs a folder that is empty or does not exist yet.`,
      { file: folder },
    );
  }
}

function itemLines({ items }: SampleWorld): string[][] {
  return items.map(({ id, title, genres, year }) => [
    id,
    title,
    genres.map((genre) => SAMPLE_GENRES[genre].genre).join("|"),
    String(year),
  ]);
}

function userLines({ users }: SampleWorld): string[][] {
  return users.map(({ id, age, gender }) => [id, String(age), gender]);
}

function interactionLines({ interactions, users, items }: SampleWorld): string[][] {
  return interactions.users.map((user, pair) => [users[user].id, items[interactions.items[pair]].id]);
}

function csv(header: string[], lines: string[][]): string {
  const field = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [header, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}
