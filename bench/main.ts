/** `npm run bench [-- NAME …]`: prints the tables of the budgets, each figure with its baseline from the same run. */
import { cpus } from "node:os";
import { resolve } from "node:path";
import { benchData } from "./data";
import { benchEncode } from "./encode";
import { benchInteraction } from "./interaction";
import { benchInteractions } from "./interactions";
import { benchLabels } from "./labels";
import { benchLargeLabels } from "./labels-large";
import { benchMovieLens } from "./movielens";
import { benchRecommender } from "./recommender";
import { benchSize } from "./size";
import { benchSteering } from "./steering";
import { benchTrainStep } from "./train-step";

const benches: Record<string, () => void | Promise<void>> = {
  train: benchTrainStep,
  encode: benchEncode,
  data: () => benchData(),
  waiting: benchInteraction,
  interactions: benchInteractions,
  size: benchSize,
  labels: () => benchLabels(resolve(process.env.RECPRISM_DATA ?? "../shared/data")),
  movielens: () => benchMovieLens(resolve(process.env.RECPRISM_DATA ?? "../shared/data")),
  steering: () => benchSteering(resolve(process.env.RECPRISM_DATA ?? "../shared/data")),
  recommender: () => benchRecommender(resolve(process.env.RECPRISM_DATA ?? "../shared/data")),
};

/** Parts of a bench that it runs in a process of their own. */
const parts: typeof benches = { "labels-of-large-catalogue": benchLargeLabels };

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in benches) && !(name in parts));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}`);
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length === 0 || names.includes(name)) await bench();
  }
  for (const [name, part] of Object.entries(parts)) if (names.includes(name)) await part();
}

void main();
