/** Which rows of a long list of equally high rows are worth drawing. */

export interface RowRange {
  /** First row. */
  from: number;
  /** One past the last row. */
  to: number;
}

/** Rows in view and `overscan` rows on either side. Sizes in pixels. */
export function visibleRows(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
  overscan: number,
): RowRange {
  const first = Math.floor(scrollTop / rowHeight) - overscan;
  const last = Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan;
  const from = Math.min(Math.max(0, first), count);
  return { from, to: Math.max(from, Math.min(count, last)) };
}

/** Scroll position nearest to the current one that shows the whole row. */
export function scrollToShow(row: number, scrollTop: number, viewHeight: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + rowHeight - viewHeight);
}
