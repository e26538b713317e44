/** The proof of a label in one sentence. */
import type { NeuronDetail } from "../../src/protocol/engine";
import { decimal, percent, times } from "../components/number-format";

export function evidenceText({ kind, evidence, density }: NeuronDetail): string {
  if (kind === "dead") return "No user and no item activates it.";
  if (evidence === null) return `No known concept explains it; ${percent(density)} of items activate it.`;
  const { precision10, baseRate, lift } = evidence;
  return `precision@10 ${decimal(precision10)} on held-out items, base rate ${decimal(baseRate)} (${times(lift)})`;
}
