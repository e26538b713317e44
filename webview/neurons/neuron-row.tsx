/** One neuron in the list, as seen and as read aloud. */
import type { NeuronRow } from "../../src/protocol/neurons";
import { KIND_NAMES, KindIcon } from "../components/concept-kind";
import { CONFIDENCE_NAMES, ConfidenceMark } from "../components/confidence-mark";
import { NeuronName, spokenMarks } from "../components/neuron-name";
import { decimal, percent, shareWithBase } from "../components/number-format";
import { Sparkline } from "../components/sparkline";

/** In pixels; two lines of text. */
export const ROW_HEIGHT = 42;

export function NeuronRowContent({ row }: { row: NeuronRow }) {
  return (
    <>
      <span class="row-icon">
        <KindIcon kind={row.kind} />
      </span>
      <span class="row-label">
        <NeuronName row={row} />
      </span>
      <span class="row-purity numbers" title="Purity@10 on held-out items | base rate of the concept">
        {shareWithBase(row.purity10, row.purity10BaseRate)}
        {row.kind !== "dead" && <ConfidenceMark confidence={row.confidence} />}
      </span>
      <span class="row-number quiet numbers">{row.neuron}</span>
      <span class="row-measures quiet">
        <Sparkline counts={row.histogram} />
        <span class="row-density numbers" title="Share of items that activate it">
          {percent(row.density)} active
        </span>
        <span class="row-ms numbers" title="Monosemanticity score">
          MS {decimal(row.ms)}
        </span>
      </span>
    </>
  );
}

export function spokenRow(row: NeuronRow): string {
  const purity =
    row.purity10 === null
      ? "no purity"
      : `purity at 10 ${percent(row.purity10)}, base rate ${percent(row.purity10BaseRate)}`;
  const ms = row.ms === null ? "no MS" : `MS ${decimal(row.ms)}`;
  const kind = `${KIND_NAMES[row.kind].toLowerCase()}, ${CONFIDENCE_NAMES[row.confidence].toLowerCase()}`;
  return `${row.label}${spokenMarks(row)}, ${kind}, neuron ${row.neuron}, ${ms}, ${purity}, active on ${percent(row.density)} of items`;
}
