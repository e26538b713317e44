/** Which tables describe items, users and interactions, and what their columns mean. */
import type { ProposalRole } from "../protocol/engine";
import type { Candidate, ProposalDraft } from "./proposal-draft";
import {
  idLikeness,
  namesInteractions,
  namesTags,
  namesTitle,
  namesYear,
  type Side,
  subjectOfFile,
  tagSeparator,
} from "./recognise";
import type { FoundMatrix, FoundTable } from "./scan";
import type { TableColumn } from "./tables";

export interface ChosenInteractions {
  table: FoundTable;
  user: TableColumn;
  item: TableColumn;
}

/** The table that most looks like interactions, or undefined; the others may then describe items and users. */
export function likelyInteractions(tables: FoundTable[], near: string): FoundTable | undefined {
  return best(tables, (table) => {
    const sides = (["user", "item"] as const).filter((side) => bestId(table.columns, side) !== undefined);
    if (table.columns.length < 2 || (sides.length < 2 && !namesInteractions(table.file))) return 0;
    return (namesInteractions(table.file) ? 8 : 4) + 2 * sides.length + closeness(table.file, near);
  });
}

export function chooseTable(
  draft: ProposalDraft,
  side: Side,
  tables: FoundTable[],
  matrix: FoundMatrix | null,
  interactions: FoundTable | undefined,
): FoundTable | null {
  const candidates = tables.filter((table) => table !== interactions);
  const automatic = best(candidates, (table) => {
    const subject = subjectOfFile(table.file).side;
    const fits = matrix !== null && table.rows === matrix.rows;
    if (namesInteractions(table.file) || (subject !== side && (subject !== null || !fits))) return 0;
    return (subject === side ? 16 : 8) + (fits ? 4 : 0) + closeness(table.file, matrix?.file ?? "");
  });
  return draft.choose(
    {
      role: `${side}-table`,
      name: side === "item" ? "Item table" : "User table",
      required: false,
      none: side === "item" ? "none; items are shown by their id" : "none; users are known by their id alone",
    },
    candidates.map(described),
    automatic?.file,
  );
}

/** The column with a different value on every line by which rows are named. */
export function chooseId(draft: ProposalDraft, side: Side, table: FoundTable | null): TableColumn | null {
  const unique = table?.columns.filter(({ distinct, empty }) => distinct === table.rows && empty === 0) ?? [];
  const automatic = bestId(unique, side) ?? unique[0];
  return draft.choose(
    {
      role: `${side}-id`,
      name: side === "item" ? "Item id" : "User id",
      required: table !== null,
      none:
        table === null
          ? "no table"
          : `no column of ${table.file} has a value of its own on every line. Choose another table, or none.`,
    },
    unique.map(describedColumn),
    automatic?.name,
  );
}

export interface ItemColumns {
  title: TableColumn | null;
  year: TableColumn | null;
  tags: TableColumn | null;
}

export function chooseItemColumns(draft: ProposalDraft, table: FoundTable | null, id: TableColumn | null): ItemColumns {
  const columns = table?.columns.filter((column) => column !== id) ?? [];
  const texts = columns.filter(({ type, distinct }) => type === "text" && distinct > 0);
  const title =
    texts.find(({ name }) => namesTitle(name)) ?? texts.find(({ distinct }) => distinct > 0.8 * table!.rows);
  const year = columns.find(isYear) ?? columns.find(({ name, distinct }) => namesYear(name) && distinct > 0);
  const rest = texts.filter((column) => column !== title && column !== year);
  const tags = rest.find(({ name }) => namesTags(name)) ?? rest.find((column) => looksLikeTags(column, table!.rows));
  const ask = (role: ProposalRole, name: string, none: string, options: TableColumn[], automatic?: TableColumn) =>
    draft.choose(
      { role, name, required: false, none: table === null ? "no table" : none },
      options.map(role === "item-tags" ? describedTags : describedColumn),
      automatic?.name,
    );
  return {
    title: ask("item-title", "Title", "none; items are shown by their id", columns, title),
    year: ask("item-year", "Year", "none; a year such as (1995) at the end of the title is used", columns, year),
    tags: ask("item-tags", "Tags", "none; without tags only popularity and era can name neurons", columns, tags),
  };
}

export function chooseInteractions(
  draft: ProposalDraft,
  tables: FoundTable[],
  automatic: FoundTable | undefined,
): ChosenInteractions | null {
  const table = draft.choose(
    {
      role: "interactions",
      name: "Interactions",
      required: false,
      none: "none; seen items cannot be left out of lists",
    },
    tables.filter(({ columns }) => columns.length > 1).map(described),
    automatic?.file,
  );
  const columns = table?.columns ?? [];
  const named = { user: bestId(columns, "user"), item: bestId(columns, "item") };
  const user = named.user ?? columns.find((column) => column !== named.item);
  const item = named.item ?? columns.find((column) => column !== user);
  if (table !== null && (named.user === undefined || named.item === undefined)) {
    draft.notes.push(
      `The columns of ${table.file} were taken in order, user then item, since their names do not tell. Check that.`,
    );
  }
  const ask = (role: ProposalRole, name: string, guess: TableColumn | undefined) =>
    draft.choose(
      {
        role,
        name,
        required: table !== null,
        none: table === null ? "no interactions" : "choose the column with the ids",
      },
      columns.map(describedColumn),
      guess?.name,
    );
  const chosen = {
    user: ask("interaction-user", "User of an interaction", user),
    item: ask("interaction-item", "Item of an interaction", item),
  };
  if (table === null || chosen.user === null || chosen.item === null) return null;
  if (chosen.user === chosen.item) {
    draft.problems.push(
      `Column ${chosen.user.name} of ${table.file} is chosen for users and for items. Choose another for one of them.`,
    );
  }
  return { table, user: chosen.user, item: chosen.item };
}

/** Columns that could describe groups of users. */
export function attributesOf(table: FoundTable, id: TableColumn): string[] {
  const telling = table.columns.filter(
    (column) => column !== id && column.distinct > 1 && column.distinct < table.rows,
  );
  return telling.slice(0, 20).map(({ name }) => name);
}

function isYear({ name, type, smallest, largest }: TableColumn): boolean {
  return namesYear(name) && type === "integer" && (smallest ?? 0) >= 1000 && (largest ?? 9999) <= 2100;
}

function looksLikeTags(column: TableColumn, rows: number): boolean {
  return Math.max(column.separators["|"], column.separators[";"]) > 0.1 * rows;
}

function bestId(columns: TableColumn[], side: Side): TableColumn | undefined {
  return best(columns, ({ name }) => idLikeness(name, side));
}

/** How many folders the paths share. */
function closeness(a: string, b: string): number {
  const [left, right] = [a.split("/").slice(0, -1), b.split("/").slice(0, -1)];
  const differs = left.findIndex((folder, at) => folder !== right[at]);
  return differs < 0 ? left.length : differs;
}

/** The first with the highest score above 0. */
function best<One>(of: readonly One[], score: (one: One) => number): One | undefined {
  let [winner, highest]: [One | undefined, number] = [undefined, 0];
  for (const one of of) {
    const scored = score(one);
    if (scored > highest) [winner, highest] = [one, scored];
  }
  return winner;
}

function described(table: FoundTable): Candidate<FoundTable> {
  const names = table.columns.map(({ name }) => name);
  const shown = names.length > 6 ? `${names.slice(0, 6).join(", ")}, …` : names.join(", ");
  return { value: table.file, detail: `${table.rows.toLocaleString("en")} lines: ${shown}`, found: table };
}

function describedColumn(column: TableColumn): Candidate<TableColumn> {
  const range = column.smallest === null ? "" : `, ${column.smallest} to ${column.largest}`;
  return {
    value: column.name,
    detail: `${column.type}${range}, ${column.distinct.toLocaleString("en")} different`,
    found: column,
  };
}

function describedTags(column: TableColumn): Candidate<TableColumn> {
  const separator = tagSeparator(column);
  const plain = describedColumn(column);
  return separator === undefined ? plain : { ...plain, detail: `${plain.detail}, separated by ${separator}` };
}
