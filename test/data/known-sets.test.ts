/** Folders laid out as public data sets are, with content of our own. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { writeManifest } from "../../src/data/manifest-file";
import { locate } from "../../src/data/manifest-paths";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { proposeManifest } from "../../src/data/propose";
import { readTable } from "../../src/data/tables";
import type { ProjectWithoutEmbeddings } from "../../src/protocol/engine";
import type { TableSource } from "../../src/protocol/manifest";
import { scratchFolder } from "./scratch";

type Files = Record<string, string | Buffer>;

async function folderOf(files: Files): Promise<string> {
  const folder = await scratchFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const lines = (...rows: string[]) => `${rows.join("\n")}\n`;
const latin1 = (text: string) => Buffer.from(text, "latin1");

interface Recognised {
  folder: string;
  basis: ProjectWithoutEmbeddings;
  notes: string[];
}

async function recognised(files: Files): Promise<Recognised> {
  const folder = await folderOf(files);
  const { withoutEmbeddings, problems, notes, manifest } = await proposeManifest(folder);
  expect(problems).toEqual([]);
  expect(manifest).toBeNull();
  expect(withoutEmbeddings).not.toBeNull();
  return { folder, basis: withoutEmbeddings!, notes };
}

/** Columns of a table as rows. */
async function rowsOf(folder: string, source: TableSource | undefined, columns: string[]): Promise<string[][]> {
  const read = await readTable(await locate(source!, { folder, restricted: false }), columns);
  return read[0].map((_, line) => read.map((column) => column[line]));
}

async function items({ folder, basis }: Recognised): Promise<string[][]> {
  const { table, id, title, tags } = basis.items;
  return rowsOf(folder, table, [id!, title!, ...tags.map(({ column }) => column)]);
}

async function users({ folder, basis }: Recognised): Promise<string[][]> {
  return rowsOf(folder, basis.users.table, [basis.users.id!, ...basis.users.attributes]);
}

async function interactions({ folder, basis }: Recognised): Promise<string[][]> {
  const { table, user, item, rating, timestamp } = basis.interactions;
  return rowsOf(folder, table, [user, item, ...[rating, timestamp].filter((name) => name !== undefined)]);
}

/** A line of u.item whose genre flags, of which the first is "unknown", are at the given places. */
function film(id: number, title: string, ...flags: number[]): string {
  const bits = Array.from({ length: 19 }, (_, flag) => (flags.includes(flag) ? 1 : 0));
  return [id, title, "01-Jan-1987", "", "http://films.example/1", ...bits].join("|");
}

const ITEM_HEADER =
  "item|title|releaseDate|videoReleaseDate|imdbURL|unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western";
const FILMS_100K = [film(1, "Café Noir (1987)", 10, 8), film(2, "Quiet Sheep (1987)", 4), film(3, "No Name (1987)", 0)];
const USERS_100K = ["1|31|F|librarian|12345", "2|47|M|writer|V5X1A"];
const RATINGS_100K = ["1\t2\t4\t874965758", "2\t1\t5\t874965759", "2\t3\t1\t874965760"];

describe("MovieLens 100K", () => {
  const expected = {
    items: [
      ["1", "Café Noir (1987)", "Drama|Film-Noir"],
      ["2", "Quiet Sheep (1987)", "Children's"],
      ["3", "No Name (1987)", ""],
    ],
    users: [
      ["1", "31", "F", "librarian"],
      ["2", "47", "M", "writer"],
    ],
    interactions: [
      ["1", "2", "4", "874965758"],
      ["2", "1", "5", "874965759"],
      ["2", "3", "1", "874965760"],
    ],
  };

  it("is read as GroupLens packed it: without headers, in Latin-1, beside its other splits", async () => {
    const found = await recognised({
      "u.data": lines(...RATINGS_100K),
      "u.item": latin1(lines(...FILMS_100K)),
      "u.user": lines(...USERS_100K),
      "u.genre": lines("unknown|0", "Action|1"),
      "u.info": lines("2 users"),
      "ua.base": lines(...RATINGS_100K),
      README: "Read me",
    });
    expect(found.notes).toEqual(["These are the files of MovieLens 100K."]);
    expect(await items(found)).toEqual(expected.items);
    expect(await users(found)).toEqual(expected.users);
    expect(await interactions(found)).toEqual(expected.interactions);
    expect(found.basis.users.attributes).toEqual(["age", "gender", "occupation"]);
  });

  it("is read with headers too, with Windows' line ends, below another folder", async () => {
    const found = await recognised({
      "data/ml-100k/u.data": lines(
        "user|item|rating|timestamp",
        ...RATINGS_100K.map((row) => row.replaceAll("\t", "|")),
      ),
      "data/ml-100k/u.item": lines(ITEM_HEADER, ...FILMS_100K).replaceAll("\n", "\r\n"),
      "data/ml-100k/u.user": lines("user|age|gender|occupation|zip", ...USERS_100K),
    });
    expect(await items(found)).toEqual(expected.items);
    expect(await users(found)).toEqual(expected.users);
    expect(await interactions(found)).toEqual(expected.interactions);
  });

  it("names the rows of embeddings that lie beside it", async () => {
    const folder = await folderOf({
      "u.data": lines(...RATINGS_100K),
      "u.item": latin1(lines(...FILMS_100K)),
      "u.user": lines(...USERS_100K),
    });
    await writeNpy(join(folder, "items.npy"), matrix(3, 2, Float32Array.of(1, 2, 3, 4, 5, 6)));
    await writeNpy(join(folder, "users.npy"), matrix(2, 2));
    const { manifest, problems, preview } = await proposeManifest(folder);
    expect(problems).toEqual([]);
    expect(preview[0]).toEqual({
      side: "items",
      row: 0,
      id: "1",
      title: "Café Noir (1987)",
      values: [1, 2],
      dimensions: 2,
    });
    await writeManifest(folder, manifest!, false);
    const dataset = await loadDataset(folder);
    expect(dataset.warnings).toEqual([]);
    expect(dataset.items.tags[0].values).toEqual([["Drama", "Film-Noir"], ["Children's"], []]);
    expect(dataset.items.years).toEqual([1987, 1987, 1987]);
    expect([...dataset.interactions!.items]).toEqual([1, 0, 2]);
  });
});

describe("MovieLens 1M and 10M", () => {
  const movies = latin1(lines("1::Café Noir (1987)::Drama|Film-Noir", "3::What | Ever: Then (1990)::Comedy"));
  const ratings = lines("1::3::5::978300760", "7::1::3::978300761");

  it("is read with words in place of codes", async () => {
    const found = await recognised({
      "movies.dat": movies,
      "ratings.dat": ratings,
      "users.dat": lines("1::F::1::10::48067", "7::M::56::16::70072"),
    });
    expect(found.notes).toEqual(["These are the files of MovieLens 1M."]);
    expect(await items(found)).toEqual([
      ["1", "Café Noir (1987)", "Drama|Film-Noir"],
      ["3", "What | Ever: Then (1990)", "Comedy"],
    ]);
    expect(await users(found)).toEqual([
      ["1", "F", "under 18", "K-12 student"],
      ["7", "M", "56+", "self-employed"],
    ]);
    expect(await interactions(found)).toEqual([
      ["1", "3", "5", "978300760"],
      ["7", "1", "3", "978300761"],
    ]);
  });

  it("has no users' table in 10M, but the tags that people gave", async () => {
    const found = await recognised({
      "movies.dat": movies,
      "ratings.dat": lines("1::3::4.5::978300760", "7::1::3::978300761"),
      "tags.dat": lines("1::3::funny::1", "7::3::Funny ::2", "7::3::sheep::3"),
    });
    expect(found.notes).toEqual(["These are the files of MovieLens 10M."]);
    expect(await items(found)).toEqual([
      ["1", "Café Noir (1987)", "Drama|Film-Noir", ""],
      ["3", "What | Ever: Then (1990)", "Comedy", "funny"],
    ]);
    expect(found.basis.users.table).toBeUndefined();
  });
});

describe("MovieLens since 20M and latest", () => {
  const csv = {
    "movies.csv": lines("movieId,title,genres", '1,"Sheep, The (1987)",Drama|Western', "20,Alone,(no genres listed)"),
    "ratings.csv": lines("userId,movieId,rating,timestamp", "1,1,4.0,964982703", "1,20,0.5,964982704"),
    "links.csv": lines("movieId,imdbId,tmdbId", "1,0114709,862"),
  };

  it("is read with genres and with tags that more than one gave", async () => {
    const found = await recognised({
      ...csv,
      "tags.csv": lines(
        "userId,movieId,tag,timestamp",
        "2,1,Dusty|slow,1",
        "3,1,dusty|slow,2",
        "2,1,Own,3",
        "2,1,own,4",
      ),
    });
    expect(found.basis.items.tags).toEqual([
      { column: "genres", separator: "|" },
      { column: "tags", separator: "|" },
    ]);
    expect(await items(found)).toEqual([
      ["1", "Sheep, The (1987)", "Drama|Western", "dusty/slow"],
      ["20", "Alone", "", ""],
    ]);
  });

  it("is read without tags too", async () => {
    const found = await recognised(csv);
    expect((await items(found)).map((row) => row[2])).toEqual(["Drama|Western", ""]);
    expect(await interactions(found)).toEqual([
      ["1", "1", "4.0", "964982703"],
      ["1", "20", "0.5", "964982704"],
    ]);
  });
});

describe("Last.FM of HetRec 2011", () => {
  it("is read with the tags that people gave to artists, whatever their quotes and letters", async () => {
    const found = await recognised({
      "artists.dat": lines("id\tname\turl\tpictureURL", '1\t"Odd Al\thttp://a\thttp://b', "2\tÄther\thttp://a\t"),
      "user_artists.dat": lines("userID\tartistID\tweight", "2\t1\t13883", "3\t2\t11690"),
      "tags.dat": latin1(lines("tagID\ttagValue", "1\tmétal", "2\tpop")),
      "user_taggedartists.dat": lines(
        "userID\tartistID\ttagID\tday\tmonth\tyear",
        "2\t1\t1\t1\t4\t2009",
        "3\t1\t1\t1\t4\t2009",
        "3\t1\t2\t1\t4\t2009",
      ),
      "user_friends.dat": lines("userID\tfriendID", "2\t3"),
    });
    expect(found.notes).toEqual(["These are the files of Last.FM."]);
    expect(await items(found)).toEqual([
      ["1", '"Odd Al', "métal"],
      ["2", "Äther", ""],
    ]);
    expect(found.basis.interactions).toMatchObject({ user: "userID", item: "artistID", rating: "weight" });
    expect(found.basis.items.year).toBeUndefined();
  });
});

describe("Amazon reviews", () => {
  it.each([
    ["2014", "A2SUAM1J3GNN3B,0000013714,5.0,1141516800"],
    ["2018", "0000013714,A2SUAM1J3GNN3B,5.0,1141516800"],
  ])("are read from ratings without a header as in %s", async (_, line) => {
    const found = await recognised({ "ratings_Books.csv": lines(line) });
    expect(await interactions(found)).toEqual([["A2SUAM1J3GNN3B", "0000013714", "5.0", "1141516800"]]);
  });

  it("are read from JSON lines of 2014 and 2018, with categories and titles of the products", async () => {
    const review = (reviewerID: string, asin: string) =>
      JSON.stringify({
        reviewerID,
        asin,
        helpful: [0, 0],
        reviewText: "Fine.",
        overall: 4,
        unixReviewTime: 1400000000,
      });
    const found = await recognised({
      "reviews_Garden_5.json": lines(review("A1", "B000000001"), review("A2", "B000000002")),
      "meta_Garden.json": lines(
        JSON.stringify({ asin: "B000000001", title: "Rake", categories: [["Garden", "Tools"], ["Garden"]] }),
        JSON.stringify({ asin: "B000000002", title: 'Hose, 5"', categories: [["Water"]] }),
        JSON.stringify({ asin: "B000000002", title: "Hose again", categories: [["Water"]] }),
      ),
    });
    const [rake, hose] = await items(found);
    expect([rake[0], rake[1], rake[2].split("|").sort()]).toEqual(["B000000001", "Rake", ["Garden", "Tools"]]);
    expect([hose[0], hose[2]]).toEqual(["B000000002", "Water"]);
    expect(await items(found)).toHaveLength(2);
    expect(await interactions(found)).toEqual([
      ["A1", "B000000001", "4", "1400000000"],
      ["A2", "B000000002", "4", "1400000000"],
    ]);
  });

  it("are read packed, with metadata as Python wrote it in 2014", async () => {
    const found = await recognised({
      "reviews_Garden_5.json.gz": gzipSync(
        lines(JSON.stringify({ reviewerID: "A1", asin: "B000000001", overall: 5, unixReviewTime: 1400000000 })),
      ),
      "meta_Garden.json.gz": gzipSync(
        lines(`{'asin': 'B000000001', 'title': "Gardener's Rake", 'categories': [['Garden', 'Tools']], 'price': 3.5}`),
      ),
    });
    expect(found.notes).toEqual(["These are the files of Amazon reviews."]);
    const [[id, title, tags]] = await items(found);
    expect([id, title, tags.split("|").sort()]).toEqual(["B000000001", "Gardener's Rake", ["Garden", "Tools"]]);
    expect(await interactions(found)).toEqual([["A1", "B000000001", "5", "1400000000"]]);
    const ratings = await recognised({ "ratings.csv.gz": gzipSync("A2SUAM1J3GNN3B,0000013714,5.0,1141516800\n") });
    expect(await interactions(ratings)).toEqual([["A2SUAM1J3GNN3B", "0000013714", "5.0", "1141516800"]]);
  });

  it("are read from JSON lines of 2023, by the parent product", async () => {
    const found = await recognised({
      "Garden.jsonl": lines(
        JSON.stringify({
          rating: 5,
          title: "Good",
          user_id: "AGKH",
          asin: "B0X",
          parent_asin: "B0P",
          timestamp: 1588687728923,
        }),
      ),
      "meta_Garden.jsonl": lines(
        JSON.stringify({ main_category: "Garden", title: "Rake", categories: ["Garden", "Tools"], parent_asin: "B0P" }),
      ),
    });
    expect(found.basis.interactions).toMatchObject({ user: "user_id", item: "parent_asin", timestamp: "timestamp" });
    expect((await items(found))[0].slice(0, 2)).toEqual(["B0P", "Rake"]);
    expect(await interactions(found)).toEqual([["AGKH", "B0P", "5", "1588687728923"]]);
  });
});

describe("a folder that only resembles a known set", () => {
  it.each<[string, Files]>([
    ["u.item of another width", { "u.data": "1\t2\t3\t4\n", "u.item": "1|A\n" }],
    ["movies.dat that is not separated by ::", { "movies.dat": "1,A\n", "ratings.dat": "1,2,3,4\n" }],
    ["a table of four numbers", { "values.csv": "1,2,3,4\n5,6,7,8\n" }],
    ["a binary file", { "u.data": Buffer.alloc(5000, 7), "u.item": Buffer.alloc(5000, 7) }],
    ["an empty one", { "movies.csv": "", "ratings.csv": "" }],
  ])("is none: %s", async (_, files) => {
    const { notes } = await proposeManifest(await folderOf(files));
    expect(notes.filter((note) => note.startsWith("These are the files"))).toEqual([]);
  });
});
