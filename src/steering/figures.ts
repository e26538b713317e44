/** Numbers as sentences tell them. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
