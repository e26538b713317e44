import { describe, expect, it } from "vitest";
import { idLikeness, namesInteractions, subjectOfFile } from "../../src/data/recognise";

describe("what a file is about", () => {
  it.each([
    ["items.npy", "item", false],
    ["itemEmbeddings.npy", "item", false],
    ["model/movie_factors_v2.npy", "item", false],
    ["users/embeddings.npy", "user", false],
    ["items/user_bias.npy", "user", true],
    ["item-bias.npy", "item", true],
    ["user_item.npy", null, false],
    ["embeddings.npy", null, false],
    ["superusername.npy", null, false],
  ] as const)("is read from %s: %s", (file, side, bias) => {
    expect(subjectOfFile(file)).toEqual({ side, bias });
  });

  it.each(["ratings.csv", "user_item.csv", "data/click-log.tsv", "UserMovies.csv"])("%s names interactions", (file) => {
    expect(namesInteractions(file)).toBe(true);
  });

  it.each(["items.csv", "ratings/users.csv"])("%s does not", (file) => {
    expect(namesInteractions(file)).toBe(false);
  });
});

describe("an id column", () => {
  it("is known by its name, a full one better than a bare one", () => {
    for (const name of ["iid", "item_id", "movieId", "Film ID", "asin"]) expect(idLikeness(name, "item"), name).toBe(3);
    for (const name of ["uid", "userId", "CUSTOMER_ID"]) expect(idLikeness(name, "user"), name).toBe(3);
    expect(idLikeness("item", "item")).toBe(2);
    expect(idLikeness("id", "item")).toBe(1);
    for (const name of ["title", "userId", "movie title"]) expect(idLikeness(name, "item"), name).toBe(0);
  });
});
