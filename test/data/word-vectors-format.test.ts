/** Word vectors as text, as word2vec, fastText and GloVe write them. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMatrixFile, openMatrix } from "../../src/data/matrix-file";
import { described, opened, rowsOf } from "./opened-table";
import { failure, scratchFile, scratchFolder } from "./scratch";

const vectors = (text: string) => scratchFile("words.vec", text);

describe("word vectors", () => {
  it("show their shape before they are read", async () => {
    expect(await described(await vectors("2 3\na 1 2 3\nb 4 5 6\n"))).toEqual([
      { shape: [2, 3], dtype: "numbers as text, after a word", unusable: null },
    ]);
  });

  it.each([
    ["word2vec, which ends lines with a space", "2 2\na 0.5 -1 \nb 2 3e-1 \n", ["a", "b"]],
    ["GloVe, without a first line", "a 0.5 -1\nb 2 3e-1\n", ["a", "b"]],
    ["tabs and Windows line ends", "a\t0.5\t-1\r\n\r\nb\t2\t3e-1\r\n", ["a", "b"]],
    ["fastText, whose words may have several parts", "2 2\nnew york 0.5 -1\n</s> 2 3e-1\n", ["new york", "</s>"]],
    ["words of several parts without a first line", "area 51 0.5 -1\nb 2 3e-1\n", ["area 51", "b"]],
    ["words that are numbers", "17 0.5 -1\n2 2 3e-1\n", ["17", "2"]],
    ["words with other blanks", "2 2\na\u00a0b 0.5 -1\n\u3000 2 3e-1\n", ["a\u00a0b", "\u3000"]],
  ])("are read as %s writes them", async (_, text, words) => {
    const { of, ids } = await opened(await vectors(text));
    expect(rowsOf(of)).toEqual([
      [0.5, -1],
      [2, Math.fround(0.3)],
    ]);
    expect(ids).toEqual(words);
  });

  it("without words are rows without ids, as numpy.savetxt writes them", async () => {
    const file = await scratchFile("a.txt", "5.0e-01 1.0e+00\n2.0e+00 3.0e+00\n");
    const { of, ids } = await opened(file);
    expect(rowsOf(of)).toEqual([
      [0.5, 1],
      [2, 3],
    ]);
    expect(ids).toBeNull();
  });

  it.each([0, 1, 2, 3, 4, 5])(
    "are read among blank lines, more of them than numbers have room (%s over)",
    async (over) => {
      const file = await vectors(`2 3\na 1 2 3\n${"\n".repeat(600 + over)}b 4 5 6\n`);
      const { of, ids } = await opened(file);
      expect(rowsOf(of)).toEqual([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      expect(ids).toEqual(["a", "b"]);
    },
  );

  it("are what was written, whatever was", async () => {
    const file = join(await scratchFolder(), "random.w2v");
    const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !/\s/.test(text));
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((columns) =>
        fc.uniqueArray(
          fc.tuple(
            word,
            fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: columns, maxLength: columns }),
          ),
          { minLength: 1, maxLength: 20, selector: ([id]) => id },
        ),
      );
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const lines = values.map(([id, row]) => `${id} ${row.join(" ")}`);
        await writeFile(file, `${[`${values.length} ${values[0][1].length}`, ...lines].join("\n")}\n`);
        const { of, ids } = await opened(file);
        expect(ids).toEqual(values.map(([id]) => id));
        expect(rowsOf(of)).toEqual(values.map(([, row]) => row.map((value) => value + 0)));
      }),
    );
  });

  it("are read over more than one piece of the file", async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `wörd${i} ${i} 0.25 ${-i}`).join("\n");
    const { of, ids } = await opened(await vectors(text));
    expect(of.rows).toBe(100_000);
    expect(ids?.every((id, row) => id === `wörd${row}`)).toBe(true);
    expect(of.values.every((value, at) => value === [1, 0, -1][at % 3] * ((at / 3) | 0) + [0, 0.25, 0][at % 3])).toBe(
      true,
    );
  });
});

describe("a file of word vectors that cannot be read", () => {
  const refused = async (text: string | Uint8Array, reason: Parameters<typeof failure>[1], ...said: string[]) => {
    const file = await scratchFile("words.vec", text);
    return failure(openMatrix(file), reason, file, ...said);
  };

  it("says which lines have the same word", async () => {
    await refused("3 1\na 0.5\nb 1\na 2\n", "id-duplicate", '"a"', "line 2", "line 4");
  });

  it("says that there are more or fewer than its first line promises", async () => {
    await refused("3 2\na 1 2\nb 3 4\n", "file-truncated", "3 vectors", "2 follow");
    await refused("1 2\na 1 2\nb 3 4\n", "file-format", "1 vectors", "2 follow");
    await refused("1152921504606846976 2\na 1 2\n", "file-truncated");
    await refused("2 1\na 1 2\nb 3 4\n", "file-format", "have 1 numbers, but lines have 2");
    await refused("2 3\na 1 2\nb 3 4\n", "file-format", "line 2", "3 are expected");
  });

  it("says where a line has another length or no number", async () => {
    await refused("2 2\na 1 2\nb 3\n", "file-format", "line 3", "has 1 numbers");
    await refused("2 2\na 1 2\nb 3 x\n", "file-format", "line 3", "number 1", '"x"');
    await refused("2 2\na 1 2\nb 3 nan\n", "value-not-finite", "line 3", "number 1", "NaN");
    await refused("2 2\na 1 2\nb 3 0x10\n", "file-format", "line 3", '"0x10"');
  });

  it("says that it is none, or binary", async () => {
    await refused("", "file-format", "is empty");
    await refused("This is a text.\nIt has lines.\n", "file-format", "line 1", "no word with numbers");
    const binary = Buffer.concat([
      Buffer.from("1 2\na "),
      Buffer.from(Float32Array.of(1, 2).buffer),
      Buffer.from("\n"),
    ]);
    await refused(binary, "file-format", "binary=False");
  });

  it("has no named parts", async () => {
    const file = await vectors("a 0.5 1\n");
    await failure(openMatrix({ file, column: "e0" }), "not-found", '"e0"');
  });

  it("with a line of a gigabyte is refused at once", async () => {
    const file = await vectors(`${"a 1 2\n".repeat(20_000)}b 3 `);
    await truncate(file, 2 ** 30);
    const started = performance.now();
    await failure(describeMatrixFile(file), "file-format", "line 20001", "is longer than");
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
