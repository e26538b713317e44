/** How the rows of a matrix are named: by the lines of its table, or by their number. */
import type { IdRule } from "../protocol/manifest";
import type { ProposalDraft } from "./proposal-draft";
import type { Side } from "./recognise";
import type { FoundMatrix, FoundTable } from "./scan";
import type { TableColumn } from "./tables";

/** @param used the column of the interactions that names these rows */
export function idRule(
  draft: ProposalDraft,
  side: Side,
  matrix: FoundMatrix,
  table: FoundTable | null,
  id: TableColumn | null,
  used: { table: FoundTable; column: TableColumn } | null,
): IdRule | null {
  if (table !== null && id !== null) return ruleWithTable(draft, side, matrix, table, id, used?.column ?? null);
  if (table !== null) return null;
  if (used === null) {
    draft.notes.push(`Nothing names the ${side}s, so their ids are row numbers from 0.`);
    return { rule: "row-number", first: 0 };
  }
  const { smallest, largest, name } = used.column;
  if (smallest !== null && largest !== null && smallest >= 0 && largest <= matrix.rows) {
    const first = largest === matrix.rows ? 1 : 0;
    if (first === 0 && smallest > 0) {
      draft.notes.push(
        `${used.table.file} names ${side}s ${smallest} to ${largest}; row 0 of ${matrix.file} is taken for id 0. Set ids.first to 1 in the manifest if it is id 1.`,
      );
    }
    if (smallest >= first) return { rule: "row-number", first };
  }
  const found = smallest === null ? `column ${name} is ${used.column.type}` : `they go from ${smallest} to ${largest}`;
  draft.problems.push(
    `The ${side} ids of ${used.table.file} are no row numbers of ${matrix.file}, which has ${matrix.rows.toLocaleString("en")} rows: ${found}. ` +
      `Add a table with one line for each row, in the order of the rows, with the id in a column; or choose no interactions.`,
  );
  return null;
}

function ruleWithTable(
  draft: ProposalDraft,
  side: Side,
  matrix: FoundMatrix,
  table: FoundTable,
  id: TableColumn,
  used: TableColumn | null,
): IdRule | null {
  const numbers = id.smallest !== null && id.largest !== null ? { smallest: id.smallest, largest: id.largest } : null;
  if (table.rows === matrix.rows) {
    const numbersRows =
      numbers !== null && numbers.smallest <= 1 && numbers.largest - numbers.smallest === matrix.rows - 1;
    if (!numbersRows || id.consecutive || numbers.smallest < 0) return { rule: "table-order", column: id.name };
    draft.notes.push(
      `The ids of ${table.file} are ${numbers.smallest} to ${numbers.largest}, but not in that order; they are taken for row numbers of ${matrix.file}. Set ids.rule to "table-order" in the manifest if line n is row n.`,
    );
    return { rule: "row-number", first: numbers.smallest, column: id.name };
  }
  if (numbers !== null && numbers.smallest >= 0 && numbers.largest <= matrix.rows) {
    const first = numbers.largest === matrix.rows || used?.largest === matrix.rows ? 1 : 0;
    if (numbers.smallest >= first) {
      draft.notes.push(
        `${table.file} has ${table.rows.toLocaleString("en")} lines for the ${matrix.rows.toLocaleString("en")} rows of ${matrix.file}; its ids are taken for row numbers from ${first}.`,
      );
      return { rule: "row-number", first, column: id.name };
    }
  }
  draft.problems.push(
    `${matrix.file} has ${matrix.rows.toLocaleString("en")} rows but ${table.file} has ${table.rows.toLocaleString("en")} lines, and its ids are no row numbers. ` +
      `Row n must be line n: choose another ${side} table, or none.`,
  );
  return null;
}
