/** Whether an SAE still fits the files it was made from, and if not, which of them changed and how. */
import { stat } from "node:fs/promises";
import { readFault } from "../data/file-fault";
import type { Report } from "../protocol/artifact";
import type { Staleness } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { MANIFEST_FILE, type Manifest } from "../protocol/manifest";
import { type SourceFile, type Statement, sourceFiles, statements } from "./source-files";
import { contentHash, readSources, type SourceRecord, type Sources, shapeOf } from "./source-record";

/** What an SAE says of itself. */
export interface Made {
  /** Of its weights. */
  hash: string;
  report: Pick<Report, "users" | "items" | "settings">;
}

/**
 * Compares the files of now, and what the manifest says of them, with what the SAE was made from. Only a file of another
 * size or time is read. Of an SAE without a record of its sources (made by an older version, or copied without it) only the
 * row counts in its report can be compared: other values of as many rows go unnoticed.
 *
 * @param artifact folder of the SAE
 * @returns null while everything is as it was, as far as is known
 */
export async function stalenessOf(
  artifact: string,
  { hash, report }: Made,
  folder: string,
  manifest: Manifest,
): Promise<Staleness | null> {
  const known = await readSources(artifact, hash);
  if (known === null) return stalenessByReport(report, folder, manifest);
  const { trained, measured } = known;
  const now = { files: sourceFiles(folder, manifest), statements: statements(manifest) };
  const toTrain = trained === null ? [] : await changes(trained, now, ["train"], "this SAE was trained");
  const toMeasure =
    trained === null
      ? await changes(measured, now, ["train", "measure"], "this SAE was measured")
      : await changes(measured, now, ["measure"], "its neurons were named");
  return staleness([...toTrain, ...toMeasure], toTrain.length > 0 ? "train" : "measure");
}

function staleness(found: readonly Change[], remedy: Staleness["remedy"]): Staleness | null {
  if (found.length === 0) return null;
  return { remedy, title: titleOf(found, remedy), changes: found.map(({ says }) => says) };
}

async function stalenessByReport(
  report: Made["report"],
  folder: string,
  manifest: Manifest,
): Promise<Staleness | null> {
  // One without settings was trained elsewhere, on nobody knows what.
  const [remedy, made] =
    report.settings === null ? (["measure", "measured"] as const) : (["train", "trained"] as const);
  const found: Change[] = [];
  for (const { key, name, file, matrix } of sourceFiles(folder, manifest)) {
    if (matrix === undefined || (key !== "items.embeddings" && key !== "users.embeddings")) continue;
    // Whoever needs a file that cannot be read will say so.
    const shape = await shapeOf(file, matrix).catch(() => null);
    const rows = key === "items.embeddings" ? report.items : report.users;
    if (shape === null || shape[0] === rows) continue;
    const says = `${name} changed since this SAE was ${made}: ${counted(rows)} -> ${counted(shape[0])} rows.`;
    found.push({ key, says });
  }
  return staleness(found, remedy);
}

interface Change {
  /** Of the manifest. */
  key: string;
  says: string;
}

function titleOf(found: readonly Change[], remedy: Staleness["remedy"]): string {
  const nouns = [...new Set(found.map(({ key }) => nounOf(key)))];
  const text = `${nouns.join(" and ")} changed since ${remedy === "train" ? "training" : "naming"}`;
  return text[0].toUpperCase() + text.slice(1);
}

function nounOf(key: string): string {
  if (/\.(embeddings|bias)$/.test(key)) return "embeddings";
  if (key.endsWith(".ids")) return "ids";
  if (key.startsWith("interactions")) return "interactions";
  if (key.startsWith("users")) return "user table";
  return key.startsWith("recommender") ? "the recommender" : "item table";
}

/** @param made for people: when the records were taken */
async function changes(
  before: Sources,
  now: { files: SourceFile[]; statements: Statement[] },
  affected: SourceFile["affects"][],
  made: string,
): Promise<Change[]> {
  const concerns = ({ affects }: { affects: SourceFile["affects"] }) => affected.includes(affects);
  const files = now.files.filter(concerns);
  const records = before.files.filter(concerns);
  const found: Change[] = [];
  for (const source of files) {
    const same = records.find(({ key, name }) => key === source.key && name === source.name);
    const change = same === undefined ? await addition(source, records, made) : await difference(source, same, made);
    if (change !== null) found.push({ key: source.key, says: change });
  }
  for (const { key, name } of records) {
    if (files.some((source) => source.key === key)) continue;
    found.push({ key, says: `${key} was ${name} when ${made}; now there is none.` });
  }
  // A part that is new or gone has been told by its files.
  const told = (key: string) => [files, records].some((of) => !of.some((source) => source.key.startsWith(key)));
  for (const { key, says } of now.statements.filter(concerns)) {
    const earlier = before.statements.find((statement) => statement.key === key);
    if (earlier === undefined || earlier.says === says || (key === "interactions" && told(key))) continue;
    found.push({ key, says: `${MANIFEST_FILE} says something else of ${key} than when ${made}.` });
  }
  return found;
}

async function addition(source: SourceFile, records: readonly SourceRecord[], made: string): Promise<string | null> {
  const others = records.filter(({ key }) => key === source.key);
  if (others.length === 0) return `${source.key} is new: there was none when ${made}.`;
  const hash = await contentHash(source.file).catch(() => null);
  // Renamed, as it seems.
  if (others.some((other) => other.hash === hash)) return null;
  return `${source.key} is ${source.name} now; it was ${others.map(({ name }) => name).join(", ")} when ${made}.`;
}

async function difference(
  { name, file, matrix }: SourceFile,
  before: SourceRecord,
  made: string,
): Promise<string | null> {
  try {
    const { size, mtimeMs } = await stat(file).catch((thrown) => {
      throw readFault(thrown, file);
    });
    if (size === before.bytes && mtimeMs === before.modified) return null;
    if ((await contentHash(file)) === before.hash) return null;
    const changed = `${name} changed since ${made}`;
    if (matrix === undefined) return `${changed}${sizes(before.bytes, size)}.`;
    const shape = await shapeOf(file, matrix);
    return `${changed}${shapes([before.rows, before.columns], shape)}.`;
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    if (thrown.reason === "file-missing") return `${name} is gone; it was there when ${made}.`;
    // Perhaps it is being written. The whole message comes once somebody uses the file.
    return `${name} changed since ${made}, and cannot be read as it is now.`;
  }
}

function shapes([rows, columns]: [number | null, number | null], now: [number, number] | null): string {
  if (rows === null || columns === null || now === null) return "";
  const parts = [
    ...(rows === now[0] ? [] : [`${counted(rows)} -> ${counted(now[0])} rows`]),
    ...(columns === now[1] ? [] : [`${counted(columns)} -> ${counted(now[1])} dimensions`]),
  ];
  return parts.length === 0 ? ": other values" : `: ${parts.join(", ")}`;
}

function sizes(before: number, now: number): string {
  return before === now ? ": other content" : `: ${counted(before)} -> ${counted(now)} bytes`;
}

function counted(count: number): string {
  return count.toLocaleString("en");
}
