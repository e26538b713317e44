/** Numbers as people read them: two digits, no needless zeros, a dash where there is none. */

const NONE = "–";
const grouped = new Intl.NumberFormat("en-US");

/** A measure with two decimals: `.71`, `-.19`, `1.00`, `–` for null. */
export function decimal(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const text = value.toFixed(2);
  return (text === "-0.00" ? "0.00" : text).replace(/^(-?)0\./, "$1.");
}

/** A quantity of unknown size with three significant digits: `0.412`, `12.3`, `0.00418`. */
export function significant(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : NONE;
}

/** A share in whole per cent: `9%`, `<1%` for what would round to nothing, `>99%` for what is not quite all. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return NONE;
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return "<1%";
  if (whole === 100 && share < 1) return ">99%";
  return `${whole}%`;
}

/** A change relative to 1, in per cent with its sign: `-0.6%`, `+12%`, `0%`. */
export function signedPercent(change: number | null): string {
  if (change === null || !Number.isFinite(change)) return NONE;
  const percents = 100 * change;
  const text = percents.toFixed(Math.abs(percents) < 9.95 ? 1 : 0);
  if (Number(text) === 0) return "0%";
  return `${percents > 0 ? "+" : ""}${text}%`;
}

/**
 * A change of a score with its sign, to two digits of the largest change and at least two decimals: scores may be
 * probabilities or sums of any size.
 *
 * @param largest of all changes shown, in size
 */
export function signedChange(change: number, largest: number): string {
  const decimals = largest > 0 ? Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(largest)))) : 2;
  const text = change.toFixed(decimals);
  if (Number(text) === 0) return text.replace(/^-?0\./, ".");
  return `${change > 0 ? "+" : ""}${text.replace(/^(-?)0\./, "$1.")}`;
}

/** A share and its base rate, `92% | 9%`. */
export function shareWithBase(share: number | null, baseRate: number | null): string {
  return share === null ? NONE : `${percent(share)} | ${percent(baseRate)}`;
}

/** How many times more often than by chance: `10x`, `1.4x`. */
export function times(lift: number): string {
  if (!Number.isFinite(lift)) return NONE;
  return `${lift < 9.95 ? lift.toFixed(1) : Math.round(lift)}x`;
}

const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** For an axis: `0.02`, `400`, `52.5K`. */
export function compact(value: number): string {
  return short.format(value);
}

/** `3,018`. */
export function count(value: number): string {
  return grouped.format(value);
}

/** `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
