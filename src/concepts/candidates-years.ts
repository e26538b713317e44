/** Concepts from years: decades. */
import type { FoundConcept } from "./candidates";

/** Decades before the first that holds this share of the dated items also form one band. */
const FULL_DECADE_SHARE = 0.05;

/** What is old, and what is new: from a fifth to two fifths of the dated items, up to or from a decade's border on. */
const OUTER_SHARE = 0.2;
const LARGEST_OUTER_SHARE = 0.4;

/**
 * Decades, the thin early decades together as one "Before" band, and what is older and newer than most. An item without a
 * year is of none.
 */
export function eraConcepts(years: readonly (number | null)[]): FoundConcept[] {
  const bearersOfDecade = new Map<number, number[]>();
  let dated = 0;
  years.forEach((year, item) => {
    if (year === null || !Number.isFinite(year)) return;
    dated++;
    const decade = Math.floor(year / 10) * 10;
    const bearers = bearersOfDecade.get(decade);
    if (bearers === undefined) bearersOfDecade.set(decade, [item]);
    else bearers.push(item);
  });
  const concept = (part: string, label: string, bearers: number[]): FoundConcept => ({
    key: `era:${part}`,
    label,
    kind: "era",
    bearers: Uint32Array.from(bearers),
    rows: years.length,
    column: null,
  });
  const decades = [...bearersOfDecade].sort(([a], [b]) => a - b);
  const concepts = decades.map(([decade, bearers]) => concept(String(decade), `${decade}s`, bearers));
  const together = (of: typeof decades) => of.flatMap(([, bearers]) => bearers).sort((a, b) => a - b);
  const before = (count: number) =>
    concept(`before-${decades[count][0]}`, `Before ${decades[count][0]}`, together(decades.slice(0, count)));
  const since = (count: number) => {
    const [[decade]] = decades.slice(-count);
    return concept(`since-${decade}`, `Since ${decade}`, together(decades.slice(-count)));
  };
  const thin = decades.findIndex(([, bearers]) => bearers.length >= FULL_DECADE_SHARE * dated);
  const old = decadesHolding(decades, OUTER_SHARE * dated);
  const recent = decadesHolding([...decades].reverse(), OUTER_SHARE * dated);
  // One decade is a concept already.
  const isBand = (count: number) => count >= 2 && count < decades.length;
  const bands = [...[...new Set([thin, old])].filter(isBand).map(before), ...[recent].filter(isBand).map(since)];
  return [...bands.filter(({ bearers }) => bearers.length <= LARGEST_OUTER_SHARE * dated), ...concepts];
}

/** How many decades, from the first, hold at least so many items. */
function decadesHolding(decades: readonly [decade: number, bearers: number[]][], least: number): number {
  let held = 0;
  for (const [place, [, { length }]] of decades.entries()) {
    held += length;
    if (held >= least) return place + 1;
  }
  return 0;
}
