/** Concept kinds: their names, and an icon each that is told by its shape. */
import type { ConceptKind } from "../../src/protocol/artifact";

export const KIND_NAMES: Record<ConceptKind, string> = {
  tag: "Tag",
  popularity: "Popularity",
  era: "Era",
  trend: "Trend",
  audience: "Audience",
  text: "Text",
  mixed: "Mixed",
  unlabelled: "No label",
  dead: "Dead",
};

export const KINDS = Object.keys(KIND_NAMES) as readonly ConceptKind[];

export const KIND_MEANINGS: Record<ConceptKind, string> = {
  tag: "Tag: follows a tag, a category or a band of a number",
  popularity: "Popularity: follows how often items are used",
  era: "Era: follows the year of the items",
  trend: "Trend: follows whether use of the items rises or falls",
  audience: "Audience: follows what kind of user it is",
  text: "Text: follows words of titles and descriptions",
  mixed: "Mixed: follows two concepts at once",
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
    case "trend":
      return <path d="m2 12 4-4 3 3 5-6.5M10 4h4v4" {...outline} stroke-linecap="round" stroke-linejoin="round" />;
    case "audience":
      return (
        <g {...outline} stroke-linecap="round">
          <circle cx="8" cy="5" r="2.8" />
          <path d="M2.5 14c.5-3.2 2.6-4.8 5.5-4.8s5 1.6 5.5 4.8" />
        </g>
      );
    case "text":
      return <path d="M3 4.5V3h10v1.5M8 3v10M6 13h4" {...outline} stroke-linecap="round" stroke-linejoin="round" />;
    case "mixed":
      return (
        <g {...outline}>
          <circle cx="5.7" cy="8" r="4" />
          <circle cx="10.3" cy="8" r="4" />
        </g>
      );
    case "unlabelled":
      return <circle cx="8" cy="8" r="5.7" {...outline} stroke-dasharray="2 2.4" />;
    case "dead":
      return <path d="m4 4 8 8m0-8-8 8" {...outline} stroke-linecap="round" />;
  }
}
