/** The structure of the page: tree, clusters, splitting, absorption and co-activation of neurons. */
import type { Structure } from "../protocol/structure";
import { decimal, percent } from "./figures";
import { foreign, html, htmlTable, type Markup } from "./html-report-markup";
import { neuronLink } from "./html-report-neurons";

type Branch = Structure["tree"][number];
type Named = { neuron: number; label: string };

/** Of pairs and of tables: the strongest. */
const SHOWN = 50;

/** @param names of all neurons, in neuron order */
export function structureSection(structure: Structure | null, names: readonly Named[]): Markup {
  return html`<section aria-labelledby="structure">
<h2 id="structure">Structure</h2>
${structure === null ? html`<p>Not measured yet: measure the SAE again.</p>` : structureParts(structure, names)}</section>
`;
}

function structureParts(structure: Structure, names: readonly Named[]): Markup {
  const link = (neuron: number) => neuronLink(names[neuron]);
  const links = (neurons: readonly number[]) =>
    neurons.map((neuron, index) => (index === 0 ? link(neuron) : html`, ${link(neuron)}`));
  const { splitting, absorption, coactivation, clusters } = structure;
  return html`<h3>Tree</h3>
${treeOf(structure, link)}
<h3>Clusters</h3>
<ul class="clusters">${clusters.map(
    ({
      name,
      neurons,
    }) => html`<li><b>${foreign(name)}</b> <span class="faint">${neurons.length}</span><br>${links(neurons)}</li>
`,
  )}</ul>
<h3>Splitting</h3>
${
  splitting.length === 0
    ? html`<p>No concept is split over several neurons.</p>`
    : htmlTable("Concepts that several neurons share, each with a part of the items.", splitting.slice(0, SHOWN), [
        { heading: "concept", cell: ({ label }) => foreign(label) },
        { heading: "neurons", cell: ({ neurons }) => links(neurons) },
        { heading: "best alone", figure: true, cell: ({ recallOfBest }) => percent(recallOfBest) },
        { heading: "together", figure: true, cell: ({ recallTogether }) => percent(recallTogether) },
      ])
}
<h3>Absorption</h3>
${
  absorption.length === 0
    ? html`<p>No neuron is silent on items that a narrower one took over.</p>`
    : htmlTable("Neurons that are silent on items which a narrower one took over.", absorption.slice(0, SHOWN), [
        { heading: "concept", cell: ({ label }) => foreign(label) },
        { heading: "general", cell: ({ general }) => link(general) },
        { heading: "narrower", cell: ({ narrow }) => link(narrow) },
        { heading: "silent items", figure: true, cell: ({ items }) => items },
        { heading: "of them taken over", figure: true, cell: ({ share }) => percent(share) },
      ])
}
<h3>Active together</h3>
${
  coactivation.length === 0
    ? html`<p>No two neurons are active on the same items clearly more often than chance.</p>`
    : htmlTable(
        `Pairs that are active on the same items far more often than chance${coactivation.length > SHOWN ? `: the ${SHOWN} strongest of ${coactivation.length}` : ""}.`,
        coactivation.slice(0, SHOWN),
        [
          { heading: "neuron", cell: ({ neurons: [first] }) => link(first) },
          { heading: "with", cell: ({ neurons: [, second] }) => link(second) },
          { heading: "of the items of either, active on both", figure: true, cell: ({ jaccard }) => percent(jaccard) },
          { heading: "times chance", figure: true, cell: ({ lift }) => decimal(lift, 1) },
        ],
      )
}
`;
}

/** Neurons that stand alone are told by their number; only those with a child or a parent make a tree. */
function treeOf({ levels, tree }: Structure, link: (neuron: number) => Markup): Markup {
  const children = new Map<number, Branch[]>();
  for (const branch of tree) {
    if (branch.parent === null) continue;
    const siblings = children.get(branch.parent);
    if (siblings === undefined) children.set(branch.parent, [branch]);
    else siblings.push(branch);
  }
  const roots = tree.filter(({ neuron, parent }) => parent === null && children.has(neuron));
  const alone = tree.filter(({ neuron, parent }) => parent === null && !children.has(neuron)).length;
  const listed = (branches: readonly Branch[]): Markup =>
    html`<ul>${branches
      .toSorted((a, b) => b.share - a.share)
      .map(
        (branch) =>
          html`<li>${link(branch.neuron)}${branch.parent === null ? null : html` <span class="faint">${percent(branch.share)}</span>`}${children.has(branch.neuron) ? listed(children.get(branch.neuron)!) : null}</li>
`,
      )}</ul>`;
  const nested =
    levels.length === 1
      ? "Broader neurons with the narrower ones whose items lie within theirs"
      : `Matryoshka levels of ${levels.join(", ")} neurons: earlier ones with the later ones within them`;
  return html`<p>${nested}; beside each, the share of its activation that is there. ${alone} neurons stand alone.</p>
${roots.length === 0 ? null : html`<div class="tree">${listed(roots)}</div>`}`;
}
