/** Last.FM as HetRec 2011 gave it out: artists that 1,892 people listened to, with the tags that they gave. */
import { type Recogniser, tagsByItem } from "./known-set";

export const lastFm: Recogniser = async (files) => {
  if (!files.has("user_artists.dat", "artists.dat")) return null;
  const begins = async (name: string, columns: string[]) => (await files.firstLine(name)) === columns.join("\t");
  if (!(await begins("user_artists.dat", ["userID", "artistID", "weight"]))) return null;
  if (!(await begins("artists.dat", ["id", "name", "url", "pictureURL"]))) return null;
  const tagged = files.has("tags.dat", "user_taggedartists.dat") && (await begins("tags.dat", ["tagID", "tagValue"]));
  const separated = async (name: string) => ({
    file: files.path(name),
    delimiter: "\t",
    header: true,
    ...(await files.encoding(name)),
  });
  const given = tagsByItem({
    table: "taggings JOIN tags USING (tagID)",
    user: "userID",
    item: "artistID",
    tag: "tagValue",
  });
  return {
    name: "Last.FM",
    items: {
      name: files.path("artists.dat"),
      source: {
        sql: tagged
          ? `SELECT artists.id AS artist_id, name, given.tags FROM artists LEFT JOIN (${given}) AS given ON given.item = artists.id ORDER BY CAST(artists.id AS BIGINT)`
          : "SELECT id AS artist_id, name FROM artists",
        from: {
          artists: await separated("artists.dat"),
          ...(tagged ? { tags: await separated("tags.dat"), taggings: await separated("user_taggedartists.dat") } : {}),
        },
      },
      id: "artist_id",
      title: "name",
      tags: tagged ? [{ column: "tags", separator: "|" }] : [],
    },
    users: null,
    interactions: {
      name: files.path("user_artists.dat"),
      source: { file: files.path("user_artists.dat"), delimiter: "\t", header: true },
      user: "userID",
      item: "artistID",
      rating: "weight",
    },
  };
};
