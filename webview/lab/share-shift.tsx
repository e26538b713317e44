/** A share before (ring) and after (dot) with its 95% interval, and the base rate as a mark. Decoration: the text says it too. */
import type { Estimate } from "../../src/protocol/artifact";

const WIDTH = 120;
const HEIGHT = 14;
/** Room for a dot at either end, in pixels. */
const MARGIN = 5;

interface ShareShiftProps {
  before: Estimate;
  after: Estimate;
  baseRate: number;
}

export function ShareShift({ before, after, baseRate }: ShareShiftProps) {
  const x = (share: number) => MARGIN + Math.min(1, Math.max(0, share)) * (WIDTH - 2 * MARGIN);
  const middle = HEIGHT / 2;
  return (
    <svg class="interval-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={`M${MARGIN} ${middle}H${WIDTH - MARGIN}`} class="interval-scale" />
      <path d={`M${x(baseRate)} 1V${HEIGHT - 1}`} class="interval-chance" />
      <path d={`M${x(before.value)} ${middle}H${x(after.value)}`} class="shift-line" />
      {after.interval !== null && (
        <path
          d={`M${x(after.interval[0])} ${middle}H${x(after.interval[1])}M${x(after.interval[0])} 3.5v7M${x(after.interval[1])} 3.5v7`}
          class="interval-whisker"
        />
      )}
      <circle cx={x(before.value)} cy={middle} r="3" class="shift-before" />
      <circle cx={x(after.value)} cy={middle} r="3" class="interval-dot" />
    </svg>
  );
}
