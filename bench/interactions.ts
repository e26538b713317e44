/** Interactions of a large shop: from a Parquet or CSV file to pairs by user, through the command line. */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { seededRandom } from "../src/data/random";
import type { ManifestInput } from "../src/protocol/manifest";
import { writeLargeNpy } from "./large-npy";
import { MEMORY_LIMIT, mebibytes, recprism } from "./peak-memory";
import { type Measurement, printTable } from "./table";

/** `RECPRISM_BENCH_LINES` for a quicker look. */
const LINES = Number(process.env.RECPRISM_BENCH_LINES ?? 30_000_000);
const USERS = 500_000;
const ITEMS = 200_000;
const DIMENSIONS = 4;

export async function benchInteractions(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "recprism-bench-"));
  try {
    await writeLargeNpy(join(folder, "users.npy"), USERS, DIMENSIONS, seededRandom(1));
    await writeLargeNpy(join(folder, "items.npy"), ITEMS, DIMENSIONS, seededRandom(2));
    const measurements: Measurement[] = [];
    for (const [name, timestamp] of [
      ["pairs.parquet", undefined],
      ["pairs.csv", undefined],
      ["pairs.csv", "time"],
    ] as const) {
      const size = await generate(folder, name);
      measurements.push(...(await measured(folder, name, size, timestamp)));
    }
    printTable(
      `Interactions of ${USERS.toLocaleString("en")} users and ${ITEMS.toLocaleString("en")} items`,
      measurements,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(
  folder: string,
  name: string,
  size: number,
  timestamp: string | undefined,
): Promise<Measurement[]> {
  const manifest: ManifestInput = {
    version: 1,
    name: "shop",
    items: { embeddings: "items.npy", table: "items.csv", ids: { rule: "table-order", column: "item" } },
    users: { embeddings: "users.npy", ids: { rule: "row-number", first: 1 } },
    interactions: { table: name, user: "user", item: "item", timestamp },
  };
  await writeFile(join(folder, "recprism.json"), JSON.stringify(manifest));
  const { seconds, peak, output } = await recprism("status", "--project", folder, "--json");
  const pairs: number = JSON.parse(output).interactions;
  const what = `${LINES.toLocaleString("en")} lines of ${name.split(".")[1]}${timestamp === undefined ? "" : " with times"}`;
  return [
    {
      what: `${what}, ${mebibytes(size)}`,
      measured: `${seconds.toFixed(1)} s, ${pairs.toLocaleString("en")} pairs`,
      budget: null,
    },
    {
      what: "peak memory",
      measured: mebibytes(peak),
      budget: peak === null ? null : { limit: mebibytes(MEMORY_LIMIT), kept: peak < MEMORY_LIMIT },
    },
  ];
}

/** Popular items are drawn more often; every tenth line or so comes twice. */
async function generate(folder: string, name: string): Promise<number> {
  const file = join(folder, name);
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "1GB" });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'sku-' || (${ITEMS} - 1 - range) AS item FROM range(${ITEMS})) TO '${join(folder, "items.csv")}'`,
  );
  await connection.run("SELECT setseed(0.5)");
  await connection.run(
    `COPY (SELECT 1 + (random() * ${USERS - 1})::INTEGER AS "user",
       'sku-' || (pow(random(), 3) * ${ITEMS - 1})::INTEGER AS item, 1500000000 + range AS time FROM range(${LINES}))
     TO '${file}'`,
  );
  connection.closeSync();
  instance.closeSync();
  return (await stat(file)).size;
}
