/** MovieLens 1M in a temporary folder, as a project of one of its recommenders, and the command line run in it. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says so, and does nothing, where the data are not there. */
export async function inMovieLensFolder(data: string, work: (folder: string) => void | Promise<void>): Promise<void> {
  const source = join(data, "ml-1m");
  if (!existsSync(source)) {
    console.log(`\nMovieLens 1M: skipped, ${source} is not there (set RECPRISM_DATA).`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "recprism-bench-"));
  try {
    for (const name of ["interactions.csv", "items.csv"]) cpSync(join(source, name), join(folder, name));
    for (const name of ["mf", "ncf"]) cpSync(join(source, "embeddings", name), join(folder, name), { recursive: true });
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeMovieLensProject(folder: string, embeddings: "mf" | "ncf"): void {
  const bias = embeddings === "mf";
  const manifest = {
    version: 1,
    name: `MovieLens 1M ${embeddings}`,
    items: {
      embeddings: `${embeddings}/items.npy`,
      ...(bias ? { bias: "mf/item_bias.npy" } : {}),
      table: "items.csv",
      ids: { rule: "table-order", column: "iid" },
      title: "title",
      tags: [{ column: "genres", separator: "|" }],
    },
    users: {
      embeddings: `${embeddings}/users.npy`,
      ...(bias ? { bias: "mf/user_bias.npy" } : {}),
      ids: { rule: "row-number" },
    },
    interactions: { table: "interactions.csv", user: "uid", item: "iid" },
    ...(bias ? {} : { recommender: { kind: "onnx", model: "ncf/head.onnx" } }),
  };
  writeFileSync(join(folder, "recprism.json"), JSON.stringify(manifest));
}

/** @throws with what it wrote to standard error, where it fails */
export function recprism(folder: string, ...args: string[]): string {
  const result = spawnSync(process.execPath, [join(__dirname, "..", "cli.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (result.status !== 0) throw new Error(`recprism ${args.join(" ")} failed: ${result.stderr}`);
  return result.stdout;
}
