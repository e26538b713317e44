/** Interactions whose ids have no rows yet. */
import { describe, expect, it } from "vitest";
import { readInteractionPairs } from "../../src/data/interaction-pairs";
import { failure, scratchFile } from "./scratch";

const columns = { user: "user", item: "item" };

describe("interactions without embeddings", () => {
  it("give rows to ids, numbers in their order and then text, whatever the order of the lines", async () => {
    const lines = ["10,b", "9,a", "x,a", "10,a", "07,b"];
    const read = async (content: string[]) =>
      readInteractionPairs(await scratchFile("i.csv", `user,item\n${content.join("\n")}\n`), columns);
    const pairs = await read(lines);
    expect(pairs).toMatchObject({ userIds: ["07", "9", "10", "x"], itemIds: ["a", "b"], lines: 5, times: null });
    expect([...pairs.users]).toEqual([0, 1, 2, 2, 3]);
    expect([...pairs.items]).toEqual([1, 0, 0, 1, 0]);
    expect(await read(lines.toReversed())).toEqual(pairs);
  });

  it("count a pair that recurs once, from its first time on, and one without a time before all others", async () => {
    const file = await scratchFile("i.csv", "user,item,at\n1,1,300\n1,1,100\n1,2,200\n1,3,never\n");
    const pairs = await readInteractionPairs(file, { ...columns, timestamp: "at" });
    expect([...pairs.items]).toEqual([0, 1, 2]);
    expect([...pairs.times!]).toEqual([100, 200, -Infinity]);
  });

  it("leave out lines without a user or item and lines rated low, with their ids, and count them", async () => {
    const file = await scratchFile("i.csv", "user,item,stars\n1,1,5\n2,,5\n,3,5\n4,4,3.5\n5,5,none\n6,6,4\n");
    const pairs = await readInteractionPairs(file, { ...columns, rating: "stars", leastRating: 4 });
    expect(pairs).toMatchObject({
      userIds: ["1", "6"],
      itemIds: ["1", "6"],
      lines: 6,
      incompleteLines: 2,
      lowLines: 2,
    });
  });

  it("name the column that is missing", async () => {
    const file = await scratchFile("i.csv", "user,film\n1,1\n");
    await failure(readInteractionPairs(file, columns), "column-missing", 'no column "item"', '"film"');
    await failure(
      readInteractionPairs(file, { user: "user", item: "film", leastRating: 3 }),
      "manifest-invalid",
      "rating",
    );
  });
});
