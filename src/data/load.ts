/** From a manifest to a data set: everything read, checked against everything else, ids mapped to rows. */
import { resolve } from "node:path";
import { RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import type { Dataset, Entities, Interactions, Items, Users } from "./dataset";
import { readInteractions, type UnknownIds } from "./interactions-file";
import { counted, loadEntities } from "./load-entities";
import { readManifest } from "./manifest-file";
import type { Rows } from "./matrix";
import { closeRows } from "./npy-rows";

/**
 * Reads all that a manifest names. Paths in it are relative to its folder. Embeddings too large for memory stay in their
 * files, which are open until `closeDataset`.
 *
 * @param manifestPath the manifest or its folder
 * @throws RecPrismError whatever is wrong with the manifest, a file, or how they fit together
 */
export async function loadDataset(manifestPath: string): Promise<Dataset> {
  const { manifest, folder } = await readManifest(manifestPath);
  const warnings: string[] = [];
  const opened: Rows[] = [];
  try {
    const items = await loadItems(folder, manifest, warnings, opened);
    const users = await loadUsers(folder, manifest, warnings, opened);
    checkDimensions(folder, manifest, users, items);
    const interactions = await loadInteractions(folder, manifest, users, items, warnings);
    return { manifest, folder, users, items, interactions, warnings };
  } catch (thrown) {
    for (const rows of opened) await closeRows(rows);
    throw thrown;
  }
}

/** Closes the files that embeddings stayed in; they cannot be read any more. */
export async function closeDataset({ users, items }: Dataset): Promise<void> {
  await closeRows(users.embeddings);
  await closeRows(items.embeddings);
}

function checkDimensions(folder: string, manifest: Manifest, users: Users, items: Items): void {
  if (items.embeddings.columns !== users.embeddings.columns) {
    throw new RecPrismError(
      "row-count-mismatch",
      `${manifest.items.embeddings} has ${items.embeddings.columns} columns but ${manifest.users.embeddings} has ${users.embeddings.columns}. Users and items must come from the same model, with as many dimensions.`,
      { file: resolve(folder, manifest.users.embeddings), key: "users.embeddings" },
    );
  }
}

async function loadItems(folder: string, manifest: Manifest, warnings: string[], opened: Rows[]): Promise<Items> {
  const { title, year, tags, table } = manifest.items;
  const columns = [
    ...(title === undefined ? [] : [{ key: "items.title", column: title }]),
    ...(year === undefined ? [] : [{ key: "items.year", column: year }]),
    ...tags.map(({ column }, index) => ({ key: `items.tags[${index}]`, column })),
  ];
  const loaded = await loadEntities(folder, manifest, "items", columns, opened);
  warnings.push(...loaded.warnings);
  const { ids } = loaded.entities;
  const titles = title === undefined ? null : loaded.column(title).map((text, row) => text.trim() || ids.at(row));
  const yearTexts = year === undefined ? null : loaded.column(year);
  const years = yearTexts?.map(yearOfText) ?? titles?.map(yearOfTitle) ?? null;
  const unread = yearTexts?.filter((text, row) => text.trim() !== "" && years?.[row] === null) ?? [];
  if (unread.length > 0) {
    warnings.push(
      `${counted(unread.length)} values of ${table}, column ${year}, are no years, such as "${unread[0]}".`,
    );
  }
  return {
    ...loaded.entities,
    titles,
    years,
    tags: tags.map(({ column, separator }) => ({
      column,
      values: loaded.column(column).map((text) => tagsOf(text, separator)),
    })),
  };
}

async function loadUsers(folder: string, manifest: Manifest, warnings: string[], opened: Rows[]): Promise<Users> {
  const { attributes } = manifest.users;
  const columns = attributes.map((column, index) => ({ key: `users.attributes[${index}]`, column }));
  const loaded = await loadEntities(folder, manifest, "users", columns, opened);
  warnings.push(...loaded.warnings);
  return { ...loaded.entities, attributes: attributes.map((column) => ({ column, values: loaded.column(column) })) };
}

/** `1995`, `1995.0`, `1995-11-22` and `22-Nov-1995` are all 1995. */
function yearOfText(text: string): number | null {
  const match = /(?<!\d)(1\d{3}|20\d{2})(?!\d)/.exec(text);
  return match === null ? null : Number(match[1]);
}

/** `Heat (1995)` is of 1995. */
function yearOfTitle(title: string): number | null {
  const match = /\((1\d{3}|20\d{2})\)\s*$/.exec(title);
  return match === null ? null : Number(match[1]);
}

function tagsOf(text: string, separator: string | undefined): string[] {
  const parts = separator === undefined ? [text] : text.split(separator);
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ""))];
}

async function loadInteractions(
  folder: string,
  { interactions: declared }: Manifest,
  users: Entities,
  items: Entities,
  warnings: string[],
): Promise<Interactions | null> {
  if (declared === undefined) return null;
  const file = resolve(folder, declared.table);
  const read = await readInteractions(file, declared, users.ids, items.ids);
  if (read.lines === 0) warnings.push(`${declared.table} has no lines below its header.`);
  const unknown = [
    unknownText(read.unknownUsers, "users", declared.user, users),
    unknownText(read.unknownItems, "items", declared.item, items),
  ].filter((text) => text !== null);
  if (unknown.length === 0) return read.interactions;
  const left = `${counted(read.unmappedLines)} of ${counted(read.lines)} lines of ${declared.table} do not map to users and items: ${unknown.join(" ")}`;
  if (read.unmappedLines * 2 > read.lines) {
    const column = read.unknownUsers.lines > read.unknownItems.lines ? declared.user : declared.item;
    throw new RecPrismError("id-unknown", `${left} Check the id rules and the columns of "interactions".`, {
      file,
      column,
      key: "interactions",
    });
  }
  warnings.push(`${left} They are left out.`);
  return read.interactions;
}

function unknownText(unknown: UnknownIds, side: "users" | "items", column: string, known: Entities): string | null {
  if (unknown.ids === 0) return null;
  const examples = unknown.examples.map((id) => `"${id}"`).join(", ");
  const more = unknown.ids > unknown.examples.length ? ", …" : "";
  const expected = `ids look like "${known.ids.at(0)}"`;
  const hint =
    unknown.shift === null
      ? ""
      : ` All would map if they were ${unknown.shift === 1 ? "one larger" : "one smaller"}: is ${side}.ids off by one?`;
  return `${counted(unknown.ids)} ids in column ${column} are no ${side} (${examples}${more}; ${expected}).${hint}`;
}
