/** A histogram the size of a word. Decoration: the numbers stand beside it. */

const WIDTH = 56;
const HEIGHT = 14;

/** Bars grow with the square root of the counts, so that rare strong activations stay visible. */
export function Sparkline({ counts }: { counts: readonly number[] }) {
  const largest = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {counts.map((value, bin) => {
        const height = value === 0 ? 0.75 : Math.max(1.5, Math.sqrt(value / largest) * HEIGHT);
        return <rect key={bin} x={bin * step} y={HEIGHT - height} width={Math.max(0.5, step - 1)} height={height} />;
      })}
    </svg>
  );
}
