/** MovieLens in the layouts in which GroupLens gives it out: 100K, 1M and 10M, and the CSV files of all later ones. */
import {
  identifier,
  type KnownSet,
  type KnownUsers,
  literal,
  type Recogniser,
  type SiblingFiles,
  tagsByItem,
} from "./known-set";

const GENRES = [
  "Action",
  "Adventure",
  "Animation",
  "Children's",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
];
/** Number, title, two dates, address, and the flag `unknown`, which is no genre, stand before them. */
const COLUMNS_BEFORE_GENRES = 6;

const AGES = "1: under 18, 18: 18-24, 25: 25-34, 35: 35-44, 45: 45-49, 50: 50-55, 56: 56+";
const OCCUPATIONS =
  "0: other, 1: academic/educator, 2: artist, 3: clerical/admin, 4: college/grad student, 5: customer service, " +
  "6: doctor/health care, 7: executive/managerial, 8: farmer, 9: homemaker, 10: K-12 student, 11: lawyer, 12: programmer, " +
  "13: retired, 14: sales/marketing, 15: scientist, 16: self-employed, 17: technician/engineer, 18: tradesman/craftsman, " +
  "19: unemployed, 20: writer";

export const movieLens: Recogniser = async (files) => {
  if (files.has("u.data", "u.item")) return movieLens100k(files);
  if (files.has("movies.dat", "ratings.dat")) return movieLensDat(files);
  if (files.has("movies.csv", "ratings.csv")) return movieLensCsv(files);
  return null;
};

/** u.data is separated by tabs and the others by `|`, without headers; copies with headers are about. */
async function movieLens100k(files: SiblingFiles): Promise<KnownSet | null> {
  const ratings = await layout(files, "u.data", 4);
  const films = await layout(files, "u.item", COLUMNS_BEFORE_GENRES + GENRES.length);
  if (ratings === null || films === null) return null;
  const flags = films.columns.slice(COLUMNS_BEFORE_GENRES).map((column) => `${identifier(column)} = '1'`);
  const [item, title, released] = films.columns.map(identifier);
  return {
    name: "MovieLens 100K",
    items: {
      name: files.path("u.item"),
      source: {
        sql: `SELECT ${item} AS item, ${title} AS title, ${released} AS released, array_to_string(list_where([${GENRES.map(literal).join(", ")}], [${flags.join(", ")}]), '|') AS genres FROM films`,
        from: { films: { ...films.file, ...(await files.encoding("u.item")) } },
      },
      id: "item",
      title: "title",
      tags: [{ column: "genres", separator: "|" }],
    },
    users: files.has("u.user") ? await people100k(files) : null,
    interactions: {
      name: files.path("u.data"),
      source: ratings.file,
      user: ratings.columns[0],
      item: ratings.columns[1],
      rating: ratings.columns[2],
      timestamp: ratings.columns[3],
    },
  };
}

const USER_COLUMNS = ["user", "age", "gender", "occupation", "zip"];

async function people100k(files: SiblingFiles): Promise<KnownUsers | null> {
  const people = await layout(files, "u.user", USER_COLUMNS.length);
  if (people === null) return null;
  const file = { ...people.file, ...(await files.encoding("u.user")) };
  const named = people.columns.map((column, at) => `${column} AS ${identifier(USER_COLUMNS[at])}`);
  const columns = file.header ? people.columns : USER_COLUMNS;
  return {
    name: files.path("u.user"),
    source: file.header ? file : { sql: `SELECT ${named.join(", ")} FROM people`, from: { people: file } },
    id: columns[0],
    attributes: columns.slice(1, 4),
  };
}

/** Separator, header and column names of one of the u. files; null for one of another width. */
async function layout(files: SiblingFiles, name: string, width: number) {
  const line = await files.firstLine(name);
  const delimiter = line.includes("\t") ? "\t" : "|";
  const cells = line.split(delimiter);
  if (cells.length !== width) return null;
  const header = !/^\d+$/.test(cells[0]);
  return {
    file: { file: files.path(name), delimiter, header },
    columns: header ? cells : cells.map((_, at) => `column${at}`),
  };
}

/** 1M and 10M: separated by `::`, without headers. */
async function movieLensDat(files: SiblingFiles): Promise<KnownSet | null> {
  if (!/^\d+::\d+::[\d.]+::\d+$/.test(await files.firstLine("ratings.dat"))) return null;
  const separated = async (name: string) => ({
    file: files.path(name),
    delimiter: "::",
    header: false,
    ...(await files.encoding(name)),
  });
  const tagged = files.has("tags.dat");
  const genres = "nullif(column2, '(no genres listed)') AS genres";
  return {
    name: tagged ? "MovieLens 10M" : "MovieLens 1M",
    items: {
      name: files.path("movies.dat"),
      source: {
        sql: tagged
          ? withTags(
              "column0",
              `column1 AS title, ${genres}`,
              tagsByItem({ table: "taggings", user: "column0", item: "column1", tag: "column2" }),
            )
          : `SELECT column0 AS movie_id, column1 AS title, ${genres} FROM movies`,
        from: {
          movies: await separated("movies.dat"),
          ...(tagged ? { taggings: await separated("tags.dat") } : {}),
        },
      },
      id: "movie_id",
      title: "title",
      tags: tagColumns(tagged),
    },
    users: files.has("users.dat")
      ? {
          name: files.path("users.dat"),
          source: {
            sql: `SELECT column0 AS user_id, column1 AS gender, ${decoded("column2", AGES)} AS age, ${decoded("column3", OCCUPATIONS)} AS occupation, column4 AS zip FROM people`,
            from: { people: await separated("users.dat") },
          },
          id: "user_id",
          attributes: ["gender", "age", "occupation"],
        }
      : null,
    interactions: {
      name: files.path("ratings.dat"),
      source: { file: files.path("ratings.dat"), delimiter: "::", header: false },
      user: "column0",
      item: "column1",
      rating: "column2",
      timestamp: "column3",
    },
  };
}

/** latest-small, 20M, 25M, 32M: CSV with headers, and tags that users gave. */
async function movieLensCsv(files: SiblingFiles): Promise<KnownSet | null> {
  const begins = async (name: string, header: string) => (await files.firstLine(name)) === header;
  if (!(await begins("movies.csv", "movieId,title,genres"))) return null;
  if (!(await begins("ratings.csv", "userId,movieId,rating,timestamp"))) return null;
  const tagged = files.has("tags.csv") && (await begins("tags.csv", "userId,movieId,tag,timestamp"));
  const genres = "nullif(genres, '(no genres listed)') AS genres";
  return {
    name: "MovieLens",
    items: {
      name: files.path("movies.csv"),
      source: {
        sql: tagged
          ? withTags(
              "movieId",
              `title, ${genres}`,
              tagsByItem({ table: "taggings", user: "userId", item: "movieId", tag: "tag" }),
            )
          : `SELECT movieId AS movie_id, title, ${genres} FROM movies`,
        from: {
          movies: files.path("movies.csv"),
          ...(tagged ? { taggings: files.path("tags.csv") } : {}),
        },
      },
      id: "movie_id",
      title: "title",
      tags: tagColumns(tagged),
    },
    users: null,
    interactions: {
      name: files.path("ratings.csv"),
      source: files.path("ratings.csv"),
      user: "userId",
      item: "movieId",
      rating: "rating",
      timestamp: "timestamp",
    },
  };
}

/** Films and the tags that people gave them, in the order of the files, which is that of the numbers. */
function withTags(id: string, columns: string, tags: string): string {
  return `SELECT movies.${id} AS movie_id, ${columns}, tags FROM movies LEFT JOIN (${tags}) AS given ON given.item = movies.${id} ORDER BY CAST(movies.${id} AS BIGINT)`;
}

function tagColumns(tagged: boolean) {
  return (tagged ? ["genres", "tags"] : ["genres"]).map((column) => ({ column, separator: "|" }));
}

/** SQL that puts words for codes, given as `1: under 18, 18: 18-24`. */
function decoded(column: string, codes: string): string {
  const entries = codes.split(", ").map((entry) => entry.split(": ").map(literal).join(": "));
  return `MAP {${entries.join(", ")}}[CAST(${column} AS VARCHAR)]`;
}
