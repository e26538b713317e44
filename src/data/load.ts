/** From a manifest to a data set: everything read, checked against everything else, ids mapped to rows. */
import { type ManifestFix, manifestFix, RecPrismError } from "../protocol/error";
import { matrixName, tableName } from "../protocol/manifest";
import type { Dataset, Entities, Items, LoadedDataset, Users } from "./dataset";
import { counted } from "./identity-rule";
import { identitySummary, type JoinedInteractions, type NamedRows } from "./identity-summary";
import { readInteractions, type UnknownIds } from "./interactions-file";
import { type LoadedEntities, type Loading, loadEntities, offer, tableOptions } from "./load-entities";
import { readManifest } from "./manifest-file";
import { locate, placeOf } from "./manifest-paths";
import { closeRows } from "./matrix";

export interface LoadOptions {
  /** The workspace is not trusted: no query of the manifest is run, and no file outside its folder is read. */
  restricted?: boolean;
}

/**
 * Reads all that a manifest names. Paths in it are relative to its folder. Embeddings too large for memory stay in their
 * files, which are open until `closeDataset`.
 *
 * @param manifestPath the manifest or its folder
 * @throws RecPrismError whatever is wrong with the manifest, a file, or how they fit together
 */
export async function loadDataset(
  manifestPath: string,
  { restricted = false }: LoadOptions = {},
): Promise<LoadedDataset> {
  const { manifest, folder } = await readManifest(manifestPath);
  const loading: Loading = { place: { folder, restricted }, manifest, opened: [], warnings: [], fixes: [] };
  try {
    const { items, named: namedItems } = await loadItems(loading);
    const { users, named: namedUsers } = await loadUsers(loading);
    checkDimensions(loading, users, items);
    const joined = await loadInteractions(loading, users, items);
    const interactions = joined?.interactions ?? null;
    const identity = identitySummary(namedItems, namedUsers, joined);
    const { warnings, fixes } = loading;
    return { manifest, folder, users, items, interactions, warnings, fixes, identity };
  } catch (thrown) {
    for (const rows of loading.opened) await closeRows(rows);
    throw thrown;
  }
}

/** Closes the files that embeddings stayed in; they cannot be read any more. */
export async function closeDataset({ users, items }: Dataset): Promise<void> {
  await closeRows(users.embeddings);
  await closeRows(items.embeddings);
}

function checkDimensions({ manifest, place }: Loading, users: Users, items: Items): void {
  if (items.embeddings.columns === users.embeddings.columns) return;
  const [ofItems, ofUsers] = [matrixName(manifest.items.embeddings), matrixName(manifest.users.embeddings)];
  throw new RecPrismError(
    "row-count-mismatch",
    `${ofItems} has ${items.embeddings.columns} columns but ${ofUsers} has ${users.embeddings.columns}. Users and items must come from the same model, with as many dimensions.`,
    { ...placeOf(manifest.users.embeddings, place), key: "users.embeddings" },
  );
}

export async function loadItems(loading: Loading): Promise<{ items: Items; named: NamedRows }> {
  const { title, year, tags, numbers, texts, table } = loading.manifest.items;
  const columns = [
    ...(title === undefined ? [] : [{ key: "items.title", column: title }]),
    ...(year === undefined ? [] : [{ key: "items.year", column: year }]),
    ...tags.map(({ column }, index) => ({ key: `items.tags[${index}]`, column })),
    ...numbers.map((column, index) => ({ key: `items.numbers[${index}]`, column })),
    ...texts.map((column, index) => ({ key: `items.texts[${index}]`, column })),
  ];
  const loaded = await loadEntities(loading, "items", columns);
  const { ids } = loaded.entities;
  const titles = title === undefined ? null : loaded.column(title).map((text, row) => text.trim() || ids.at(row));
  const yearTexts = year === undefined ? null : loaded.column(year);
  const years = yearTexts?.map(yearOfText) ?? titles?.map(yearOfTitle) ?? null;
  const unread = yearTexts?.filter((text, row) => text.trim() !== "" && years?.[row] === null) ?? [];
  if (unread.length > 0 && table !== undefined) {
    loading.warnings.push(
      `${counted(unread.length)} values of ${tableName(table)}, column ${year}, are no years, such as "${unread[0]}".`,
    );
  }
  const items = {
    ...loaded.entities,
    titles,
    years,
    tags: tags.map(({ column, separator }) => ({
      column,
      values: loaded.column(column).map((text) => tagsOf(text, separator)),
    })),
    numbers: numbers.map((column) => ({ column, values: numbersOf(loading, loaded, column) })),
    texts: texts.map((column) => ({ column, values: loaded.column(column) })),
  };
  return { items, named: named(loaded, (row) => titles?.[row] ?? null) };
}

export async function loadUsers(loading: Loading): Promise<{ users: Users; named: NamedRows }> {
  const { attributes: wanted } = loading.manifest.users;
  const columns = wanted.map((column, index) => ({ key: `users.attributes[${index}]`, column }));
  const loaded = await loadEntities(loading, "users", columns);
  const attributes = wanted.map((column) => ({ column, values: loaded.column(column) }));
  const said = (row: number) => attributes.map(({ values }) => values[row]).filter((value) => value !== "");
  return { users: { ...loaded.entities, attributes }, named: named(loaded, (row) => said(row).join(", ") || null) };
}

function named({ entities, rule, inTable }: LoadedEntities, title: NamedRows["title"]): NamedRows {
  return { entities, rule, inTable, title: (row) => (title(row) === entities.ids.at(row) ? null : title(row)) };
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

/** What tables write where a number is missing. */
const NO_NUMBER = /^(|nan|null|none|na|n\/a)$/i;

/** NaN where there is no number; a warning where something else stands in its place. */
function numbersOf({ manifest, warnings }: Loading, { entities, column }: LoadedEntities, name: string): Float64Array {
  const texts = column(name).map((text) => text.trim());
  const values = Float64Array.from(texts, (text) => {
    const value = NO_NUMBER.test(text) ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : Number.NaN;
  });
  const isWrong = (text: string, row: number) => Number.isNaN(values[row]) && !NO_NUMBER.test(text);
  const wrong = texts.filter(isWrong).length;
  if (wrong > 0) {
    const row = texts.findIndex(isWrong);
    const { table } = manifest.items;
    warnings.push(
      `${counted(wrong)} values of ${table === undefined ? "the items" : tableName(table)}, column ${name}, are no numbers, first "${texts[row]}" of item ${entities.ids.at(row)} (row ${row}). They count as missing.`,
    );
  }
  return values;
}

function tagsOf(text: string, separator: string | undefined): string[] {
  const parts = separator === undefined ? [text] : text.split(separator);
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ""))];
}

export async function loadInteractions(
  loading: Loading,
  users: Entities,
  items: Entities,
): Promise<JoinedInteractions | null> {
  const { manifest, place, warnings } = loading;
  const { interactions: declared } = manifest;
  if (declared === undefined) return null;
  const name = tableName(declared.table);
  const options = tableOptions(loading, "interactions.table", declared.table);
  const read = await readInteractions(await locate(declared.table, place), declared, users.ids, items.ids, options);
  if (read.lines + read.lowLines === 0) warnings.push(`${name} has no lines below its header.`);
  else if (read.lines === 0) {
    warnings.push(`No line of ${name} is rated ${declared.leastRating} or higher. Check interactions.leastRating.`);
  }
  if (read.timelessLines > 0) {
    warnings.push(
      `${counted(read.timelessLines)} of ${counted(read.lines)} lines of ${name} have no time that can be read in column ${declared.timestamp}.`,
    );
  }
  const { interactions, unknownUsers, unknownItems } = read;
  const joined = { interactions, unknownIds: { users: unknownUsers.ids, items: unknownItems.ids } };
  const unknown = [
    unknownText(unknownUsers, "users", declared.user, users),
    unknownText(unknownItems, "items", declared.item, items),
  ].filter((text) => text !== null);
  if (unknown.length === 0) return joined;
  const fixes = [shiftFix(manifest, "users", unknownUsers), shiftFix(manifest, "items", unknownItems)].filter(
    (fix) => fix !== null,
  );
  const left = `${counted(read.unmappedLines)} of ${counted(read.lines)} lines of ${name} do not map to users and items: ${unknown.join(" ")}`;
  if (read.unmappedLines * 2 > read.lines) {
    const column = unknownUsers.lines > unknownItems.lines ? declared.user : declared.item;
    const remedy = fixes.length === 0 ? 'Check the id rules and the columns of "interactions".' : `${fixes[0].title}.`;
    throw new RecPrismError("id-unknown", `${left} ${remedy}`, {
      ...placeOf(declared.table, place),
      column,
      key: "interactions",
      ...(fixes.length === 0 ? {} : { fix: fixes[0] }),
    });
  }
  warnings.push(`${left} They are left out.`);
  for (const fix of fixes) offer(loading.fixes, fix);
  return joined;
}

/** Ids that are all off by one are put right where rows are numbered. */
function shiftFix(
  manifest: LoadedDataset["manifest"],
  side: "users" | "items",
  { shift }: UnknownIds,
): ManifestFix | null {
  const { ids } = manifest[side];
  if (shift === null || ids.rule !== "row-number" || ids.first < shift) return null;
  return manifestFix(`${side}.ids.first`, ids.first - shift);
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
  const what =
    unknown.ids === 1
      ? `1 id in column ${column} is no ${side.slice(0, -1)}`
      : `${counted(unknown.ids)} ids in column ${column} are no ${side}`;
  return `${what} (${examples}${more}; ${expected}).${hint}`;
}
