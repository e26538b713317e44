/** What a neuron stands for and how that is known, as Markdown for a hover. */
import type { NeuronDetail } from "../protocol/neurons";
import { histogramImage, type ImageColours } from "./histogram-image";
import { plainText } from "./markdown-text";
import { measure } from "./wording";

/** How many items and users are named. */
const NAMED = 5;

/** @param link to more; Markdown */
export function neuronEvidence(neuron: NeuronDetail, colours: ImageColours, link: string): string {
  const { label, kind, confidence, labelledBy, reason, topItems, activeItems, density, person } = neuron;
  const name = label === "" ? "No name" : plainText(label);
  const sure =
    label === ""
      ? ""
      : labelledBy === "statistics"
        ? `, ${kind}, ${confidence} confidence`
        : `, named by a ${labelledBy}`;
  const items = topItems.slice(0, NAMED).map(({ title, bearsConcept }) => {
    return `${plainText(title)}${bearsConcept === null ? "" : bearsConcept ? " ✓" : " ✗"}`;
  });
  const { image, text } = histogramImage(neuron.activationHistogram, colours);
  return [
    `**${name}** · neuron ${neuron.neuron}${sure} · ${link}`,
    ...(activeItems === 0
      ? ["It is dead: no item activates it, and an edit on it does little or nothing."]
      : [`![${text}](${image})\n\n${plainText(text)} (${percent(density)} of the catalogue)`]),
    measuresText(neuron),
    ...(items.length === 0 ? [] : [`Most active: ${items.join(", ")}`]),
    ...(person?.note ? [`Note: ${plainText(person.note)}`] : []),
    // It says the same at length, for whoever reads on.
    plainText(reason),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function measuresText({ purity10, purity10BaseRate, auc, lift, ms }: NeuronDetail): string {
  return [
    ...(purity10 === null
      ? []
      : [`precision@10 ${measure(purity10)} on held-out items, base rate ${measure(purity10BaseRate)}`]),
    ...(lift === null ? [] : [`lift ${lift.toFixed(1)}x`]),
    ...(auc === null ? [] : [`AUC ${measure(auc)}`]),
    ...(ms === null ? [] : [`MS ${measure(ms)}`]),
  ].join(" · ");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
}
