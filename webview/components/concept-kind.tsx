/** Concept kinds: their names, and an icon each that is told by its shape. */
import type { ConceptKind } from "../../src/protocol/artifact";

export const KINDS: readonly ConceptKind[] = ["tag", "popularity", "era", "unlabelled", "dead"];

export const KIND_NAMES: Record<ConceptKind, string> = {
  tag: "Tag",
  popularity: "Popularity",
  era: "Era",
  unlabelled: "No label",
  dead: "Dead",
};

const KIND_MEANINGS: Record<ConceptKind, string> = {
  tag: "Tag: follows a tag of the items",
  popularity: "Popularity: follows how often items are used",
  era: "Era: follows the year of the items",
  unlabelled: "No label: no known concept explains it",
  dead: "Dead: no user and no item activates it",
};

export function KindIcon({ kind }: { kind: ConceptKind }) {
  return (
    <svg class="kind-icon" viewBox="0 0 16 16" width="14" height="14" role="img" aria-label={KIND_NAMES[kind]}>
      <title>{KIND_MEANINGS[kind]}</title>
      <KindShape kind={kind} />
    </svg>
  );
}

function KindShape({ kind }: { kind: ConceptKind }) {
  const outline = { fill: "none", stroke: "currentColor", "stroke-width": "1.5" };
  switch (kind) {
    case "tag":
      return (
        <g {...outline} stroke-linejoin="round">
          <path d="M2 2h6l6 6-6 6-6-6z" />
          <circle cx="5.2" cy="5.2" r="0.9" fill="currentColor" stroke="none" />
        </g>
      );
    case "popularity":
      return <path d="M8 2.5 14 13H2z" fill="currentColor" />;
    case "era":
      return (
        <g {...outline} stroke-linecap="round">
          <circle cx="8" cy="8" r="5.7" />
          <path d="M8 4.8V8l2.3 1.6" />
        </g>
      );
    case "unlabelled":
      return <circle cx="8" cy="8" r="5.7" {...outline} stroke-dasharray="2 2.4" />;
    case "dead":
      return <path d="m4 4 8 8m0-8-8 8" {...outline} stroke-linecap="round" />;
  }
}
