import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { writeManifest } from "../../src/data/manifest-file";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { proposeManifest } from "../../src/data/propose";
import { writeSample } from "../../src/data/sample";
import type { Proposal, ProposalRole } from "../../src/protocol/engine";
import { failure, scratchFolder } from "./scratch";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "./shared-data";

/** A folder of files: `[rows, columns]` makes a matrix, text a file. */
async function folderOf(files: Record<string, [number, number] | string>): Promise<string> {
  const folder = await scratchFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === "string") await writeFile(file, content);
    else await writeNpy(file, matrix(...content));
  }
  return folder;
}

const lines = (header: string, ...rows: string[]) => `${[header, ...rows].join("\n")}\n`;
const choice = (proposal: Proposal, role: ProposalRole) => proposal.choices.find((one) => one.role === role);
const chosen = (proposal: Proposal) =>
  Object.fromEntries(proposal.choices.map(({ role, chosen: value }) => [role, value]));

const FILMS = {
  "items.npy": [3, 4],
  "users.npy": [2, 4],
  "movies.csv": lines("movieId,name,genres", "a,Heat (1995),Crime|Drama", "b,Alien (1979),Horror", "c,Big (1988),"),
  "users.csv": lines("user,age", "x,20", "y,30"),
  "ratings.csv": lines("user,movieId,stars", "x,a,5", "y,c,1"),
} satisfies Record<string, [number, number] | string>;

describe("a proposed manifest", () => {
  it("is complete for a folder with the usual names, and loads", async () => {
    const folder = await folderOf(FILMS);
    const { manifest, problems, notes } = await proposeManifest(folder);
    expect([problems, notes]).toEqual([[], []]);
    expect(manifest).toMatchObject({
      items: {
        embeddings: "items.npy",
        table: "movies.csv",
        ids: { rule: "table-order", column: "movieId" },
        title: "name",
        tags: [{ column: "genres", separator: "|" }],
      },
      users: { embeddings: "users.npy", table: "users.csv", ids: { rule: "table-order", column: "user" } },
      interactions: { table: "ratings.csv", user: "user", item: "movieId" },
    });
    await writeManifest(folder, manifest!, false);
    expect((await loadDataset(folder)).warnings).toEqual([]);
  });

  it("is that of the sample for the sample's files", async () => {
    const folder = join(await scratchFolder(), "films");
    const written = await writeSample(folder);
    const expected = JSON.parse(await readFile(written, "utf8"));
    await rm(written);
    const { manifest, problems, notes } = await proposeManifest(folder);
    expect([problems, notes]).toEqual([[], []]);
    await writeManifest(folder, { ...manifest!, name: expected.name }, false);
    expect(JSON.parse(await readFile(written, "utf8"))).toEqual(expected);
  });

  it("says which row is which, with counts, unless the interactions are too many to be read for a look", async () => {
    const { identity } = await proposeManifest(await folderOf(FILMS));
    expect(identity?.items).toMatchObject({
      rule: "row n is line n of movies.csv, by its column movieId",
      rows: 3,
      inTable: 3,
      inInteractions: 2,
      unknownIds: 0,
      samples: [{ id: "a", title: "Heat (1995)" }, { id: "b" }, { id: "c" }],
    });
    const large = await folderOf({ ...FILMS, "ratings.csv": `user,movieId\n${"x,a\ny,a\n".repeat(500_001)}` });
    expect((await proposeManifest(large)).identity?.items).toMatchObject({ inTable: 3, inInteractions: null });
  });

  it("sees ids that are off by one, and says which choice would map them", async () => {
    const folder = await folderOf({
      "items.npy": [5, 4],
      "users.npy": [2, 4],
      "ratings.csv": lines("user,item", "0,1", "1,2", "0,3", "1,4", "0,5"),
    });
    expect((await proposeManifest(folder)).fixes).toEqual([]);
    const wrong = await proposeManifest(folder, { "item-ids": "row numbers from 0" });
    expect(wrong.notes.join("\n")).toMatch(/All would map if they were one smaller/);
    expect(wrong.identity?.items.unknownIds).toBe(1);
    expect(wrong.fixes).toEqual([
      { role: "item-ids", value: "row numbers from 1", title: "Which row is which item: row numbers from 1" },
    ]);
    const mended = await proposeManifest(folder, { [wrong.fixes[0].role]: wrong.fixes[0].value });
    expect([mended.problems, mended.fixes, mended.identity?.items.unknownIds]).toEqual([[], [], 0]);
  });

  it("writes nothing", async () => {
    const folder = await folderOf(FILMS);
    const before = await readdir(folder);
    await proposeManifest(folder);
    expect(await readdir(folder)).toEqual(before);
  });

  it("offers every embedding set below the folder and takes users and biases of the chosen one", async () => {
    const folder = await folderOf({
      "mf/items.npy": [3, 4],
      "mf/users.npy": [2, 4],
      "mf/item_bias.npy": [3, 1],
      "ncf/items.npy": [3, 8],
      "ncf/users.npy": [2, 8],
    });
    const first = await proposeManifest(folder);
    expect(chosen(first)).toMatchObject({
      "item-embeddings": "mf/items.npy",
      "user-embeddings": "mf/users.npy",
      "item-bias": "mf/item_bias.npy",
    });
    expect(choice(first, "item-embeddings")?.candidates.map(({ value }) => value)).toContain("ncf/items.npy");
    const second = await proposeManifest(folder, { "item-embeddings": "ncf/items.npy" });
    expect(second.manifest).toMatchObject({
      items: { embeddings: "ncf/items.npy" },
      users: { embeddings: "ncf/users.npy" },
    });
    expect(second.manifest?.items.bias).toBeUndefined();
    expect(chosen(await proposeManifest(join(folder, "ncf/users.npy")))["user-embeddings"]).toBe("users.npy");
  });

  it("tells matrices without telling names apart by the tables, and says when it cannot", async () => {
    const known = await folderOf({ ...FILMS, "items.npy": "", "users.npy": "", "a.npy": [2, 4], "b.npy": [3, 4] });
    for (const name of ["items.npy", "users.npy"]) await rm(join(known, name));
    expect(chosen(await proposeManifest(known))).toMatchObject({
      "item-embeddings": "b.npy",
      "user-embeddings": "a.npy",
    });
    const { notes, manifest } = await proposeManifest(await folderOf({ "a.npy": [2, 4], "b.npy": [3, 4] }));
    expect(manifest).not.toBeNull();
    expect(notes[0]).toContain("No name says which");
  });

  it("looks past hidden folders and packages, and not too deep", async () => {
    const folder = await folderOf({
      ".cache/items.npy": [9, 4],
      "node_modules/items.npy": [9, 4],
      "a/b/c/items.npy": [3, 4],
      "a/b/c/users.npy": [2, 4],
      "a/b/c/d/items.npy": [9, 4],
    });
    const { choices } = await proposeManifest(folder);
    expect(choices[0].candidates.map(({ value }) => value)).toEqual(["a/b/c/items.npy", "a/b/c/users.npy"]);
  });
});

describe("how ids are proposed", () => {
  const matrices = { "items.npy": [3, 4], "users.npy": [3, 4] } satisfies Record<string, [number, number]>;
  const rule = async (files: Record<string, [number, number] | string>) => {
    const proposal = await proposeManifest(await folderOf({ ...matrices, ...files }));
    return { ...proposal, items: proposal.manifest?.items.ids, users: proposal.manifest?.users.ids };
  };

  it("numbers rows from 0 or 1, as the interactions do", async () => {
    const proposal = await rule({ "clicks.csv": lines("uid,iid", "0,1", "2,3") });
    expect(proposal.users).toEqual({ rule: "row-number", first: 0 });
    expect(proposal.items).toEqual({ rule: "row-number", first: 1 });
    expect(proposal.notes).toEqual([]);
    const unclear = await rule({ "clicks.csv": lines("uid,iid", "1,0", "2,1") });
    expect(unclear.users).toEqual({ rule: "row-number", first: 0 });
    expect(unclear.notes.join()).toContain("users 1 to 2");
  });

  it("sees ids that are no row numbers as a problem with a remedy", async () => {
    for (const user of ["anna", "17", "-1", "007"]) {
      const { manifest, problems } = await rule({ "clicks.csv": lines("uid,iid", `${user},1`, "2,0") });
      expect(manifest).toBeNull();
      expect(problems.join()).toContain("Add a table with one line for each row");
    }
  });

  it("joins by id a table whose ids number the rows in another order", async () => {
    const shuffled = await rule({ "items.csv": lines("iid,title", "3,C", "1,A", "2,B") });
    expect(shuffled.items).toEqual({ rule: "row-number", first: 1, column: "iid" });
    expect(shuffled.notes.join()).toContain("not in that order");
    const partial = await rule({ "items.csv": lines("iid,title", "2,C", "0,A") });
    expect(partial.items).toEqual({ rule: "row-number", first: 0, column: "iid" });
    expect(partial.notes.join()).toContain("2 lines for the 3 rows");
  });

  it("refuses a table of another length, until there is none", async () => {
    const files = { ...matrices, "items.csv": lines("iid,title", "a,A", "b,B") };
    const folder = await folderOf(files);
    const { manifest, problems } = await proposeManifest(folder);
    expect(manifest).toBeNull();
    expect(problems.join()).toContain("items.npy has 3 rows but items.csv has 2 lines");
    expect((await proposeManifest(folder, { "item-table": null })).problems).toEqual([]);
  });

  it("wants an id of its own on every line", async () => {
    const { problems } = await rule({ "items.csv": lines("iid,title", "a,A", "a,A", "b,A") });
    expect(problems.join()).toContain("no column of items.csv has a value of its own on every line");
  });
});

describe("a person's corrections", () => {
  it("change single choices, and none means none", async () => {
    const folder = await folderOf(FILMS);
    const { manifest, problems } = await proposeManifest(folder, {
      "item-tags": "name",
      "item-title": null,
      "user-table": null,
      interactions: null,
    });
    expect(problems).toEqual([]);
    expect(manifest?.items).toMatchObject({ tags: [{ column: "name" }] });
    expect(manifest?.items.title).toBeUndefined();
    expect(manifest?.users).toMatchObject({ ids: { rule: "row-number", first: 0 }, attributes: [] });
    expect(manifest?.interactions).toBeUndefined();
  });

  it("that are not possible become problems that name what is", async () => {
    const folder = await folderOf(FILMS);
    const wrong = await proposeManifest(folder, { "item-table": "films.csv", "item-title": "titel" });
    expect(wrong.manifest).toBeNull();
    expect(wrong.problems).toEqual([
      'Item table: "films.csv" cannot be chosen. Choose one of movies.csv, users.csv.',
      'Title: "titel" cannot be chosen. Choose one of name, genres.',
    ]);
    expect((await proposeManifest(folder, { "user-embeddings": null })).problems.join()).toContain("User embeddings:");
    const same = await proposeManifest(folder, { "user-embeddings": "items.npy", "item-embeddings": "items.npy" });
    expect(same.problems.join()).toContain("chosen for items and for users");
    const mixed = await proposeManifest(folder, { "interaction-user": "stars", "interaction-item": "stars" });
    expect(mixed.problems.join()).toContain("Column stars");
  });
});

describe("a folder that is no project yet", () => {
  it("has problems that say what is missing", async () => {
    const { manifest, problems } = await proposeManifest(await folderOf({ "readme.txt": "x" }));
    expect(manifest).toBeNull();
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("Item embeddings: no matrix was found");
  });

  it("has problems when dimensions differ", async () => {
    const { problems } = await proposeManifest(await folderOf({ "items.npy": [3, 4], "users.npy": [2, 5] }));
    expect(problems).toEqual([
      "items.npy has 4 columns but users.npy has 5. Choose items and users of the same model.",
    ]);
  });

  it("says what is wrong with the file that was pointed at, and with others only in passing", async () => {
    const folder = await folderOf(FILMS);
    await truncate(join(folder, "items.npy"), 140);
    await writeFile(join(folder, "tags.csv"), "");
    const pointed = await proposeManifest(join(folder, "items.npy"));
    expect(pointed.problems[0]).toContain("bytes are missing");
    expect(pointed.notes.join()).toContain("tags.csv is empty");
    const around = await proposeManifest(folder);
    expect(around.problems.join()).toContain("bytes are missing");
    expect(around.manifest).toBeNull();
  });

  it("or that is not there fails", async () => {
    await failure(proposeManifest(join(await scratchFolder(), "no")), "file-missing");
  });
});

describe.skipIf(!hasMovieLens)(`MovieLens 1M${needsMovieLens}`, () => {
  it.each(["", "embeddings/mf/items.npy", "embeddings/mf/users.npy"])("is proposed whole from %j", async (path) => {
    const { folder, manifest, problems, notes } = await proposeManifest(join(MOVIELENS_1M, path));
    expect(folder).toBe(MOVIELENS_1M);
    expect([problems, notes]).toEqual([[], []]);
    expect(manifest).toEqual({
      version: 1,
      name: "ml-1m",
      items: {
        embeddings: "embeddings/mf/items.npy",
        bias: "embeddings/mf/item_bias.npy",
        table: "items.csv",
        ids: { rule: "table-order", column: "iid" },
        title: "title",
        tags: [{ column: "genres", separator: "|" }],
        numbers: [],
        texts: [],
      },
      users: {
        embeddings: "embeddings/mf/users.npy",
        bias: "embeddings/mf/user_bias.npy",
        ids: { rule: "row-number", first: 0 },
        attributes: [],
      },
      interactions: { table: "interactions.csv", user: "uid", item: "iid" },
      recommender: { kind: "dot" },
      sae: { path: "sae", preset: "default", settings: {} },
    });
  });

  it("is proposed with the other embeddings when those are pointed at", async () => {
    const { manifest } = await proposeManifest(join(MOVIELENS_1M, "embeddings/ncf/items.npy"));
    expect(manifest?.users.embeddings).toBe("embeddings/ncf/users.npy");
    expect(manifest?.items.bias).toBeUndefined();
  });
});
