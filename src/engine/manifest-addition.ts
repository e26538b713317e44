/** How a file would extend a manifest: which columns or inputs it has for what the manifest needs, correctable one by one. */
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import type { ManifestPlace } from "../data/manifest-paths";
import { idLikeness, namesRating, namesTags, namesTime, namesTitle, namesYear, tagSeparator } from "../data/recognise";
import type { TableColumn } from "../data/tables";
import type { Addition, AdditionChoice, AdditionKind } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type IdRule, type Manifest, type TableSource, tableName } from "../protocol/manifest";
import type { ManifestEdit } from "../protocol/manifest-edit";
import { readHeadFile } from "../recommender/head-file";
import { type HeadManifest, headPorts } from "../recommender/head-ports";
import { type KnownTable, knownPorts } from "./known-files";
import { columnDetail, tableKnown } from "./manifest-values";
import { shapeOf } from "./source-record";

type Side = "items" | "users";
type Overrides = Readonly<Record<string, string | null>>;

/**
 * @param file absolute, or relative to the manifest's folder
 * @param overrides a person's corrections, by the key of the choice
 * @throws RecPrismError what is wrong with the file
 */
export async function proposedAddition(
  place: ManifestPlace,
  manifest: Manifest,
  kind: AdditionKind,
  file: string,
  overrides: Overrides,
): Promise<Addition> {
  const within = isAbsolute(file) ? relative(place.folder, file) : file;
  // From another drive there is no relative path.
  const name = isAbsolute(within) ? within : within.split(sep).join("/");
  const draft = new AdditionDraft(overrides);
  if (kind === "head") return addedHead(draft, place, manifest, name);
  const { source, known } = await openedTable(draft, place, name, kind);
  if (kind === "interactions") return addedInteractions(draft, name, source, known, manifest.interactions?.table);
  return addedTable(draft, place, manifest, kind, name, source, known);
}

/** An addition while it is being made. */
class AdditionDraft {
  readonly choices: AdditionChoice[] = [];
  readonly problems: string[] = [];
  readonly notes: string[] = [];

  constructor(readonly overrides: Overrides) {}

  /** Records the choice: what the person said where that is possible, otherwise `automatic`. */
  choose(
    { key, name, none, required = false }: { key: string; name: string; none: string; required?: boolean },
    candidates: readonly { value: string; detail: string }[],
    automatic: string | undefined,
  ): string | null {
    const said = this.overrides[key];
    const known = said === null || candidates.some(({ value }) => value === said);
    const chosen = said !== undefined && known ? said : (automatic ?? null);
    const detail = candidates.find(({ value }) => value === chosen)?.detail ?? none;
    this.choices.push({ key, name, chosen, detail, candidates: [...candidates], required });
    if (required && chosen === null) this.problems.push(`${name}: ${none}`);
    return chosen;
  }

  done(edits: ManifestEdit[]): Addition {
    const { choices, problems, notes } = this;
    return { choices, problems, notes, edits: problems.length > 0 ? null : edits };
  }
}

const NAMES = "Names of the columns";
const DATA = "Data like the others";

/** The table, with or without a header: some exports have none, and their first line would be lost. */
async function openedTable(
  draft: AdditionDraft,
  place: ManifestPlace,
  name: string,
  kind: string,
): Promise<{ source: Exclude<TableSource, { sql: string }>; known: KnownTable }> {
  const known = await tableKnown(place, name);
  if (known === null) throw new RecPrismError("file-format", `${name} is no table.`, { file: name });
  const key = `${kind}.table.header`;
  if (!known.described?.headerLooksLikeData && draft.overrides[key] === undefined) return { source: name, known };
  const first = draft.choose(
    { key, name: "First line", none: "", required: true },
    [
      { value: NAMES, detail: known.columns.slice(0, 4).join(", ") },
      { value: DATA, detail: "columns are called column0, column1, …" },
    ],
    DATA,
  );
  if (first === NAMES) return { source: name, known };
  const source = { file: name, header: false };
  return { source, known: (await tableKnown(place, source)) ?? known };
}

function addedInteractions(
  draft: AdditionDraft,
  name: string,
  source: TableSource,
  { columns: names, described }: KnownTable,
  replaced: TableSource | undefined,
): Addition {
  const columns = described?.columns ?? [];
  const candidates = names.map((value, index) => ({ value, detail: described ? columnDetail(columns[index]) : "" }));
  const likeliest = (side: "user" | "item") => best(names, (column) => idLikeness(column, side));
  const byName = { user: likeliest("user"), item: likeliest("item") };
  const userGuess = byName.user ?? names.find((column) => column !== byName.item);
  const itemGuess = byName.item ?? names.find((column) => column !== userGuess);
  const rest = names.filter((column) => column !== userGuess && column !== itemGuess);
  const untold = { user: "choose the column with the user's id", item: "choose the column with the item's id" };
  const key = (part: string) => `interactions.${part}`;
  const user = draft.choose(
    { key: key("user"), name: "User of an interaction", none: untold.user, required: true },
    candidates,
    userGuess,
  );
  const item = draft.choose(
    { key: key("item"), name: "Item of an interaction", none: untold.item, required: true },
    candidates,
    itemGuess,
  );
  const timestamp = draft.choose(
    { key: key("timestamp"), name: "Time of an interaction", none: "none" },
    candidates,
    rest.find(namesTime),
  );
  const rating = draft.choose(
    { key: key("rating"), name: "Rating of an interaction", none: "none; every line counts" },
    candidates,
    rest.find(namesRating),
  );
  if (user !== null && user === item) {
    draft.problems.push(`Column ${user} is chosen for users and for items. Choose another for one of them.`);
  }
  if (byName.user === undefined || byName.item === undefined) {
    draft.notes.push("Names of columns do not tell which are users and which items; they were taken in order.");
  }
  if (described !== null) draft.notes.push(`${name} has ${counted(described.rows)} lines.`);
  if (replaced !== undefined) draft.notes.push(`It takes the place of ${tableName(replaced)}.`);
  const value = { table: source, user, item, ...optional("timestamp", timestamp), ...optional("rating", rating) };
  return draft.done([{ path: ["interactions"], change: "set", value }]);
}

async function addedTable(
  draft: AdditionDraft,
  place: ManifestPlace,
  manifest: Manifest,
  side: Side,
  name: string,
  source: TableSource,
  { described }: KnownTable,
): Promise<Addition> {
  if (described === null) {
    const message = `${name} is too large for a table with one line ${side === "items" ? "an item" : "a user"}.`;
    throw new RecPrismError("file-format", `${message} Write the table without what is not needed.`, { file: name });
  }
  const { columns, rows: lines } = described;
  const detailed = (of: readonly TableColumn[]) =>
    of.map((column) => ({ value: column.name, detail: columnDetail(column) }));
  const unique = columns.filter(({ distinct, empty }) => distinct === lines && empty === 0);
  const one = side === "items" ? "item" : "user";
  const id = draft.choose(
    {
      key: `${side}.ids.column`,
      name: side === "items" ? "Item id" : "User id",
      none: `no column of ${name} has a value of its own on every line`,
      required: true,
    },
    detailed(unique),
    best(
      unique.map((column) => column.name),
      (column) => idLikeness(column, one),
    ) ?? unique[0]?.name,
  );
  const others = columns.filter((column) => column.name !== id);
  const replaced = manifest[side].table;
  if (replaced !== undefined) draft.notes.push(`It takes the place of ${tableName(replaced)}.`);
  const edits: ManifestEdit[] = [{ path: [side, "table"], change: "set", value: source }];
  const idColumn = columns.find((column) => column.name === id);
  if (idColumn !== undefined) {
    const embeddings = manifest[side].embeddings;
    const file = typeof embeddings === "string" ? embeddings : embeddings.file;
    const shape = await shapeOf(resolve(place.folder, file), embeddings);
    const ids = idRule(draft, side, manifest, name, lines, idColumn, shape?.[0] ?? null);
    if (ids !== null) edits.push({ path: [side, "ids"], change: "set", value: ids });
  }
  if (side === "users") {
    const telling = others.filter(({ distinct }) => distinct > 1 && distinct < lines).slice(0, 20);
    const attributes = draft.choose(
      { key: "users.attributes", name: "Attributes", none: "none; users are known by their id alone" },
      [...(telling.length > 1 ? [{ value: together(telling), detail: "each on its own" }] : []), ...detailed(telling)],
      telling.length === 0 ? undefined : together(telling),
    );
    const chosen = attributes === together(telling) ? telling.map((column) => column.name) : [attributes];
    edits.push(...setOrRemove(manifest, "users", "attributes", attributes === null ? null : chosen));
    return draft.done(edits);
  }
  const texts = others.filter(({ type, distinct }) => type === "text" && distinct > 0);
  const title = draft.choose(
    { key: "items.title", name: "Title", none: "none; items are shown by their id" },
    detailed(others),
    (texts.find((column) => namesTitle(column.name)) ?? texts.find(({ distinct }) => distinct > 0.8 * lines))?.name,
  );
  const year = draft.choose(
    { key: "items.year", name: "Year", none: "none; a year such as (1995) at the end of the title is used" },
    detailed(others),
    others.find((column) => column.name !== title && namesYear(column.name))?.name,
  );
  const tags = draft.choose(
    { key: "items.tags", name: "Tags", none: "none; without tags only popularity and era can name neurons" },
    detailed(others),
    texts.find((column) => column.name !== title && namesTags(column.name))?.name,
  );
  const tagColumn = columns.find((column) => column.name === tags);
  const separator = tagColumn === undefined ? undefined : tagSeparator(tagColumn);
  edits.push(
    ...setOrRemove(manifest, "items", "title", title),
    ...setOrRemove(manifest, "items", "year", year),
    ...setOrRemove(
      manifest,
      "items",
      "tags",
      tags === null ? null : [{ column: tags, ...(separator === undefined ? {} : { separator }) }],
    ),
  );
  return draft.done(edits);
}

/** How rows are named with the table: as before where its ids fit that, so that interactions go on mapping. */
function idRule(
  draft: AdditionDraft,
  side: Side,
  manifest: Manifest,
  table: string,
  lines: number,
  { name, smallest, largest }: TableColumn,
  rows: number | null,
): IdRule | Omit<Extract<IdRule, { rule: "row-number" }>, "first"> | null {
  const before = manifest[side].ids;
  if (rows === null || (before.rule !== "row-number" && before.rule !== "table-order"))
    return { ...before, column: name };
  const numbered = (first: number) =>
    smallest !== null && largest !== null && smallest >= first && largest < first + rows;
  if (before.rule === "row-number" && numbered(before.first)) return withoutDefault({ ...before, column: name });
  const other =
    before.rule === "row-number"
      ? [before.first + 1, before.first - 1].find((first) => first >= 0 && numbered(first))
      : undefined;
  if (other !== undefined && manifest.interactions === undefined) {
    draft.notes.push(`Ids in column ${name} are row numbers from ${other}, and are taken for that.`);
    return { rule: "row-number", first: other, column: name };
  }
  if (lines === rows) {
    if (before.rule === "row-number") {
      draft.notes.push(
        `Line n of ${table} is taken for row n of the embeddings; ids are those of column ${name} from now on.`,
      );
    }
    return { rule: "table-order", column: name };
  }
  const first = largest === rows ? 1 : 0;
  if (numbered(first)) {
    draft.notes.push(
      `${table} has ${counted(lines)} lines for ${counted(rows)} rows; its ids are taken for row numbers from ${first}.`,
    );
    return withoutDefault({ rule: "row-number", first, column: name });
  }
  draft.problems.push(
    `${table} has ${counted(lines)} lines for the ${counted(rows)} rows of the embeddings, and the ids in column ${name} are no row numbers. Choose another table or column.`,
  );
  return null;
}

function withoutDefault(rule: Extract<IdRule, { rule: "row-number" }>) {
  const { first, ...rest } = rule;
  return first === 0 ? rest : rule;
}

async function addedHead(
  draft: AdditionDraft,
  place: ManifestPlace,
  manifest: Manifest,
  name: string,
): Promise<Addition> {
  const file = resolve(place.folder, name);
  const { inputs, outputs } = await knownPorts(file);
  const { embeddings } = manifest.items;
  const shape = await shapeOf(
    resolve(place.folder, typeof embeddings === "string" ? embeddings : embeddings.file),
    embeddings,
  );
  const said = Object.fromEntries(
    (["users", "items", "pairs", "output"] as const).flatMap((port) => {
      const value = draft.overrides[`recommender.${port}`];
      return value === undefined || value === null ? [] : [[port, value]];
    }),
  );
  const head: HeadManifest = { kind: "onnx", model: name, ...said };
  const found = portsOf(draft, file, (await readHeadFile(file)).model, head, shape?.[1] ?? null);
  const candidates = (names: readonly string[], detail: string) => names.map((value) => ({ value, detail }));
  const port = (key: "users" | "items" | "pairs" | "output", title: string, automatic: string | undefined) =>
    draft.choose(
      { key: `recommender.${key}`, name: title, none: "not told by the model", required: false },
      candidates(key === "output" ? outputs : inputs, key === "output" ? "output" : "input"),
      automatic,
    );
  if (inputs.length === 1) {
    port(
      "pairs",
      "Input of user and item vectors",
      found && "pairs" in found.inputs ? found.inputs.pairs.name : undefined,
    );
  } else {
    const two = found !== null && "users" in found.inputs ? found.inputs : null;
    port("users", "Input of user vectors", two?.users.name);
    port("items", "Input of item vectors", two?.items.name);
  }
  port("output", "Score", found?.output);
  return draft.done([{ path: ["recommender"], change: "set", value: head }]);
}

/** What the model says of itself; a problem where it cannot be told. */
function portsOf(
  draft: AdditionDraft,
  file: string,
  model: Parameters<typeof headPorts>[1],
  head: HeadManifest,
  dimensions: number | null,
): ReturnType<typeof headPorts> | null {
  if (dimensions === null) return null;
  try {
    return headPorts(file, model, head, dimensions);
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    draft.problems.push(thrown.message.replace(file, basename(file)));
    return null;
  }
}

function setOrRemove(manifest: Manifest, side: Side, key: string, value: unknown): ManifestEdit[] {
  const path = [side, key];
  if (value !== null) return [{ path, change: "set", value }];
  return Object.hasOwn(manifest[side], key) ? [{ path, change: "remove" }] : [];
}

function optional(key: string, value: string | null): Record<string, string> {
  return value === null ? {} : { [key]: value };
}

function together(columns: readonly TableColumn[]): string {
  return columns.map(({ name }) => name).join(" + ");
}

/** The first with the highest score above 0. */
function best(names: readonly string[], score: (name: string) => number): string | undefined {
  const scores = names.map(score);
  const highest = Math.max(0, ...scores);
  return highest > 0 ? names[scores.indexOf(highest)] : undefined;
}

function counted(count: number): string {
  return count.toLocaleString("en");
}
