/** The first rows of a project to be, read and named exactly as opening it will. */
import type { PreviewRow } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { Manifest } from "../protocol/manifest";
import { loadEntities } from "./load-entities";
import { closeRows, type Rows, row as rowOf } from "./matrix";

/** Of items, which have titles to be recognised by, more tell something. */
const ROWS = { items: 5, users: 2 };
const VALUES = 4;

export interface Preview {
  rows: PreviewRow[];
  /** What opening the project would fail with. */
  problems: string[];
  /** What it would warn of. */
  notes: string[];
}

/** @param folder absolute, of the manifest */
export async function previewRows(folder: string, manifest: Manifest): Promise<Preview> {
  const preview: Preview = { rows: [], problems: [], notes: [] };
  for (const side of ["items", "users"] as const) {
    const opened: Rows[] = [];
    try {
      preview.rows.push(...(await firstRows(folder, manifest, side, opened, preview.notes)));
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      preview.problems.push(thrown.message);
    } finally {
      for (const rows of opened) await closeRows(rows);
    }
  }
  return preview;
}

async function firstRows(
  folder: string,
  manifest: Manifest,
  side: "items" | "users",
  opened: Rows[],
  warnings: string[],
): Promise<PreviewRow[]> {
  const title = side === "items" ? manifest.items.title : undefined;
  const columns = title === undefined ? [] : [{ key: "items.title", column: title }];
  const place = { folder, restricted: false };
  const { entities, column } = await loadEntities({ place, manifest, opened, warnings, fixes: [] }, side, columns);
  const titles = title === undefined ? null : column(title);
  const { ids, embeddings } = entities;
  return Array.from({ length: Math.min(ROWS[side], embeddings.rows) }, (_, row) => ({
    side,
    row,
    id: ids.at(row),
    title: titles?.[row]?.trim() || null,
    values: [...rowOf(embeddings, row).subarray(0, VALUES)],
    dimensions: embeddings.columns,
  }));
}
