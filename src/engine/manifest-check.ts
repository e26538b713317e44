/** What is wrong with a manifest as it stands in an editor: by its schema, and by headers and counts of its files. */
import { basename, resolve } from "node:path";
import { fileStats } from "../data/file-fault";
import { filesBelow } from "../data/folder-files";
import { locatedPath, type ManifestPlace } from "../data/manifest-paths";
import { nearest, schemaFaults } from "../data/schema-faults";
import type { TableColumn } from "../data/tables";
import type { ManifestFault } from "../protocol/engine";
import { type ErrorReason, RecPrismError } from "../protocol/error";
import { type Manifest, type MatrixSource, manifestSchema, matrixName, tableName } from "../protocol/manifest";
import type { KeyPath, ManifestEdit, QuickFix } from "../protocol/manifest-edit";
import { type KnownTable, knownArrays, knownPorts } from "./known-files";
import { fittingFile, tableKnown } from "./manifest-values";
import { shapeOf } from "./source-record";

type Side = "items" | "users";
const SIDES = ["items", "users"] as const;

/** A longer text is no manifest of a person. */
const LONGEST = 4 * 2 ** 20;

/** What opening the project ran into, and the text of its manifest at that time. */
export interface LoadFault {
  text: string;
  fault: RecPrismError;
}

/**
 * @param loaded what only reading all of the files finds, ids that do not map for one; told while the text is the same
 * @returns nothing for a text that is no JSON
 */
export async function manifestFaults(
  place: ManifestPlace,
  text: string,
  loaded: LoadFault | null,
): Promise<ManifestFault[]> {
  const value = text.length > LONGEST ? undefined : parsed(text);
  if (value === undefined) return [];
  const read = manifestSchema.safeParse(value);
  if (!read.success) return schemaFaults(manifestSchema, value, read.error.issues).map(schemaFault);
  const check = new ManifestCheck(place, read.data);
  await check.run();
  const { faults } = check;
  if (loaded === null || loaded.text !== text) return faults;
  const late = lateFault(place, read.data, loaded.fault);
  return late === null || faults.some(({ severity, path }) => severity === "error" && path[0] === late.path[0])
    ? faults
    : [...faults, late];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

type SchemaFault = ReturnType<typeof schemaFaults>[number];

function schemaFault({ key, message, unknown }: SchemaFault): ManifestFault {
  const path = keyPath(key);
  const name = String(path.at(-1) ?? "");
  const fixes: QuickFix[] = [];
  if (unknown !== undefined) {
    const { meant } = unknown;
    if (meant !== null) fixes.push({ title: `Rename to "${meant}"`, edits: [{ path, change: "rename", name: meant }] });
    fixes.push({ title: `Remove "${name}"`, edits: [{ path, change: "remove" }] });
  }
  return {
    path,
    at: unknown === undefined ? "value" : "key",
    severity: "error",
    reason: "manifest-invalid",
    message: `${key === "" ? "The manifest" : key}: ${message}`,
    fixes,
  };
}

/** `items.tags[0].column` as the keys that it says. */
export function keyPath(key: string): KeyPath {
  return [...key.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
}

function lateFault(
  { folder }: ManifestPlace,
  manifest: Manifest,
  { reason, message, where }: RecPrismError,
): ManifestFault | null {
  const path = where.key === undefined ? pathOfFile(folder, manifest, where.file) : keyPath(where.key);
  if (path === null) return null;
  const { fix } = where;
  const fixes = fix === undefined ? [] : [{ title: fix.title, edits: [set(keyPath(fix.key), fix.value)] }];
  return { path, at: "value", severity: "error", reason, message, fixes };
}

/** Where the manifest names a file. */
function pathOfFile(folder: string, manifest: Manifest, file: string | undefined): KeyPath | null {
  if (file === undefined) return null;
  const find = (value: unknown, path: KeyPath): KeyPath | null => {
    if (typeof value === "string") return resolve(folder, value) === file ? path : null;
    if (typeof value !== "object" || value === null) return null;
    for (const [key, inner] of Object.entries(value)) {
      const found = find(inner, [...path, Array.isArray(value) ? Number(key) : key]);
      if (found !== null) return found;
    }
    return null;
  };
  const { items, users, interactions, recommender } = manifest;
  return find({ items, users, interactions, recommender }, []);
}

class ManifestCheck {
  readonly faults: ManifestFault[] = [];
  private readonly rows: Record<Side, number | null> = { items: null, users: null };
  private files: Promise<string[]> | null = null;

  constructor(
    private readonly place: ManifestPlace,
    private readonly manifest: Manifest,
  ) {}

  async run(): Promise<void> {
    const shapes: ([number, number] | null)[] = [];
    for (const side of SIDES) shapes.push(await this.matrices(side));
    const [items, users] = shapes;
    if (items && users && items[1] !== users[1]) {
      this.fault(
        ["users", "embeddings"],
        "row-count-mismatch",
        `${matrixName(this.manifest.items.embeddings)} has ${items[1]} dimensions but ${matrixName(this.manifest.users.embeddings)} has ${users[1]}. Users and items must come from the same model.`,
      );
    }
    for (const side of SIDES) await this.entities(side);
    await this.interactions();
    await this.recommender();
  }

  /** Embeddings and bias; returns the shape of the embeddings where it can be told. */
  private async matrices(side: Side): Promise<[number, number] | null> {
    const { embeddings, bias } = this.manifest[side];
    const shape = await this.matrix([side, "embeddings"], embeddings);
    this.rows[side] = shape?.[0] ?? null;
    if (bias === undefined) return shape;
    const ofBias = await this.matrix([side, "bias"], bias);
    if (shape !== null && ofBias !== null && ofBias[0] !== shape[0] && ofBias[0] * ofBias[1] !== shape[0]) {
      this.fault(
        [side, "bias"],
        "row-count-mismatch",
        `${matrixName(bias)} has ${counted(ofBias[0])} values but ${matrixName(embeddings)} has ${counted(shape[0])} rows. A bias has one value per row.`,
        [{ title: "Leave the bias out", edits: [{ path: [side, "bias"], change: "remove" }] }],
      );
    }
    return shape;
  }

  private async matrix(path: KeyPath, source: MatrixSource): Promise<[number, number] | null> {
    const name = typeof source === "string" ? source : source.file;
    const filePath = typeof source === "string" ? path : [...path, "file"];
    const arrays = await this.look(filePath, name, (file) => knownArrays(file));
    if (arrays === null) return null;
    const file = resolve(this.place.folder, name);
    const shape = await shapeOf(file, source);
    if (shape !== null) return shape;
    const tensors = arrays.flatMap(({ source: { tensor } }) => tensor ?? []);
    const stated = typeof source === "string" ? undefined : source.tensor;
    if (tensors.length === 0 || (stated !== undefined && tensors.includes(stated))) return null;
    const likely = stated === undefined ? undefined : nearest(stated, tensors);
    const offered = likely === undefined ? tensors.slice(0, 5) : [likely];
    const fixes = offered.map((tensor) => ({
      title: `Use array "${tensor}"`,
      edits: [typeof source === "string" ? set(path, { file: name, tensor }) : set([...path, "tensor"], tensor)],
    }));
    this.fault(
      stated === undefined ? path : [...path, "tensor"],
      "not-found",
      stated === undefined
        ? `${name} holds ${tensors.length} arrays: ${listed(tensors)}. Say which with "tensor".`
        : `${name} has no array "${stated}". It has ${listed(tensors)}.`,
      fixes,
    );
    return null;
  }

  /** Table, columns and ids. */
  private async entities(side: Side): Promise<void> {
    const { manifest } = this;
    const { table, ids } = manifest[side];
    if ("file" in ids) await this.look([side, "ids", "file"], ids.file, async () => null);
    const columns: { path: KeyPath; column: string }[] =
      side === "items"
        ? [
            ...(manifest.items.title === undefined ? [] : [{ path: ["items", "title"], column: manifest.items.title }]),
            ...(manifest.items.year === undefined ? [] : [{ path: ["items", "year"], column: manifest.items.year }]),
            ...manifest.items.tags.map(({ column }, index) => ({ path: ["items", "tags", index, "column"], column })),
          ]
        : manifest.users.attributes.map((column, index) => ({ path: ["users", "attributes", index], column }));
    if (table === undefined) {
      const first = columns[0]?.path ?? (ids.rule === "table-order" ? [side, "ids", "rule"] : null);
      if (first === null) return;
      this.fault(
        first,
        "manifest-invalid",
        `${first.join(".")} speaks of a table, but ${side}.table names none. Add it.`,
      );
      return;
    }
    if (ids.column !== undefined) columns.push({ path: [side, "ids", "column"], column: ids.column });
    else if (columns.length > 0) {
      this.fault(
        [side, "ids", "column"],
        "manifest-invalid",
        `${side}.ids.column is missing: it says which column of ${tableName(table)} holds the ids by which lines are joined to rows.`,
      );
    }
    const known = await this.table([side, "table"], table);
    if (known === null) return;
    this.columns(tableName(table), known, columns);
    const rows = this.rows[side];
    const column = known.described?.columns.find(({ name }) => name === ids.column);
    if (known.described === null || rows === null || column === undefined) return;
    if (ids.rule === "table-order") this.tableOrder(side, tableName(table), known.described.rows, column, rows);
    if (ids.rule === "row-number") {
      this.rowNumbers(side, [side, "ids", "column"], tableName(table), column, ids.first, rows);
    }
  }

  private tableOrder(side: Side, table: string, lines: number, column: TableColumn, rows: number): void {
    const matrix = matrixName(this.manifest[side].embeddings);
    if (lines !== rows) {
      this.fault(
        [side, "ids", "rule"],
        "row-count-mismatch",
        `${matrix} has ${counted(rows)} rows but ${table} has ${counted(lines)} lines. By "table-order", row n of the matrix is line n of the table.`,
        rowNumberFix(side, column, rows),
      );
    } else if (column.distinct + column.empty < lines || column.empty > 0) {
      this.fault(
        [side, "ids", "column"],
        column.empty > 0 ? "file-format" : "id-duplicate",
        `${table} has ${counted(lines)} lines, but column ${column.name} has ${counted(column.distinct)} different values. Each row needs an id of its own.`,
      );
    }
  }

  /** Ids that should be row numbers, by their range. */
  private rowNumbers(side: Side, path: KeyPath, table: string, column: TableColumn, first: number, rows: number): void {
    const { smallest, largest, name } = column;
    const matrix = matrixName(this.manifest[side].embeddings);
    if (smallest === null || largest === null) {
      if (column.distinct === 0) return;
      this.fault(
        path,
        "id-unknown",
        `Column ${name} of ${table} holds ${column.type}, but rows of ${matrix} are numbered.`,
      );
      return;
    }
    const last = first + rows - 1;
    if (smallest >= first && largest <= last) return;
    const shifted = [first - 1, first + 1].find(
      (other) => other >= 0 && smallest >= other && largest <= other + rows - 1,
    );
    this.faults.push({
      path,
      at: "value",
      severity: "warning",
      reason: "id-unknown",
      message: `Ids in column ${name} of ${table} go from ${smallest} to ${largest}, but rows of ${matrix} are numbered ${first} to ${last}.${shifted === undefined ? "" : " They are off by one."}`,
      fixes:
        shifted === undefined
          ? []
          : [{ title: `Number ${side} from ${shifted}`, edits: [set([side, "ids", "first"], shifted)] }],
    });
  }

  private async interactions(): Promise<void> {
    const { interactions } = this.manifest;
    if (interactions === undefined) return;
    const known = await this.table(["interactions", "table"], interactions.table);
    if (known === null) return;
    const columns = (["user", "item", "timestamp", "rating"] as const).flatMap((key) => {
      const column = interactions[key];
      return column === undefined ? [] : [{ path: ["interactions", key], column }];
    });
    this.columns(tableName(interactions.table), known, columns);
    for (const [side, key] of [
      ["users", "user"],
      ["items", "item"],
    ] as const) {
      const { ids } = this.manifest[side];
      const rows = this.rows[side];
      const column = known.described?.columns.find(({ name }) => name === interactions[key]);
      if (ids.rule !== "row-number" || rows === null || column === undefined) continue;
      this.rowNumbers(side, ["interactions", key], tableName(interactions.table), column, ids.first, rows);
    }
  }

  private async recommender(): Promise<void> {
    const { recommender } = this.manifest;
    if (recommender.kind !== "onnx") return;
    const ports = await this.look(["recommender", "model"], recommender.model, (file) => knownPorts(file));
    if (ports === null) return;
    for (const key of ["users", "items", "pairs", "output"] as const) {
      const name = recommender[key];
      const there = key === "output" ? ports.outputs : ports.inputs;
      if (name === undefined || there.includes(name)) continue;
      const path = ["recommender", key];
      const offered = [nearest(name, there) ?? there].flat();
      this.fault(
        path,
        "head-invalid",
        `${recommender.model} has no ${key === "output" ? "output" : "input"} "${name}". It has ${listed(there)}.`,
        offered.slice(0, 5).map((other) => ({ title: `Use "${other}"`, edits: [set(path, other)] })),
      );
    }
  }

  /** What is known of a table; null for a query, and, with its fault told, for what cannot be read. */
  private async table(path: KeyPath, source: NonNullable<Manifest["items"]["table"]>): Promise<KnownTable | null> {
    if (typeof source !== "string" && "sql" in source) {
      for (const [name, from] of Object.entries(source.from)) await this.table([...path, "from", name], from);
      return null;
    }
    const [name, filePath] = typeof source === "string" ? [source, path] : [source.file, [...path, "file"]];
    return this.look(filePath, name, () => tableKnown(this.place, source));
  }

  private columns(table: string, { columns: there }: KnownTable, wanted: { path: KeyPath; column: string }[]): void {
    for (const { path, column } of wanted) {
      if (there.includes(column)) continue;
      const likely = nearest(column, there);
      const fixes = likely === undefined ? [] : [{ title: `Use column "${likely}"`, edits: [set(path, likely)] }];
      this.fault(path, "column-missing", `${table} has no column "${column}"; it has ${listed(there)}.`, fixes);
    }
  }

  /** Looks into a file; a fault of it is told where it is named. */
  private async look<Known>(
    path: KeyPath,
    name: string,
    look: (file: string) => Promise<Known>,
  ): Promise<Known | null> {
    try {
      const file = await locatedPath(name, this.place);
      await fileStats(file);
      return await look(file);
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      const { reason, message } = thrown;
      if (reason !== "file-missing") this.fault(path, reason, message);
      else this.fault(path, reason, `There is no ${name} beside this file.`, await this.otherFiles(path, name));
      return null;
    }
  }

  /** The same name in another folder, or a name that a typing mistake could have turned into this one. */
  private async otherFiles(path: KeyPath, name: string): Promise<QuickFix[]> {
    const fits = fittingFile(path.join("."), this.manifest);
    this.files ??= filesBelow(this.place.folder).then(
      ({ files }) => files,
      () => [],
    );
    const found = (await this.files).filter((file) => fits?.(file) ?? false);
    const moved = found.filter((file) => basename(file) === basename(name));
    const near = nearest(name, found);
    const nearBase = nearest(
      basename(name),
      found.map((file) => basename(file)),
    );
    const sameBase = found.filter((file) => basename(file) === nearBase);
    const offered = [...new Set([...moved, ...(near === undefined ? [] : [near]), ...sameBase])];
    return offered.slice(0, 5).map((file) => ({ title: `Use ${file}`, edits: [set(path, file)] }));
  }

  private fault(path: KeyPath, reason: ErrorReason, message: string, fixes: QuickFix[] = []): void {
    this.faults.push({ path, at: "value", severity: "error", reason, message, fixes });
  }
}

/** Where ids of the table are row numbers after all. */
function rowNumberFix(side: Side, { name, smallest, largest }: TableColumn, rows: number): QuickFix[] {
  if (smallest === null || largest === null) return [];
  const first = largest === rows ? 1 : 0;
  if (smallest < first || largest - first >= rows) return [];
  const rule = { rule: "row-number", ...(first === 0 ? {} : { first }), column: name };
  return [{ title: `Take column "${name}" for row numbers from ${first}`, edits: [set([side, "ids"], rule)] }];
}

function set(path: KeyPath, value: unknown): ManifestEdit {
  return { path, change: "set", value };
}

const MOST_LISTED = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => JSON.stringify(name));
  return shown.join(", ") + (names.length > MOST_LISTED ? `, and ${names.length - MOST_LISTED} more` : "");
}

function counted(count: number): string {
  return count.toLocaleString("en");
}
