/** How sure a label is, told by how many of three bars are full. */
import type { Confidence } from "../../src/protocol/artifact";

export const CONFIDENCE_NAMES: Record<Confidence, string> = {
  high: "High confidence",
  medium: "Medium confidence",
  low: "Low confidence",
  none: "No confidence",
};

const FULL_BARS: Record<Confidence, number> = { high: 3, medium: 2, low: 1, none: 0 };

export function ConfidenceMark({ confidence }: { confidence: Confidence }) {
  const name = CONFIDENCE_NAMES[confidence];
  return (
    <svg class="confidence-mark" viewBox="0 0 16 14" width="15" height="13" role="img" aria-label={name}>
      <title>{name}</title>
      {[0, 1, 2].map((bar) => {
        const height = 4 + 4 * bar;
        return (
          <rect
            key={bar}
            x={1 + 5 * bar}
            y={13 - height}
            width="3.5"
            height={height}
            fill={bar < FULL_BARS[confidence] ? "currentColor" : "none"}
            stroke="currentColor"
          />
        );
      })}
    </svg>
  );
}
