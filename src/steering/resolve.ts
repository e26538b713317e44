/** From rules as they are written to rules over rows: audiences and item selections are looked up in the data. */
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig, SteeringMode, SteeringRule } from "../protocol/steering";
import { audienceRows } from "./audience";
import type { SteeringContext } from "./context";
import { checkEdits, checkFilters } from "./edits";
import { selectedItems } from "./item-selection";
import type { ResolvedRule } from "./resolved";

/**
 * @throws RecPrismError "config-invalid" for neurons that the SAE does not have, and what `audienceRows` and
 *   `selectedItems` throw
 */
export async function resolvedRules(
  context: SteeringContext,
  { mode, rules }: Pick<SteeringConfig, "mode" | "rules">,
  signal?: AbortSignal,
): Promise<ResolvedRule[]> {
  const resolved: ResolvedRule[] = [];
  for (const [index, rule] of rules.entries()) {
    resolved.push(await resolvedRule(context, rule, rule.mode ?? mode, `rules[${index}]`, signal));
  }
  return resolved;
}

/** @param key of the rule in its config, for messages; empty for a recipe */
export async function resolvedRule(
  context: SteeringContext,
  rule: Pick<SteeringRule, "name" | "audience" | "edits" | "items" | "filters">,
  mode: SteeringMode,
  key = "",
  signal?: AbortSignal,
): Promise<ResolvedRule> {
  const latents = context.sae.encoderBias.length;
  const within = (part: string) => ({ key: key === "" ? part : `${key}.${part}` });
  checkEdits(rule.edits, latents, within("edits"));
  checkFilters(rule.filters, latents, within("filters"));
  for (const [entry, { edits }] of rule.items.entries()) checkEdits(edits, latents, within(`items[${entry}].edits`));
  try {
    return {
      name: rule.name,
      mode,
      members: await audienceRows(context, rule.audience, signal),
      edits: rule.edits,
      itemEdits: rule.items.map(({ items, edits }) => ({ rows: selectedItems(context.dataset.items, items), edits })),
      filters: rule.filters,
    };
  } catch (thrown) {
    throw key === "" ? thrown : placedInRule(thrown, rule.name, key);
  }
}

/** A fault of one rule of several says which. */
function placedInRule(thrown: unknown, name: string, key: string): unknown {
  if (!(thrown instanceof RecPrismError)) return thrown;
  const { reason, message, where } = thrown;
  const place = where.key === undefined ? key : `${key}.${where.key}`;
  return new RecPrismError(reason, `Rule “${name}”: ${message}`, { ...where, key: place });
}
