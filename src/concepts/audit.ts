/** The audit of an SAE: neurons that tell of attributes of users, and neurons that follow mere popularity. */
import type { NeuronLabel } from "../protocol/artifact";
import type { Audit } from "../protocol/structure";
import type { ActiveRows } from "./active-rows";
import type { AuditedAttribute } from "./audit-attributes";
import { audienceEffects, type FoundEffect, tellingNeurons } from "./audit-audience";
import { popularityCorrelations, popularNeurons } from "./audit-popularity";
import { FalseDiscovery } from "./chance";

/** The audit before it is known how much of the ranking runs through the neurons that it names. */
export interface AuditFindings {
  attributes: Omit<Audit["attributes"][number], "ranking">[];
  popularity: Omit<NonNullable<Audit["popularity"]>, "ranking"> | null;
}

export interface AuditInput {
  /** Users that activate each neuron. */
  users: ActiveRows;
  /** Of the same users. */
  attributes: readonly AuditedAttribute[];
  /** Items that activate each neuron. */
  items: ActiveRows;
  /** Of the same items; null without interactions. */
  interactions: ArrayLike<number> | null;
  labels: readonly NeuronLabel[];
  /** Per neuron, 1 if any user or item activates it. */
  live: Uint8Array;
}

/**
 * False discovery rates are over all tests together, of every attribute and of popularity.
 *
 * @param pace awaited between neurons, with the share that is done; may throw to end the work
 */
export async function auditFindings(
  { users, attributes, items, interactions, labels, live }: AuditInput,
  pace: (share: number) => Promise<void>,
): Promise<AuditFindings> {
  const discoveries = new FalseDiscovery();
  const effects: FoundEffect[][] = [];
  for (const [index, attribute] of attributes.entries()) {
    const paceOfAttribute = (share: number) => pace((index + share) / (attributes.length + 1));
    effects.push(await audienceEffects(users, attribute, live, discoveries, paceOfAttribute));
  }
  await pace(attributes.length / (attributes.length + 1));
  const correlations = interactions && popularityCorrelations(items, interactions, live, discoveries);
  return {
    attributes: attributes.map(({ column, protected: isProtected, known, values }, index) => ({
      column,
      protected: isProtected,
      users: known.length,
      values: values.map(({ value, rows }) => ({ value, share: rows.length / known.length })),
      neurons: tellingNeurons(effects[index], discoveries),
    })),
    popularity: correlations && { neurons: popularNeurons(correlations, discoveries, labels) },
  };
}
