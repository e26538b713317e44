/** What a manifest's author reads while writing it: faults with their place and remedy, and what could stand there. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { proposedAddition } from "../../src/engine/manifest-addition";
import { keyPath, manifestFaults } from "../../src/engine/manifest-check";
import { suggestedValues } from "../../src/engine/manifest-values";
import { edited } from "../../src/host/manifest-edit";
import type { AdditionKind } from "../../src/protocol/engine";
import { manifestFix, RecPrismError } from "../../src/protocol/error";
import { type ManifestInput, manifestSchema } from "../../src/protocol/manifest";
import type { KeyPath } from "../../src/protocol/manifest-edit";
import { scratchFolder } from "../data/scratch";

let folder: string;
const GOOD = {
  version: 1,
  name: "films",
  items: {
    embeddings: "items.npy",
    table: "items.csv",
    ids: { rule: "table-order", column: "movieId" },
    title: "title",
    tags: [{ column: "genres", separator: "|" }],
  },
  users: { embeddings: "mf/users.npy", ids: { rule: "row-number", first: 1 } },
  interactions: { table: "ratings.csv", user: "userId", item: "movieId" },
} satisfies ManifestInput;

beforeEach(async () => {
  folder = await scratchFolder();
  await mkdir(join(folder, "mf"));
  await writeNpy(join(folder, "items.npy"), matrix(3, 2));
  await writeNpy(join(folder, "mf", "users.npy"), matrix(4, 2));
  await writeFile(join(folder, "items.csv"), "movieId,title,genres\n1,Alien,Horror|SF\n2,Heat,Crime\n3,Up,Comedy\n");
  await writeFile(join(folder, "ratings.csv"), "userId,movieId,rating,timestamp\n1,1,5,900\n4,3,4,901\n");
});

const place = (restricted = false) => ({ folder, restricted });
const faultsOf = (text: string) => manifestFaults(place(), text, null);
/** Faults of the good manifest with one value changed, as `path: message`. */
async function faults(path: KeyPath, value: unknown) {
  const text = edited(JSON.stringify(GOOD, null, 2), [{ path, change: "set", value }]);
  const found = await faultsOf(text);
  return found.map((fault) => ({ ...fault, where: fault.path.join(".") }));
}
/** The faults that remain once the first fix of the first fault is made. */
async function afterFix(path: KeyPath, value: unknown) {
  const text = edited(JSON.stringify(GOOD, null, 2), [{ path, change: "set", value }]);
  const [first] = await faultsOf(text);
  return { fix: first.fixes[0]?.title, left: await faultsOf(edited(text, first.fixes[0]?.edits ?? [])) };
}

describe("a manifest being written", () => {
  it("has no faults while all fits", async () => expect(await faultsOf(JSON.stringify(GOOD))).toEqual([]));

  it("has none either while it is no JSON, which its editor marks", async () =>
    expect(await faultsOf('{ "version": ')).toEqual([]));

  it.each([
    [["items", "embeddings"], "item.npy", "There is no item.npy", "Use items.npy"],
    [["users", "embeddings"], "users.npy", "There is no users.npy", "Use mf/users.npy"],
    [
      ["items", "title"],
      "titel",
      'items.csv has no column "titel"; it has "movieId", "title", "genres"',
      'Use column "title"',
    ],
    [["items", "tags", 0, "column"], "genre", 'no column "genre"', 'Use column "genres"'],
    [["interactions", "user"], "userID", 'no column "userID"', 'Use column "userId"'],
  ])("at %j says of %s what is wrong, and mends it", async (path, value, message, fix) => {
    const [fault, ...others] = await faults(path, value);
    expect(fault).toMatchObject({ path, at: "value", severity: "error", message: expect.stringContaining(message) });
    expect(others).toEqual([]);
    expect(await afterFix(path, value)).toEqual({ fix, left: [] });
  });

  it("renames a key that is mistyped, or removes one that is unknown", async () => {
    const [fault] = await faults(["items", "tittle"], "title");
    expect(fault).toMatchObject({ where: "items.tittle", at: "key", reason: "manifest-invalid" });
    expect(fault.fixes.map(({ title }) => title)).toEqual(['Rename to "title"', 'Remove "tittle"']);
    expect(await afterFix(["items", "banana"], 1)).toEqual({ fix: 'Remove "banana"', left: [] });
  });

  it("names the key within a matrix or table of several forms", async () => {
    expect(await faults(["items", "embeddings"], { file: "items.npy", tensr: "x" })).toMatchObject([
      { where: "items.embeddings.tensr", at: "key" },
    ]);
    expect(await faults(["items", "table"], { file: 3 })).toMatchObject([{ where: "items.table.file" }]);
    expect(await faults(["items", "table"], 3)).toMatchObject([{ where: "items.table" }]);
  });

  it("takes ids for row numbers where the table has other lines than the matrix rows", async () => {
    await writeFile(join(folder, "items.csv"), "movieId,title,genres\n1,Alien,Horror\n3,Up,Comedy\n");
    const found = await faultsOf(JSON.stringify(GOOD));
    expect(found).toMatchObject([
      {
        path: ["items", "ids", "rule"],
        reason: "row-count-mismatch",
        message: expect.stringMatching(/3 rows.*2 lines/),
      },
    ]);
    const text = edited(JSON.stringify(GOOD), found[0].fixes[0].edits);
    expect(JSON.parse(text).items.ids).toEqual({ rule: "row-number", first: 1, column: "movieId" });
    expect(await faultsOf(text)).toEqual([]);
  });

  it("recognises ids that are off by one, and numbers rows from the other", async () => {
    const rule = { rule: "row-number", column: "movieId" };
    expect(await faults(["items", "ids"], rule)).toMatchObject([
      { where: "items.ids.column", severity: "warning", message: expect.stringMatching(/1 to 3.*0 to 2.*off by one/) },
      { where: "interactions.item" },
    ]);
    expect((await afterFix(["items", "ids"], rule)).left).toEqual([]);
    expect(await faults(["users", "ids", "first"], 0)).toMatchObject([{ where: "interactions.user" }]);
  });

  it("compares dimensions, biases and ids", async () => {
    await writeNpy(join(folder, "bias.npy"), matrix(2, 1));
    await writeNpy(join(folder, "mf", "users.npy"), matrix(4, 5));
    const both = await faults(["items", "bias"], "bias.npy");
    expect(both.map(({ where }) => where)).toEqual(["items.bias", "users.embeddings"]);
    await writeFile(join(folder, "items.csv"), "movieId,title,genres\n1,Alien,Horror\n1,Heat,Crime\n3,Up,Comedy\n");
    expect((await faultsOf(JSON.stringify(GOOD))).map(({ reason }) => reason)).toContain("id-duplicate");
  });

  it("says what a file is that cannot be read, and a table that is missing", async () => {
    await writeFile(join(folder, "items.npy"), "no array");
    expect(await faultsOf(JSON.stringify(GOOD))).toMatchObject([
      { path: ["items", "embeddings"], reason: "file-format" },
    ]);
    const { table: _, ...items } = GOOD.items;
    expect(await faultsOf(JSON.stringify({ ...GOOD, items }))).toContainEqual(
      expect.objectContaining({ path: ["items", "title"], reason: "manifest-invalid" }),
    );
  });

  it("tells what opening ran into at its line, with its fix, until the text is another", async () => {
    const text = JSON.stringify(GOOD);
    const fix = manifestFix("users.ids.first", 0);
    const fault = new RecPrismError("id-unknown", "Most ids do not map.", { key: "interactions", fix });
    expect(await manifestFaults(place(), text, { text, fault })).toEqual([
      {
        path: ["interactions"],
        at: "value",
        severity: "error",
        reason: "id-unknown",
        message: "Most ids do not map.",
        fixes: [{ title: fix.title, edits: [{ path: ["users", "ids", "first"], change: "set", value: 0 }] }],
      },
    ]);
    expect(await manifestFaults(place(), `${text} `, { text, fault })).toEqual([]);
    const duplicate = new RecPrismError("id-duplicate", "Twice.", { file: join(folder, "items.csv") });
    expect(await manifestFaults(place(), text, { text, fault: duplicate })).toMatchObject([
      { path: ["items", "table"] },
    ]);
  });

  it("reads nothing outside its folder in a restricted workspace", async () => {
    const outside = { ...GOOD, items: { ...GOOD.items, table: "../items.csv" } };
    const found = await manifestFaults(place(true), JSON.stringify(outside), null);
    expect(found).toMatchObject([{ path: ["items", "table"], reason: "workspace-restricted" }]);
  });

  it("is checked whatever it holds", async () => {
    const texts = fc.oneof(
      fc.json(),
      fc.jsonValue().map((items) => JSON.stringify({ ...GOOD, items })),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        for (const { message } of await faultsOf(text)) expect(message).not.toBe("");
      }),
      { numRuns: 60 },
    );
  });

  it("names keys as paths", () => {
    expect(keyPath("items.tags[0].column")).toEqual(["items", "tags", 0, "column"]);
    expect(keyPath("")).toEqual([]);
  });
});

describe("what could stand at a key", () => {
  const values = async (path: KeyPath, manifest: unknown = GOOD) =>
    (await suggestedValues(place(), manifest, path)).map(({ value }) => value);

  it("are files that fit, those first that are named for it", async () => {
    expect((await values(["users", "embeddings"])).slice(0, 2)).toEqual(["mf/users.npy", "items.npy"]);
    expect((await values(["interactions", "table"]))[0]).toBe("ratings.csv");
    expect((await values(["items", "table", "file"]))[0]).toBe("items.csv");
    expect(await suggestedValues(place(), {}, ["items", "embeddings"])).toContainEqual({
      kind: "file",
      value: "items.npy",
      detail: expect.stringMatching(/^3 x 2 float/),
      likely: true,
    });
  });

  it("are columns of the table beside it", async () => {
    expect(await values(["items", "title"])).toEqual(["movieId", "title", "genres"]);
    expect(await values(["items", "tags", 3, "column"])).toEqual(["movieId", "title", "genres"]);
    expect(await values(["interactions", "rating"], { interactions: { table: "ratings.csv" } })).toContain("rating");
  });

  it("are inputs and outputs of the model, of which a wrong one is a fault", async () => {
    await copyFile(join(__dirname, "../fixtures/heads/mlp-13.onnx"), join(folder, "head.onnx"));
    const recommender = { kind: "onnx", model: "head.onnx", users: "usr" };
    expect(await values(["recommender", "users"], { recommender })).toEqual(["user", "item"]);
    expect(await values(["recommender", "output"], { recommender })).toEqual(["score"]);
    expect(await faults(["recommender"], recommender)).toMatchObject([{ where: "recommender.users" }]);
    expect(await afterFix(["recommender"], recommender)).toEqual({ fix: 'Use "user"', left: [] });
  });

  it("are none where nothing is known", async () => {
    expect(await values(["items", "title"], { items: { table: "none.csv" } })).toEqual([]);
    expect(await values(["name"])).toEqual([]);
    expect(await values(["items", "title"], null)).toEqual([]);
  });
});

describe("an addition to a manifest", () => {
  const bare = {
    version: 1,
    name: "films",
    items: { embeddings: "items.npy", ids: { rule: "row-number" } },
    users: GOOD.users,
  };
  async function added(kind: AdditionKind, file: string, overrides: Record<string, string | null> = {}) {
    const addition = await proposedAddition(place(), manifestSchema.parse(bare), kind, file, overrides);
    const text = addition.edits === null ? null : edited(JSON.stringify(bare, null, 2), addition.edits);
    return { ...addition, manifest: text === null ? null : JSON.parse(text) };
  }

  it("of interactions recognises their columns", async () => {
    const { manifest } = await added("interactions", join(folder, "ratings.csv"));
    expect(manifest.interactions).toEqual({
      table: "ratings.csv",
      user: "userId",
      item: "movieId",
      timestamp: "timestamp",
      rating: "rating",
    });
  });

  it("takes a person's corrections, and says what they make impossible", async () => {
    const { manifest } = await added("interactions", "ratings.csv", { "interactions.timestamp": null });
    expect(manifest.interactions.timestamp).toBeUndefined();
    const { problems, manifest: none } = await added("interactions", "ratings.csv", { "interactions.user": "movieId" });
    expect(none).toBeNull();
    expect(problems).toEqual(["Column movieId is chosen for users and for items. Choose another for one of them."]);
  });

  it("of a file without a header takes its first line for data, unless told", async () => {
    await writeFile(join(folder, "clicks.csv"), "1,2,5\n2,3,4\n");
    const { manifest, choices } = await added("interactions", "clicks.csv");
    expect(manifest.interactions).toEqual({
      table: { file: "clicks.csv", header: false },
      user: "column0",
      item: "column1",
    });
    expect(choices[0]).toMatchObject({ key: "interactions.table.header", chosen: "Data like the others" });
  });

  it("of an item table names rows so that all goes on fitting together", async () => {
    const { manifest, notes } = await added("items", "items.csv");
    expect(manifest.items).toEqual({
      embeddings: "items.npy",
      table: "items.csv",
      ids: { rule: "row-number", first: 1, column: "movieId" },
      title: "title",
      tags: [{ column: "genres", separator: "|" }],
    });
    expect(notes.join(" ")).toContain("row numbers from 1");
    expect(manifestSchema.safeParse(manifest).success).toBe(true);
  });

  it("of a head names what the model does not tell alone, once its widths fit", async () => {
    await copyFile(join(__dirname, "../fixtures/heads/mlp-13.onnx"), join(folder, "head.onnx"));
    const misfit = await added("head", "head.onnx");
    expect(misfit.problems[0]).toMatch(/takes vectors of 6 numbers, but the embeddings have 2/);
    await writeNpy(join(folder, "items.npy"), matrix(3, 6));
    const { manifest, choices } = await added("head", "head.onnx");
    expect(manifest.recommender).toEqual({ kind: "onnx", model: "head.onnx" });
    expect(choices.map(({ key, chosen }) => [key, chosen])).toEqual([
      ["recommender.users", "user"],
      ["recommender.items", "item"],
      ["recommender.output", "score"],
    ]);
    const swapped = await added("head", "head.onnx", { "recommender.users": "item", "recommender.items": "user" });
    expect(swapped.manifest.recommender).toMatchObject({ users: "item", items: "user" });
  });

  it("of an item table that does not fit says why", async () => {
    await writeFile(join(folder, "items.csv"), "asin,title\nB01,Alien\nB02,Heat\n");
    const { problems, edits } = await added("items", "items.csv");
    expect(edits).toBeNull();
    expect(problems[0]).toMatch(/2 lines for the 3 rows.*asin are no row numbers/);
  });
});
