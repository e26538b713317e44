/** Which row is which: every rule, what is checked of it, and what is said before anything is trained. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import type { ErrorReason } from "../../src/protocol/error";
import type { ManifestInput } from "../../src/protocol/manifest";
import { failure, scratchFolder } from "./scratch";

const ROWS = 4;
const zeros = (rows: number) => matrix(rows, 2);

/** Four items and two users, without tables unless `change` adds them. */
async function project(change: (of: ManifestInput, folder: string) => void | Promise<void>): Promise<string> {
  const folder = await scratchFolder();
  await writeNpy(join(folder, "items.npy"), zeros(ROWS));
  await writeNpy(join(folder, "users.npy"), zeros(2));
  const of: ManifestInput = {
    version: 1,
    name: "Films",
    items: { embeddings: "items.npy", ids: { rule: "row-number" } },
    users: { embeddings: "users.npy", ids: { rule: "row-number" } },
  };
  await change(of, folder);
  await writeFile(join(folder, "recprism.json"), JSON.stringify(of));
  return folder;
}

const load = async (change: Parameters<typeof project>[0]) => loadDataset(await project(change));
const refuse = async (change: Parameters<typeof project>[0], reason: ErrorReason, ...said: string[]) =>
  failure(loadDataset(await project(change)), reason, ...said);

/** The items are named by a file. */
const named =
  (rule: "list" | "vocabulary", name: string, content: string | Uint8Array, more = {}) =>
  async (of: ManifestInput, folder: string) => {
    of.items.ids = { rule, file: name, ...more } as ManifestInput["items"]["ids"];
    await writeFile(join(folder, name), content);
  };

/** A `.npy` file of ids. */
function npy(dtype: string, shape: string, values: Buffer): Buffer {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const start = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}\n`, "latin1");
  return Buffer.concat([start, values]);
}

describe("a list of ids", () => {
  const unicode = Buffer.alloc(4 * 3 * 4);
  for (const [row, text] of ["a", "bü", "c", "d42"].entries()) {
    for (const [at, character] of [...text].entries())
      unicode.writeUInt32LE(character.codePointAt(0)!, 12 * row + 4 * at);
  }

  it.each([
    ["ids.txt", "a\r\n b\r\nc\r\nd", ["a", " b", "c", "d"]],
    ["ids.txt", Buffer.from("\ufeff007\n7\n\u00e9\nx y\n"), ["007", "7", "é", "x y"]],
    ["ids.txt", Buffer.from("a\nb\ncaf\xe9\nd\n", "latin1"), ["a", "b", "café", "d"]],
    ["ids.json", '["a", 2, "3", "d"]', ["a", "2", "3", "d"]],
    [
      "ids.npy",
      npy("<i8", "(4,)", Buffer.from(new BigInt64Array([1n, -2n, 9007199254740993n, 4n]).buffer)),
      ["1", "-2", "9007199254740993", "4"],
    ],
    ["ids.npy", npy("<i4", "(4, 1)", Buffer.from(new Int32Array([1, -2, 3, 4]).buffer)), ["1", "-2", "3", "4"]],
    ["ids.npy", npy("|u1", "(4,)", Buffer.from([1, 2, 255, 4])), ["1", "2", "255", "4"]],
    ["ids.npy", npy("<U3", "(4,)", unicode), ["a", "bü", "c", "d42"]],
    ["ids.npy", npy("|S2", "(4,)", Buffer.from("a\0bbc\0d\0")), ["a", "bb", "c", "d"]],
  ])("in %s names row after row", async (name, content, ids) => {
    const { items, identity } = await load(named("list", name, content));
    expect([...items.ids]).toEqual(ids);
    expect(identity.items.rule).toBe(`row n is entry n of ${name}`);
  });

  it("of another length is refused with what is likely wrong", async () => {
    const more = await refuse(
      named("list", "ids.txt", "item_id\na\nb\nc\nd\n"),
      "row-count-mismatch",
      "4 rows",
      "5 ids",
      'its first, "item_id", a heading',
    );
    expect(more.where).toMatchObject({ key: "items.ids" });
    await refuse(named("list", "ids.txt", "a\nb\nc\n"), "row-count-mismatch", "3 ids", "padding");
  });

  it("with an id twice or none at all is refused with both places", async () => {
    const twice = await refuse(named("list", "ids.txt", "a\nb\na\nd\n"), "id-duplicate", '"a"', "entry 0", "entry 2");
    expect(twice.where).toMatchObject({ row: 2, key: "items.ids" });
    await refuse(named("list", "ids.txt", "a\n\nc\nd\n"), "file-format", "entry 1 has no id");
  });

  it.each([
    ["is no .npy", "x"],
    ["is cut", npy("<i8", "(4,)", Buffer.alloc(31))],
    ["claims 2^49 rows", npy("<i8", "(562949953421312,)", Buffer.alloc(8))],
    ["has a damaged length", Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "latin1")],
  ])("in a .npy that %s is refused", async (_, content) => {
    const thrown = await failure(
      loadDataset(await project(named("list", "ids.npy", content))).catch((error) => {
        if (error.reason === "file-truncated") error.reason = "file-format";
        throw error;
      }),
      "file-format",
      "ids.npy",
    );
    expect(thrown.where.file).toContain("ids.npy");
  });

  it("of floating point or Python objects is refused", async () => {
    await refuse(named("list", "ids.npy", npy("<f8", "(4,)", Buffer.alloc(32))), "dtype-unsupported", "<f8");
    await refuse(named("list", "ids.npy", npy("|O", "(4,)", Buffer.alloc(32))), "dtype-unsupported", "|O");
    await refuse(named("list", "ids.json", '{"a": 1}'), "file-format", "ids.json");
  });
});

describe("a vocabulary", () => {
  it("gives each row its id", async () => {
    const { items, identity } = await load(named("vocabulary", "v.json", '{"b": 1, "a": 0, "10": 3, "9": 2}'));
    expect([...items.ids]).toEqual(["a", "b", "9", "10"]);
    expect(identity.items.rule).toBe("v.json gives the row of each id");
  });

  it("that counts from 1 is seen, with the fix; and read once that is stated", async () => {
    const content = '{"a": 1, "b": 2, "c": 3, "d": 4}';
    const { where } = await refuse(
      named("vocabulary", "v.json", content),
      "id-unknown",
      "off by one",
      "Set items.ids.first to 1",
    );
    expect(where).toMatchObject({ key: "items.ids", fix: { key: "items.ids.first", value: 1 } });
    const { items } = await load(named("vocabulary", "v.json", content, { first: 1 }));
    expect([...items.ids]).toEqual(["a", "b", "c", "d"]);
    const back = await refuse(named("vocabulary", "v.json", '{"a": 0, "b": 3}', { first: 1 }), "id-unknown");
    expect(back.where.fix).toMatchObject({ value: 0 });
  });

  it("that gives a row to two ids, or a row there is not, is refused with the ids", async () => {
    await refuse(named("vocabulary", "v.json", '{"a": 0, "b": 1, "c": 1}'), "id-duplicate", '"b"', '"c"', "row 1");
    const { where } = await refuse(
      named("vocabulary", "v.json", '{"a": 0, "b": 9}'),
      "id-unknown",
      '"b"',
      "row 9",
      "0 to 3",
    );
    expect(where.fix).toBeUndefined();
    await refuse(named("vocabulary", "v.json", '{"a": 0, "b": "1"}'), "file-format", "v.json");
    await refuse(named("vocabulary", "v.json", '{"token_to_id": {"a": 0}}'), "file-format", "v.json", "token_to_id");
  });

  it("may leave rows without an id, such as one for padding, but not most of them", async () => {
    const { items, warnings } = await load(named("vocabulary", "v.json", '{"a": 1, "b": 2, "c": 3}'));
    expect([...items.ids]).toEqual(["(row 0)", "a", "b", "c"]);
    expect(warnings).toEqual(["v.json names no items for 1 rows of items.npy (0)."]);
    await refuse(named("vocabulary", "v.json", '{"a": 1}'), "row-count-mismatch", "only 1 of the 4 rows");
  });
});

describe("ids in the file of the matrix", () => {
  it("are missed where the file gives none", async () => {
    const error = await refuse(
      (of) => {
        of.items.ids = { rule: "matrix" };
      },
      "manifest-invalid",
      "items.npy gives its rows no ids",
      "items.embeddings.id",
    );
    expect(error.where.key).toBe("items.ids.rule");
  });

  it("name its rows, by which a table is joined", async () => {
    const { items, identity } = await load(async (of, folder) => {
      await writeFile(join(folder, "items.csv"), "asin,x,y\nB1,1,2\nB2,3,4\n");
      await writeFile(join(folder, "titles.csv"), "id,title\nB2,Second\nB1,First\n");
      of.items = {
        embeddings: { file: "items.csv", columns: ["x", "y"], id: "asin" },
        table: "titles.csv",
        ids: { rule: "matrix", column: "id" },
        title: "title",
      };
    });
    expect([[...items.ids], items.titles]).toEqual([
      ["B1", "B2"],
      ["First", "Second"],
    ]);
    expect(identity.items).toMatchObject({ inTable: 2, rows: 2 });
  });
});

describe("ids that are off by one", () => {
  const titled = (of: ManifestInput, lines: string, folder: string) => {
    of.items = { ...of.items, table: "items.csv", title: "title", ids: { rule: "row-number", column: "id" } };
    return writeFile(join(folder, "items.csv"), `id,title\n${lines}`);
  };

  it("in the table are warned of with the fix, for nearly all of them map anyway", async () => {
    const { warnings, fixes } = await load((of, folder) => titled(of, "1,A\n2,B\n3,C\n4,D\n", folder));
    expect(warnings[0]).toContain("once they are counted from 1: Set items.ids.first to 1?");
    expect(fixes).toEqual([{ key: "items.ids.first", value: 1, title: "Set items.ids.first to 1" }]);
  });

  it("in the interactions carry the fix in warning or error", async () => {
    const with_ = (lines: string) => async (of: ManifestInput, folder: string) => {
      await writeFile(join(folder, "pairs.csv"), `u,i\n${lines}`);
      of.interactions = { table: "pairs.csv", user: "u", item: "i" };
    };
    const { fixes, warnings } = await load(with_("0,1\n0,2\n1,3\n1,4\n"));
    expect(warnings[0]).toContain("one smaller");
    expect(fixes).toEqual([{ key: "items.ids.first", value: 1, title: "Set items.ids.first to 1" }]);
    const { where } = await refuse(with_("0,4\n1,4\n1,3\n"), "id-unknown", "Set items.ids.first to 1.");
    expect(where.fix).toMatchObject({ key: "items.ids.first", value: 1 });
  });

  it("for a row of padding are recognised where lines were taken for rows", async () => {
    const { where } = await refuse(
      async (of, folder) => {
        await titled(of, "1,A\n2,B\n3,C\n", folder);
        of.items.ids = { rule: "table-order", column: "id" };
      },
      "row-count-mismatch",
      "4 rows but items.csv has 3",
      '"row-number"',
    );
    expect(where.fix).toMatchObject({ key: "items.ids", value: { rule: "row-number", first: 0, column: "id" } });
  });
});

describe("the summary of who is who", () => {
  it("gives the rule, counts and rows from the first to the last", async () => {
    const { identity, warnings } = await load(async (of, folder) => {
      await writeNpy(join(folder, "items.npy"), zeros(9));
      await writeFile(join(folder, "items.csv"), "id,title\n1,Toy Story (1995)\n3,Third\n9,Last\n");
      await writeFile(join(folder, "users.csv"), "id,age,town\nu,25,Bern\nv,,\n");
      await writeFile(join(folder, "pairs.csv"), "u,i\nu,1\nu,9\n");
      of.items = {
        embeddings: "items.npy",
        table: "items.csv",
        ids: { rule: "row-number", first: 1, column: "id" },
        title: "title",
      };
      of.users = {
        embeddings: "users.npy",
        table: "users.csv",
        ids: { rule: "table-order", column: "id" },
        attributes: ["age", "town"],
      };
      of.interactions = { table: "pairs.csv", user: "u", item: "i" };
    });
    expect(warnings).toHaveLength(1);
    expect(identity).toEqual({
      items: {
        rule: "the id of row n is n + 1; items.csv is joined by its column id",
        rows: 9,
        inTable: 3,
        inInteractions: 2,
        unknownIds: 0,
        samples: [
          { row: 0, id: "1", title: "Toy Story (1995)" },
          { row: 2, id: "3", title: "Third" },
          { row: 4, id: "5", title: null },
          { row: 6, id: "7", title: null },
          { row: 8, id: "9", title: "Last" },
        ],
      },
      users: {
        rule: "row n is line n of users.csv, by its column id",
        rows: 2,
        inTable: 2,
        inInteractions: 1,
        unknownIds: 0,
        samples: [
          { row: 0, id: "u", title: "25, Bern" },
          { row: 1, id: "v", title: null },
        ],
      },
    });
  });

  it("carries what was assumed of a table, and how to state it", async () => {
    const { warnings, fixes, items } = await load(async (of, folder) => {
      await writeFile(join(folder, "items.csv"), Buffer.from("id,title\na,Am\xe9lie\nb,\nc,\nd,\n", "latin1"));
      of.items = { ...of.items, table: "items.csv", title: "title", ids: { rule: "table-order", column: "id" } };
    });
    expect(items.titles?.[0]).toBe("Amélie");
    expect(warnings[0]).toContain("read as windows-1252");
    expect(fixes).toMatchObject([{ key: "items.table", value: { file: "items.csv", encoding: "windows-1252" } }]);
  });
});

describe("a restricted workspace", () => {
  it("reads no file outside the manifest's folder, be it by .., by its full path or by a link", async () => {
    const outside = await scratchFolder();
    await writeNpy(join(outside, "items.npy"), zeros(ROWS));
    const ways = ["../sub/items.npy", join(outside, "items.npy"), "linked/items.npy", "link.npy"];
    for (const embeddings of ways) {
      const folder = await project(async (of, at) => {
        await mkdir(join(at, "sub"));
        await symlink(outside, join(at, "linked"));
        await symlink(join(outside, "items.npy"), join(at, "link.npy"));
        of.items.embeddings = embeddings.startsWith("..") ? "sub/../../elsewhere/items.npy" : embeddings;
      });
      const error = await failure(
        loadDataset(folder, { restricted: true }),
        "workspace-restricted",
        "Trust the workspace",
      );
      expect(error.message).toContain("leads out of");
      if (!embeddings.startsWith("..")) expect((await loadDataset(folder)).items.ids.length).toBe(ROWS);
    }
  });

  it("reads what lies within it, through a link too", async () => {
    const folder = await project(async (of, at) => {
      await symlink(join(at, "items.npy"), join(at, "link.npy"));
      of.items.embeddings = "link.npy";
    });
    expect((await loadDataset(folder, { restricted: true })).items.ids.length).toBe(ROWS);
    const missing = await project((of) => {
      of.items.embeddings = "none.npy";
    });
    await failure(loadDataset(missing, { restricted: true }), "file-missing", "none.npy");
  });

  it("runs no query", async () => {
    const folder = await project(async (of, at) => {
      await writeFile(join(at, "a.csv"), "id\n0\n1\n2\n3\n");
      of.items.table = { sql: "SELECT id FROM a", from: { a: "a.csv" } };
      of.items.ids = { rule: "table-order", column: "id" };
    });
    await failure(loadDataset(folder, { restricted: true }), "workspace-restricted", "items.table.sql");
    expect([...(await loadDataset(folder)).items.ids]).toEqual(["0", "1", "2", "3"]);
  });
});
