import { describe, expect, it } from "vitest";
import { listedIds } from "../../src/data/ids";
import type { UserTable } from "../../src/data/user-table";
import { findItems, steeringVocabulary } from "../../src/engine/steering-vocabulary";
import { randomProject } from "../steering/random-project";

const SHAPE = { users: 4, items: 30, dimensions: 3, latents: 4 };

function userTable(columns: UserTable["columns"]): UserTable {
  return { columns } as unknown as UserTable;
}

describe("what audiences and item selections may name", () => {
  it("is tags by how many items bear them, columns of users, and whether there are interactions", async () => {
    const { dataset } = randomProject(1, SHAPE);
    dataset.items.tags.push({
      column: "country",
      values: Array.from({ length: 30 }, (_, item) => (item < 12 ? ["FR", "FR"] : [])),
    });
    const columns = [{ name: "age", type: "number" as const, examples: ["18"] }];
    const vocabulary = await steeringVocabulary({ dataset, userTable: userTable(async () => columns) });
    expect(vocabulary).toEqual({
      userColumns: columns,
      tags: [
        { column: "genres", tag: "Drama", items: 20 },
        { column: "genres", tag: "War", items: 20 },
        { column: "country", tag: "FR", items: 12 },
        { column: "genres", tag: "Horror", items: 10 },
      ],
      interactions: true,
    });
  });

  it("names at most 2,000 tags, the most frequent", async () => {
    const { dataset } = randomProject(1, SHAPE);
    const values = Array.from({ length: 30 }, (_, item) =>
      Array.from({ length: 100 }, (_, n) => `tag ${item * 100 + n}`),
    );
    values[29].push("frequent");
    values[28].push("frequent");
    dataset.items.tags = [{ column: "t", values }];
    dataset.interactions = null;
    const { tags, interactions } = await steeringVocabulary({ dataset, userTable: userTable(async () => []) });
    expect(tags).toHaveLength(2_000);
    expect(tags[0]).toEqual({ column: "t", tag: "frequent", items: 2 });
    expect(interactions).toBe(false);
  });

  it("tells tags although the user table cannot be read", async () => {
    const { dataset } = randomProject(1, SHAPE);
    const broken = userTable(() => Promise.reject(new Error("gone")));
    const { userColumns, tags } = await steeringVocabulary({ dataset, userTable: broken });
    expect(userColumns).toEqual([]);
    expect(tags).toHaveLength(3);
  });
});

describe("finding items", () => {
  const { items } = randomProject(1, SHAPE).dataset;
  items.ids = listedIds(Array.from({ length: 30 }, (_, row) => `m${row + 100}`));
  items.titles = Array.from({ length: 30 }, (_, row) =>
    row === 7 ? "The Thing" : row === 9 ? "Thing, again" : `Film ${row}`,
  );
  const found = async (text: string, limit = 10) => (await findItems(items, text, limit)).map(({ row }) => row);

  it("puts those whose id or title starts with the text before those that contain it", async () => {
    expect(await found("thing")).toEqual([9, 7]);
    expect(await found("  THING ")).toEqual([9, 7]);
    expect(await found("m12")).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(await found("29")).toEqual([29]);
    expect(await found("nowhere")).toEqual([]);
  });

  it("gives at most as many as asked, and the first ones for no text", async () => {
    expect(await found("thing", 1)).toEqual([9]);
    expect(await found("", 3)).toEqual([0, 1, 2]);
  });

  it("finds by id where there are no titles", async () => {
    const untitled = { ...items, titles: null };
    expect((await findItems(untitled, "m105", 5)).map(({ title }) => title)).toEqual(["m105"]);
  });
});
