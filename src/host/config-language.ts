/** How the text of a steering config is read and changed, be it JSON or YAML. */
import type { ConfigLanguage } from "./config-name";
import type { TextForm } from "./manifest-edit";
import { type JsonNode, type JsonPlace, jsonTree, placeAt } from "./manifest-tree";
import { yamlChange } from "./yaml-edit";
import { yamlPlaceAt, yamlTree } from "./yaml-tree";

export function configTree(text: string, language: ConfigLanguage): JsonNode | null {
  return language === "json" ? jsonTree(text) : yamlTree(text);
}

export function configPlaceAt(text: string, language: ConfigLanguage, offset: number): JsonPlace | null {
  return language === "json" ? placeAt(jsonTree(text), offset) : yamlPlaceAt(text, offset);
}

const ORDER = (
  "$schema version sae mode rules name note audience edits items filters limits effect " +
  "path hash directions kind neuron label operation value above column tag atLeast top count share seed where users " +
  "measured data k sample concepts rbo changed ndcg20 coverage exposure"
).split(" ");

/** How a config is written: small objects on one line, as in a file that RecPrism wrote whole. */
export function configForm(language: ConfigLanguage): TextForm {
  return {
    order: ORDER,
    json: (value) => compactJson(value, "", 0),
    ...(language === "yaml" ? { change: (text, edit) => yamlChange(text, edit, ORDER) } : {}),
  };
}

const WIDTH = 110;

/** @param before how many characters of the line are taken already */
function compactJson(value: unknown, indent: string, before: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Object.entries(value).map(
    ([key, part]) => [Array.isArray(value) ? "" : `${JSON.stringify(key)}: `, part] as const,
  );
  if (parts.length === 0) return open + close;
  if (parts.every(([, part]) => typeof part !== "object" || part === null)) {
    const content = parts.map(([key, part]) => key + JSON.stringify(part)).join(", ");
    const line = Array.isArray(value) ? `[${content}]` : `{ ${content} }`;
    if (indent.length + before + line.length < WIDTH) return line;
  }
  const lines = parts.map(([key, part]) => inner + key + compactJson(part, inner, key.length));
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}
