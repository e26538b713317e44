/** Which tables describe items, users and interactions, and what their columns mean. */
import type { ProposalRole } from "../protocol/engine";
import type { Manifest } from "../protocol/manifest";
import type { KnownInteractions, KnownItems } from "./known-set";
import type { Candidate, ProposalDraft } from "./proposal-draft";
import type { IdCounts } from "./propose-embeddings";
import {
  idLikeness,
  namesInteractions,
  namesRating,
  namesTags,
  namesText,
  namesTime,
  namesTitle,
  namesYear,
  type Side,
  subjectOfFile,
  tagSeparator,
  tellsNoAmount,
} from "./recognise";
import type { FoundMatrix, FoundTable } from "./scan";
import { countedRows, mayHaveRows, type TableColumn } from "./tables";

export interface ChosenInteractions {
  table: FoundTable;
  user: TableColumn;
  item: TableColumn;
  timestamp: TableColumn | null;
  rating: TableColumn | null;
}

/** What a person pointed at outweighs what is only near or fits. */
const POINTED = 6;

/** More columns of one kind would drown what neurons are named by. */
const MOST_COLUMNS = 5;

/** Flags and grades have fewer values: no amounts. */
const FEWEST_NUMBERS = 5;

/** The table that most looks like interactions, or undefined; the others may then describe items and users. */
export function likelyInteractions(tables: FoundTable[], near: string): FoundTable | undefined {
  return best(tables, (table) => {
    const sides = (["user", "item"] as const).filter((side) => bestId(table.columns, side) !== undefined);
    if (table.columns.length < 2 || (sides.length < 2 && !namesInteractions(table.file))) return 0;
    const pointed = table.pointed ? POINTED : 0;
    return (namesInteractions(table.file) ? 8 : 4) + 2 * sides.length + closeness(table.file, near) + pointed;
  });
}

/** How many users and items interactions speak of. */
export function idCounts(table: FoundTable | undefined, known: KnownInteractions | undefined): IdCounts {
  if (table === undefined) return null;
  const { user, item } = interactionColumns(table, known?.name === table.name ? known : undefined);
  if (table.estimatedRows !== null) return { user: null, item: null };
  return { user: user?.distinct ?? 0, item: item?.distinct ?? 0 };
}

export function chooseTable(
  draft: ProposalDraft,
  side: Side,
  tables: FoundTable[],
  matrix: FoundMatrix | null,
  interactions: FoundTable | undefined,
  known: string | undefined,
): FoundTable | null {
  const candidates = tables.filter((table) => table !== interactions);
  const automatic = best(candidates, (table) => {
    if (table.name === known) return Number.POSITIVE_INFINITY;
    const subject = subjectOfFile(table.file).side;
    const fits = matrix !== null && mayHaveRows(table, matrix.rows);
    if (namesInteractions(table.file) || (subject !== side && (subject !== null || !fits))) return 0;
    const pointed = table.pointed ? POINTED : 0;
    return (subject === side ? 16 : 8) + (fits ? 4 : 0) + closeness(table.file, matrix?.file ?? "") + pointed;
  });
  return draft.choose(
    {
      role: `${side}-table`,
      name: side === "item" ? "Item table" : "User table",
      required: false,
      none: side === "item" ? "none; items are shown by their id" : "none; users are known by their id alone",
    },
    candidates.map(described),
    automatic?.name,
  );
}

/** The column with a different value on every line by which rows are named. */
export function chooseId(
  draft: ProposalDraft,
  side: Side,
  table: FoundTable | null,
  known: string | undefined,
): TableColumn | null {
  const unique = table?.columns.filter(({ distinct, empty }) => distinct === table.rows && empty === 0) ?? [];
  const automatic = named(unique, known) ?? bestId(unique, side) ?? unique[0];
  return draft.choose(
    {
      role: `${side}-id`,
      name: side === "item" ? "Item id" : "User id",
      required: table !== null,
      none:
        table === null
          ? "no table"
          : `no column of ${table.name} has a value of its own on every line. Choose another table, or none.`,
    },
    unique.map(describedIn(table)),
    automatic?.name,
  );
}

export interface ItemColumns {
  title: TableColumn | null;
  year: TableColumn | null;
  tags: Manifest["items"]["tags"];
  numbers: string[];
  texts: string[];
}

export function chooseItemColumns(
  draft: ProposalDraft,
  table: FoundTable | null,
  id: TableColumn | null,
  known: KnownItems | undefined,
): ItemColumns {
  const rows = table?.rows ?? 0;
  const columns = table?.columns.filter((column) => column !== id) ?? [];
  const texts = columns.filter(({ type, distinct }) => type === "text" && distinct > 0);
  const title =
    named(columns, known?.title) ??
    texts.find(({ name }) => namesTitle(name)) ??
    texts.find(({ distinct }) => distinct > 0.8 * rows);
  const dated = known === undefined ? columns : [];
  const year = dated.find(isYear) ?? dated.find(({ name, distinct }) => namesYear(name) && distinct > 0);
  const rest = texts.filter((column) => column !== title && column !== year);
  const tags = tagColumns(rest, rows, known);
  // Of a known set the layout says it all.
  const others = known === undefined ? columns.filter((column) => column !== title && column !== year) : [];
  const numbers = others.filter((column) => looksLikeAmount(column, rows)).slice(0, MOST_COLUMNS);
  const descriptions = others
    .filter(
      (column) => column.type === "text" && column.distinct > 1 && namesText(column.name) && !tags.includes(column),
    )
    .slice(0, MOST_COLUMNS);
  const choice = (role: ProposalRole, name: string, none: string) => ({
    role,
    name,
    required: false,
    none: table === null ? "no table" : none,
  });
  const untitled = "none; items are shown by their id";
  const undated = "none; a year such as (1995) at the end of the title is used";
  const titleChosen = draft.choose(
    choice("item-title", "Title", untitled),
    columns.map(describedIn(table)),
    title?.name,
  );
  const yearChosen = draft.choose(choice("item-year", "Year", undated), columns.map(describedIn(table)), year?.name);
  const tagged = draft.choose(
    choice("item-tags", "Tags", "none; without tags only popularity and era can name neurons"),
    tagCandidates(table, columns, tags),
    together(tags),
  );
  const several = (role: ProposalRole, name: string, none: string, likely: readonly TableColumn[]) =>
    draft.choose(choice(role, name, none), columnSets(columns.map(describedIn(table)), likely), together(likely)) ?? [];
  const numbersChosen = several("item-numbers", "Numbers", "none, such as a price or a length", numbers);
  const textsChosen = several("item-texts", "Descriptions", "none; words of titles are looked at anyway", descriptions);
  return {
    title: titleChosen,
    year: yearChosen,
    numbers: numbersChosen.map(({ name }) => name),
    texts: textsChosen.map(({ name }) => name),
    tags: (tagged ?? []).map((column) => {
      const separator = known?.tags.find((tag) => tag.column === column.name)?.separator ?? tagSeparator(column);
      return { column: column.name, ...(separator === undefined ? {} : { separator }) };
    }),
  };
}

function tagColumns(texts: TableColumn[], rows: number, known: KnownItems | undefined): TableColumn[] {
  if (known !== undefined) return texts.filter(({ name }) => known.tags.some(({ column }) => column === name));
  const called = texts.filter(({ name }) => namesTags(name));
  return called.length > 0 ? called : texts.filter((column) => looksLikeTags(column, rows)).slice(0, 1);
}

/** As `columnSets`, with what stands between the tags of a line. */
function tagCandidates(
  table: FoundTable | null,
  columns: TableColumn[],
  likely: readonly TableColumn[],
): Candidate<readonly TableColumn[]>[] {
  const single = columns.map(describedIn(table)).map((candidate) => {
    const separator = tagSeparator(candidate.found);
    return separator === undefined
      ? candidate
      : { ...candidate, detail: `${candidate.detail}, separated by ${separator}` };
  });
  return columnSets(single, likely);
}

/** Each column, and all that are likely together. */
function columnSets(
  columns: readonly Candidate<TableColumn>[],
  likely: readonly TableColumn[],
): Candidate<readonly TableColumn[]>[] {
  const single = columns.map((candidate) => ({ ...candidate, found: [candidate.found] }));
  if (likely.length < 2) return single;
  return [{ value: together(likely) ?? "", detail: "each on its own", found: likely }, ...single];
}

function together(columns: readonly TableColumn[]): string | undefined {
  return columns.length === 0 ? undefined : columns.map(({ name }) => name).join(" + ");
}

export function chooseInteractions(
  draft: ProposalDraft,
  tables: FoundTable[],
  automatic: FoundTable | undefined,
  known: KnownInteractions | undefined,
): ChosenInteractions | null {
  const table = draft.choose(
    {
      role: "interactions",
      name: "Interactions",
      required: false,
      none: "none; seen items cannot be left out of lists",
    },
    tables.filter(({ columns }) => columns.length > 1).map(described),
    automatic?.name,
  );
  const columns = table?.columns ?? [];
  const likely = interactionColumns(table, table?.name === known?.name ? known : undefined);
  if (table !== null && !likely.sure) {
    draft.notes.push(
      `The columns of ${table.name} were taken in order, user then item, since their names do not tell. Check that.`,
    );
  }
  const ask = (role: ProposalRole, name: string, guess: TableColumn | undefined, required: boolean) =>
    draft.choose(
      {
        role,
        name,
        required: required && table !== null,
        none: table === null ? "no interactions" : required ? "choose the column with the ids" : "none",
      },
      columns.map(describedIn(table)),
      guess?.name,
    );
  const user = ask("interaction-user", "User of an interaction", likely.user, true);
  const item = ask("interaction-item", "Item of an interaction", likely.item, true);
  const timestamp = ask("interaction-timestamp", "Time of an interaction", likely.timestamp, false);
  const rating = ask("interaction-rating", "Rating of an interaction", likely.rating, false);
  if (table === null || user === null || item === null) return null;
  if (user === item) {
    draft.problems.push(`Column ${user.name} is chosen for users and for items of the interactions. Choose two.`);
  }
  return { table, user, item, timestamp, rating };
}

interface LikelyColumns {
  user?: TableColumn;
  item?: TableColumn;
  timestamp?: TableColumn;
  rating?: TableColumn;
  /** Names or a known layout say which column is which. */
  sure: boolean;
}

function interactionColumns(table: FoundTable | null, known: KnownInteractions | undefined): LikelyColumns {
  const columns = table?.columns ?? [];
  if (known !== undefined) {
    const [user, item] = [named(columns, known.user), named(columns, known.item)];
    return {
      user,
      item,
      timestamp: named(columns, known.timestamp),
      rating: named(columns, known.rating),
      sure: true,
    };
  }
  const byName = { user: bestId(columns, "user"), item: bestId(columns, "item") };
  const user = byName.user ?? columns.find((column) => column !== byName.item);
  const item = byName.item ?? columns.find((column) => column !== user);
  const others = columns.filter((column) => column !== user && column !== item && column.distinct > 0);
  return {
    user,
    item,
    timestamp: others.find(({ name }) => namesTime(name)),
    rating: others.find(({ name, type }) => namesRating(name) && type !== "text"),
    sure: byName.user !== undefined && byName.item !== undefined,
  };
}

function named(columns: readonly TableColumn[], name: string | undefined): TableColumn | undefined {
  return name === undefined ? undefined : columns.find((column) => column.name === name);
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

/** A price, a length, a count: neither an id nor a year, nor one of a few grades. */
function looksLikeAmount({ name, type, distinct }: TableColumn, rows: number): boolean {
  if (type === "text" || distinct < FEWEST_NUMBERS || tellsNoAmount(name)) return false;
  // A whole number of its own on every line names the line.
  return type === "number" || distinct < rows;
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
  return { value: table.name, detail: `${countedRows(table)} lines: ${shown}`, found: table };
}

function describedIn(table: FoundTable | null): (column: TableColumn) => Candidate<TableColumn> {
  const seen =
    table === null || table.estimatedRows === null ? "" : ` in the ${table.rows.toLocaleString("en")} looked at`;
  return (column) => {
    const range = column.smallest === null ? "" : `, ${column.smallest} to ${column.largest}`;
    const distinct = `${column.distinct.toLocaleString("en")} different${seen}`;
    return { value: column.name, detail: `${column.type}${range}, ${distinct}`, found: column };
  };
}
