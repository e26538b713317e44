import { mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Dataset, itemsOfUser, titleOf } from "../../src/data/dataset";
import { closeDataset, loadDataset } from "../../src/data/load";
import { isInMemory, matrix, row } from "../../src/data/matrix";
import { npyHeaderBytes, writeNpy } from "../../src/data/npy";
import type { ManifestInput } from "../../src/protocol/manifest";
import { failure, scratchFolder } from "./scratch";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "./shared-data";

const counting = (rows: number, columns: number) =>
  matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, index) => index / 10),
  );

const ITEMS = "iid,title,genres,year\ni1,Heat (1995),Crime | Drama|,1995\ni2, Alien ,Horror,22-May-1979\ni3,,,\n";
const USERS = "uid,age\nu1,25\nu2,\n";
const PAIRS = "uid,iid\nu2,i3\nu2,i1\nu2,i1\nu1,i2\n";

const manifest = (): ManifestInput => ({
  version: 1,
  name: "Films",
  items: {
    embeddings: "model/items.npy",
    bias: "model/item_bias.npy",
    table: "items.csv",
    ids: { rule: "table-order", column: "iid" },
    title: "title",
    tags: [{ column: "genres", separator: "|" }],
  },
  users: {
    embeddings: "model/users.npy",
    table: "users.csv",
    ids: { rule: "table-order", column: "uid" },
    attributes: ["age"],
  },
  interactions: { table: "interactions.csv", user: "uid", item: "iid" },
});

/** A small project, changed before it is loaded. */
async function project(
  change: (of: ManifestInput, folder: string) => void | Promise<void> = () => {},
): Promise<string> {
  const folder = await scratchFolder();
  await mkdir(join(folder, "model"));
  await writeNpy(join(folder, "model/items.npy"), counting(3, 2));
  await writeNpy(join(folder, "model/item_bias.npy"), counting(3, 1));
  await writeNpy(join(folder, "model/users.npy"), counting(2, 2));
  await writeFile(join(folder, "items.csv"), ITEMS);
  await writeFile(join(folder, "users.csv"), USERS);
  await writeFile(join(folder, "interactions.csv"), PAIRS);
  const of = manifest();
  await change(of, folder);
  await writeFile(join(folder, "recprism.json"), JSON.stringify(of));
  return folder;
}

const load = async (...args: Parameters<typeof project>): Promise<Dataset> => loadDataset(await project(...args));

describe("a data set", () => {
  it("holds what the manifest names, row by row", async () => {
    const { items, users, interactions, warnings } = await load();
    expect([...items.ids]).toEqual(["i1", "i2", "i3"]);
    expect(items.ids.rowOf("i3")).toBe(2);
    expect(items.titles).toEqual(["Heat (1995)", "Alien", "i3"]);
    expect(items.tags).toEqual([{ column: "genres", values: [["Crime", "Drama"], ["Horror"], []] }]);
    expect([...(items.bias ?? [])]).toEqual([...counting(3, 1).values]);
    expect([...row(items.embeddings, 1)]).toEqual([...row(counting(3, 2), 1)]);
    expect([...users.ids]).toEqual(["u1", "u2"]);
    expect(users.bias).toBeNull();
    expect(users.attributes).toEqual([{ column: "age", values: ["25", ""] }]);
    expect([...itemsOfUser(interactions, 0)]).toEqual([1]);
    expect([...itemsOfUser(interactions, 1)]).toEqual([0, 2]);
    expect(warnings).toEqual([]);
  });

  it("reads numbers and texts; what is no number is missing, and said once", async () => {
    const { items, warnings } = await loadDataset(
      await project(async (of, folder) => {
        of.items.numbers = ["price", "stars"];
        of.items.texts = ["plot"];
        const lines = ["i1,Heat,5.5,1,A <b>heist</b>", "i2,Alien,cheap,,", "i3,,free,nan,ملخص"];
        await writeFile(join(folder, "items.csv"), `iid,title,price,stars,plot\n${lines.join("\n")}\n`);
        of.items.tags = [];
      }),
    );
    expect(items.numbers).toEqual([
      { column: "price", values: Float64Array.of(5.5, Number.NaN, Number.NaN) },
      { column: "stars", values: Float64Array.of(1, Number.NaN, Number.NaN) },
    ]);
    expect(items.texts).toEqual([{ column: "plot", values: ["A <b>heist</b>", "", "ملخص"] }]);
    expect(warnings).toEqual([
      '2 values of items.csv, column price, are no numbers, first "cheap" of item i2 (row 1). They count as missing.',
    ]);
  });

  it("takes years from the title, or from their column", async () => {
    expect((await load()).items.years).toEqual([1995, null, null]);
    const withColumn = await load((of) => {
      of.items.year = "year";
    });
    expect(withColumn.items.years).toEqual([1995, 1979, null]);
    const odd = await load((of) => {
      of.items.year = "title";
    });
    expect(odd.warnings[0]).toContain('column title, are no years, such as " Alien "');
  });

  it("needs no tables, biases or interactions", async () => {
    const { items, users, interactions } = await load((of) => {
      of.items = { embeddings: "model/items.npy", ids: { rule: "row-number", first: 1 } };
      of.users = { embeddings: "model/users.npy", ids: { rule: "row-number" } };
      of.interactions = undefined;
    });
    expect([...items.ids]).toEqual(["1", "2", "3"]);
    expect(titleOf(items, 2)).toBe("3");
    expect(items.years).toBeNull();
    expect([...users.ids]).toEqual(["0", "1"]);
    expect(interactions).toBeNull();
    expect(itemsOfUser(interactions, 1).length).toBe(0);
  });

  it("joins a table to numbered rows by its id column, whatever the order of lines", async () => {
    const { items, warnings } = await load(async (of, folder) => {
      of.items.ids = { rule: "row-number", first: 1, column: "iid" };
      of.interactions = undefined;
      await writeFile(join(folder, "items.csv"), "title,iid,genres\nThird,3,A\nFirst,1,B\nForeign,9,C\n");
    });
    expect(items.titles).toEqual(["First", "2", "Third"]);
    expect(items.tags[0].values).toEqual([["B"], [], ["A"]]);
    expect(warnings).toEqual([
      "items.csv has ids that name no row of model/items.npy, on 1 of 3 lines. They are left out.",
      "1 of 3 items have no line in items.csv; they are shown by their id.",
    ]);
  });

  it("warns of the few interactions that do not map, and leaves them out", async () => {
    const { interactions, warnings } = await load((_, folder) =>
      writeFile(join(folder, "interactions.csv"), `${PAIRS}u1,i9\nu7,i1\n`),
    );
    expect(interactions?.items.length).toBe(3);
    expect(warnings).toHaveLength(1);
    for (const said of ["2 of 6 lines", 'no user ("u7"', 'no item ("i9"']) expect(warnings[0]).toContain(said);
  });

  it("warns of interactions without lines", async () => {
    const { warnings } = await load((_, folder) => writeFile(join(folder, "interactions.csv"), "uid,iid\n"));
    expect(warnings).toEqual(["interactions.csv has no lines below its header."]);
  });
});

describe("a data set too large for memory", () => {
  /** 320 MB of zeros that take no room on the disk. */
  const ROWS = 2_500_000;
  const large = () =>
    project(async (of, folder) => {
      of.items = { embeddings: "model/items.npy", ids: { rule: "row-number" } };
      of.users = { embeddings: "model/large.npy", ids: { rule: "row-number", first: 1 } };
      of.interactions = undefined;
      await writeNpy(join(folder, "model/items.npy"), counting(3, 32));
      const header = npyHeaderBytes(ROWS, 32);
      await writeFile(join(folder, "model/large.npy"), header);
      await truncate(join(folder, "model/large.npy"), header.length + ROWS * 32 * 4);
    });

  it("is read where it lies, until it is closed", async () => {
    const dataset = await loadDataset(await large());
    const { users, items } = dataset;
    expect(isInMemory(items.embeddings)).toBe(true);
    expect(isInMemory(users.embeddings)).toBe(false);
    expect([users.ids.length, users.ids.at(ROWS - 1)]).toEqual([ROWS, String(ROWS)]);
    expect(row(users.embeddings, ROWS - 1)).toEqual(new Float32Array(32));
    await closeDataset(dataset);
    await failure((async () => row(users.embeddings, 0))(), "cancelled", "closed");
  });

  it("leaves no file open when something else is wrong", async () => {
    const folder = await large();
    const open = async () => (await readdir("/proc/self/fd").catch(() => [])).length;
    const before = await open();
    await writeNpy(join(folder, "model/items.npy"), counting(3, 2));
    await failure(loadDataset(folder), "row-count-mismatch", "2 columns", "large.npy has 32");
    expect(await open()).toBe(before);
  });
});

describe("data that does not fit together", () => {
  const refuse = async (
    change: (of: ManifestInput, folder: string) => void | Promise<void>,
    ...[reason, ...said]: [Parameters<typeof failure>[1], ...string[]]
  ) => failure(loadDataset(await project(change)), reason, ...said);

  it("in the number of lines and rows is refused with both counts and the remedy", async () => {
    const error = await refuse(
      (_, folder) => writeFile(join(folder, "items.csv"), `${ITEMS}i4,,,\n`),
      "row-count-mismatch",
      "model/items.npy has 3 rows but items.csv has 4",
      '"row-number"',
    );
    expect(error.where.key).toBe("items.ids");
  });

  it("in bias or dimensions is refused", async () => {
    const other = (file: string, rows: number, columns: number) => (_: ManifestInput, folder: string) =>
      writeNpy(join(folder, file), counting(rows, columns));
    await refuse(other("model/item_bias.npy", 2, 1), "row-count-mismatch", "3 rows", "item_bias.npy has 2");
    await refuse(other("model/users.npy", 2, 5), "row-count-mismatch", "2 columns", "users.npy has 5");
    await refuse(other("model/users.npy", 0, 2), "file-format", "users.npy is 0 x 2");
    await refuse(other("model/item_bias.npy", 3, 2), "file-format", "3 x 2");
  });

  it("by an id that comes twice or not at all is refused with its rows", async () => {
    const items = (lines: string) => (_: ManifestInput, folder: string) =>
      writeFile(join(folder, "items.csv"), `iid,title,genres\n${lines}`);
    const twice = await refuse(items("i1,,\ni2,,\ni1,,\n"), "id-duplicate", '"i1"', "row 0", "row 2", "items.csv");
    expect(twice.where).toMatchObject({ row: 2, column: "iid" });
    await refuse(items("i1,,\n,x,\ni3,,\n"), "file-format", "row 1 has no id");
  });

  it("by a column that is not there is refused with those that are", async () => {
    await refuse(
      (of) => {
        of.items.title = "titel";
      },
      "column-missing",
      '"titel"',
      '"title"',
      "items.csv",
    );
    await refuse(
      (of) => {
        of.interactions = { table: "interactions.csv", user: "user", item: "iid" };
      },
      "column-missing",
      '"user"',
      '"uid"',
    );
  });

  it("by a key that speaks of a table where there is none is refused", async () => {
    await refuse(
      (of) => {
        of.items.table = undefined;
      },
      "manifest-invalid",
      "items.ids.rule",
      "items.table",
    );
    await refuse(
      (of) => {
        of.users = { ...of.users, table: undefined, ids: { rule: "row-number" } };
      },
      "manifest-invalid",
      "users.attributes[0]",
      "users.table",
    );
    await refuse(
      (of) => {
        of.items.ids = { rule: "row-number" };
      },
      "manifest-invalid",
      "items.ids.column",
    );
  });

  it("by interactions of other ids is refused, with a hint when they are off by one", async () => {
    const numbered = (lines: string) => async (of: ManifestInput, folder: string) => {
      of.items = { embeddings: "model/items.npy", ids: { rule: "row-number" } };
      await writeFile(join(folder, "interactions.csv"), `uid,iid\n${lines}`);
    };
    await refuse(numbered("u1,a\nu1,b\nu2,1\n"), "id-unknown", "2 of 3 lines", '"a", "b"', "interactions.csv");
    await refuse(numbered("u1,3\nu2,3\nu2,1\n"), "id-unknown", "one smaller", "off by one");
  });

  it("by a table of other ids is refused", async () => {
    await refuse(
      (of) => {
        of.items.ids = { rule: "row-number", column: "iid" };
      },
      "id-unknown",
      '"i1"',
      "items.ids.first",
    );
  });

  it("by a file that is missing or damaged names it", async () => {
    await refuse((_, folder) => rm(join(folder, "model/users.npy")), "file-missing", "users.npy");
    await refuse((_, folder) => writeFile(join(folder, "model/users.npy"), "x"), "file-format", "users.npy");
    await refuse((_, folder) => writeFile(join(folder, "items.csv"), ""), "file-format", "items.csv", "empty");
    await refuse(
      async (_, folder) =>
        writeNpy(join(folder, "model/users.npy"), matrix(2, 2, new Float32Array([1, 2, 3, Number.NaN]))),
      "value-not-finite",
      "users.npy",
      "row 1",
    );
  });
});

describe.skipIf(!hasMovieLens)(`MovieLens 1M${needsMovieLens}`, () => {
  it("loads whole, and its ids are its row numbers", async () => {
    const folder = await scratchFolder();
    const of: ManifestInput = {
      version: 1,
      name: "ML-1M",
      items: {
        embeddings: join(MOVIELENS_1M, "embeddings/mf/items.npy"),
        bias: join(MOVIELENS_1M, "embeddings/mf/item_bias.npy"),
        table: join(MOVIELENS_1M, "items.csv"),
        ids: { rule: "table-order", column: "iid" },
        title: "title",
        tags: [{ column: "genres", separator: "|" }],
      },
      users: {
        embeddings: join(MOVIELENS_1M, "embeddings/mf/users.npy"),
        bias: join(MOVIELENS_1M, "embeddings/mf/user_bias.npy"),
        ids: { rule: "row-number" },
      },
      interactions: { table: join(MOVIELENS_1M, "interactions.csv"), user: "uid", item: "iid" },
    };
    await writeFile(join(folder, "recprism.json"), JSON.stringify(of));
    const { items, users, interactions, warnings } = await loadDataset(folder);
    expect(warnings).toEqual([]);
    expect([items.ids.length, users.ids.length, interactions?.items.length]).toEqual([3018, 6018, 933_517]);
    expect(titleOf(items, 0)).toBe("One Flew Over the Cuckoo's Nest (1975)");
    expect(items.years?.[0]).toBe(1975);
    expect(items.years?.filter((year) => year === null)).toEqual([]);
    expect(items.tags[0].values[1]).toEqual(["Adventure", "Animation", "Children", "Fantasy", "Musical"]);
  });
});
