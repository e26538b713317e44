/** The proof of a label in one sentence. */
import type { NeuronDetail } from "../../src/protocol/neurons";
import { CONFIDENCE_NAMES } from "../components/confidence-mark";
import { decimal, percent, times } from "../components/number-format";

type Proven = Pick<NeuronDetail, "kind" | "confidence" | "evidence" | "density">;

/** `High confidence: precision@50 .92 on held-out items, base rate .09 (10x)` */
export function evidenceText({ kind, confidence, evidence, density }: Proven): string {
  if (kind === "dead") return "No user and no item activates it.";
  if (evidence === null) return `No known concept explains it; ${percent(density)} of items activate it.`;
  const { precision10, precision50, baseRate, of } = evidence;
  const [at, precision] = precision50 === null ? [10, precision10] : [50, precision50];
  const proof = `precision@${at} ${decimal(precision)} on held-out ${of}, base rate ${decimal(baseRate)} (${times(precision / baseRate)})`;
  return `${CONFIDENCE_NAMES[confidence]}: ${proof}`;
}
