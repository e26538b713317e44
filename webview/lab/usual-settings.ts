/** The settings that runs differ in, said once where most runs agree, and with each run that does not. */
import { differingSettings, type SettingName, usedSetting } from "../../src/protocol/differing-settings";
import type { SaeSettings } from "../../src/protocol/manifest";
import { SETTING_NAMES, settingText } from "./setting-names";

interface Run {
  settings: SaeSettings;
}

export interface UsualSettings {
  /** `latents 24, seed 1`: what more than half of the runs have. */
  text: string;
  /** `latents 44`: in what a run is unlike most. */
  othersOf(run: Run): string[];
}

export function usualSettings(runs: readonly Run[]): UsualSettings {
  const names = differingSettings(runs);
  const usual = new Map(names.map((name) => [name, mostCommon(runs.map((run) => phrase(run, name)))]));
  return {
    text: [...usual.values()].filter(Boolean).join(", "),
    othersOf: (run) =>
      names.map((name) => phrase(run, name)).filter((text, index) => text !== "" && text !== usual.get(names[index])),
  };
}

/** Empty for a setting that the run does not use. */
function phrase({ settings }: Run, name: SettingName): string {
  const value = usedSetting(settings, name);
  return value === null ? "" : `${SETTING_NAMES[name]} ${settingText(value)}`;
}

/** What more than half of the texts are; null where there is no such text. */
function mostCommon(texts: readonly string[]): string | null {
  return texts.find((text) => texts.filter((other) => other === text).length > texts.length / 2) ?? null;
}
