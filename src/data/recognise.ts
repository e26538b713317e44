/** What names of files and columns say about their role. */
import type { TableColumn } from "./tables";
import { TAG_SEPARATORS } from "./tables";

export type Side = "item" | "user";

const SUBJECTS: Record<Side | "interactions", ReadonlySet<string>> = {
  item: words(
    "item items movie movies film films product products track tracks song songs book books article articles game games artist artists iid",
  ),
  user: words("user users customer customers member members visitor visitors listener listeners uid"),
  interactions: words(
    "interaction interactions rating ratings click clicks event events view views purchase purchases transaction transactions play plays log logs feedback history train",
  ),
};

/** What a file is about, by its own name or else its folder's; `bias` when it also says so. */
export function subjectOfFile(file: string): { side: Side | null; bias: boolean } {
  const [name, folder = ""] = file.split("/").reverse();
  return firstSubject([name.replace(/\.[^.]*$/, ""), folder]);
}

/** What an array is about, by its own name in its file, or else the file's. */
export function subjectOfArray(file: string, part: string | null): { side: Side | null; bias: boolean } {
  const ofFile = subjectOfFile(file);
  if (part === null) return ofFile;
  const { side, bias } = firstSubject([part]);
  return { side: side ?? ofFile.side, bias };
}

/** The first of the names that speaks of one side decides; one that speaks of both says nothing. */
function firstSubject([own, ...others]: string[]): { side: Side | null; bias: boolean } {
  const bias = partsOf(own).some((part) => part === "bias" || part === "biases");
  for (const name of [own, ...others]) {
    const sides = sidesOf(partsOf(name));
    if (sides.length > 0) return { side: sides.length === 1 ? sides[0] : null, bias };
  }
  return { side: null, bias };
}

function sidesOf(parts: readonly string[]): Side[] {
  return (["item", "user"] as const).filter((side) => parts.some((part) => SUBJECTS[side].has(part)));
}

/** How two names agree apart from what they are about: `embed_user_MLP.weight` and `embed_item_MLP.weight` do, in [0, 1]. */
export function kinship(a: string, b: string): number {
  const plain = (name: string) => partsOf(name).filter((part) => !SUBJECTS.item.has(part) && !SUBJECTS.user.has(part));
  const [left, right] = [plain(a), plain(b)];
  const shared = left.filter((part) => right.includes(part)).length;
  return shared / Math.max(1, left.length, right.length);
}

const EMBEDDING_WORDS = words("embedding embeddings embed emb embs factor factors vector vectors vec latent latents");

/** `item_embedding.weight`, `user_factors.npy` */
export function namesEmbeddings(name: string): boolean {
  return partsOf(name).some((part) => EMBEDDING_WORDS.has(part));
}

const ID_WORDS = words("id ids idx index vocab vocabulary map mapping lookup token tokens");

/** `item_ids.txt`, `user2id.json` */
export function namesIds(file: string): boolean {
  const parts = partsOf((file.split("/").at(-1) ?? "").replace(/\.[^.]*$/, ""));
  return parts.some((part) => ID_WORDS.has(part)) && !namesEmbeddings(file);
}

/** Whether names differ in a running number alone: `dim_0`, `dim_1`, … */
export function numberedNames(names: readonly string[]): boolean {
  const numbered = names.map((name) => /^(.*?)(\d+)$/.exec(name));
  const first = Number(numbered[0]?.[2]);
  return numbered.every(
    (match, at) => match !== null && match[1] === numbered[0]?.[1] && Number(match[2]) === first + at,
  );
}

/** `ratings.csv`, but also `user_item.csv`. */
export function namesInteractions(file: string): boolean {
  const parts = partsOf((file.split("/").at(-1) ?? "").replace(/\.[^.]*$/, ""));
  const both = parts.some((part) => SUBJECTS.item.has(part)) && parts.some((part) => SUBJECTS.user.has(part));
  return both || parts.some((part) => SUBJECTS.interactions.has(part));
}

/** How surely a column holds the ids of a side: 3 by its full name, 1 by a bare `id`, 0 not at all. */
export function idLikeness(column: string, side: Side): number {
  const parts = partsOf(column);
  const subject = parts.find((part) => SUBJECTS[side].has(part));
  if (subject !== undefined && parts.some((part) => ["id", "idx", "index", "key", "code"].includes(part))) return 3;
  if (
    side === "item" &&
    parts.length === 1 &&
    ["asin", "sku", "isbn", "itemid", "movieid", "filmid", "productid"].includes(parts[0])
  )
    return 3;
  if (side === "user" && parts.length === 1 && ["userid", "customerid", "memberid"].includes(parts[0])) return 3;
  if (subject !== undefined && parts.length === 1) return subject === "iid" || subject === "uid" ? 3 : 2;
  return parts.length === 1 && parts[0] === "id" ? 1 : 0;
}

export function namesTitle(column: string): boolean {
  return partsOf(column).some((part) => ["title", "name", "label"].includes(part));
}

export function namesYear(column: string): boolean {
  return partsOf(column).some((part) => ["year", "released", "release"].includes(part));
}

export function namesTags(column: string): boolean {
  return partsOf(column).some((part) =>
    [
      "genre",
      "genres",
      "tag",
      "tags",
      "category",
      "categories",
      "topic",
      "topics",
      "keywords",
      "style",
      "styles",
    ].includes(part),
  );
}

const TEXT_WORDS = words("description descriptions overview plot summary synopsis abstract blurb tagline lyrics");

/** `description`, `plot_summary` */
export function namesText(column: string): boolean {
  return partsOf(column).some((part) => TEXT_WORDS.has(part));
}

const NAMING_WORDS = words(
  "id ids idx index key code imdbid tmdbid itemid movieid productid zip postcode isbn ean upc barcode phone latitude longitude lat lon lng",
);

/** Numbers that name, date or place something, or are one of many: `imdbId`, `release_date`, `zip`, `dim_3`. */
export function tellsNoAmount(column: string): boolean {
  const named = partsOf(column).some((part) => NAMING_WORDS.has(part));
  return named || namesYear(column) || namesTime(column) || /\d$/.test(column);
}

/** `timestamp`, `unixReviewTime` */
export function namesTime(column: string): boolean {
  return partsOf(column).some((part) => ["timestamp", "time", "date", "datetime", "ts"].includes(part));
}

export function namesRating(column: string): boolean {
  return partsOf(column).some((part) => ["rating", "stars", "score", "overall", "weight"].includes(part));
}

/** What stands between several tags of one line; undefined where lines hold one tag. */
export function tagSeparator(column: TableColumn): string | undefined {
  const ranked = TAG_SEPARATORS.toSorted((a, b) => column.separators[b] - column.separators[a]);
  return column.separators[ranked[0]] > 0 ? ranked[0] : undefined;
}

/** `movieId`, `movie_id` and `Movie ID` are all `movie`, `id`. */
function partsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((part) => part !== "");
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
