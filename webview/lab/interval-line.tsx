/** A measure as a dot with its 95% interval as a whisker, on a scale that all rows of a table share; the text says it too. */
import type { Interval } from "../../src/protocol/artifact";

const WIDTH = 120;
const HEIGHT = 14;
/** Room for a dot at either end, in pixels. */
const MARGIN = 4;

interface IntervalLineProps {
  value: number;
  interval: Interval | null;
  from: number;
  to: number;
  /** Where chance lies; none: nothing is marked. */
  chance?: number;
}

export function IntervalLine({ value, interval, from, to, chance }: IntervalLineProps) {
  const x = (at: number) => MARGIN + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * (WIDTH - 2 * MARGIN);
  const middle = HEIGHT / 2;
  return (
    <svg class="interval-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path d={`M${MARGIN} ${middle}H${WIDTH - MARGIN}`} class="interval-scale" />
      {chance !== undefined && <path d={`M${x(chance)} 1V${HEIGHT - 1}`} class="interval-chance" />}
      {interval !== null && (
        <path
          d={`M${x(interval[0])} ${middle}H${x(interval[1])}M${x(interval[0])} 3.5v7M${x(interval[1])} 3.5v7`}
          class="interval-whisker"
        />
      )}
      <circle cx={x(value)} cy={middle} r="3" class="interval-dot" />
    </svg>
  );
}

/** `.74 (.71 to .77)` */
export function withInterval(value: number, interval: Interval | null, shown: (value: number) => string): string {
  return interval === null ? shown(value) : `${shown(value)} (${shown(interval[0])} to ${shown(interval[1])})`;
}
