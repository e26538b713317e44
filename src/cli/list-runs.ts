/** `recprism runs`: the training runs of the project, newest first, with the settings in which they differ. */
import { decimal } from "../engine/figures";
import { differingSettings, type SettingName, usedSetting } from "../protocol/differing-settings";
import type { RunRecord } from "../protocol/run";
import { type CommonOptions, type Context, print } from "./context";
import { table } from "./table";

export async function listRuns({ engine, project }: Context, options: CommonOptions): Promise<void> {
  const runs = (await engine.runs(project.id)).reverse();
  print(options, runs, () =>
    runs.length === 0 ? "No run has ended yet: recprism train" : runsText(runs, project.sae?.hash),
  );
}

/** @param sae hash of the SAE in use */
function runsText(runs: readonly RunRecord[], sae: string | undefined): string {
  const settings = differingSettings(runs);
  const searched = runs.some(({ trial }) => trial !== null);
  const trial = { heading: "trial", align: "right" as const, cell: (run: RunRecord) => String(run.trial ?? "") };
  return table(runs, [
    { heading: "began", cell: ({ started }) => localTime(started) },
    ...(searched ? [trial] : []),
    { heading: "MS", align: "right", cell: ({ measures }) => decimal(measures.ms) },
    { heading: "RBO@30", align: "right", cell: ({ measures }) => decimal(measures.rbo30) },
    { heading: "Kendall@30", align: "right", cell: ({ measures }) => decimal(measures.kendall30) },
    { heading: "L0", align: "right", cell: ({ measures }) => decimal(measures.l0, 1) },
    { heading: "dead", align: "right", cell: ({ measures }) => String(measures.dead) },
    {
      heading: "labelled",
      align: "right",
      cell: ({ measures, settings }) => `${measures.labelled}/${settings.latents}`,
    },
    { heading: "seconds", align: "right", cell: ({ seconds }) => decimal(seconds, 1) },
    { heading: "state", cell: (run) => `${stateText(run)}${run.sae === sae ? ", current" : ""}` },
    { heading: "preset", cell: ({ preset }) => preset },
    // Last, for it may be long.
    {
      heading: "settings",
      cell: (run) =>
        settings
          .map((name) => settingText(run, name))
          .filter(Boolean)
          .join(" "),
    },
  ]);
}

function stateText({ state, stopped }: RunRecord): string {
  return stopped === "no-progress" ? "stopped early" : (stopped ?? state);
}

/** `latents=44`; nothing for a setting that the run does not use. */
function settingText({ settings }: RunRecord, name: SettingName): string {
  const value = usedSetting(settings, name);
  if (value === null) return "";
  return `${name}=${Array.isArray(value) && value.length === 0 ? "none" : value}`;
}

/** `2026-11-23 14:03:20` */
function localTime(iso: string): string {
  const time = new Date(iso);
  const minutes = time.getTime() - 60_000 * time.getTimezoneOffset();
  return new Date(minutes).toISOString().slice(0, 19).replace("T", " ");
}
