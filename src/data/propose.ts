/** From a folder or a file to a proposed manifest: every choice with its candidates, and what stands in the way. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { Proposal, ProposalOverrides } from "../protocol/engine";
import { MANIFEST_FILE, manifestSchema } from "../protocol/manifest";
import { readFault } from "./file-fault";
import { ProposalDraft } from "./proposal-draft";
import { chooseMatrices } from "./propose-embeddings";
import { idRule } from "./propose-ids";
import {
  attributesOf,
  chooseId,
  chooseInteractions,
  chooseItemColumns,
  chooseTable,
  likelyInteractions,
} from "./propose-tables";
import { namesInteractions, subjectOfFile, tagSeparator } from "./recognise";
import { scanFolder } from "./scan";

/**
 * Looks at a folder, or at a file and the folders around it, and writes nothing.
 *
 * @param overrides a person's corrections; one that is not possible becomes a problem
 * @throws RecPrismError file-missing, file-unreadable: of `path` itself
 */
export async function proposeManifest(path: string, overrides: ProposalOverrides = {}): Promise<Proposal> {
  const { folder, given } = await projectFolder(resolve(path));
  const scan = await scanFolder(folder);
  const draft = new ProposalDraft(overrides);
  for (const { file, message } of scan.faults.slice(0, 5)) {
    if (file === given) draft.problems.push(message);
    else draft.notes.push(`Left out: ${message}`);
  }

  const matrices = chooseMatrices(draft, scan, given);
  const likely =
    scan.tables.find(({ file }) => file === draft.said("interactions")) ??
    likelyInteractions(scan.tables, matrices.item?.file ?? "");
  const itemTable = chooseTable(draft, "item", scan.tables, matrices.item, likely);
  const itemId = chooseId(draft, "item", itemTable);
  const { title, year, tags } = chooseItemColumns(draft, itemTable, itemId);
  const userTable = chooseTable(draft, "user", scan.tables, matrices.user, likely);
  const userId = chooseId(draft, "user", userTable);
  if (itemTable !== null && itemTable === userTable) {
    draft.problems.push(
      `${itemTable.file} is chosen for items and for users. Choose another table for one of them, or none.`,
    );
  }
  const interactions = chooseInteractions(draft, scan.tables, likely);

  const { item, user, itemBias, userBias } = matrices;
  if (item === null || user === null) return draft.done(folder, null);
  const used = (column: "item" | "user") =>
    interactions === null ? null : { table: interactions.table, column: interactions[column] };
  const itemIds = idRule(draft, "item", item, itemTable, itemId, used("item"));
  const userIds = idRule(draft, "user", user, userTable, userId, used("user"));
  if (itemIds === null || userIds === null || draft.problems.length > 0) return draft.done(folder, null);
  const separator = tags === null ? undefined : tagSeparator(tags);
  const manifest = manifestSchema.parse({
    version: 1,
    name: basename(folder) || "RecPrism project",
    items: {
      embeddings: item.file,
      bias: itemBias?.file,
      table: itemTable?.file,
      ids: itemIds,
      title: title?.name,
      year: year?.name,
      tags: tags === null ? [] : [{ column: tags.name, ...(separator === undefined ? {} : { separator }) }],
    },
    users: {
      embeddings: user.file,
      bias: userBias?.file,
      table: userTable?.file,
      ids: userIds,
      attributes: userTable === null || userId === null ? [] : attributesOf(userTable, userId),
    },
    interactions:
      interactions === null
        ? undefined
        : { table: interactions.table.file, user: interactions.user.name, item: interactions.item.name },
  });
  return draft.done(folder, manifest);
}

/** The folder a project would have, and the matrix that was pointed at, relative to it. */
async function projectFolder(path: string): Promise<{ folder: string; given?: string }> {
  try {
    if ((await stat(path)).isDirectory()) return { folder: path };
  } catch (thrown) {
    throw readFault(thrown, path);
  }
  const own = dirname(path);
  if (!/\.npy$/i.test(path)) return { folder: own };
  // Embeddings often lie one or two folders below the tables they were learnt from.
  const around = [own, dirname(own), dirname(dirname(own))];
  let folder = own;
  for (const candidate of around) {
    if (await holdsTables(candidate)) {
      folder = candidate;
      break;
    }
  }
  return { folder, given: relative(folder, path).split(sep).join("/") };
}

async function holdsTables(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes(MANIFEST_FILE)) return true;
  return names.some((name) => {
    return /\.[ct]sv$/i.test(name) && (subjectOfFile(name).side !== null || namesInteractions(name));
  });
}
