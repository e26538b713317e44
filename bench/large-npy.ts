/** Large `.npy` files of random numbers for benchmarks. */
import { open } from "node:fs/promises";
import { npyHeaderBytes } from "../src/data/npy";
import type { Random } from "../src/data/random";

/** @param distinct rows of normal random numbers, repeated until there are `rows` of them */
export async function writeLargeNpy(
  file: string,
  rows: number,
  columns: number,
  random: Random,
  distinct = rows,
): Promise<void> {
  const values = new Float32Array(distinct * columns);
  for (let i = 0; i < values.length; i++) values[i] = random.normal();
  const handle = await open(file, "w");
  try {
    await handle.writeFile(npyHeaderBytes(rows, columns));
    for (let row = 0; row < rows; row += distinct) {
      await handle.writeFile(new Uint8Array(values.buffer, 0, 4 * columns * Math.min(distinct, rows - row)));
    }
  } finally {
    await handle.close();
  }
}
