/** The neurons that a config names: in edits, in filters, and as audiences. */
import type { SteeringRule } from "../protocol/steering";

export interface NamedNeuron {
  neuron: number;
  label?: string;
}

/** The parts of a rule or a recipe that name neurons. */
type Naming = Pick<SteeringRule, "audience" | "edits" | "items" | "filters">;

/** Each once, ascending, with the label it is first given. */
export function neuronsOf(rules: readonly Naming[]): NamedNeuron[] {
  const found = new Map<number, NamedNeuron>();
  for (const rule of rules) {
    withNeurons(rule, (named) => {
      const { neuron, label } = named;
      found.set(neuron, { neuron, label: found.get(neuron)?.label ?? label });
      return named;
    });
  }
  return [...found.values()].sort((a, b) => a.neuron - b.neuron);
}

/** The same with other neurons or labels. */
export function withNeurons<Rule extends Naming>(rule: Rule, change: (named: NamedNeuron) => NamedNeuron): Rule {
  const changed = <Named extends NamedNeuron>(named: Named): Named => {
    const { neuron, label } = change(named);
    return { ...named, neuron, ...(label === undefined ? {} : { label }) };
  };
  const { audience, edits, items, filters } = rule;
  return {
    ...rule,
    audience: audience.kind === "neuron" ? changed(audience) : audience,
    edits: edits.map(changed),
    items: items.map((entry) => ({ ...entry, edits: entry.edits.map(changed) })),
    filters: filters.map(changed),
  };
}
