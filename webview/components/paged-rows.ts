/** Rows of a list too long to fetch at once: pages are asked for when they come near the view, and kept. */
import type { Answer } from "../../src/protocol/answer";
import type { ErrorData } from "../../src/protocol/error";
import type { Page } from "../../src/protocol/neurons";

export const PAGE_ROWS = 200;

export class PagedRows<Row> {
  /** Null until the first page is here. */
  total: number | null = null;
  /** Of the last page that failed. */
  error: ErrorData | null = null;
  private readonly rows = new Map<number, Row>();
  private requested = new Set<number>();

  constructor(
    private readonly fetchPage: (offset: number, limit: number) => Promise<Answer<Page<Row>>>,
    private readonly changed: () => void,
  ) {}

  row(index: number): Row | undefined {
    return this.rows.get(index);
  }

  /** Rows that were fetched, in no order. */
  fetched(): Iterable<Row> {
    return this.rows.values();
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

  /** Fetches these rows anew, and others when they come near the view; all stay as they were until then. */
  refetch(from: number, to: number): void {
    this.requested = new Set();
    this.ensure(from, to);
  }

  private async load(page: number): Promise<void> {
    const { requested } = this;
    if (requested.has(page)) return;
    requested.add(page);
    const offset = page * PAGE_ROWS;
    const answer = await this.fetchPage(offset, PAGE_ROWS);
    // Asked before the rows were to be fetched anew: it may come after what is newer.
    if (requested !== this.requested) return;
    if (answer.ok) {
      this.error = null;
      this.total = answer.value.total;
      for (const index of this.rows.keys()) if (index >= this.total) this.rows.delete(index);
      answer.value.rows.forEach((row, index) => {
        this.rows.set(offset + index, row);
      });
    } else {
      this.error = answer.error;
    }
    this.changed();
  }
}
