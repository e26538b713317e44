/** Which files are steering configs, by their names. */

export type ConfigLanguage = "json" | "yaml";

/** Null where it is no steering config. */
export function configLanguage(file: string): ConfigLanguage | null {
  const [, extension] = /\.steer\.(json|ya?ml)$/i.exec(file) ?? [];
  return extension === undefined ? null : extension.toLowerCase() === "json" ? "json" : "yaml";
}
