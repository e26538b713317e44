/** The audit of the page: what neurons tell of users and of popularity, and how much of the ranking runs through them. */
import type { AudienceEffect, Audit } from "../protocol/structure";
import { decimal, percent, range, rate } from "./figures";
import { intervalLine, shareBar } from "./html-report-charts";
import { foreign, html, htmlTable, type Markup } from "./html-report-markup";
import { neuronLink } from "./html-report-neurons";

type Attribute = Audit["attributes"][number];
type Popularity = NonNullable<Audit["popularity"]>;
type Named = { neuron: number; label: string };

/** @param names of all neurons, in neuron order */
export function auditSection(audit: Audit | null, names: readonly Named[]): Markup {
  return html`<section aria-labelledby="audit">
<h2 id="audit">Audit</h2>
${audit === null ? html`<p>Not measured yet: measure the SAE again.</p>` : auditParts(audit, names)}</section>
`;
}

function auditParts({ attributes, popularity }: Audit, names: readonly Named[]): Markup {
  return html`<p>Neurons whose activation on users tells of an attribute (q below .05 over all tests of the audit, AUC of at least .6), or which follow mere popularity; and how far lists change when all of them are suppressed.</p>
${attributes.length === 0 ? html`<p>Nothing is known of users that tells enough of them apart.</p>` : null}
${attributes.map((attribute) => attributePart(attribute, names))}
${popularity === null ? html`<p>Popularity is not known without interactions.</p>` : popularityPart(popularity, names)}`;
}

function attributePart(attribute: Attribute, names: readonly Named[]): Markup {
  const { column, users, values, neurons, ranking } = attribute;
  return html`<h3>${foreign(column)}${attribute.protected ? html` <span class="warn">protected</span>` : null}</h3>
<p>${users.toLocaleString("en")} users: ${values.map(({ value, share }, index) => html`${index === 0 ? "" : ", "}${foreign(value)} ${percent(share)}`)}.</p>
${
  neurons.length === 0
    ? html`<p>No neuron tells of it.</p>`
    : html`${htmlTable(`Neurons that tell of ${column}`, neurons, [
        { heading: "neuron", cell: ({ neuron }) => neuronLink(names[neuron]) },
        { heading: "favours", cell: ({ value }) => foreign(value) },
        { heading: "users", figure: true, cell: (effect) => effect.users },
        { heading: "AUC", figure: true, cell: ({ auc }) => decimal(auc) },
        { heading: "95% interval, chance at .5", cell: aucLine },
        { heading: "Cohen's d", figure: true, cell: ({ cohensD }) => decimal(cohensD) },
        { heading: "q", figure: true, cell: ({ q }) => rate(q) },
      ])}${rankingPart(ranking)}`
}
`;
}

function aucLine({ auc, interval }: AudienceEffect): Markup {
  return intervalLine(auc, interval, { from: 0.4, to: 1, chance: 0.5 }, range(interval, decimal));
}

function popularityPart({ neurons, ranking }: Popularity, names: readonly Named[]): Markup {
  return html`<h3>Popularity</h3>
${
  neurons.length === 0
    ? html`<p>No neuron follows it more than what it is named for.</p>`
    : html`${htmlTable("Neurons that follow how often items are used, more than what they are named for", neurons, [
        { heading: "neuron", cell: ({ neuron }) => neuronLink(names[neuron]) },
        { heading: "Spearman", figure: true, cell: ({ correlation }) => decimal(correlation) },
        {
          heading: "95% interval, from -1 to 1",
          cell: ({ correlation, interval }) =>
            intervalLine(correlation, interval, { from: -1, to: 1, chance: 0 }, range(interval, decimal)),
        },
        { heading: "q", figure: true, cell: ({ q }) => rate(q) },
      ])}${rankingPart(ranking)}`
}
`;
}

function rankingPart(ranking: Attribute["ranking"]): Markup | null {
  if (ranking === null) return null;
  const { change, changeOfRandom } = ranking;
  const rows = [
    { name: "these neurons", estimate: change },
    { name: "as many random ones", estimate: changeOfRandom },
  ];
  return htmlTable(
    `How far top-30 lists of ${ranking.users} users change (1 - extrapolated RBO) when ${ranking.neurons} are suppressed`,
    rows,
    [
      { heading: "suppressed", cell: ({ name }) => name },
      { heading: "change", figure: true, cell: ({ estimate }) => percent(estimate.value) },
      { heading: "95% interval", figure: true, cell: ({ estimate }) => range(estimate.interval, percent) },
      { heading: "of the lists", cell: ({ estimate }) => shareBar(estimate.value) },
    ],
  );
}
