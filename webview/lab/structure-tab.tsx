/** The Structure tab: how neurons relate to each other. */
import { useContext } from "preact/hooks";
import type { Duplicates } from "../../src/protocol/artifact";
import type { SaeSummary } from "../../src/protocol/engine";
import type { NeuronRow } from "../../src/protocol/neurons";
import type { Structure } from "../../src/protocol/structure";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { count, decimal, percent, times } from "../components/number-format";
import { type FindingColumn, FindingTable } from "./finding-table";
import { NeuronClusters } from "./neuron-clusters";
import { CompareButton, NeuronLink, NeuronLinks, nameOf, useNamedNeurons } from "./neuron-links";
import { NotMeasured } from "./not-measured";
import { StructureTree } from "./structure-tree";
import { useAnswer } from "./use-answer";

interface StructureTabProps {
  host: Remote<LabHost>;
  sae: SaeSummary;
  selected: number | null;
  /** Rises with every change of labels. */
  labelsVersion: number;
  /** A job is at work. */
  busy: boolean;
}

export function StructureTab({ host, sae, selected, labelsVersion, busy }: StructureTabProps) {
  const answer = useAnswer(() => asked(host.structure()), [host, sae.hash], [labelsVersion]);
  const rows = useNamedNeurons(host, sae.hash, labelsVersion);
  if (answer === null) return <p class="quiet">Loading the structure…</p>;
  if (!answer.ok) return <NotMeasured host={host} what="structure" error={answer.error} busy={busy} />;
  const links = {
    rows,
    selected,
    select: (neuron: number) => void host.selectNeuron(neuron),
    compare: (neurons: number[]) => void host.compareNeurons(neurons),
  };
  const { splitting, absorption, coactivation, clusters } = answer.value;
  return (
    <NeuronLinks.Provider value={links}>
      <div class="structure-tab">
        <div class="finding-column">
          <StructureTree key={sae.hash} structure={answer.value} />
          <NeuronClusters clusters={clusters} />
        </div>
        <div class="finding-column">
          <DuplicateTable duplicates={sae.report.duplicates} />
          <SplittingTable splitting={splitting} />
          <AbsorptionTable absorption={absorption} />
          <CoactivationTable coactivation={coactivation} />
        </div>
      </div>
    </NeuronLinks.Provider>
  );
}

/** A column of links, and beside it in the CSV one of names. */
function neuronColumns<Row>(
  name: string,
  rows: ReadonlyMap<number, NeuronRow>,
  neuronOf: (row: Row) => number,
): FindingColumn<Row>[] {
  return [
    { name, cell: (row) => <NeuronLink neuron={neuronOf(row)} />, value: neuronOf },
    { name: `${name} label`, value: (row) => nameOf(rows, neuronOf(row)) },
  ];
}

const COMPARE: FindingColumn<{ neurons: readonly number[] }> = {
  name: "",
  cell: ({ neurons }) => <CompareButton neurons={neurons} />,
};

function DuplicateTable({
  duplicates: { pairs, byDecoder, byLabel, leastCosine, strongest },
}: {
  duplicates: Duplicates;
}) {
  const { rows } = useContext(NeuronLinks);
  const shown = strongest.length < pairs ? ` The ${strongest.length} nearest:` : "";
  return (
    <FindingTable
      title="Near-duplicates"
      meaning={`${count(pairs)} pairs say nearly the same: ${count(byDecoder)} by decoder rows with a cosine above ${decimal(leastCosine)}, ${count(byLabel)} by a label that they share.${shown}`}
      none="No two neurons say the same, by direction or by label."
      rows={strongest}
      columns={[
        ...neuronColumns<Duplicates["strongest"][number]>("Neuron", rows, ({ neurons }) => neurons[0]),
        ...neuronColumns<Duplicates["strongest"][number]>("Like", rows, ({ neurons }) => neurons[1]),
        { name: "Cosine", number: true, cell: ({ cosine }) => decimal(cosine), value: ({ cosine }) => cosine },
        {
          name: "Label",
          cell: ({ sameLabel }) => (sameLabel ? "same" : "other"),
          value: ({ sameLabel }) => (sameLabel ? "same" : "other"),
        },
        COMPARE,
      ]}
    />
  );
}

function SplittingTable({ splitting }: { splitting: Structure["splitting"] }) {
  return (
    <FindingTable
      title="Splitting"
      meaning="Concepts that several neurons share: of a concept's items, how many the best of them finds alone, and how many all find together at the same precision."
      none="No concept is split over several neurons."
      rows={splitting}
      columns={[
        { name: "Concept", cell: ({ label }) => <bdi>{label}</bdi>, value: ({ label }) => label },
        {
          name: "Neurons",
          cell: ({ neurons }) => (
            <ul class="link-list">
              {neurons.map((neuron) => (
                <li key={neuron}>
                  <NeuronLink neuron={neuron} />
                </li>
              ))}
            </ul>
          ),
          value: ({ neurons }) => neurons.join(" "),
        },
        {
          name: "Best alone",
          number: true,
          cell: ({ recallOfBest }) => percent(recallOfBest),
          value: ({ recallOfBest }) => recallOfBest,
        },
        {
          name: "Together",
          number: true,
          cell: ({ recallTogether }) => percent(recallTogether),
          value: ({ recallTogether }) => recallTogether,
        },
      ]}
    />
  );
}

function AbsorptionTable({ absorption }: { absorption: Structure["absorption"] }) {
  const { rows } = useContext(NeuronLinks);
  return (
    <FindingTable
      title="Absorption"
      meaning="A neuron is silent on items that bear its label because a narrower one took them over: of the silent items, the share on which the narrower one is active."
      none="No neuron is silent on items that a narrower one took over."
      rows={absorption}
      columns={[
        { name: "Concept", cell: ({ label }) => <bdi>{label}</bdi>, value: ({ label }) => label },
        ...neuronColumns<Structure["absorption"][number]>("Silent", rows, ({ general }) => general),
        ...neuronColumns<Structure["absorption"][number]>("Taken over by", rows, ({ narrow }) => narrow),
        { name: "Items", number: true, cell: ({ items }) => count(items), value: ({ items }) => items },
        { name: "Of them", number: true, cell: ({ share }) => percent(share), value: ({ share }) => share },
      ]}
    />
  );
}

function CoactivationTable({ coactivation }: { coactivation: Structure["coactivation"] }) {
  const { rows } = useContext(NeuronLinks);
  return (
    <FindingTable
      title="Active together"
      meaning="Pairs that are active on the same items far more often than chance has it. Overlap: items that activate both, over items that activate either (Jaccard)."
      none="No two neurons are active on the same items clearly more often than chance."
      rows={coactivation}
      columns={[
        ...neuronColumns<Structure["coactivation"][number]>("Neuron", rows, ({ neurons }) => neurons[0]),
        ...neuronColumns<Structure["coactivation"][number]>("With", rows, ({ neurons }) => neurons[1]),
        { name: "Overlap", number: true, cell: ({ jaccard }) => percent(jaccard), value: ({ jaccard }) => jaccard },
        { name: "Of chance", number: true, cell: ({ lift }) => times(lift), value: ({ lift }) => lift },
        COMPARE,
      ]}
    />
  );
}
