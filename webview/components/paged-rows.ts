/** Rows of a list too long to fetch at once: pages are asked for when they come near the view, and kept. */
import type { Answer } from "../../src/protocol/answer";
import type { Page } from "../../src/protocol/engine";
import type { ErrorData } from "../../src/protocol/error";

export const PAGE_ROWS = 200;

export class PagedRows<Row> {
  /** Null until the first page is here. */
  total: number | null = null;
  /** Of the last page that failed. */
  error: ErrorData | null = null;
  private readonly rows = new Map<number, Row>();
  private readonly requested = new Set<number>();

  constructor(
    private readonly fetchPage: (offset: number, limit: number) => Promise<Answer<Page<Row>>>,
    private readonly changed: () => void,
  ) {}

  row(index: number): Row | undefined {
    return this.rows.get(index);
  }

  /** Index of the first fetched row that fits, or -1. */
  indexOf(fits: (row: Row) => boolean): number {
    let found = -1;
    for (const [index, row] of this.rows) if (fits(row) && (found === -1 || index < found)) found = index;
    return found;
  }

  /** Fetches what is missing of rows `from` (inclusive) to `to` (exclusive). A page is asked for once. */
  ensure(from: number, to: number): void {
    const end = this.total === null ? to : Math.min(to, this.total);
    for (let page = Math.floor(Math.max(0, from) / PAGE_ROWS); page * PAGE_ROWS < end; page++) void this.load(page);
  }

  private async load(page: number): Promise<void> {
    if (this.requested.has(page)) return;
    this.requested.add(page);
    const offset = page * PAGE_ROWS;
    const answer = await this.fetchPage(offset, PAGE_ROWS);
    if (answer.ok) {
      this.total = answer.value.total;
      answer.value.rows.forEach((row, index) => {
        this.rows.set(offset + index, row);
      });
    } else {
      this.error = answer.error;
    }
    this.changed();
  }
}
