/** Which config code was made from, told by its content. */
import { createHash } from "node:crypto";
import type { SteeringConfig } from "../protocol/steering";

/**
 * SHA-256, in hexadecimal digits, of the config as JSON with sorted keys and without spaces: the same however it is
 * written, JSON or YAML. What it was measured to do and where its schema lies say nothing of what it does, and are left
 * out.
 */
export function configHash({ $schema: _, rules, ...config }: SteeringConfig): string {
  const told = { ...config, rules: rules.map(({ effect: _, ...rule }) => rule) };
  return createHash("sha256").update(canonicalJson(told)).digest("hex");
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
