/** Items that bear a tag; a column or tag that does not exist is answered with the ones that may have been meant. */
import type { Items } from "../data/dataset";
import { nearest } from "../data/schema-faults";
import { RecPrismError } from "../protocol/error";

/**
 * Rows of the items that bear the tag, ascending.
 *
 * @param key of what names column and tag, for messages: `audience`
 * @throws RecPrismError "not-found" with the closest column or tag
 */
export function taggedItems(items: Pick<Items, "tags">, column: string, tag: string, key: string): Uint32Array {
  const values = items.tags.find((candidate) => candidate.column === column)?.values;
  if (values === undefined) throw unknownColumn(items, column, `${key}.column`);
  const rows: number[] = [];
  for (const [row, tags] of values.entries()) if (tags.includes(tag)) rows.push(row);
  if (rows.length > 0) return Uint32Array.from(rows);
  throw unknownTag(items, column, tag, `${key}.tag`);
}

function unknownColumn({ tags }: Pick<Items, "tags">, column: string, key: string): RecPrismError {
  const columns = tags.map((known) => known.column);
  if (columns.length === 0) {
    return new RecPrismError(
      "not-found",
      `There is no tag column "${column}": the items of this project have no tags. Name the columns that hold them as items.tags in recprism.json.`,
      { key },
    );
  }
  const meant = nearest(column, columns);
  const remedy = meant === undefined ? `The tag columns are ${columns.join(", ")}.` : `Did you mean "${meant}"?`;
  return new RecPrismError("not-found", `The items have no tag column "${column}". ${remedy}`, { key });
}

function unknownTag({ tags }: Pick<Items, "tags">, column: string, tag: string, key: string): RecPrismError {
  const elsewhere = tags.find((other) => other.values.some((values) => values.includes(tag)));
  const known = new Set(tags.find((candidate) => candidate.column === column)?.values.flat());
  const meant = nearest(tag, [...known]);
  const examples = [...known].slice(0, 5).map((example) => `"${example}"`);
  const remedy =
    elsewhere !== undefined
      ? `It is a tag of the column "${elsewhere.column}".`
      : meant !== undefined
        ? `Did you mean "${meant}"?`
        : examples.length > 0
          ? `Tags of it are such as ${examples.join(", ")}.`
          : "No item has a tag in it.";
  return new RecPrismError("not-found", `No item has the tag "${tag}" in the column "${column}". ${remedy}`, { key });
}
