/** From a manifest to a data set in memory: everything read, checked against everything else, ids mapped to rows. */
import { resolve } from "node:path";
import { RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import type { Dataset, Entities, Interactions, Items, Users } from "./dataset";
import { readInteractions, type UnknownIds } from "./interactions-file";
import { counted, loadEntities } from "./load-entities";
import { readManifest } from "./manifest-file";

/**
 * Reads all that a manifest names. Paths in it are relative to its folder.
 *
 * @param manifestPath the manifest or its folder
 * @throws RecPrismError whatever is wrong with the manifest, a file, or how they fit together
 */
export async function loadDataset(manifestPath: string): Promise<Dataset> {
  const { manifest, folder } = await readManifest(manifestPath);
  const warnings: string[] = [];
  const items = await loadItems(folder, manifest, warnings);
  const users = await loadUsers(folder, manifest, warnings);
  if (items.embeddings.columns !== users.embeddings.columns) {
    throw new RecPrismError(
      "row-count-mismatch",
      `${manifest.items.embeddings} has ${items.embeddings.columns} columns but ${manifest.users.embeddings} has ${users.embeddings.columns}. Users and items must come from the same model, with as many dimensions.`,
      { file: resolve(folder, manifest.users.embeddings), key: "users.embeddings" },
    );
  }
  const interactions = await loadInteractions(folder, manifest, users, items, warnings);
  return { manifest, folder, users, items, interactions, warnings };
}

async function loadItems(folder: string, manifest: Manifest, warnings: string[]): Promise<Items> {
  const { title, year, tags, table } = manifest.items;
  const columns = [
    ...(title === undefined ? [] : [{ key: "items.title", column: title }]),
    ...(year === undefined ? [] : [{ key: "items.year", column: year }]),
    ...tags.map(({ column }, index) => ({ key: `items.tags[${index}]`, column })),
  ];
  const loaded = await loadEntities(folder, manifest, "items", columns);
  warnings.push(...loaded.warnings);
  const { ids } = loaded.entities;
  const titles = title === undefined ? ids.slice() : loaded.column(title).map((text, row) => text.trim() || ids[row]);
  const yearTexts = year === undefined ? null : loaded.column(year);
  const years = yearTexts === null ? titles.map(yearOfTitle) : yearTexts.map(yearOfText);
  const unread = yearTexts?.filter((text, row) => text.trim() !== "" && years[row] === null) ?? [];
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

async function loadUsers(folder: string, manifest: Manifest, warnings: string[]): Promise<Users> {
  const { attributes } = manifest.users;
  const columns = attributes.map((column, index) => ({ key: `users.attributes[${index}]`, column }));
  const loaded = await loadEntities(folder, manifest, "users", columns);
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
  const read = await readInteractions(file, declared, users.rowOfId, items.rowOfId);
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
  const expected = `ids look like "${known.ids[0]}"`;
  const hint =
    unknown.shift === null
      ? ""
      : ` All would map if they were ${unknown.shift === 1 ? "one larger" : "one smaller"}: is ${side}.ids off by one?`;
  return `${counted(unknown.ids)} ids in column ${column} are no ${side} (${examples}${more}; ${expected}).${hint}`;
}
