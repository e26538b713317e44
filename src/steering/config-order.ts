/** A steering config as plain values with its keys in one order, and without what is the default anyway. */
import type {
  Audience,
  BeforeAndAfter,
  Edit,
  EffectRecord,
  Filter,
  ItemEdits,
  Limits,
  SteeringConfig,
  SteeringRule,
  Strongest,
} from "../protocol/steering";

export type Plain = string | number | null | Plain[] | { [key: string]: Plain };

/** Mode and audience are always said: they are what a reader asks first. */
export function orderedConfig({ $schema, version, sae, mode, rules }: SteeringConfig): Plain {
  return said({
    $schema,
    version,
    sae: said({ path: sae.path, hash: sae.hash, directions: sae.directions && byNumber(sae.directions) }),
    mode,
    rules: rules.map(orderedRule),
  });
}

function orderedRule({ name, note, mode, audience, edits, items, filters, limits, effect }: SteeringRule): Plain {
  return said({
    name,
    note,
    mode,
    audience: orderedAudience(audience),
    edits: unlessEmpty(edits.map(orderedEdit)),
    items: unlessEmpty(items.map(orderedItems)),
    filters: unlessEmpty(filters.map(orderedFilter)),
    limits: limits && orderedLimits(limits),
    effect: effect && orderedEffect(effect),
  });
}

function orderedAudience(audience: Audience): Plain {
  const { kind } = audience;
  switch (kind) {
    case "everyone":
      return { kind };
    case "users":
      return { kind, users: audience.users };
    case "sql":
      return { kind, where: audience.where };
    case "neuron":
      return said({ kind, neuron: audience.neuron, label: audience.label, top: orderedStrongest(audience.top) });
    case "history":
      return said({
        kind,
        column: audience.column,
        tag: audience.tag,
        atLeast: audience.atLeast,
        top: audience.top && orderedStrongest(audience.top),
      });
    case "random":
      return said({ kind, count: audience.count, seed: audience.seed === 0 ? undefined : audience.seed });
  }
}

function orderedStrongest(top: Strongest): Plain {
  return "count" in top ? { count: top.count } : { share: top.share };
}

function orderedEdit(edit: Edit): Plain {
  const { neuron, label, operation } = edit;
  return said({ neuron, label, operation, value: edit.operation === "suppress" ? undefined : edit.value });
}

function orderedItems({ items, edits }: ItemEdits): Plain {
  const { kind } = items;
  return {
    items: kind === "items" ? { kind, items: items.items } : { kind, column: items.column, tag: items.tag },
    edits: edits.map(orderedEdit),
  };
}

function orderedFilter({ neuron, label, above }: Filter): Plain {
  return said({ neuron, label, above });
}

function orderedLimits({ ndcgLoss, rbo, tolerance }: Limits): Plain {
  return said({ ndcgLoss, rbo, tolerance });
}

function orderedEffect(effect: EffectRecord): Plain {
  const { measured, data, k, users, sample, concepts, rbo, changed, ndcg20, coverage, exposure } = effect;
  return said({
    measured,
    data,
    k,
    users,
    sample,
    concepts: concepts.map(({ concept, label, before, after }) => ({ concept, label, before, after })),
    rbo,
    changed,
    ndcg20: ndcg20 && orderedPair(ndcg20),
    coverage: orderedPair(coverage),
    exposure: exposure?.map(({ items, before, after }) => ({ items, before, after })),
  });
}

function orderedPair({ before, after }: BeforeAndAfter): Plain {
  return { before, after };
}

function byNumber(directions: Record<string, string>): Plain {
  return Object.fromEntries(Object.entries(directions).sort(([a], [b]) => Number(a) - Number(b) || (a < b ? -1 : 1)));
}

/** Without the keys of which nothing is said. */
function said(entries: { [key: string]: Plain | undefined }): { [key: string]: Plain } {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, Plain] => entry[1] !== undefined),
  );
}

function unlessEmpty(list: Plain[]): Plain[] | undefined {
  return list.length === 0 ? undefined : list;
}
