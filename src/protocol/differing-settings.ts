/** In which settings runs differ from each other. */
import type { SaeSettings } from "./manifest";

export type SettingName = keyof SaeSettings;

/** A setting's value; null where the other settings leave it unused. */
export function usedSetting<Name extends SettingName>(settings: SaeSettings, name: Name): SaeSettings[Name] | null {
  const choosesK = settings.activation === "topk" || settings.activation === "batchtopk";
  return name === "k" && !choosesK ? null : settings[name];
}

/** Names of the settings that are not the same in all runs, in the order of the manifest. */
export function differingSettings(runs: readonly { settings: SaeSettings }[]): SettingName[] {
  if (runs.length === 0) return [];
  const text = (settings: SaeSettings, name: SettingName) => JSON.stringify(usedSetting(settings, name));
  const [first, ...others] = runs.map(({ settings }) => settings);
  const names = Object.keys(first) as SettingName[];
  return names.filter((name) => others.some((settings) => text(settings, name) !== text(first, name)));
}
