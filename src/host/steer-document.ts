/** Which open documents are steering configs, and how they are read. */
import type { DocumentFilter, TextDocument } from "vscode";
import { type ConfigLanguage, configLanguage } from "./config-name";

export const CONFIG_SELECTOR: DocumentFilter = { scheme: "file", pattern: "**/*.steer.{json,yaml,yml}" };

export function isConfig({ uri, isClosed }: TextDocument): boolean {
  return !isClosed && uri.scheme === "file" && configLanguage(uri.fsPath) !== null;
}

/** Of a document that is a config. */
export function languageOf({ uri }: TextDocument): ConfigLanguage {
  return configLanguage(uri.fsPath) ?? "json";
}
