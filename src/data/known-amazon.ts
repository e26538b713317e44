/**
 * Amazon reviews as they are given out by year (2014, 2018, 2023), packed or not: ratings as CSV or reviews as JSON lines, and
 * metadata, which is Python's dictionaries in 2014.
 */
import { identifier, type KnownInteractions, type KnownItems, type Recogniser, type SiblingFiles } from "./known-set";
import { pythonAsJson } from "./python-literal";

/** An ASIN, or the ISBN-10 that books have in its place. */
const ITEM = /^(B[0-9A-Z]{9}|\d{9}[\dX])$/;
const USER = /^A[0-9A-Z]{8,}$/;
const STARS = /^[1-5](\.0)?$/;
const SECONDS_OR_MILLISECONDS = /^\d{9,13}$/;

/** Of a folder with several categories, the first is taken: of files that a person pointed at, those. */
export const amazonReviews: Recogniser = async (files) => {
  const interactions =
    (await first(files, /\.csv(\.gz)?$/i, ratingsCsv)) ??
    (await first(files, /\.(json|jsonl|ndjson)(\.gz)?$/i, reviewLines));
  if (interactions === null) return null;
  const items = await first(files, /^meta.*\.(json|jsonl|ndjson)(\.gz)?$/i, metadata);
  return { name: "Amazon reviews", items, users: null, interactions };
};

async function first<Found>(
  files: SiblingFiles,
  named: RegExp,
  look: (files: SiblingFiles, name: string) => Promise<Found | null>,
): Promise<Found | null> {
  for (const name of files.names.filter((one) => named.test(one)).slice(0, 20)) {
    const found = await look(files, name);
    if (found !== null) return found;
  }
  return null;
}

/** 2014 has user, item, rating, timestamp without header; 2018 item before user; 2023 a header. */
async function ratingsCsv(files: SiblingFiles, name: string): Promise<KnownInteractions | null> {
  const cells = (await files.firstLine(name)).split(",");
  const file = files.path(name);
  if (cells.slice(0, 4).join() === "user_id,parent_asin,rating,timestamp") {
    return { name: file, source: file, user: "user_id", item: "parent_asin", rating: "rating", timestamp: "timestamp" };
  }
  const [one, other, rating, timestamp] = cells;
  if (cells.length !== 4 || !STARS.test(rating) || !SECONDS_OR_MILLISECONDS.test(timestamp)) return null;
  const userFirst = USER.test(one) && ITEM.test(other);
  if (!userFirst && !(ITEM.test(one) && USER.test(other))) return null;
  return {
    name: file,
    source: { file, delimiter: ",", header: false },
    user: userFirst ? "column0" : "column1",
    item: userFirst ? "column1" : "column0",
    rating: "column2",
    timestamp: "column3",
  };
}

async function reviewLines(files: SiblingFiles, name: string): Promise<KnownInteractions | null> {
  const review = await firstObject(files, name);
  if (review === null) return null;
  const file = files.path(name);
  if (["reviewerID", "asin", "overall"].every((key) => key in review)) {
    const timestamp = "unixReviewTime" in review ? { timestamp: "unixReviewTime" } : {};
    return { name: file, source: file, user: "reviewerID", item: "asin", rating: "overall", ...timestamp };
  }
  const item = ["parent_asin", "asin"].find((key) => key in review);
  if (item === undefined || !("user_id" in review) || !("rating" in review)) return null;
  const timestamp = "timestamp" in review ? { timestamp: "timestamp" } : {};
  return { name: file, source: file, user: "user_id", item, rating: "rating", ...timestamp };
}

/** Categories are a list, in 2014 a list of paths; the first of a path names the whole file and tells nothing apart. */
async function metadata(files: SiblingFiles, name: string): Promise<KnownItems | null> {
  const product = await firstObject(files, name);
  const id = ["parent_asin", "asin"].find((key) => product !== null && key in product);
  if (product === null || id === undefined || !("title" in product)) return null;
  const categories = ["categories", "category"].find((key) => Array.isArray(product[key]));
  const file = files.path(name);
  const list = categories === undefined ? "" : `CAST(${identifier(categories)} AS VARCHAR[]`;
  const flat = nested(product[categories ?? ""]) ? `flatten(${list}[]))` : `${list})`;
  const tags = categories === undefined ? "" : `, array_to_string(list_distinct(${flat}), '|') AS categories`;
  return {
    name: file,
    source: {
      sql: `SELECT DISTINCT ON (${id}) ${id}, title${tags} FROM products ORDER BY ${id}`,
      from: { products: file },
    },
    id,
    title: "title",
    tags: categories === undefined ? [] : [{ column: "categories", separator: "|" }],
  };
}

function nested(value: unknown): boolean {
  return Array.isArray(value) && Array.isArray(value[0]);
}

async function firstObject(files: SiblingFiles, name: string): Promise<Record<string, unknown> | null> {
  const line = await files.firstLine(name);
  try {
    const value: unknown = JSON.parse(pythonAsJson(line) ?? line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
