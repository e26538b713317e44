import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../src/data/load";
import { row } from "../../src/data/matrix";
import { writeSample } from "../../src/data/sample";
import {
  SAMPLE_DIMENSIONS,
  SAMPLE_GENRES,
  SAMPLE_ITEMS,
  SAMPLE_USERS,
  SAMPLE_YEARS,
  sampleWorld,
} from "../../src/data/sample-world";
import { failure, scratchFile, scratchFolder } from "./scratch";

const world = sampleWorld();
const { items, users, directions, itemEmbeddings, interactions } = world;

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at], 0);
const cosine = (a: number, b: number) => {
  const [x, y] = [row(itemEmbeddings, a), row(itemEmbeddings, b)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
};
const correlation = (a: number[], b: number[]) => {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, at) => (value - meanA) * (b[at] - meanB)));
  return (
    covariance / Math.sqrt(mean(a.map((value) => (value - meanA) ** 2)) * mean(b.map((value) => (value - meanB) ** 2)))
  );
};
const pairs = (rows: number[], step: number) =>
  rows.slice(step).map((other, at): [number, number] => [rows[at], other]);

describe("the sample's films and users", () => {
  it("have unique made-up titles with their year, one or two genres, and years in range", () => {
    expect(items).toHaveLength(SAMPLE_ITEMS);
    expect(new Set(items.map(({ title }) => title)).size).toBe(SAMPLE_ITEMS);
    for (const { title, year, genres } of items) {
      expect(title).toMatch(new RegExp(`^[A-Z][A-Za-z', -]+ \\(${year}\\)$`));
      expect(year).toBeGreaterThanOrEqual(SAMPLE_YEARS.first);
      expect(year).toBeLessThanOrEqual(SAMPLE_YEARS.last);
      expect([1, 2]).toContain(new Set(genres).size);
    }
    expect(items.some(({ title }) => title.includes(","))).toBe(true);
  });

  it("bear every genre about as often as planned", () => {
    for (const [genre, { share }] of SAMPLE_GENRES.entries()) {
      const found = items.filter((item) => item.genres.includes(genre)).length / SAMPLE_ITEMS;
      expect(Math.abs(found - share), SAMPLE_GENRES[genre].genre).toBeLessThan(0.03);
    }
  });

  it("like two to four genres each, and tastes go with gender and age", () => {
    expect(users).toHaveLength(SAMPLE_USERS);
    for (const { tastes } of users) expect([2, 3, 4]).toContain(tastes.filter((taste) => taste > 0).length);
    const shareOf = (genre: string, of: typeof users) => {
      const index = SAMPLE_GENRES.findIndex((one) => one.genre === genre);
      return of.filter(({ tastes }) => tastes[index] > 0).length / of.length;
    };
    const [women, men] = ["F", "M"].map((gender) => users.filter((user) => user.gender === gender));
    const [young, old] = [users.filter(({ age }) => age < 30), users.filter(({ age }) => age >= 50)];
    expect(shareOf("Romance", women)).toBeGreaterThan(1.5 * shareOf("Romance", men));
    expect(shareOf("Horror", young)).toBeGreaterThan(1.5 * shareOf("Horror", old));
    expect(mean(young.map(({ era }) => era))).toBeGreaterThan(mean(old.map(({ era }) => era)) + 0.3);
  });
});

describe("what is planted in the sample", () => {
  it("are directions that are nearly orthogonal", () => {
    expect([directions.rows, directions.columns]).toEqual([SAMPLE_GENRES.length + 2, SAMPLE_DIMENSIONS]);
    for (let a = 0; a < directions.rows; a++) {
      expect(dot(row(directions, a), row(directions, a))).toBeCloseTo(1, 5);
      for (let b = 0; b < a; b++) expect(Math.abs(dot(row(directions, a), row(directions, b)))).toBeLessThan(0.1);
    }
  });

  it("shows in the embeddings: each genre's direction tells its films from all others", () => {
    for (const [genre, { genre: name }] of SAMPLE_GENRES.entries()) {
      const along = items.map((_, item) => dot(row(itemEmbeddings, item), row(directions, genre)));
      const inside = along.filter((_, item) => items[item].genres.includes(genre));
      const outside = along.filter((_, item) => !items[item].genres.includes(genre));
      const wins = mean(inside.map((one) => outside.filter((other) => one > other).length / outside.length));
      expect(wins, name).toBeGreaterThan(0.99);
    }
  });

  it("makes films of one genre alike, and films at random not", () => {
    const random = mean(
      pairs(
        items.map((_, item) => item),
        7,
      ).map(([a, b]) => cosine(a, b)),
    );
    for (const [genre, { genre: name }] of SAMPLE_GENRES.entries()) {
      const bearers = items.flatMap((item, index) => (item.genres.includes(genre) ? [index] : []));
      const alike = mean([1, 2, 3, 4].flatMap((step) => pairs(bearers, step).map(([a, b]) => cosine(a, b))));
      expect(alike, name).toBeGreaterThan(random + 0.3);
    }
  });

  it("shows in the interactions: popular films are met more often, and people meet the genres they like", () => {
    const counts = items.map(() => 0);
    for (const item of interactions.items) counts[item]++;
    expect(
      correlation(
        items.map(({ popularity }) => popularity),
        counts.map((count) => Math.log(count + 1)),
      ),
    ).toBeGreaterThan(0.8);
    const sorted = counts.toSorted((a, b) => b - a);
    const total = interactions.items.length;
    expect(sorted.slice(0, SAMPLE_ITEMS / 10).reduce((sum, count) => sum + count) / total).toBeGreaterThan(0.3);
    expect(total).toBeGreaterThan(60_000);
    expect(total).toBeLessThan(100_000);

    const liked = interactions.items.filter((item, pair) =>
      items[item].genres.some((genre) => users[interactions.users[pair]].tastes[genre] > 0),
    ).length;
    const byChance = mean(
      users.map(
        ({ tastes }) => items.filter(({ genres }) => genres.some((genre) => tastes[genre] > 0)).length / SAMPLE_ITEMS,
      ),
    );
    expect(liked / total).toBeGreaterThan(1.5 * byChance);
  });
});

describe("writing the sample", () => {
  it("makes a project that loads without a warning and holds what was planted", async () => {
    const manifest = await writeSample(join(await scratchFolder(), "new", "films"));
    const dataset = await loadDataset(manifest);
    expect(dataset.warnings).toEqual([]);
    expect(dataset.items.ids.at(41)).toBe("f0042");
    expect(dataset.items.titles).toEqual(items.map(({ title }) => title));
    expect(dataset.items.years).toEqual(items.map(({ year }) => year));
    expect(dataset.items.tags[0].values).toEqual(
      items.map(({ genres }) => genres.map((genre) => SAMPLE_GENRES[genre].genre)),
    );
    expect(dataset.items.embeddings).toEqual(itemEmbeddings);
    expect(dataset.users.embeddings).toEqual(world.userEmbeddings);
    expect(dataset.items.bias).toEqual(world.itemBias.values);
    expect(dataset.users.bias).toEqual(world.userBias.values);
    expect(dataset.users.attributes.map(({ column }) => column)).toEqual(["age", "gender"]);
    expect([...(dataset.interactions?.items ?? [])]).toEqual(interactions.items);
  });

  it("gives the same bytes every time, in under three seconds of computing", async () => {
    const hashes = [];
    for (let run = 0; run < 2; run++) {
      const folder = await scratchFolder();
      const start = process.cpuUsage();
      await writeSample(folder);
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1e6).toBeLessThan(3);
      const hash = createHash("sha256");
      for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
      hashes.push(hash.digest("hex"));
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  it("refuses a folder that holds anything, and a file", async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, "mine.txt"), "keep");
    await failure(writeSample(folder), "file-unwritable", folder, "mine.txt", "empty");
    expect(await readdir(folder)).toEqual(["mine.txt"]);
    await failure(writeSample(await scratchFile("a", "")), "file-unwritable");
  });
});
