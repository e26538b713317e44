/** What a neuron is called, and who says so. Names come from people, models and metadata: text, in either direction. */
import type { NeuronRow } from "../../src/protocol/neurons";

type Named = Pick<NeuronRow, "label" | "labelledBy" | "statisticalLabel" | "pinned" | "wrong">;

export function NeuronName({ row }: { row: Named }) {
  return (
    <span class="neuron-name" title={nameTitle(row)}>
      <span class={row.wrong ? "neuron-name-text neuron-name-wrong" : "neuron-name-text"} dir="auto">
        {row.label}
      </span>
      {row.wrong && <span class="name-mark">wrong</span>}
      {row.labelledBy !== "statistics" && <NamerIcon by={row.labelledBy} />}
      {row.pinned && <PinIcon />}
    </span>
  );
}

/** What the marks say, for those who listen: `, named by a person, pinned`. */
export function spokenMarks(row: Named): string {
  const marks = [
    row.labelledBy === "statistics" ? null : NAMERS[row.labelledBy].toLowerCase(),
    row.wrong ? "marked wrong" : null,
    row.pinned ? "pinned" : null,
  ].filter((mark) => mark !== null);
  return marks.length === 0 ? "" : `, ${marks.join(", ")}`;
}

function nameTitle(row: Named): string {
  if (row.labelledBy === "statistics") return row.label;
  return `${row.label} (${NAMERS[row.labelledBy].toLowerCase()}; by statistics: ${row.statisticalLabel})`;
}

const NAMERS = { person: "Named by a person", model: "Named by a language model" };

function NamerIcon({ by }: { by: "person" | "model" }) {
  return (
    <svg class="name-icon" viewBox="0 0 16 16" width="12" height="12" role="img" aria-label={NAMERS[by]}>
      <title>{NAMERS[by]}</title>
      {by === "person" ? (
        // A pencil.
        <path d="m3 13 .7-3 7-7L13 5.3l-7 7zM9.2 4.5l2.3 2.3" fill="none" stroke="currentColor" stroke-width="1.3" />
      ) : (
        // A spark.
        <path d="M8 1.5 9.6 6.4 14.5 8 9.6 9.6 8 14.5 6.4 9.6 1.5 8l4.9-1.6z" fill="currentColor" />
      )}
    </svg>
  );
}

export function PinIcon() {
  return (
    <svg class="name-icon" viewBox="0 0 16 16" width="12" height="12" role="img" aria-label="Pinned">
      <title>Pinned</title>
      <path d="M5 2h6M6 2v5L4 9.5h8L10 7V2M8 9.5V14" fill="none" stroke="currentColor" stroke-width="1.4" />
    </svg>
  );
}
