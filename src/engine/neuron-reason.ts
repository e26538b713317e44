/** Why a neuron has its name and this confidence, or why it has none, in a sentence or two. */
import { confidenceOf, type Proof } from "../concepts/confidence";
import type { ConceptEvidence, Confidence, NeuronLabel } from "../protocol/artifact";

/** What a label's confidence rests on besides its evidence. */
export type Explained = Pick<Proof, "correlation" | "top">;

export interface Circumstances {
  /** Of the label's concept; null where it has none of items. */
  explained: Explained | null;
  /** Concepts that were tried on every neuron. */
  concepts: number;
  /** Whether words of titles and texts were tried besides. */
  hasTexts: boolean;
  activeItems: number;
  /** The concept with the highest lift, where there is one. */
  nearest: ConceptEvidence | null;
}

export function reasonOf(label: NeuronLabel, circumstances: Circumstances): string {
  return [...wordsOf(label), statisticalReason(label, circumstances)].join(" ");
}

/** What a person and a language model had to say. */
function wordsOf({ person, model }: NeuronLabel): string[] {
  const said: string[] = [];
  if (person !== null && person.label !== null) {
    const { carried } = person;
    said.push(
      carried === null
        ? `Named by ${person.by}.`
        : `Named by ${person.by} on an SAE of before, whose neuron ${carried.neuron} has the nearest decoder row (cosine ${twoDigits(carried.cosine)}).`,
    );
  }
  if (person?.wrong) said.push(`${person.by} marked the name that was found as wrong.`);
  if (model !== null) {
    const verdict = model.interval[0] > 0.5 ? "surely better than guessing" : "not surely better than guessing";
    said.push(
      `${model.model} proposed “${model.label}” and with it told ${model.correct} of ${model.asked} held-out items right, ${verdict}.`,
    );
  }
  return said;
}

function statisticalReason({ label, kind, confidence, evidence }: NeuronLabel, found: Circumstances): string {
  if (kind === "dead") return "It has no name: no user or item measured activates it.";
  if (evidence !== null) return `${proofOf(label, evidence)} ${sureness(confidence, evidence, found.explained)}`;
  if (found.activeItems === 0) return "It has no name: only users activate it, no item does.";
  if (found.concepts === 0 && !found.hasTexts) {
    return "It has no name: nothing is known of the items that could be one. Add tags, years or interactions to the manifest.";
  }
  const tried = `${found.concepts.toLocaleString("en")} concepts${found.hasTexts ? " and the words of titles and texts" : ""}`;
  return `It has no name: of ${tried} none that fits one half of the items also holds on the other.${nearMiss(found.nearest)}`;
}

/** On the half of the rows that did not choose the label. */
function proofOf(label: string, evidence: ConceptEvidence): string {
  const { of, precision10, baseRate, lift, heldOutAuc, heldOutAucInterval } = evidence;
  const [low, high] = heldOutAucInterval;
  return `Among ${of} that did not choose it, ${percent(precision10)} of the ten that activate the neuron most belong to “${label}”, against ${percent(baseRate)} of all (${times(lift)}); a random one that does activates it more than a random other one in ${percent(heldOutAuc)} of cases (95% interval ${percent(low)} to ${percent(high)}).`;
}

/** By the rule of `confidenceOf`: what would have made it more. */
function sureness(confidence: Confidence, { baseRate, q }: ConceptEvidence, explained: Explained | null): string {
  if (explained === null) return `Confidence is ${confidence}.`;
  const { correlation, top } = explained;
  const rated = (hits: number) => confidenceOf({ correlation, top: { ...top, hits }, baseRate, q, isUnrivalled: true });
  const strength = `correlation ${twoDigits(correlation)}`;
  if (confidence === "high") {
    return `Confidence is high: it describes the neuron well (${strength}), and better than any other concept.`;
  }
  const doubt =
    rated(top.hits) !== confidence
      ? "another concept describes the neuron about as well"
      : rated(top.attainable) !== confidence
        ? "too few of the strongest items belong to it"
        : "it describes a part of what the neuron does";
  return `Confidence is ${confidence}: it holds (${strength}), but ${doubt}.`;
}

function nearMiss(nearest: ConceptEvidence | null): string {
  if (nearest === null || nearest.precision10 === 0) return "";
  return ` Nearest comes “${nearest.label}”, with ${percent(nearest.precision10)} of its ten strongest held-out items, against ${percent(nearest.baseRate)} of all.`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function times(lift: number): string {
  return lift >= 10 ? `${Math.round(lift)} times the share` : `${lift.toFixed(1)} times the share`;
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}
