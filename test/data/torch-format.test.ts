/** Tensors of files that PyTorch wrote, and of files that lie about theirs. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRows, inMemory, isInMemory, rowsBetween } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { readNpy } from "../../src/data/npy";
import type { MatrixSource } from "../../src/protocol/manifest";
import { PROJECT_ROOT } from "../built";
import {
  archive,
  built,
  called,
  dictionary,
  floats,
  global,
  integer,
  legacy,
  no,
  pickle,
  tensor,
  text,
  tuple,
} from "./pickle-bytes";
import { failure, scratchFile } from "./scratch";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "./shared-data";
import { zipBytes } from "./zip-bytes";

const FOLDER = join(PROJECT_ROOT, "test", "fixtures", "torch");
const fixture = (name: string) => join(FOLDER, name);

/** Row r, column c holds 10 r + c, as the fixtures do. */
const counting = (rows: number[], columns: number[]) =>
  rows.flatMap((row) => columns.map((column) => 10 * row + column));

async function valuesOf(source: MatrixSource): Promise<number[]> {
  const { rows } = await openMatrix(source);
  return Array.from(inMemory(rows).values);
}

async function describedAs(file: string): Promise<Record<string, string>> {
  const found = await describeMatrixFile(file);
  return Object.fromEntries(
    found.map(({ source, shape, dtype, unusable }) => [
      source.tensor ?? "",
      `${dtype} [${shape.join(", ")}]${unusable === null ? "" : ` ${unusable}`}`,
    ]),
  );
}

/** Of 3 x 2 under "weight" where nothing is said. */
const weights = (words: Parameters<typeof tensor>[0]) => pickle(dictionary([text("weight"), tensor(words)]));
const SIX = floats(0, 1, 10, 11, 20, 21);

describe.each([
  ["since PyTorch 1.6", ".pt"],
  ["before PyTorch 1.6", "-legacy.pt"],
])("a file of torch.save %s", (_, ending) => {
  it("lists its tensors by their keys, with what none of them can be", async () => {
    expect(await describedAs(fixture(`recommender${ending}`))).toEqual({
      "users.weight": "float32 [4, 3]",
      "items.weight": "float32 [3, 3]",
      "items.bias": "float32 [3]",
      "transposed.weight": "float32 [4, 3]",
      "wide.weight": "float32 [4, 3]",
      parameter: "float32 [2, 2]",
      cube: "float32 [2, 2, 2] It has 3 dimensions (2 x 2 x 2); a matrix has 2 dimensions, a bias 1.",
      scalar: "float32 [] It has a single number; a matrix has 2 dimensions, a bias 1.",
      mask: "bool [3] It holds bool; floats of 16, 32 and 64 bits and integers are read.",
      expanded: "float32 [5, 3] It is a view whose values lie apart or overlap; save tensor.contiguous().",
      empty: "float32 [0, 3]",
    });
  });

  it("gives views of one storage, and views with steps, as PyTorch does", async () => {
    const file = fixture(`recommender${ending}`);
    expect(await valuesOf({ file, tensor: "users.weight" })).toEqual(counting([0, 1, 2, 3], [0, 1, 2]));
    expect(await valuesOf({ file, tensor: "items.weight" })).toEqual(counting([4, 5, 6], [0, 1, 2]));
    expect(await valuesOf({ file, tensor: "items.bias" })).toEqual([41, 51, 61]);
    expect(await valuesOf({ file, tensor: "wide.weight" })).toEqual(counting([0, 1, 2, 3], [2, 3, 4]));
    const turned = [0, 1, 2, 3].flatMap((column) => counting([0, 1, 2], [column]));
    expect(await valuesOf({ file, tensor: "transposed.weight" })).toEqual(turned);
    expect(await valuesOf({ file, tensor: "transposed.weight", transposed: true })).toEqual(
      counting([0, 1, 2], [0, 1, 2, 3]),
    );
    expect(await valuesOf({ file, tensor: "parameter" })).toEqual(counting([0, 1], [0, 1]));
  });

  it("gives every type of number as float32", async () => {
    const file = fixture(`types${ending}`);
    const found = await describeMatrixFile(file);
    expect(found.map(({ dtype }) => dtype)).toEqual([
      "float64",
      "float32",
      "float16",
      "bfloat16",
      "int64",
      "int32",
      "int16",
      "int8",
      "uint8",
    ]);
    for (const { source } of found) expect(await valuesOf(source)).toEqual(counting([0, 1], [0, 1, 2]));
  });

  it("may be a checkpoint: the optimiser's state and arrays of NumPy are listed with the weights", async () => {
    const file = fixture(`checkpoint${ending}`);
    const found = await describedAs(file);
    expect(found).toMatchObject({
      "model.user.weight": "float32 [4, 3]",
      "model.item.weight": "float32 [5, 3]",
      "optimizer.state.0.exp_avg": "float32 [4, 3]",
      "arrays.1": "float64 [3, 2]",
    });
    expect(await valuesOf({ file, tensor: "model.item.weight" })).toEqual(counting([0, 1, 2, 3, 4], [0, 1, 2]));
    expect(await valuesOf({ file, tensor: "arrays.0" })).toEqual(counting([0, 1], [0, 1, 2]));
    // In Fortran order, and big-endian.
    expect(await valuesOf({ file, tensor: "arrays.1" })).toEqual(counting([0, 1, 2], [0, 1]));
    expect(await valuesOf({ file, tensor: "arrays.1", transposed: true })).toEqual([0, 10, 20, 1, 11, 21]);
    expect(await valuesOf({ file, tensor: "arrays.2" })).toEqual(counting([0, 1], [0, 1]));
  });

  it("that holds a whole module is refused with what to save instead", async () => {
    const file = fixture(`module${ending}`);
    const advice = ["torch.nn.modules.sparse.Embedding", "nothing was executed", "model.state_dict()"];
    await failure(describeMatrixFile(file), "file-format", ...advice);
    await failure(openMatrix(file), "file-format", ...advice);
  });

  it("stays in its file where memory is short", async () => {
    const { rows } = await openMatrix({ file: fixture(`recommender${ending}`), tensor: "wide.weight" }, 0);
    expect(isInMemory(rows)).toBe(false);
    expect(Array.from(rowsBetween(rows, 1, 3).values)).toEqual(counting([1, 2], [2, 3, 4]));
    await closeRows(rows);
  });
});

describe("a file of torch.save", () => {
  it("may be of any protocol of pickle", async () => {
    const names = (await readdir(FOLDER)).filter((name) => name.startsWith("protocol-"));
    expect(names).toHaveLength(4);
    for (const name of names) expect(await valuesOf(fixture(name))).toEqual(counting([0, 1, 2, 3], [0, 1, 2]));
  });

  it("may be a single tensor, which needs no name", async () => {
    expect(await describeMatrixFile(fixture("tensor.pt"))).toEqual([
      { source: { file: fixture("tensor.pt") }, shape: [4, 3], dtype: "float32", unusable: null },
    ]);
    expect(await valuesOf(fixture("tensor.pt"))).toEqual(counting([0, 1, 2, 3], [0, 1, 2]));
  });

  it("of TorchScript is refused with what to save instead", async () => {
    await failure(describeMatrixFile(fixture("script.pt")), "file-format", "__torch__", "model.state_dict()");
  });

  it("with several tensors asks which, and names them", async () => {
    const file = fixture("recommender.pt");
    await failure(openMatrix(file), "not-found", "users.weight [4, 3] float32", 'Say which with "tensor"');
    await failure(openMatrix({ file, tensor: "user.weight" }), "not-found", "users.weight");
    await failure(openMatrix({ file, tensor: "cube" }), "dtype-unsupported", "3 dimensions");
    await failure(openMatrix({ file, tensor: "expanded" }), "dtype-unsupported", "contiguous()");
  });

  it.each([
    ["empty", "", "is empty"],
    ["text", "user,0.5\n", "does not start like a file of torch.save"],
    ["another pickle", pickle(dictionary([text("a"), integer(1)])), "a pickle, but not one of torch.save"],
    ["another archive", archive(Buffer.of(), {}).subarray(4), "does not start like"],
  ])("is not what is %s", async (_, content, said) => {
    await failure(describeMatrixFile(await scratchFile("model.bin", content)), "file-format", said);
  });

  it("may say that it is big-endian, or keep values without a type of their own", async () => {
    const turned = Buffer.from(SIX).swap32();
    const big = archive(weights({}), { 0: turned }, [{ name: "model/byteorder", content: Buffer.from("big") }]);
    expect(await valuesOf(await scratchFile("model.pt", big))).toEqual(counting([0, 1, 2], [0, 1]));
    const view = tuple(text("view"), integer(2), integer(4));
    const part = legacy(weights({ shape: [2, 2], view }), [["0", 6, SIX]]);
    expect(await valuesOf(await scratchFile("model.pt", part))).toEqual(counting([1, 2], [0, 1]));
  });

  it("says where a value is no number", async () => {
    const file = await scratchFile("model.pt", archive(weights({}), { 0: floats(0, 1, 2, Number.NaN, 4, 5) }));
    const { where } = await failure(openMatrix(file), "value-not-finite", "weight", "row 1, column 1");
    expect(where).toMatchObject({ file, row: 1, column: "1", key: "weight" });
  });
});

describe("a file that lies about its tensors", () => {
  const LIES: [what: string, words: Parameters<typeof tensor>[0], said: string][] = [
    ["an offset behind the storage", { offset: 1 }, "reaches to value 7 of storage 0, which has 6"],
    ["more rows than the storage has", { shape: [4, 2] }, "reaches to value 8"],
    ["2^60 rows", { shape: [2 ** 60, 2] }, "that cannot be"],
    ["2^50 rows", { shape: [2 ** 50, 2] }, "of storage 0, which has 6"],
    ["strides that leap", { strides: [2 ** 45, 1] }, "of storage 0, which has 6"],
    ["negative strides", { strides: [-2, 1] }, "that cannot be"],
    ["a negative length", { shape: [-3, 2] }, "that cannot be"],
    ["a negative offset", { offset: -1 }, "that cannot be"],
    ["an offset beyond any number", { offset: 2n ** 62n }, "that cannot be"],
    ["fewer strides than dimensions", { strides: [1] }, "more dimensions than strides"],
    ["a storage larger than its entry", { length: 60, shape: [30, 2] }, "24 bytes, where its tensors need 240"],
    ["a storage that is not there", { key: "../../etc/passwd" }, "which a tensor needs"],
  ];

  it.each(LIES)("is refused for %s", async (_, words, said) => {
    const file = await scratchFile("model.pt", archive(weights(words), { 0: SIX }));
    await failure(describeMatrixFile(file), "file-format", said);
    await failure(openMatrix(file), "file-format", said);
  });

  it("is refused in the old form too", async () => {
    const described = async (...args: Parameters<typeof legacy>) =>
      describeMatrixFile(await scratchFile("model.pt", legacy(...args)));
    await failure(described(weights({ offset: 1 }), [["0", 6, SIX]]), "file-format", "reaches to value 7");
    await failure(described(weights({}), [["0", 5, SIX]]), "file-format", "has 5 values, where its tensors need 6");
    await failure(described(weights({}), []), "file-format", "has no storage 0");
    await failure(described(weights({}), [["9", 6, SIX]]), "file-format", "lists a storage that no tensor has");
    await failure(described(weights({ length: 2 ** 40 }), [["0", 2 ** 40, SIX]]), "file-truncated", "cut short");
    const view = tuple(text("view"), integer(4), integer(4));
    await failure(described(weights({ view }), [["0", 6, SIX]]), "file-format", "lies outside");
  });

  it("may hold an array of NumPy without anything in it", async () => {
    const array = called(global("numpy.core.multiarray", "_reconstruct"));
    const dtype = called(global("numpy", "dtype"), text(""));
    const untyped = built(array, tuple(integer(1), tuple(integer(1)), dtype, no, called(global("_codecs", "encode"))));
    const content = pickle(dictionary([text("bare"), array], [text("untyped"), untyped]));
    expect(await describedAs(await scratchFile("model.pt", archive(content, {})))).toEqual({
      bare: "nothing [] It holds nothing; floats of 16, 32 and 64 bits and integers are read.",
      untyped: "an unknown type [1] It holds an unknown type; floats of 16, 32 and 64 bits and integers are read.",
    });
  });

  it("may not make many rows of few values", async () => {
    const file = await scratchFile("model.pt", archive(weights({ shape: [2 ** 40, 2], strides: [0, 1] }), { 0: SIX }));
    const [found] = await describeMatrixFile(file);
    expect(found.unusable).toContain("overlap");
    await failure(openMatrix({ file, tensor: "weight" }), "dtype-unsupported", "overlap");
  });

  it("is refused where it is cut short, anywhere", async () => {
    const whole = legacy(weights({}), [["0", 6, SIX]]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (end) => {
        await failure(describeMatrixFile(await scratchFile("model.pt", whole.subarray(0, end))), "file-truncated");
      }),
      { numRuns: 40 },
    );
  });

  it("is refused where its values are compressed", async () => {
    const bytes = zipBytes([
      { name: "model/data.pkl", content: weights({}) },
      { name: "model/data/0", content: SIX, deflated: true },
    ]);
    await failure(
      describeMatrixFile(await scratchFile("model.pt", bytes)),
      "file-format",
      "model/data/0 is compressed",
    );
  });
});

describe.skipIf(!hasMovieLens)(`the NCF model of MovieLens 1M${needsMovieLens}`, () => {
  it("holds the embeddings that were exported from it", async () => {
    const folder = join(MOVIELENS_1M, "embeddings", "ncf");
    const file = join(folder, "model.pt");
    expect(await describedAs(file)).toMatchObject({
      "item.weight": "float32 [3018, 20]",
      "head.mlp.6.bias": "float32 [1]",
    });
    for (const [tensorName, exported] of [
      ["user.weight", "users.npy"],
      ["item.weight", "items.npy"],
    ]) {
      const { rows } = await openMatrix({ file, tensor: tensorName });
      expect(rows).toEqual(await readNpy(join(folder, exported)));
    }
  });
});
