/** From a folder or files to a proposed manifest: every choice with its candidates, and what stands in the way. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { ProjectWithoutEmbeddings, Proposal, ProposalFix, ProposalOverrides } from "../protocol/engine";
import type { ManifestFix } from "../protocol/error";
import { MANIFEST_FILE, type Manifest, manifestSchema } from "../protocol/manifest";
import { readFault } from "./file-fault";
import { matrixFormatOf } from "./matrix-file";
import { previewRows } from "./preview-rows";
import { ProposalDraft } from "./proposal-draft";
import { type ChosenMatrices, chooseMatrices } from "./propose-embeddings";
import { chooseIdRule } from "./propose-ids";
import {
  attributesOf,
  type ChosenInteractions,
  chooseId,
  chooseInteractions,
  chooseItemColumns,
  chooseTable,
  type ItemColumns,
  idCounts,
  likelyInteractions,
} from "./propose-tables";
import { namesInteractions, type Side, subjectOfFile } from "./recognise";
import { type FoundTable, isSlowToRead, isTableFile, type Scan, scanFolder } from "./scan";
import type { TableColumn } from "./tables";

/** Of interactions: reading so many is done in a second, which is soon enough for a look. */
const MOST_LINES_MAPPED = 1_000_000;

interface Choices {
  matrices: ChosenMatrices;
  items: { table: FoundTable | null; id: TableColumn | null; columns: ItemColumns };
  users: { table: FoundTable | null; id: TableColumn | null; attributes: string[] };
  interactions: ChosenInteractions | null;
}

/**
 * Looks at a folder, or at files and the folders around them, and writes nothing.
 *
 * @param paths     a folder, a file, or several of them: the project's folder is then the one that holds all
 * @param overrides a person's corrections; one that is not possible becomes a problem
 * @throws RecPrismError file-missing, file-unreadable: of `paths` themselves
 */
export async function proposeManifest(
  paths: string | readonly string[],
  overrides: ProposalOverrides = {},
): Promise<Proposal> {
  const { folder, given } = await projectFolder([paths].flat().map((path) => resolve(path)));
  const scan = await scanFolder(folder, given);
  const draft = new ProposalDraft(overrides);
  for (const { file, message } of scan.faults.slice(0, 5)) {
    if (given.includes(file)) draft.problems.push(message);
    else draft.notes.push(`Left out: ${message}`);
  }
  if (scan.known !== null) draft.notes.push(`These are the files of ${scan.known.name}.`);
  const choices = chooseAll(draft, scan, given);
  const { item, user } = choices.matrices;
  const name = basename(folder) || "RecPrism project";
  if (item === null || user === null) {
    const nothingElse = draft.problems.length === draft.missing.length;
    return draft.done(folder, { withoutEmbeddings: nothingElse ? withoutEmbeddings(name, choices) : null });
  }
  const idsOf = (side: Side, matrix: typeof item, { table, id }: Pick<Choices["items"], "table" | "id">) => {
    const used =
      choices.interactions === null ? null : { table: choices.interactions.table, column: choices.interactions[side] };
    return chooseIdRule(draft, side, { matrix, table, id, used, idFiles: scan.idFiles });
  };
  const itemIds = idsOf("item", item, choices.items);
  const userIds = idsOf("user", user, choices.users);
  if (itemIds === null || userIds === null || draft.problems.length > 0) return draft.done(folder, {});
  const basis = withoutEmbeddings(name, choices);
  const manifest = manifestSchema.parse({
    version: 1,
    name,
    items: {
      embeddings: item.source,
      bias: choices.matrices.itemBias?.source,
      ids: itemIds,
      ...described(choices).items,
    },
    users: {
      embeddings: user.source,
      bias: choices.matrices.userBias?.source,
      ids: userIds,
      ...described(choices).users,
    },
    interactions: basis?.interactions,
  });
  const slow = [item, user].find(isSlowToRead);
  if (slow !== undefined) {
    const said = `${slow.name} is too large a text to be read for a preview: its values and ids are checked once it is opened.`;
    draft.notes.push(said);
    return draft.done(folder, { manifest });
  }
  const log = choices.interactions?.table;
  const few = (log?.estimatedRows ?? log?.rows ?? 0) <= MOST_LINES_MAPPED;
  const { rows: preview, identity, problems, notes, fixes } = await previewRows(folder, manifest, few);
  draft.problems.push(...problems);
  draft.notes.push(...notes);
  return draft.done(folder, { manifest, preview, identity, fixes: fixesOf(draft, fixes) });
}

/** Those that a choice can express. */
function fixesOf({ choices }: ProposalDraft, fixes: readonly ManifestFix[]): ProposalFix[] {
  return fixes.flatMap(({ key, value }): ProposalFix[] => {
    const [side, ...rest] = key.split(".");
    const choice = choices.find(({ role }) => role === (side === "items" ? "item-ids" : "user-ids"));
    const wanted = `row numbers from ${value}`;
    if (rest.join(".") !== "ids.first" || !choice?.candidates.some((one) => one.value === wanted)) return [];
    return [{ role: choice.role, value: wanted, title: `${choice.name}: ${wanted}` }];
  });
}

function chooseAll(draft: ProposalDraft, scan: Scan, given: readonly string[]): Choices {
  const { known, tables } = scan;
  const likelyNear = (file: string) =>
    tables.find(({ name }) => name === (draft.said("interactions") ?? known?.interactions.name)) ??
    likelyInteractions(tables, file);
  const matrices = chooseMatrices(draft, scan, given, idCounts(likelyNear(""), known?.interactions));
  const likely = likelyNear(matrices.item?.file ?? "");
  const itemTable = chooseTable(draft, "item", tables, matrices.item, likely, known?.items?.name);
  const knownItems = itemTable?.name === known?.items?.name ? (known?.items ?? undefined) : undefined;
  const itemId = chooseId(draft, "item", itemTable, knownItems?.id);
  const columns = chooseItemColumns(draft, itemTable, itemId, knownItems);
  const userTable = chooseTable(draft, "user", tables, matrices.user, likely, known?.users?.name);
  const knownUsers = userTable?.name === known?.users?.name ? (known?.users ?? undefined) : undefined;
  const userId = chooseId(draft, "user", userTable, knownUsers?.id);
  if (itemTable !== null && itemTable === userTable) {
    draft.problems.push(
      `${itemTable.name} is chosen for items and for users. Choose another table for one of them, or none.`,
    );
  }
  const attributes = userTable === null || userId === null ? [] : attributesOf(userTable, userId);
  return {
    matrices,
    items: { table: itemTable, id: itemId, columns },
    users: { table: userTable, id: userId, attributes: knownUsers?.attributes ?? attributes },
    interactions: chooseInteractions(draft, tables, likely, known?.interactions),
  };
}

/** What a manifest says of items and users apart from embeddings and ids. */
function described({ items, users }: Choices): {
  items: Pick<Manifest["items"], "table" | "title" | "year" | "tags" | "numbers" | "texts">;
  users: Pick<Manifest["users"], "table" | "attributes">;
} {
  const { title, year, ...columns } = items.columns;
  return {
    items: { table: items.table?.source, title: title?.name, year: year?.name, ...columns },
    users: { table: users.table?.source, attributes: users.attributes },
  };
}

/** Null where there are no interactions. */
function withoutEmbeddings(name: string, choices: Choices): ProjectWithoutEmbeddings | null {
  const { interactions, items, users } = choices;
  if (interactions === null) return null;
  const { table, user, item, timestamp, rating } = interactions;
  const said = described(choices);
  return {
    name,
    interactions: {
      table: table.source,
      user: user.name,
      item: item.name,
      ...(timestamp === null ? {} : { timestamp: timestamp.name }),
      ...(rating === null ? {} : { rating: rating.name }),
    },
    items: { ...said.items, ...(items.id === null ? {} : { id: items.id.name }) },
    users: { ...said.users, ...(users.id === null ? {} : { id: users.id.name }) },
  };
}

/** The folder a project would have, and the files that were pointed at, relative to it. */
async function projectFolder(paths: readonly string[]): Promise<{ folder: string; given: string[] }> {
  const folders = new Set<string>();
  for (const path of paths) if (await isFolder(path)) folders.add(path);
  const files = paths.filter((path) => !folders.has(path));
  let folder = commonFolder(paths.map((path) => (folders.has(path) ? path : dirname(path))));
  if (folders.size === 0 && files.every((file) => matrixFormatOf(file) !== null && !isTableFile(file))) {
    // Embeddings often lie one or two folders below the tables they were learnt from.
    for (const candidate of [folder, dirname(folder), dirname(dirname(folder))]) {
      if (!(await holdsTables(candidate))) continue;
      folder = candidate;
      break;
    }
  }
  return { folder, given: files.map((file) => relative(folder, file).split(sep).join("/")) };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (thrown) {
    throw readFault(thrown, path);
  }
}

/** The deepest folder that all of these are or lie in. */
function commonFolder(folders: readonly string[]): string {
  return folders.reduce((common, folder) => {
    let shared = common;
    while (relative(shared, folder).startsWith("..")) shared = dirname(shared);
    return shared;
  });
}

async function holdsTables(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes(MANIFEST_FILE)) return true;
  return names.some(
    (name) =>
      isTableFile(name) && (subjectOfFile(name).side !== null || namesInteractions(name)) && !/\.json$/i.test(name),
  );
}
