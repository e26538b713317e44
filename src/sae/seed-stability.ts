/** Seed stability: are the same directions found again when training starts from other random weights? */

import { gatheredRows, type Matrix, matrix, row } from "../data/matrix";
import { derivedSeed, seededRandom } from "../data/random";
import type { SeedStability } from "../protocol/artifact";
import { meanEstimate } from "./bootstrap";
import { rowCosines } from "./row-cosines";

/** What one seed's training came to. */
export interface SeededDecoder {
  seed: number;
  /** W_dec, [m, d] */
  decoderWeights: Matrix;
  /** Per neuron, 1 if active on any row. */
  live: Uint8Array;
}

/**
 * Of each live neuron, the greatest cosine of its decoder row with a live neuron's of another seed, averaged over the
 * other seeds.
 *
 * A best match among many rows in few dimensions is high by chance: `chance` is the same measure against as many random
 * directions.
 *
 * @param decoders of the same settings and data; the first is the one that is measured
 * @returns null where there is no other seed, or no live neuron in one of them
 */
export async function seedStability(decoders: readonly SeededDecoder[]): Promise<SeedStability | null> {
  const [measured, ...others] = decoders;
  if (others.length === 0 || decoders.some(({ live }) => !live.includes(1))) return null;
  const rows = liveRows(measured);
  const matches = new Float64Array(rows.rows);
  const byChance = new Float64Array(rows.rows);
  for (const other of others) {
    const found = liveRows(other);
    const random = randomDirections(found, other.seed);
    (await bestMatches(rows, found)).forEach((cosine, index) => {
      matches[index] += cosine / others.length;
    });
    (await bestMatches(rows, random)).forEach((cosine, index) => {
      byChance[index] += cosine / others.length;
    });
  }
  let next = 0;
  return {
    seeds: decoders.map(({ seed }) => seed),
    mean: meanEstimate(matches, derivedSeed(measured.seed, "seed stability"))!,
    chance: byChance.reduce((sum, cosine) => sum + cosine, 0) / byChance.length,
    neurons: Array.from(measured.live, (live) => (live === 1 ? matches[next++] : null)),
  };
}

function liveRows({ decoderWeights, live }: SeededDecoder): Matrix {
  return gatheredRows(
    decoderWeights,
    Uint32Array.from(live.keys()).filter((neuron) => live[neuron] === 1),
  );
}

/** Per row of `a`, its greatest cosine with a row of `b`. */
async function bestMatches(a: Matrix, b: Matrix): Promise<Float64Array> {
  const best = new Float64Array(a.rows);
  for await (const { start, cosines } of rowCosines(a, b)) {
    for (let r = 0; r < cosines.rows; r++) best[start + r] = row(cosines, r).reduce((x, y) => Math.max(x, y), -1);
  }
  return best;
}

function randomDirections({ rows, columns }: Matrix, seed: number): Matrix {
  const random = seededRandom(derivedSeed(seed, "random directions"));
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  );
}
