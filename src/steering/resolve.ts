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
  const inRule = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (thrown) {
      throw key === "" ? thrown : placedInRule(thrown, rule.name, key);
    }
  };
  const within = (part: string) => ({ key: key === "" ? part : `${key}.${part}` });
  checkEdits(rule.edits, latents, within("edits"));
  checkFilters(rule.filters, latents, within("filters"));
  const itemEdits = rule.items.map(({ items, edits }, entry) => {
    checkEdits(edits, latents, within(`items[${entry}].edits`));
    return { rows: inRule(() => selectedItems(context.dataset.items, items)), edits };
  });
  return {
    name: rule.name,
    mode,
    members: await audienceRows(context, rule.audience, signal).catch((thrown) => inRule(() => raise(thrown))),
    edits: rule.edits,
    itemEdits,
    filters: rule.filters,
  };
}

/** A fault of one rule of several says which. */
function placedInRule(thrown: unknown, name: string, key: string): unknown {
  if (!(thrown instanceof RecPrismError)) return thrown;
  const { reason, message, where } = thrown;
  const place = where.key === undefined ? key : `${key}.${where.key}`;
  return new RecPrismError(reason, `Rule “${name}”: ${message}`, { ...where, key: place });
}

function raise(thrown: unknown): never {
  throw thrown;
}
