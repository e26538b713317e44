/** The first rows of a project to be and which row is which, read and named exactly as opening it will. */
import type { IdentitySummary, PreviewRow } from "../protocol/engine";
import { type ManifestFix, RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import { identitySummary, type NamedRows } from "./identity-summary";
import { loadInteractions, loadItems, loadUsers } from "./load";
import { type Loading, offer } from "./load-entities";
import { closeRows, row as rowOf } from "./matrix";

/** Of items, which have titles to be recognised by, more tell something. */
const ROWS = { items: 5, users: 2 };
const VALUES = 4;

export interface Preview {
  rows: PreviewRow[];
  /** Null where a side cannot be named, which is then a problem. */
  identity: IdentitySummary | null;
  /** What opening the project would fail with. */
  problems: string[];
  /** What it would warn of. */
  notes: string[];
  /** What would most likely put problems or notes right. */
  fixes: ManifestFix[];
}

/**
 * @param folder absolute, of the manifest
 * @param withInteractions whether to map them too, which means reading all of them
 */
export async function previewRows(folder: string, manifest: Manifest, withInteractions: boolean): Promise<Preview> {
  const place = { folder, restricted: false };
  const loading: Loading = { place, manifest, opened: [], warnings: [], fixes: [] };
  const { warnings: notes, fixes } = loading;
  const preview: Preview = { rows: [], identity: null, problems: [], notes, fixes };
  const unlessFaulty = async <Found>(look: () => Promise<Found>): Promise<Found | null> => {
    try {
      return await look();
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      preview.problems.push(thrown.message);
      if (thrown.where.fix !== undefined) offer(fixes, thrown.where.fix);
      return null;
    }
  };
  try {
    const items = await unlessFaulty(() => loadItems(loading));
    if (items !== null) preview.rows.push(...firstRows("items", items.named));
    const users = await unlessFaulty(() => loadUsers(loading));
    if (users !== null) preview.rows.push(...firstRows("users", users.named));
    if (items === null || users === null) return preview;
    const interactions = withInteractions
      ? await unlessFaulty(() => loadInteractions(loading, users.users, items.items))
      : null;
    preview.identity = identitySummary(items.named, users.named, interactions);
    return preview;
  } finally {
    for (const rows of loading.opened) await closeRows(rows);
  }
}

function firstRows(side: "items" | "users", { entities: { ids, embeddings }, title }: NamedRows): PreviewRow[] {
  return Array.from({ length: Math.min(ROWS[side], embeddings.rows) }, (_, row) => ({
    side,
    row,
    id: ids.at(row),
    title: title(row),
    values: [...rowOf(embeddings, row).subarray(0, VALUES)],
    dimensions: embeddings.columns,
  }));
}
