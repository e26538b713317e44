/** The Audit tab: which neurons tell of traits of users, or of mere popularity, and how much of the ranking runs through them. */
import { useContext } from "preact/hooks";
import type { Estimate } from "../../src/protocol/artifact";
import type { SaeSummary } from "../../src/protocol/engine";
import type { NeuronRow } from "../../src/protocol/neurons";
import type { AudienceEffect, Audit, RankingShare } from "../../src/protocol/structure";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { count, decimal, percent } from "../components/number-format";
import { attributeSentence, popularitySentence } from "./audit-sentences";
import { type FindingColumn, FindingTable } from "./finding-table";
import { IntervalLine, withInterval } from "./interval-line";
import { NeuronLink, NeuronLinks, nameOf, useNamedNeurons } from "./neuron-links";
import { NotMeasured } from "./not-measured";
import { useAnswer } from "./use-answer";

type Attribute = Audit["attributes"][number];
type Popularity = NonNullable<Audit["popularity"]>;

interface AuditTabProps {
  host: Remote<LabHost>;
  sae: SaeSummary;
  selected: number | null;
  /** Rises with every change of labels. */
  labelsVersion: number;
  /** A job is at work. */
  busy: boolean;
}

export function AuditTab({ host, sae, selected, labelsVersion, busy }: AuditTabProps) {
  const answer = useAnswer(() => asked(host.audit()), [host, sae.hash], [labelsVersion]);
  const rows = useNamedNeurons(host, sae.hash, labelsVersion);
  if (answer === null) return <p class="quiet">Loading the audit…</p>;
  if (!answer.ok) return <NotMeasured host={host} what="audit" error={answer.error} busy={busy} />;
  const links = {
    rows,
    selected,
    select: (neuron: number) => void host.selectNeuron(neuron),
    compare: (neurons: number[]) => void host.compareNeurons(neurons),
  };
  const { popularity } = answer.value;
  const attributes = answer.value.attributes.toSorted((a, b) => Number(b.protected) - Number(a.protected));
  return (
    <NeuronLinks.Provider value={links}>
      <div class="audit-tab">
        <Summary attributes={attributes} popularity={popularity} />
        {attributes.map((attribute) => (
          <AttributeSection key={attribute.column} attribute={attribute} />
        ))}
        {popularity !== null && <PopularitySection popularity={popularity} />}
        <Method />
      </div>
    </NeuronLinks.Provider>
  );
}

function Summary({ attributes, popularity }: Pick<Audit, "attributes" | "popularity">) {
  return (
    <ul class="audit-summary" aria-label="What was found">
      {attributes.length === 0 && (
        <li>
          Nothing is known of users. Name a table of them and its columns under <code>users</code> in recprism.json, and
          measure again, to see which neurons tell of gender, age and the like.
        </li>
      )}
      {attributes.map((attribute) => (
        <li key={attribute.column}>
          <bdi>{attributeSentence(attribute)}</bdi> {attribute.protected && <ProtectedMark />}
        </li>
      ))}
      <li>{popularitySentence(popularity)}</li>
    </ul>
  );
}

function ProtectedMark() {
  return (
    <span class="protected-mark" title="Recognised, or stated in recprism.json, as one that law or ethics protect">
      protected
    </span>
  );
}

function AttributeSection({ attribute }: { attribute: Attribute }) {
  const { rows } = useContext(NeuronLinks);
  const { column, users, values, neurons, ranking } = attribute;
  return (
    <section class="audited" aria-label={column}>
      <h2>
        <bdi>{column}</bdi> {attribute.protected && <ProtectedMark />}
      </h2>
      <p class="quiet numbers">
        {count(users)} users
        {values.map(({ value, share }, index) => (
          <span key={value}>
            {index === 0 ? ": " : ", "}
            <bdi>{value}</bdi> {percent(share)}
          </span>
        ))}
      </p>
      {neurons.length === 0 ? (
        <p>No neuron tells of it.</p>
      ) : (
        <div class="audited-tables">
          <FindingTable
            title={`Neurons that tell of ${column}`}
            meaning="AUC: the chance that a user with the value activates it more than one without. The dashed line is chance, .50."
            rows={neurons}
            columns={effectColumns(rows)}
          />
          {ranking !== null && <RankingTable of={column} ranking={ranking} />}
        </div>
      )}
    </section>
  );
}

function effectColumns(rows: ReadonlyMap<number, NeuronRow>): FindingColumn<AudienceEffect>[] {
  return [
    { name: "Neuron", cell: ({ neuron }) => <NeuronLink neuron={neuron} />, value: ({ neuron }) => neuron },
    { name: "Label", value: ({ neuron }) => nameOf(rows, neuron) },
    { name: "Favours", cell: ({ value }) => <bdi>{value}</bdi>, value: ({ value }) => value },
    { name: "Users", number: true, cell: ({ users }) => count(users), value: ({ users }) => users },
    {
      name: "AUC (95% interval)",
      cell: ({ auc, interval }) => (
        <span class="interval-cell">
          <IntervalLine value={auc} interval={interval} from={0.4} to={1} chance={0.5} />
          {withInterval(auc, interval, decimal)}
        </span>
      ),
      value: ({ auc }) => auc,
    },
    { name: "AUC from", value: ({ interval }) => interval[0] },
    { name: "AUC to", value: ({ interval }) => interval[1] },
    { name: "Cohen's d", number: true, cell: ({ cohensD }) => decimal(cohensD), value: ({ cohensD }) => cohensD },
    { name: "q", number: true, cell: ({ q }) => discoveryRate(q), value: ({ q }) => q },
  ];
}

function PopularitySection({ popularity: { neurons, ranking } }: { popularity: Popularity }) {
  const { rows } = useContext(NeuronLinks);
  const columns: FindingColumn<Popularity["neurons"][number]>[] = [
    { name: "Neuron", cell: ({ neuron }) => <NeuronLink neuron={neuron} />, value: ({ neuron }) => neuron },
    { name: "Label", value: ({ neuron }) => nameOf(rows, neuron) },
    {
      name: "Correlation (95% interval)",
      cell: ({ correlation, interval }) => (
        <span class="interval-cell">
          <IntervalLine value={correlation} interval={interval} from={-1} to={1} chance={0} />
          {withInterval(correlation, interval, decimal)}
        </span>
      ),
      value: ({ correlation }) => correlation,
    },
    { name: "Correlation from", value: ({ interval }) => interval[0] },
    { name: "Correlation to", value: ({ interval }) => interval[1] },
    { name: "q", number: true, cell: ({ q }) => discoveryRate(q), value: ({ q }) => q },
  ];
  return (
    <section class="audited" aria-label="Popularity">
      <h2>Popularity</h2>
      <div class="audited-tables">
        <FindingTable
          title="Neurons that follow mere popularity"
          meaning="Spearman correlation of activation and interactions over items, of neurons that follow it rather than anything else."
          none="No neuron follows how often items are used rather than anything else."
          rows={neurons}
          columns={columns}
        />
        {ranking !== null && <RankingTable of="popularity" ranking={ranking} />}
      </div>
    </section>
  );
}

function RankingTable({ of, ranking }: { of: string; ranking: RankingShare }) {
  const { neurons, users, change, changeOfRandom } = ranking;
  const rows = [
    { name: neurons === 1 ? "This neuron" : `These ${count(neurons)} neurons`, estimate: change },
    { name: neurons === 1 ? "A random neuron" : `${count(neurons)} random neurons`, estimate: changeOfRandom },
  ];
  const furthest = Math.max(...rows.map(({ estimate: { value, interval } }) => interval?.[1] ?? value));
  const to = [0.1, 0.25, 0.5].find((end) => furthest <= end) ?? 1;
  const columns: FindingColumn<{ name: string; estimate: Estimate }>[] = [
    { name: "Suppressed", cell: ({ name }) => name, value: ({ name }) => name },
    {
      name: `Change of lists (scale to ${percent(to)})`,
      cell: ({ estimate: { value, interval } }) => (
        <span class="interval-cell">
          <IntervalLine value={value} interval={interval} from={0} to={to} />
          {withInterval(value, interval, percent)}
        </span>
      ),
      value: ({ estimate }) => estimate.value,
    },
    { name: "from", value: ({ estimate }) => estimate.interval?.[0] ?? null },
    { name: "to", value: ({ estimate }) => estimate.interval?.[1] ?? null },
  ];
  return (
    <FindingTable
      title={`Lists without neurons of ${of}`}
      meaning={`How far top-30 lists of ${count(users)} users change when all of the neurons are suppressed, beside as many random ones.`}
      rows={rows}
      columns={columns}
    />
  );
}

/** Of very sure findings the digits say nothing. */
function discoveryRate(q: number): string {
  return q < 0.001 ? "<.001" : q.toFixed(3).replace(/^0/, "");
}

function Method() {
  return (
    <p class="quiet">
      A neuron tells of an attribute where its activation on users has an AUC of at least .60 for one of the values, at
      a false discovery rate below .05 over all tests of the audit (Benjamini-Hochberg). Lists change by 1 -
      extrapolated rank-biased overlap (p = .9). That a neuron tells of an attribute does not say that the recommender
      was given it, nor that a list is unfair: it says where to look.
    </p>
  );
}
