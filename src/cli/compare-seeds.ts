/** `recprism report --seeds`: trains the SAE's settings from other seeds, so that the report tells its seed stability. */
import { type Context, log } from "./context";
import { followed } from "./follow-job";

/** @returns false where it was cancelled */
export async function compareSeeds(context: Context, seeds: number): Promise<boolean> {
  const { engine, project } = context;
  const job = await followed(context, () => engine.compareSeeds(project.id, seeds), {
    part: "Seed",
    stopping: "Stopping; the same command goes on from here.",
  });
  if (job.state === "done") return true;
  process.exitCode = 1;
  log("Cancelled; the report is as it was.");
  return false;
}
