/** How the rows of a matrix are named: by a file of ids, the matrix itself, the lines of a table, or by their number. */
import type { IdRule } from "../protocol/manifest";
import type { Candidate, ProposalDraft } from "./proposal-draft";
import { type Side, subjectOfFile } from "./recognise";
import type { FoundIdFile, FoundMatrix, FoundTable } from "./scan";
import { countedRows, mayHaveRows, type TableColumn } from "./tables";

export interface IdEvidence {
  matrix: FoundMatrix;
  table: FoundTable | null;
  /** The id column of the table. */
  id: TableColumn | null;
  /** The column of the interactions that names these rows. */
  used: { table: FoundTable; column: TableColumn } | null;
  idFiles: readonly FoundIdFile[];
}

/** A rule that is possible. */
type Possible = Candidate<IdRule>;

/** Asks how rows are named; null where nothing fits, which is then a problem. */
export function chooseIdRule(draft: ProposalDraft, side: Side, evidence: IdEvidence): IdRule | null {
  const possible = possibleRules(evidence);
  const { rule, note, problem } = likeliest(side, evidence, possible);
  const chosen = draft.choose(
    {
      role: `${side}-ids`,
      name: side === "item" ? "Which row is which item" : "Which row is which user",
      required: true,
      none: problem ?? "choose how rows are named",
    },
    possible,
    rule?.value,
  );
  if (chosen !== null && chosen === rule?.found && note !== undefined) draft.notes.push(note);
  return chosen;
}

function possibleRules({ matrix, table, id, idFiles }: IdEvidence): Possible[] {
  const column = id === null ? {} : { column: id.name };
  const rows = counted(matrix.rows);
  const possible: Possible[] = [];
  if (matrix.namesRows) {
    const by = typeof matrix.source === "string" ? undefined : matrix.source.id;
    possible.push({
      value: by === undefined ? `names in ${matrix.file}` : `column ${by} of ${matrix.file}`,
      detail: "the file of the matrix names its rows",
      found: { rule: "matrix", ...column },
    });
  }
  for (const idFile of idFiles.filter((one) => namesAllRows(one, matrix.rows))) {
    const { file, rule, ids } = idFile;
    const [first] = idFile.rows;
    possible.push(
      rule === "list"
        ? { value: file, detail: `entry n is the id of row n; ${rows} ids`, found: { rule, file, ...column } }
        : {
            value: file,
            detail: `gives the row of each of ${counted(ids.length)} ids`,
            found: { rule, file, ...(first === 0 ? {} : { first }), ...column },
          },
    );
  }
  if (table !== null && id !== null && mayHaveRows(table, matrix.rows)) {
    possible.push({
      value: `order of ${table.name}`,
      detail: `line n is row n; ids are in column ${id.name}`,
      found: { rule: "table-order", column: id.name },
    });
  }
  for (const first of [0, 1]) {
    possible.push({
      value: `row numbers from ${first}`,
      detail: `${first} to ${counted(matrix.rows - 1 + first)}`,
      found: { rule: "row-number", first, ...column },
    });
  }
  return possible;
}

interface Likeliest {
  rule?: Possible;
  /** What a person should know of it. */
  note?: string;
  /** Why there is none. */
  problem?: string;
}

function likeliest(side: Side, evidence: IdEvidence, possible: readonly Possible[]): Likeliest {
  const stated = possible.find(({ found }) => found.rule === "matrix") ?? likeliestFile(side, evidence, possible);
  if (stated !== undefined) return { rule: stated };
  const { table, id } = evidence;
  const numbered = (first: number) =>
    possible.find(({ found }) => found.rule === "row-number" && found.first === first);
  if (table !== null && id !== null) return likeliestWithTable(side, evidence, table, id, possible, numbered);
  return table === null ? likeliestNumbers(side, evidence, numbered) : {};
}

/** A list has an id for each row; a vocabulary may leave a few for padding and unknown ids. */
function namesAllRows({ rule, ids, rows: [first, last] }: FoundIdFile, rows: number): boolean {
  if (rule === "list") return ids.length === rows;
  return (first === 0 || first === 1) && last - first < rows && ids.length * 2 > rows;
}

/** The file whose name speaks of this side and whose ids are in use, in the folder of the matrix rather than elsewhere. */
function likeliestFile(
  side: Side,
  { matrix, idFiles, id, used }: IdEvidence,
  possible: readonly Possible[],
): Possible | undefined {
  const folder = folderOf(matrix.file);
  const files = idFiles
    .filter(({ file, ids }) => subjectOfFile(file).side === side && holds(ids, id) && holds(ids, used?.column ?? null))
    .toSorted((a, b) => Number(folderOf(b.file) === folder) - Number(folderOf(a.file) === folder));
  return files.map(({ file }) => possible.find(({ value }) => value === file)).find((one) => one !== undefined);
}

/** Whether an extreme of a column of numbers is among the ids, which may be fewer; of text nothing is known. */
function holds(ids: readonly string[], column: TableColumn | null): boolean {
  if (column === null || column.smallest === null || column.largest === null) return true;
  return ids.includes(String(column.smallest)) || ids.includes(String(column.largest));
}

function likeliestNumbers(
  side: Side,
  { matrix, used }: IdEvidence,
  numbered: (first: number) => Possible | undefined,
): Likeliest {
  if (used === null) {
    return { rule: numbered(0), note: `Nothing names the ${side}s, so their ids are row numbers from 0.` };
  }
  const { smallest, largest, name } = used.column;
  if (smallest !== null && largest !== null && smallest >= 0 && largest <= matrix.rows) {
    const first = largest === matrix.rows ? 1 : 0;
    if (smallest >= first) {
      const unclear = first === 0 && smallest > 0;
      return {
        rule: numbered(first),
        ...(unclear
          ? {
              note: `${used.table.name} names ${side}s ${smallest} to ${largest}${used.table.estimatedRows === null ? "" : " in the lines that were looked at"}; row 0 of ${matrix.name} is taken for id 0. Choose row numbers from 1 if it is id 1.`,
            }
          : {}),
      };
    }
  }
  const found = smallest === null ? `column ${name} is ${used.column.type}` : `they go from ${smallest} to ${largest}`;
  return {
    problem:
      `The ${side} ids of ${used.table.name} are no row numbers of ${matrix.name}, which has ${counted(matrix.rows)} rows: ${found}. ` +
      `Add a table with one line for each row, in the order of the rows, with the id in a column, or a list of the ids (${side}_ids.txt); or choose no interactions.`,
  };
}

function likeliestWithTable(
  side: Side,
  { matrix, used }: IdEvidence,
  table: FoundTable,
  id: TableColumn,
  possible: readonly Possible[],
  numbered: (first: number) => Possible | undefined,
): Likeliest {
  const numbers = id.smallest !== null && id.largest !== null ? { smallest: id.smallest, largest: id.largest } : null;
  if (mayHaveRows(table, matrix.rows)) {
    const numbersRows =
      numbers !== null && numbers.smallest <= 1 && numbers.largest - numbers.smallest === matrix.rows - 1;
    const inOrder = possible.find(({ found }) => found.rule === "table-order");
    if (!numbersRows || id.consecutive || numbers.smallest < 0) return { rule: inOrder };
    if (table.estimatedRows !== null) {
      return {
        rule: inOrder,
        note: `Only some lines of ${table.name} were looked at: line n is taken for row n. Choose row numbers from ${numbers.smallest} if its ids are not in order.`,
      };
    }
    return {
      rule: numbered(numbers.smallest),
      note: `The ids of ${table.name} are ${numbers.smallest} to ${numbers.largest}, but not in that order; they are taken for row numbers of ${matrix.name}. Choose the order of ${table.name} if line n is row n.`,
    };
  }
  if (numbers !== null && numbers.smallest >= 0 && numbers.largest <= matrix.rows) {
    const first = numbers.largest === matrix.rows || used?.column.largest === matrix.rows ? 1 : 0;
    if (numbers.smallest >= first) {
      return {
        rule: numbered(first),
        note: `${table.name} has ${countedRows(table)} lines for the ${counted(matrix.rows)} rows of ${matrix.name}; its ids are taken for row numbers from ${first}.`,
      };
    }
  }
  return {
    problem:
      `${matrix.name} has ${counted(matrix.rows)} rows but ${table.name} has ${countedRows(table)} lines, and its ids are no row numbers. ` +
      `Row n must be line n: choose another ${side} table, or none; or add a list of the ids of the rows (${side}_ids.txt).`,
  };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function counted(count: number): string {
  return count.toLocaleString("en");
}
