/** A public data set known by its files: which tables it has, and what their columns mean. */
import { join } from "node:path";
import type { Manifest, TableFile, TableSource } from "../protocol/manifest";
import { ASSUMED_ENCODING } from "./encoding";
import { firstBytes } from "./packed";

export interface KnownItems {
  /** What choices call the table. */
  name: string;
  source: TableSource;
  id: string;
  title: string;
  tags: Manifest["items"]["tags"];
}

export interface KnownUsers {
  name: string;
  source: TableSource;
  id: string;
  attributes: string[];
}

export interface KnownInteractions {
  name: string;
  source: TableFile;
  user: string;
  item: string;
  timestamp?: string;
  rating?: string;
}

/** Paths are relative to the folder that was looked at. */
export interface KnownSet {
  /** `MovieLens 100K` */
  name: string;
  items: KnownItems | null;
  users: KnownUsers | null;
  interactions: KnownInteractions;
}

/** Recognises one family of data sets in a folder; null where it is none of them. */
export type Recogniser = (files: SiblingFiles) => Promise<KnownSet | null>;

const START_BYTES = 1 << 20;

/** The files of one folder by name, and how they begin. */
export class SiblingFiles {
  readonly #starts = new Map<string, Promise<Buffer>>();

  /**
   * @param root   absolute; paths of sources are relative to it
   * @param prefix of the files' folder below the root: "" or `ml-100k/`
   */
  constructor(
    private readonly root: string,
    private readonly prefix: string,
    readonly names: readonly string[],
  ) {}

  has(...names: string[]): boolean {
    return names.every((name) => this.names.includes(name));
  }

  /** Relative to the root. */
  path(name: string): string {
    return this.prefix + name;
  }

  /** The first line as Latin-1, which every byte is; "" where there is none that ends within a mebibyte. */
  async firstLine(name: string): Promise<string> {
    const start = await this.#start(name);
    const end = start.indexOf("\n");
    if (end < 0 && start.length === START_BYTES) return "";
    return start.toString("latin1", 0, end < 0 ? start.length : end).replace(/^\u00EF\u00BB\u00BF|\r$/g, "");
  }

  /** What to say of a text's encoding: nothing where it begins as UTF-8 does. */
  async encoding(name: string): Promise<{ encoding?: string }> {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(await this.#start(name), { stream: true });
      return {};
    } catch {
      return { encoding: ASSUMED_ENCODING };
    }
  }

  #start(name: string): Promise<Buffer> {
    const known = this.#starts.get(name);
    if (known !== undefined) return known;
    const start = startOf(join(this.root, this.path(name)));
    this.#starts.set(name, start);
    return start;
  }
}

/** The beginning of a file; nothing of one that cannot be read, which is said where it is read as a table. */
async function startOf(file: string): Promise<Buffer> {
  try {
    return (await firstBytes(file, START_BYTES)).bytes;
  } catch {
    return Buffer.alloc(0);
  }
}

/** A column's name in SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** One tag given by one person alone says more of the person. */
const LEAST_PEOPLE = 2;

/**
 * SQL of each item's tags, joined by `|`, those first that most people gave it: columns `item` and `tags`.
 *
 * @param given table of taggings, with its columns in SQL
 */
export function tagsByItem(given: { table: string; user: string; item: string; tag: string }): string {
  const { table, user, item, tag } = given;
  return `SELECT item, string_agg(tag, '|' ORDER BY people DESC, tag) AS tags FROM (SELECT ${item} AS item, replace(lower(trim(CAST(${tag} AS VARCHAR))), '|', '/') AS tag, count(DISTINCT ${user}) AS people FROM ${table} GROUP BY ALL) WHERE people >= ${LEAST_PEOPLE} GROUP BY item`;
}
