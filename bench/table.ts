/** How benchmark results are printed: one line a measure, with its budget and baseline beside it. */

export interface Measurement {
  what: string;
  measured: string;
  /** What DESIGN allows, and whether it is kept; null where there is only a figure. */
  budget: { limit: string; kept: boolean } | null;
  /** What else was measured in the same run, to compare with. */
  baseline?: string;
}

export function printTable(title: string, measurements: Measurement[]): void {
  const lines = measurements.map(({ what, measured, budget, baseline }) => [
    what,
    measured,
    budget ? `${budget.limit} ${budget.kept ? "kept" : "MISSED"}` : "",
    baseline ?? "",
  ]);
  const heading = ["what", "measured", "budget", "baseline, same run"];
  const widths = heading.map((text, column) => Math.max(text.length, ...lines.map((line) => line[column].length)));
  const format = (line: string[]) =>
    line
      .map((text, column) => text.padEnd(widths[column]))
      .join("  ")
      .trimEnd();
  console.log(`\n${title}\n${[heading, ...lines].map(format).join("\n")}`);
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
