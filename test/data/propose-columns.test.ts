import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { writeManifest } from "../../src/data/manifest-file";
import { matrix } from "../../src/data/matrix";
import { writeNpy } from "../../src/data/npy";
import { proposeManifest } from "../../src/data/propose";
import { scratchFolder } from "./scratch";

const ROWS = 12;

/** Embeddings beside an item table of these columns, each given by line. */
async function folderWith(columns: Record<string, (line: number) => string | number>): Promise<string> {
  const folder = await scratchFolder();
  await writeNpy(join(folder, "items.npy"), matrix(ROWS, 4));
  await writeNpy(join(folder, "users.npy"), matrix(3, 4));
  const lines = Array.from({ length: ROWS }, (_, line) => [
    `f${line}`,
    `Film ${line}`,
    ...Object.values(columns).map((value) => value(line)),
  ]);
  const header = ["item_id", "title", ...Object.keys(columns)];
  await writeFile(join(folder, "items.csv"), [header, ...lines].map((line) => `${line.join(",")}\n`).join(""));
  await writeFile(join(folder, "users.csv"), "user_id,age,gender\nu0,20,F\nu1,30,M\nu2,20,F\n");
  return folder;
}

const proposed = async (columns: Record<string, (line: number) => string | number>) =>
  (await proposeManifest(await folderWith(columns))).manifest!.items;

describe("columns that a proposed manifest takes as numbers", () => {
  it("are amounts, and the manifest loads with them", async () => {
    const folder = await folderWith({ price: (line) => (9.5 + line) / 2, runtime: (line) => 90 + (line % 6) });
    const { manifest } = await proposeManifest(folder);
    expect(manifest?.items.numbers).toEqual(["price", "runtime"]);
    await writeManifest(folder, manifest!, false);
    const { warnings, items } = await loadDataset(folder);
    expect(warnings).toEqual([]);
    expect(items.numbers.map(({ column, values }) => [column, values[1]])).toEqual([
      ["price", 5.25],
      ["runtime", 91],
    ]);
  });

  it("are no ids, years, dates, flags, grades or dimensions", async () => {
    const items = await proposed({
      imdbId: (line) => 100 + (line % 7),
      shelf: (line) => 7001 + 3 * line,
      year: (line) => 1990 + (line % 8),
      release_date: (line) => 19900101 + (line % 9),
      horror: (line) => line % 2,
      stars: (line) => 1 + (line % 4),
      dim_1: (line) => line / 7,
      dim_2: (line) => line / 9,
    });
    expect(items.numbers).toEqual([]);
    expect(items.year).toBe("year");
  });

  it("are five at most", async () => {
    const names = ["price", "runtime", "budget", "votes", "weight", "height"];
    const items = await proposed(Object.fromEntries(names.map((name) => [name, (line: number) => line + 0.5])));
    expect(items.numbers).toEqual(names.slice(0, 5));
  });
});

describe("columns that a proposed manifest takes as texts", () => {
  it("are descriptions by their name, and neither title nor tags", async () => {
    const items = await proposed({
      overview: (line) => `A story of ${line} people`,
      plot_summary: (line) => `They meet ${line} times`,
      genres: (line) => (line % 2 ? "Drama|War" : "Comedy"),
      director: (line) => `Director ${line % 3}`,
    });
    expect(items).toMatchObject({ texts: ["overview", "plot_summary"], title: "title" });
    expect(items.tags.map(({ column }) => column)).toEqual(["genres"]);
  });
});

describe("a person's word on them", () => {
  it("takes one of them, another column, or none", async () => {
    const folder = await folderWith({
      price: (line) => line + 0.5,
      runtime: (line) => 90 + (line % 6),
      plot: () => "x",
    });
    const said = async (overrides: Parameters<typeof proposeManifest>[1]) =>
      (await proposeManifest(folder, overrides)).manifest?.items;
    expect(await said({ "item-numbers": "runtime", "item-texts": "plot" })).toMatchObject({
      numbers: ["runtime"],
      texts: ["plot"],
    });
    expect(await said({ "item-numbers": null })).toMatchObject({ numbers: [], texts: [] });
  });
});

it("attributes of users are proposed", async () => {
  const { manifest } = await proposeManifest(await folderWith({}));
  expect(manifest?.users.attributes).toEqual(["age", "gender"]);
});
