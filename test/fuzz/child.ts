/** The process in which one kind of file is fuzzed: it reads one mutated file after the other, and tells of each. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../src/data/random";
import { type Fuzzed, readMatrixFile, refusalOf } from "./fuzzed";
import { mutated } from "./mutate";

/** File `index` is about to be read (`outcome` undefined), or was. */
export interface Told {
  index: number;
  outcome?: "result" | "refusal";
  /** What is wrong with the reader. */
  fault?: string;
}

/**
 * @param folder    empty, for the files; the one at fault is left in it
 * @param mebibytes that this process may take in all
 * @param milliseconds of processor time that a file may take
 */
export async function fuzz(
  fuzzed: Fuzzed,
  folder: string,
  count: number,
  seed: number,
  mebibytes: number,
  milliseconds: number,
): Promise<void> {
  const read = fuzzed.read ?? readMatrixFile;
  const seeds = await fuzzed.seeds();
  const name = `fuzzed${fuzzed.extensions[0]}`;
  const file = join(folder, name);
  let index = 0;
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (thrown: unknown) => end({ index, fault: `nobody caught: ${traceOf(thrown)}` }));
  }

  // The seeds themselves come first, counted below 0.
  for (index = -seeds.length; index < count; index++) {
    const bytes = index < 0 ? seeds[index + seeds.length] : mutation(index);
    writeFileSync(file, bytes);
    await tell({ index });
    const told: Told = { index };
    const before = process.cpuUsage();
    try {
      await read(file);
      told.outcome = "result";
    } catch (thrown) {
      told.outcome = "refusal";
      told.fault = index < 0 ? `a seed is refused: ${traceOf(thrown)}` : faultOf(thrown, file);
    }
    const { user, system } = process.cpuUsage(before);
    const worked = Math.round((user + system) / 1000);
    if (worked > milliseconds) told.fault ??= `the file took ${worked} ms of processor time`;
    const taken = Math.round(process.resourceUsage().maxRSS / 1024);
    const left = readdirSync(folder).filter((other) => other !== name);
    if (taken > mebibytes) told.fault ??= `the process took ${taken} MiB`;
    if (left.length > 0) told.fault ??= `${left.join(", ")} was written`;
    if (told.fault !== undefined) return end(told);
    await tell(told);
  }
  process.disconnect();

  /** Depends on nothing but seed and index, so that one file can be made again. */
  function mutation(of: number): Buffer {
    const random = seededRandom(seed * 1_000_003 + of);
    return mutated(seeds[random.integer(seeds.length)], seeds, random);
  }
}

async function tell(told: Told): Promise<void> {
  await new Promise<void>((sent) => process.send?.(told, undefined, undefined, () => sent()));
}

function end(told: Told): void {
  process.send?.(told, undefined, undefined, () => process.exit(1));
}

function faultOf(thrown: unknown, file: string): string | undefined {
  try {
    refusalOf(thrown, file);
    return undefined;
  } catch (fault) {
    return traceOf(fault);
  }
}

function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
