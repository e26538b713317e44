/** Labels and measures for an SAE that came without, as one of SAELens, before a command that needs them. */
import type { Job } from "../protocol/engine";
import { errorFromData } from "../protocol/error";
import { type CommonOptions, type Context, log, withProject } from "./context";

/** A command's action that needs the labels or measures of the project's SAE. */
export function withMeasuredSae<Options extends CommonOptions>(
  work: (context: Context, options: Options) => Promise<void>,
): (options: Options) => Promise<void> {
  return withProject(async (context, options) => {
    await measureIfNeeded(context);
    await work(context, options);
  });
}

export async function measureIfNeeded(context: Context): Promise<void> {
  if (context.project.unmeasured) await measureNow(context, "The SAE has no labels and measures of this version");
}

/** @param found why, as the beginning of a sentence */
export async function measureNow({ engine, project, onJob }: Context, found: string): Promise<void> {
  log(`${found}; measuring it, which is done once.`);
  const ended = new Promise<Job>((resolve) => {
    onJob((job) => {
      if (job.state !== "running") resolve(job);
    });
  });
  await engine.measure(project.id);
  const { error } = await ended;
  if (error) throw errorFromData(error);
}
