import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/protocol/answer";
import { NEURON_SORTS, type Page } from "../../src/protocol/neurons";
import { indexAfterKey } from "../../webview/components/list-keys";
import { PAGE_ROWS, PagedRows } from "../../webview/components/paged-rows";
import { scrollToShow, visibleRows } from "../../webview/components/visible-rows";
import {
  INITIAL_FILTER,
  isListFilter,
  SORTS,
  sortedBy,
  wholeSearch,
  withKindToggled,
  withTerm,
} from "../../webview/neurons/list-filter";

describe("keys in a list of 100 rows, 10 to a page", () => {
  const moves: [string, number, number | null][] = [
    ["ArrowDown", -1, 0],
    ["ArrowDown", 4, 5],
    ["ArrowDown", 99, 99],
    ["ArrowUp", -1, 99],
    ["ArrowUp", 4, 3],
    ["ArrowUp", 0, 0],
    ["PageDown", 4, 14],
    ["PageDown", 95, 99],
    ["PageUp", 14, 4],
    ["PageUp", 3, 0],
    ["Home", 50, 0],
    ["End", 50, 99],
    ["a", 50, null],
    ["Enter", 50, null],
  ];
  it.each(moves)("%s at %i leads to %j", (key, from, to) => {
    expect(indexAfterKey(key, from, 100, 10)).toBe(to);
  });

  it("lead nowhere in an empty list", () => {
    expect(indexAfterKey("ArrowDown", -1, 0, 10)).toBeNull();
  });
});

describe("a window on a long list", () => {
  const sizes = fc.record({
    scrollTop: fc.integer({ min: 0, max: 800_000 }),
    height: fc.integer({ min: 0, max: 2000 }),
    count: fc.integer({ min: 0, max: 16_000 }),
  });

  it("draws every row in view and few others", () => {
    fc.assert(
      fc.property(sizes, ({ scrollTop, height, count }) => {
        const { from, to } = visibleRows(scrollTop, height, 42, count, 5);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(to - from).toBeLessThanOrEqual(height / 42 + 12);
        const inView = Math.floor(scrollTop / 42);
        if (height > 0 && inView < count) expect(from <= inView && inView < to).toBe(true);
      }),
    );
  });

  it("moves no further than needed to show a row", () => {
    expect(scrollToShow(0, 100, 400, 42)).toBe(0);
    expect(scrollToShow(5, 100, 400, 42)).toBe(100);
    expect(scrollToShow(20, 100, 400, 42)).toBe(21 * 42 - 400);
  });
});

describe("rows fetched by pages", () => {
  type Asked = { offset: number; limit: number };
  function rowsOf(total: number, asked: Asked[]) {
    let changes = 0;
    const fetchPage = async (offset: number, limit: number): Promise<Answer<Page<number>>> => {
      asked.push({ offset, limit });
      const rows = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => offset + index);
      return { ok: true, value: { rows, total } };
    };
    const rows = new PagedRows(fetchPage, () => changes++);
    return { rows, changes: () => changes };
  }

  it("asks for each page once", async () => {
    const asked: Asked[] = [];
    const { rows, changes } = rowsOf(16_000, asked);
    rows.ensure(0, 10);
    rows.ensure(5, 20);
    await Promise.resolve();
    rows.ensure(8190, 8210);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.map(({ offset }) => offset / PAGE_ROWS)).toEqual([0, 40, 41]);
    expect(rows.row(8200)).toBe(8200);
    expect(rows.row(1000)).toBeUndefined();
    expect(rows.total).toBe(16_000);
    expect(changes()).toBe(3);
  });

  it("asks for nothing beyond the end", async () => {
    const asked: Asked[] = [];
    const { rows } = rowsOf(22, asked);
    rows.ensure(0, PAGE_ROWS);
    await new Promise((resolve) => setImmediate(resolve));
    rows.ensure(10, 10 * PAGE_ROWS);
    expect(asked).toHaveLength(1);
  });

  it("finds the first row that fits among those fetched", async () => {
    const { rows } = rowsOf(500, []);
    rows.ensure(200, 400);
    rows.ensure(0, 10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rows.indexOf((row) => row % 150 === 149)).toBe(149);
    expect(rows.indexOf((row) => row === 499)).toBe(-1);
  });

  it("keeps its rows while they are fetched anew, and drops answers that come too late", async () => {
    const answers: ((rows: string[]) => void)[] = [];
    const rows = new PagedRows<string>(
      () =>
        new Promise((resolve) => answers.push((rows) => resolve({ ok: true, value: { rows, total: rows.length } }))),
      () => {},
    );
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    rows.ensure(0, 3);
    answers[0](["a", "b", "c"]);
    await settled();
    rows.refetch(0, 3);
    rows.refetch(0, 3);
    expect(rows.row(0)).toBe("a");
    answers[2](["x", "y"]);
    await settled();
    answers[1](["late", "late", "late"]);
    await settled();
    expect([rows.total, ...rows.fetched()]).toEqual([2, "x", "y"]);
  });

  it("keeps the fault of a page that failed", async () => {
    const error = { reason: "artifact-stale" as const, message: "Train again.", where: {} };
    const rows = new PagedRows<number>(
      async () => ({ ok: false, error }),
      () => {},
    );
    rows.ensure(0, 10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rows.error).toEqual(error);
  });
});

describe("the filter of the list", () => {
  it("looks at large measures and early names first", () => {
    expect(sortedBy(INITIAL_FILTER, "density").descending).toBe(true);
    expect(sortedBy(INITIAL_FILTER, "label").descending).toBe(false);
  });

  it("is unchanged by toggling a kind twice", () => {
    const once = withKindToggled(INITIAL_FILTER, "era");
    expect(once.kinds).toEqual(["era"]);
    expect(withKindToggled(once, "era")).toEqual(INITIAL_FILTER);
  });

  it("is one search when it is saved, kinds included", () => {
    expect(wholeSearch(INITIAL_FILTER)).toBe("");
    expect(wholeSearch({ ...INITIAL_FILTER, search: " ms>0.5 ", kinds: ["tag", "era"] })).toBe(
      "ms>0.5 kind:tag or kind:era",
    );
    expect(withTerm({ ...INITIAL_FILTER, search: "noir " }, "is:pinned").search).toBe("noir is:pinned");
  });

  it("can be sorted in every way that the engine sorts", () => {
    expect(SORTS.map(({ sort }) => sort).sort()).toEqual([...NEURON_SORTS].sort());
  });

  it("is restored only when it is one", () => {
    expect(isListFilter(INITIAL_FILTER)).toBe(true);
    for (const saved of [
      undefined,
      null,
      {},
      { ...INITIAL_FILTER, kinds: ["smell"] },
      { ...INITIAL_FILTER, sort: "x" },
    ]) {
      expect(isListFilter(saved)).toBe(false);
    }
  });
});
