/** Datasets of HDF5 files, such as Keras writes. The files are made by the HDF5 library itself. */
import { existsSync } from "node:fs";
import { readdir, readlink, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRows, inMemory, isInMemory, rowsBetween } from "../../src/data/matrix";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import type { MatrixSource } from "../../src/protocol/manifest";
import { counting, hdf5Bytes } from "./hdf5-bytes";
import { failure, scratchFile } from "./scratch";
import { zipBytes } from "./zip-bytes";

/** Where Linux lists the files that a process has open. */
const DESCRIPTORS = "/proc/self/fd";
const SIX = [1, -2, 3, 0, 5, 100];

async function valuesOf(source: MatrixSource): Promise<number[]> {
  const { rows } = await openMatrix(source);
  return Array.from(inMemory(rows).values);
}

const hdf5File = async (fill: Parameters<typeof hdf5Bytes>[0]) => scratchFile("model.h5", await hdf5Bytes(fill));

/** Embeddings and a bias where Keras keeps them. */
const keras = () =>
  hdf5Bytes((file) => {
    const layer = file.create_group("model_weights").create_group("items").create_group("items");
    layer.create_dataset({ name: "embeddings:0", data: counting(5, 3), shape: [5, 3] });
    layer.create_dataset({ name: "bias:0", data: counting(5, 1), shape: [5] });
    file
      .create_group("optimizer_weights")
      .create_dataset({ name: "iteration:0", data: BigInt64Array.of(3n), shape: [] });
    file.create_attribute("model_config", '{"class_name": "Functional"}');
  });

describe("an HDF5 file", () => {
  it("lists its datasets by their paths, with what they cannot be", async () => {
    const file = await scratchFile("model.h5", await keras());
    const found = await describeMatrixFile(file);
    expect(found).toEqual([
      { source: { file, tensor: "model_weights/items/items/bias:0" }, shape: [5], dtype: "float32", unusable: null },
      {
        source: { file, tensor: "model_weights/items/items/embeddings:0" },
        shape: [5, 3],
        dtype: "float32",
        unusable: null,
      },
      {
        source: { file, tensor: "optimizer_weights/iteration:0" },
        shape: [],
        dtype: "int64",
        unusable: "It has a single number; a matrix has 2 dimensions, a bias 1.",
      },
    ]);
    expect(await valuesOf(found[0].source)).toEqual([0, 1, 2, 3, 4]);
    expect(await valuesOf(found[1].source)).toEqual(Array.from(counting(5, 3)));
    await failure(openMatrix(file), "not-found", "embeddings:0 [5, 3] float32", 'Say which with "tensor"');
  });

  it("may be the weights in the archive of Keras 3", async () => {
    const content = await keras();
    const members = [{ name: "config.json", content: Buffer.from("{}") }];
    const file = await scratchFile("model.keras", zipBytes([...members, { name: "model.weights.h5", content }]));
    expect((await describeMatrixFile(file)).map(({ source }) => source.tensor)).toContain(
      "model_weights/items/items/bias:0",
    );
    const tensor = "model_weights/items/items/embeddings:0";
    expect(await valuesOf({ file, tensor })).toEqual(Array.from(counting(5, 3)));
    const without = await scratchFile("model.keras", zipBytes(members));
    await failure(describeMatrixFile(without), "file-format", "has no model.weights.h5");
    const deflated = zipBytes([{ name: "model.weights.h5", content, deflated: true }]);
    await failure(describeMatrixFile(await scratchFile("model.keras", deflated)), "file-format", "compressed");
  });

  it.each([
    ["float32", Float32Array.from(SIX), "<f"],
    ["float64", Float64Array.from(SIX), "<d"],
    ["int8", Int8Array.from(SIX), "<b"],
    ["int16", Int16Array.from(SIX), "<h"],
    ["int32", Int32Array.from(SIX), "<i"],
    ["int64", BigInt64Array.from(SIX.map(BigInt)), "<q"],
    ["uint8", Uint8Array.from(SIX.map(Math.abs)), "<B"],
  ])("gives values of %s as float32", async (dtype, data, type) => {
    const file = await hdf5File((made) => made.create_dataset({ name: "x", data, shape: [3, 2], dtype: type }));
    const [found] = await describeMatrixFile(file);
    expect(found).toEqual({ source: { file, tensor: "x" }, shape: [3, 2], dtype, unusable: null });
    const values = dtype.startsWith("u") ? SIX.map(Math.abs) : SIX;
    expect(await valuesOf(file)).toEqual(values);
    const turned = [0, 2, 4, 1, 3, 5].map((index) => values[index]);
    expect(await valuesOf({ file, tensor: "x", transposed: true })).toEqual(turned);
  });

  it("is read by rows where memory is short, whatever its chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 6 }),
        fc.boolean(),
        fc.nat(1_000),
        fc.nat(1_000),
        async (rows, columns, chunkRows, chunkColumns, transposed, a, b) => {
          const chunks = [Math.min(rows, chunkRows), Math.min(columns, chunkColumns)];
          const data = counting(rows, columns);
          const file = await hdf5File((made) =>
            made.create_dataset({ name: "x", data, shape: [rows, columns], chunks, compression: 4 }),
          );
          const source = { file, tensor: "x", transposed };
          const whole = inMemory((await openMatrix(source)).rows);
          if (!transposed) expect(whole.values).toEqual(data);
          const stored = (await openMatrix(source, 0)).rows;
          expect(isInMemory(stored)).toBe(false);
          const [from, to] = [a % (whole.rows + 1), b % (whole.rows + 1)].sort((x, y) => x - y);
          expect(rowsBetween(stored, from, to)).toEqual(rowsBetween(whole, from, to));
          await closeRows(stored);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("follows no link out of itself", async () => {
    const secret = await hdf5File((file) => file.create_dataset({ name: "x", data: Float32Array.of(42) }));
    const file = await hdf5File((made) => {
      made.create_external_link(secret, "/x", "elsewhere");
      made.create_soft_link("/nowhere", "broken");
      made.create_dataset({ name: "bias", data: Float32Array.of(1) });
    });
    expect((await describeMatrixFile(file)).map(({ source }) => source.tensor)).toEqual(["bias"]);
    expect(await valuesOf(file)).toEqual([1]);
  });

  it("may hold itself", async () => {
    const file = await hdf5File((made) => {
      made.create_group("a").create_dataset({ name: "x", data: Float32Array.of(1) });
      made.create_hard_link("/a", "a/again");
    });
    const found = await describeMatrixFile(file);
    expect(found.map(({ source }) => source.tensor)).toContain("a/x");
    expect(found.length).toBeLessThan(50);
  });

  it("that holds only text has nothing to open", async () => {
    const file = await hdf5File((made) => made.create_dataset({ name: "titles", data: ["Alien", "Heat"] }));
    await failure(openMatrix(file), "not-found", "holds no array that can be read", "titles [2] text");
    await failure(openMatrix({ file, tensor: "titles" }), "dtype-unsupported", "It holds text");
  });
});

describe("an HDF5 file that is not as it should be", () => {
  it("names the value that is no number", async () => {
    const file = await hdf5File((made) =>
      made.create_dataset({ name: "x", data: Float32Array.of(0, 1, 2, Number.NaN), shape: [2, 2] }),
    );
    const { where } = await failure(openMatrix(file), "value-not-finite", "x", "row 1, column 1");
    expect(where).toMatchObject({ file, row: 1, column: "1", key: "x" });
  });

  it.each([
    ["empty", Buffer.of(), "is empty"],
    ["text", Buffer.from("user,item\n1,2\n"), "is no HDF5 file"],
  ])("is refused where it is %s", async (_, content, said) => {
    await failure(describeMatrixFile(await scratchFile("model.h5", content)), "file-format", said);
  });

  it("is refused where it is cut short, or promises more than it can hold", async () => {
    const file = await hdf5File((made) =>
      made.create_dataset({ name: "x", data: counting(1_000, 4), shape: [1_000, 4] }),
    );
    await truncate(file, 9_000);
    await failure(openMatrix(file), "file-format", file);
    // Nothing is stored of chunks that were never written.
    const sparse = await hdf5File((made) => {
      const grows = made.create_dataset({
        name: "x",
        data: counting(2, 2),
        shape: [2, 2],
        maxshape: [null, 2],
        chunks: [2, 2],
      });
      grows.resize([2 ** 40, 2]);
    });
    const [found] = await describeMatrixFile(sparse);
    expect(found.shape).toEqual([2 ** 40, 2]);
    expect(found.unusable).toContain("cannot hold");
    await failure(openMatrix({ file: sparse, tensor: "x" }), "dtype-unsupported", "cannot hold");
  });

  it("is noticed where it is written to while it is open", async () => {
    const file = await hdf5File((made) => made.create_dataset({ name: "x", data: counting(100, 4), shape: [100, 4] }));
    const { rows } = await openMatrix(file, 0);
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    expect(() => rowsBetween(rows, 0, 1)).toThrow("was changed while it was in use");
    await truncate(file, 100);
    expect(() => rowsBetween(rows, 0, 1)).toThrow("became shorter");
    await closeRows(rows);
    await closeRows(rows);
    expect(() => rowsBetween(rows, 0, 1)).toThrow("was closed");
  });

  it("leaves the library able to read the next", async () => {
    const good = await scratchFile("model.h5", await keras());
    const bytes = await keras();
    for (let at = 0; at < bytes.length; at += 97) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, at, at + 8);
      const file = join(dirname(good), "damaged.h5");
      await writeFile(file, damaged);
      await describeMatrixFile(file).catch((error) => expect(error.message).toContain(file));
    }
    expect(await describeMatrixFile(good)).toHaveLength(3);
  });

  it.skipIf(!existsSync(DESCRIPTORS))("is closed on the disk, read or refused", async () => {
    const openOnes = async (file: string) => {
      const targets = (await readdir(DESCRIPTORS)).map((name) => readlink(join(DESCRIPTORS, name)).catch(() => ""));
      return (await Promise.all(targets)).filter((target) => target === file).length;
    };
    const good = await scratchFile("model.h5", await keras());
    await describeMatrixFile(good);
    await failure(openMatrix(good), "not-found");
    expect(await openOnes(good)).toBe(0);
    const { rows } = await openMatrix({ file: good, tensor: "model_weights/items/items/bias:0" }, 0);
    expect(await openOnes(good)).toBe(1);
    await closeRows(rows);
    expect(await openOnes(good)).toBe(0);
    const bad = await scratchFile("model.h5", "no HDF5");
    await failure(describeMatrixFile(bad), "file-format");
    expect(await openOnes(bad)).toBe(0);
  });
});
