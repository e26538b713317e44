/** The neurons of the page: name, proof, histogram and top items of each, and what persons said of them. */
import type { Confidence, NeuronLabel, PersonalWord } from "../protocol/artifact";
import type { NeuronExport, NeuronRow } from "../protocol/neurons";
import { decimal, percent, range, rate } from "./figures";
import { histogram } from "./html-report-charts";
import { foreign, html, htmlTable, type Markup } from "./html-report-markup";

/** A neuron as the page knows it. */
export interface PageNeuron {
  row: NeuronRow;
  label: NeuronLabel;
  topItems: NeuronExport["topItems"];
  activeItems: number;
}

const SURENESS: Record<Confidence, string> = { high: "●●●", medium: "●●○", low: "●○○", none: "○○○" };

export function neuronSection(neurons: readonly PageNeuron[]): Markup {
  return html`<section aria-labelledby="neurons">
<h2 id="neurons">Neurons</h2>
<p>Every neuron with the name that holds, how sure the name is, and what speaks for it. Proof is on items that had no part in choosing the name; the base rate is the share of all items that bear the concept.</p>
<ul class="neurons">
${neurons.map(neuronCard)}</ul>
</section>
`;
}

/** A link to a neuron, under its name. */
export function neuronLink({ neuron, label }: { neuron: number; label: string }): Markup {
  return html`<a href="#neuron-${neuron}"><span class="number">${neuron}</span> ${foreign(label)}</a>`;
}

function neuronCard({ row, label, topItems, activeItems }: PageNeuron): Markup {
  const { neuron, kind, confidence, ms, density } = row;
  return html`<li id="neuron-${neuron}">
<h3><span class="number">${neuron}</span> ${foreign(row.label)}</h3>
<p>${kind}${
    kind === "dead" || kind === "unlabelled"
      ? null
      : html` · <span class="sureness" aria-hidden="true">${SURENESS[confidence]}</span> ${confidence} confidence`
  } · MS ${decimal(ms)} · active on ${percent(density)} of items${row.pinned ? " · pinned" : ""}</p>
${saidOf(row, label)}${proofOf(label)}${
  kind === "dead"
    ? null
    : html`<p>${histogram(row.histogram, activeItems)}</p>
`
}${
  topItems.length === 0
    ? null
    : html`<ol aria-label="Most active items">${topItems.map(
        ({ title, activation }) => html`<li>${foreign(title)} <span class="faint">${decimal(activation)}</span></li>`,
      )}</ol>
`
}</li>
`;
}

/** Where another name than the one that statistics found holds, or something was said. */
function saidOf(row: NeuronRow, { model, person }: NeuronLabel): Markup {
  const found = row.labelledBy === "statistics" ? null : html` Statistics: ${foreign(row.statisticalLabel)}.`;
  const byModel =
    model === null
      ? null
      : html`<p class="said">${foreign(model.model)} proposed ${foreign(model.label)}: told ${model.correct} of ${model.asked} held-out items right (${percent(model.score)}, 95% ${range(model.interval, percent)}; chance is 50%).</p>
`;
  const byPerson =
    person === null
      ? null
      : html`<p class="said">${foreign(person.by)}, ${dayOf(person)}: ${wordsOf(person)}</p>
`;
  return html`${
    found === null
      ? null
      : html`<p class="faint">${found}</p>
`
  }${byPerson}${byModel}`;
}

function proofOf({ evidence, kind }: NeuronLabel): Markup | null {
  if (kind === "dead")
    return html`<p>No user and no item activates it.</p>
`;
  if (evidence === null)
    return html`<p>No concept tells its items from others well enough to be its name.</p>
`;
  const { label, of, heldOutAuc, heldOutAucInterval, precision10, baseRate, lift, recall, q } = evidence;
  return html`<p>${foreign(label)}, on held-out ${of}: precision@10 ${percent(precision10)}, base rate ${percent(baseRate)} (${lift.toFixed(1)} times), AUC ${decimal(heldOutAuc)} (${range(heldOutAucInterval, decimal)}), recall ${percent(recall)}, q ${rate(q)}</p>
`;
}

/** Who renamed what, and whatever else persons said. */
export function wordsSection(neurons: readonly PageNeuron[]): Markup {
  const said = neurons.flatMap(({ row, label: { person } }) => (person === null ? [] : [{ row, person }]));
  return html`<section aria-labelledby="words">
<h2 id="words">What people said</h2>
${
  said.length === 0
    ? html`<p>Nobody has renamed, merged, marked, pinned or annotated a neuron yet.</p>`
    : htmlTable("A person's word is final: it holds over what statistics find.", said, [
        { heading: "neuron", cell: ({ row }) => neuronLink(row) },
        { heading: "found by statistics", cell: ({ row }) => foreign(row.statisticalLabel) },
        { heading: "what was said", cell: ({ person }) => wordsOf(person) },
        { heading: "by", cell: ({ person }) => foreign(person.by) },
        { heading: "when", cell: ({ person }) => dayOf(person) },
      ])
}</section>
`;
}

function wordsOf({ label, mergedWith, wrong, pinned, note, carried }: PersonalWord): Markup {
  const parts = [
    ...(label === null ? [] : [html`named ${foreign(label)}`]),
    ...(mergedWith.length === 0 ? [] : [html`the same as ${mergedWith.join(", ")}`]),
    ...(wrong ? [html`the name that was found is wrong`] : []),
    ...(pinned ? [html`pinned`] : []),
    ...(note === "" ? [] : [html`note: ${foreign(note)}`]),
    ...(carried === null
      ? []
      : [html`carried from neuron ${carried.neuron} of an SAE before (cosine ${decimal(carried.cosine)})`]),
  ];
  return html`${parts.map((part, index) => (index === 0 ? part : html`; ${part}`))}`;
}

/** The day, as the report may be read anywhere. */
function dayOf({ at }: PersonalWord): Markup {
  return html`<time datetime="${at}">${at.slice(0, 10)}</time>`;
}
