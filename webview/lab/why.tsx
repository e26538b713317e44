/** Why a neuron has its name, or none: the reason in words, and the measures that it rests on. */
import type { ConceptEvidence } from "../../src/protocol/artifact";
import type { NeuronDetail } from "../../src/protocol/neurons";
import { decimal, significant, times } from "../components/number-format";

export function Why({ detail: { reason, evidence } }: { detail: NeuronDetail }) {
  return (
    <section class="why note" aria-label="Why this name">
      <p dir="auto">{reason}</p>
      {evidence !== null && <EvidenceTable evidence={evidence} />}
    </section>
  );
}

function EvidenceTable({ evidence }: { evidence: ConceptEvidence }) {
  return (
    <table class="evidence-table">
      <caption>
        <bdi>{evidence.label}</bdi>, on the half of the {evidence.of} that did not choose it
      </caption>
      <tbody>
        {measuresOf(evidence).map(({ name, value, meaning }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{value}</td>
            <td class="quiet">{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Measure {
  name: string;
  value: string;
  meaning: string;
}

function measuresOf(evidence: ConceptEvidence): Measure[] {
  const { of, heldOutAuc, heldOutAucInterval, selectionAuc, averagePrecision, baseRate, lift, recall, q } = evidence;
  const precisions: [number, number | null][] = [
    [10, evidence.precision10],
    [50, evidence.precision50],
    [200, evidence.precision200],
  ];
  return [
    {
      name: "AUC",
      value: decimal(heldOutAuc),
      meaning: `95% interval ${decimal(heldOutAucInterval[0])} to ${decimal(heldOutAucInterval[1])}; .50 is chance; ${decimal(selectionAuc)} on the half that chose it`,
    },
    { name: "Average precision", value: decimal(averagePrecision), meaning: "the base rate is chance" },
    ...precisions
      .filter(([, precision]) => precision !== null)
      .map(([at, precision]) => ({
        name: `Precision@${at}`,
        value: decimal(precision),
        meaning: `of the ${at} most active ${of} that bear it`,
      })),
    { name: "Base rate", value: decimal(baseRate), meaning: `of all ${of} that bear it` },
    { name: "Lift", value: times(lift), meaning: "precision@10 over base rate" },
    { name: "Recall", value: decimal(recall), meaning: `of the ${of} that bear it, those that activate the neuron` },
    {
      name: "q",
      value: significant(q),
      meaning: "false discovery rate over all neurons and concepts (Benjamini-Hochberg)",
    },
  ];
}
