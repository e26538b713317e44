/** Embeddings in files of other kinds than .npy, found with the ids of their rows. */
import { readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { writeManifest } from "../../src/data/manifest-file";
import { matrix } from "../../src/data/matrix";
import { MATRIX_FORMATS, matrixFormatOf } from "../../src/data/matrix-file";
import { writeNpy } from "../../src/data/npy";
import { proposeManifest } from "../../src/data/propose";
import { safetensorsBytes } from "../../src/data/safetensors";
import { isTableFile } from "../../src/data/scan";
import type { Proposal } from "../../src/protocol/engine";
import { scratchFolder } from "./scratch";

/** `[rows, columns]` makes a .npy of ascending numbers. */
async function folderOf(files: Record<string, [number, number] | string | Uint8Array>): Promise<string> {
  const folder = await scratchFolder();
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    if (Array.isArray(content)) await writeNpy(file, matrix(...content, ascending(content[0] * content[1])));
    else await writeFile(file, content);
  }
  return folder;
}

const ascending = (length: number) => Float32Array.from({ length }, (_, index) => index);
const lines = (...rows: string[]) => `${rows.join("\n")}\n`;
const chosen = (proposal: Proposal) =>
  Object.fromEntries(proposal.choices.map(({ role, chosen: value }) => [role, value]));

/** Ids of items and users once the proposed manifest is opened. */
async function opened(folder: string, proposal: Proposal) {
  expect(proposal.problems).toEqual([]);
  await writeManifest(folder, proposal.manifest!, true);
  const { items, users, warnings, interactions } = await loadDataset(folder);
  return { items: [...items.ids], users: [...users.ids], titles: items.titles, warnings, interactions };
}

function checkpoint(shapes: Record<string, number[]>): Uint8Array {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const values = ascending(shape.reduce((a, b) => a * b, 1));
    return [name, { shape, values }] as const;
  });
  return safetensorsBytes(Object.fromEntries(tensors), {});
}

describe("arrays of one file", () => {
  const shapes = {
    "mlp.0.weight": [8, 6],
    "embed_user_GMF.weight": [3, 6],
    "embed_item_GMF.weight": [4, 6],
    "embed_user_MLP.weight": [3, 12],
    "embed_item_MLP.weight": [4, 12],
    "item_bias.weight": [4, 1],
    "user_bias.weight": [3, 1],
  };

  it("are told apart by their names, and paired by what else these say", async () => {
    const folder = await folderOf({ "model.safetensors": checkpoint(shapes) });
    const proposal = await proposeManifest(folder);
    expect(proposal.manifest).toMatchObject({
      items: {
        embeddings: { file: "model.safetensors", tensor: "embed_item_GMF.weight" },
        bias: { file: "model.safetensors", tensor: "item_bias.weight" },
      },
      users: { embeddings: { file: "model.safetensors", tensor: "embed_user_GMF.weight" } },
    });
    expect(chosen(proposal)["item-embeddings"]).toBe("model.safetensors › embed_item_GMF.weight");
    expect((await opened(folder, proposal)).items).toEqual(["0", "1", "2", "3"]);
  });

  it("can be chosen by what the choices call them, and their pair follows", async () => {
    const folder = await folderOf({ "model.safetensors": checkpoint(shapes) });
    const { manifest } = await proposeManifest(folder, {
      "item-embeddings": "model.safetensors › embed_item_MLP.weight",
    });
    expect(manifest?.users.embeddings).toEqual({ file: "model.safetensors", tensor: "embed_user_MLP.weight" });
  });

  it("without telling names are told apart by how many users and items interact", async () => {
    const folder = await folderOf({
      "model.safetensors": checkpoint({
        "embedding.weight": [3, 6],
        "embedding_1.weight": [5, 6],
        "dense.weight": [6, 6],
      }),
      "ratings.csv": lines("user,item", "0,0", "1,1", "2,2", "2,3", "0,4"),
    });
    const proposal = await proposeManifest(folder);
    expect(chosen(proposal)).toMatchObject({
      "item-embeddings": "model.safetensors › embedding_1.weight",
      "user-embeddings": "model.safetensors › embedding.weight",
    });
    expect((await opened(folder, proposal)).warnings).toEqual([]);
  });

  it("are not taken for embeddings because nothing else is there", async () => {
    const folder = await folderOf({
      "head.safetensors": checkpoint({ "dense.weight": [8, 4], "dense_1.weight": [2, 8] }),
      "ratings.csv": lines("user,item", "0,0", "1,1", "2,2"),
    });
    const { choices, withoutEmbeddings } = await proposeManifest(folder);
    expect(choices[0]).toMatchObject({ role: "item-embeddings", chosen: null });
    expect(choices[0].candidates).toHaveLength(2);
    expect(withoutEmbeddings?.interactions.table).toBe("ratings.csv");
  });

  it("give way to files of their own", async () => {
    const folder = await folderOf({
      "items.npy": [4, 6],
      "users.npy": [3, 6],
      "model.safetensors": checkpoint({ user_embedding: [3, 6], item_embedding: [4, 6] }),
    });
    expect(chosen(await proposeManifest(folder))["item-embeddings"]).toBe("items.npy");
  });

  it("may stand on their side", async () => {
    const folder = await folderOf({
      "model.safetensors": checkpoint({ user_factors: [2, 3], item_factors: [2, 5] }),
      "items.csv": lines("item,title", "a,A", "b,B", "c,C", "d,D", "e,E"),
      "clicks.csv": lines("user,item", "0,a", "1,b", "2,c", "0,d", "0,e"),
    });
    const proposal = await proposeManifest(folder);
    expect(proposal.manifest?.items.embeddings).toEqual({
      file: "model.safetensors",
      tensor: "item_factors",
      transposed: true,
    });
    expect((await opened(folder, proposal)).items).toEqual(["a", "b", "c", "d", "e"]);
  });
});

describe("a PyTorch checkpoint", () => {
  it("offers its tensors by their keys", async () => {
    const folder = await folderOf({
      "recommender.pt": await readFile(join(__dirname, "../fixtures/torch/recommender.pt")),
    });
    const { choices } = await proposeManifest(folder);
    const values = choices[0].candidates.map(({ value }) => value);
    expect(values.length).toBeGreaterThan(1);
    for (const value of values) expect(value).toMatch(/^recommender\.pt › ./);
  });
});

describe("tables of vectors", () => {
  const wide = (id: string, ids: string[]) =>
    lines([id, "e0", "e1", "e2", "e3", "e4"].join(), ...ids.map((one, row) => [one, row, 0.5, 1.5, 2.5, 3.5].join()));

  it.runIf(matrixFormatOf("x.csv") !== null)("name their rows, and are no tables of metadata", async () => {
    const folder = await folderOf({
      "items.csv": wide("item_id", ["p", "q", "r"]),
      "users.csv": wide("user_id", ["x", "y"]),
      "ratings.csv": lines("user_id,item_id,rating", "x,q,4", "y,r,5"),
    });
    const proposal = await proposeManifest(folder);
    expect(proposal.manifest?.items).toMatchObject({
      embeddings: { file: "items.csv", columns: ["e0", "e1", "e2", "e3", "e4"], id: "item_id" },
      ids: { rule: "matrix" },
    });
    expect(proposal.manifest?.items.table).toBeUndefined();
    expect(await opened(folder, proposal)).toMatchObject({ items: ["p", "q", "r"], users: ["x", "y"], warnings: [] });
  });

  it.runIf(matrixFormatOf("x.csv") !== null)("may tell titles too, which are joined by the same ids", async () => {
    const folder = await folderOf({
      "items.csv": lines("item_id,title,v0,v1,v2,v3,v4", "p,Sheep,1,2,3,4,5.5", "q,Goat,1,2,3,4,5.5"),
      "users.npy": [2, 5],
    });
    const proposal = await proposeManifest(folder);
    expect(await opened(folder, proposal)).toMatchObject({ items: ["p", "q"], titles: ["Sheep", "Goat"] });
    expect(proposal.choices.find(({ role }) => role === "item-title")?.candidates.map(({ value }) => value)).toEqual([
      "title",
    ]);
  });

  it.runIf(matrixFormatOf("x.jsonl") !== null)("may hold each vector as a list", async () => {
    const folder = await folderOf({
      "items.jsonl": lines('{"asin":"B1","embedding":[1,2]}', '{"asin":"B2","embedding":[3,4]}'),
      "users.npy": [2, 2],
    });
    const proposal = await proposeManifest(folder);
    expect(proposal.preview[1]).toMatchObject({ side: "items", row: 1, id: "B2", values: [3, 4] });
    expect((await opened(folder, proposal)).items).toEqual(["B1", "B2"]);
  });

  it("are not seen in columns of numbers that describe items", async () => {
    const folder = await folderOf({
      "items.npy": [2, 4],
      "users.npy": [3, 4],
      "items.csv": lines(
        "item,title,year,price,length,width,height,weight",
        "a,A,1990,1,2,3,4,5",
        "b,B,1991,1,2,3,4,6",
      ),
    });
    const { choices } = await proposeManifest(folder);
    expect(choices[0].candidates.map(({ value }) => value)).toEqual(["items.npy", "users.npy"]);
    expect(choices.find(({ role }) => role === "item-table")?.chosen).toBe("items.csv");
  });
});

describe("word vectors", () => {
  it.runIf(matrixFormatOf("x.vec") !== null)("name their rows by their words, and a README.txt is none", async () => {
    const folder = await folderOf({
      "items.vec": lines("2 3", "p 1 2 3", "q 4 5 6"),
      "users.npy": [2, 3],
      "README.txt": "Items and users of a shop.\n",
    });
    const proposal = await proposeManifest(folder);
    expect(proposal.notes.filter((note) => note.includes("README"))).toEqual([]);
    expect((await opened(folder, proposal)).items).toEqual(["p", "q"]);
  });
});

describe("files of ids", () => {
  const matrices = { "items.npy": [3, 4], "users.npy": [2, 4] } satisfies Record<string, [number, number]>;

  it("name the rows when there are as many, and join tables and interactions", async () => {
    const folder = await folderOf({
      ...matrices,
      "item_ids.txt": lines("30", "10", "20"),
      "user2id.json": JSON.stringify({ anna: 1, bert: 0 }),
      "items.csv": lines("item,title", "10,Ten", "20,Twenty", "30,Thirty", "40,Forty"),
      "clicks.csv": lines("user,item", "anna,10", "bert,30"),
    });
    const proposal = await proposeManifest(folder);
    expect(proposal.manifest?.items.ids).toEqual({ rule: "list", file: "item_ids.txt", column: "item" });
    expect(proposal.manifest?.users.ids).toEqual({ rule: "vocabulary", file: "user2id.json" });
    expect(proposal.preview.slice(0, 2).map(({ id, title }) => [id, title])).toEqual([
      ["30", "Thirty"],
      ["10", "Ten"],
    ]);
    expect(await opened(folder, proposal)).toMatchObject({ items: ["30", "10", "20"], users: ["bert", "anna"] });
  });

  it("that count from 1 do so in the manifest, and may leave a row for padding", async () => {
    const folder = await folderOf({
      ...matrices,
      "item2id.json": JSON.stringify({ a: 1, b: 2, c: 3 }),
      "user_vocab.json": JSON.stringify({ x: 1 }),
    });
    const { manifest } = await proposeManifest(folder);
    expect(manifest?.items.ids).toEqual({ rule: "vocabulary", file: "item2id.json", first: 1 });
    expect(manifest?.users.ids).toEqual({ rule: "row-number", first: 0 });
  });

  it("of another length or of other ids are not taken", async () => {
    const folder = await folderOf({
      ...matrices,
      "item_ids.txt": lines("1", "2"),
      "user_ids.txt": lines("8", "9"),
      "clicks.csv": lines("user,item", "0,0", "1,2"),
    });
    const { manifest, choices } = await proposeManifest(folder);
    expect(manifest?.items.ids).toEqual({ rule: "row-number", first: 0 });
    expect(manifest?.users.ids).toEqual({ rule: "row-number", first: 0 });
    expect(choices.find(({ role }) => role === "user-ids")?.candidates.map(({ value }) => value)).toContain(
      "user_ids.txt",
    );
  });

  it("can be chosen against what was proposed, which is then verified", async () => {
    const folder = await folderOf({ ...matrices, "names_ids.txt": lines("a", "b", "a") });
    const { problems } = await proposeManifest(folder, { "item-ids": "names_ids.txt" });
    expect(problems.join()).toContain('names_ids.txt has the id "a" in entry 0 and again in entry 2');
  });

  it("name every row exactly once, whatever their order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/), { minLength: 2, maxLength: 12 }),
        fc.boolean(),
        async (ids, asVocabulary) => {
          const rows = Object.fromEntries(ids.map((id, row) => [id, row]));
          const file: Record<string, string> = asVocabulary
            ? { "item2id.json": JSON.stringify(rows) }
            : { "item_ids.txt": lines(...ids) };
          const folder = await folderOf({ "items.npy": [ids.length, 3], "users.npy": [40, 3], ...file });
          const { preview, problems } = await proposeManifest(folder);
          expect(problems).toEqual([]);
          const shown = preview.filter(({ side }) => side === "items");
          expect(shown.map(({ row, id }) => [row, id])).toEqual(ids.slice(0, 5).map((id, row) => [row, id]));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("what a person points at", () => {
  const films = {
    "mf/items.npy": [3, 4],
    "mf/users.npy": [2, 4],
    "ncf/items.npy": [3, 8],
    "ncf/users.npy": [2, 8],
    "a/movies.csv": lines("movieId,title", "a,A", "b,B", "c,C"),
    "b/movies.csv": lines("movieId,title", "a,X", "b,Y", "c,Z"),
  } satisfies Record<string, [number, number] | string>;

  it("may be several files, of which the project's folder holds all", async () => {
    const folder = await folderOf(films);
    const given = ["ncf/items.npy", "ncf/users.npy", "b/movies.csv"].map((file) => join(folder, file));
    const proposal = await proposeManifest(given);
    expect(proposal.folder).toBe(folder);
    expect(chosen(proposal)).toMatchObject({
      "item-embeddings": "ncf/items.npy",
      "user-embeddings": "ncf/users.npy",
      "item-table": "b/movies.csv",
    });
  });

  it("is told to be of no use where it is", async () => {
    const folder = await folderOf({ ...films, "notes.md": "Notes" });
    expect((await proposeManifest(join(folder, "notes.md"))).problems[0]).toContain("notes.md is neither");
  });

  it("may be folders", async () => {
    const folder = await folderOf(films);
    const proposal = await proposeManifest([join(folder, "mf"), join(folder, "a")]);
    expect(proposal.folder).toBe(folder);
    expect(proposal.problems).toEqual([]);
  });
});

describe("the Explorer's menu", () => {
  const { menus } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).contributes;
  const { when } = menus["explorer/context"].find(
    (entry: { command: string }) => entry.command === "recprism.openEmbeddings",
  );
  const pattern = new RegExp(/resourceExtname =~ \/(.*?)\/i/.exec(when)?.[1] ?? "never", "i");

  it("offers Open Embeddings on every kind of file that is read", () => {
    const extensions = MATRIX_FORMATS.flatMap((format) => format.extensions);
    for (const extension of [...extensions, ".tsv", ".dat", ".json", ".sqlite"]) expect(extension).toMatch(pattern);
    for (const extension of [".tsv", ".dat", ".json", ".sqlite"]) expect(isTableFile(`x${extension}`)).toBe(true);
    for (const extension of [".ts", ".md", ".npyx", ".py"]) expect(extension).not.toMatch(pattern);
  });
});
