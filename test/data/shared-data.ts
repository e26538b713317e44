/** Real data sets outside the project: `RECPRISM_DATA`, or `../shared/data` beside it. Tests of them are skipped where absent. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(process.env.RECPRISM_DATA ?? join(import.meta.dirname, "../../../shared/data"));

export const MOVIELENS_1M = join(folder, "ml-1m");
export const hasMovieLens = existsSync(join(MOVIELENS_1M, "items.csv"));
export const needsMovieLens = hasMovieLens ? "" : " (SKIPPED: set RECPRISM_DATA to the folder that holds ml-1m)";

export const MOVIELENS_100K = join(folder, "ml-100k");
export const hasMovieLens100k = existsSync(join(MOVIELENS_100K, "u.item"));
export const needsMovieLens100k = hasMovieLens100k
  ? ""
  : " (SKIPPED: set RECPRISM_DATA to the folder that holds ml-100k)";
