/** Rows of the newest filter that has answered, fetched anew when labels change. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ErrorData } from "../../src/protocol/error";
import type { NeuronRow } from "../../src/protocol/neurons";
import type { NeuronsHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { PAGE_ROWS, PagedRows } from "../components/paged-rows";
import { type ListFilter, queryOf } from "./list-filter";

/** In milliseconds: while a search is typed, most of what it is on the way cannot be read, or finds nothing. */
const PAUSE = 400;

export interface NeuronRows {
  /** The former ones until there are others: typing does not flicker. */
  rows: PagedRows<NeuronRow>;
  /** Why the search cannot be read, once one has paused. */
  fault: string | null;
  /** Why there are no rows. */
  error: ErrorData | null;
  retry: () => void;
  /** These rows are about to be drawn. */
  onVisible: (from: number, to: number) => void;
}

export function useNeuronRows(host: Remote<NeuronsHost>, filter: ListFilter, labelsVersion: number): NeuronRows {
  const [attempt, setAttempt] = useState(0);
  const [, setVersion] = useState(0);
  const [paused, setPaused] = useState<PagedRows<NeuronRow> | null>(null);
  const shown = useRef<PagedRows<NeuronRow> | null>(null);
  const visible = useRef({ from: 0, to: PAGE_ROWS });
  const fetchedFor = useRef(labelsVersion);

  const asking = useMemo(
    () =>
      new PagedRows<NeuronRow>(
        (offset, limit) => asked(host.neurons({ ...queryOf(filter), offset, limit })),
        () => setVersion((version) => version + 1),
      ),
    [host, filter, attempt],
  );
  useEffect(() => {
    asking.ensure(0, PAGE_ROWS);
    const timer = setTimeout(() => setPaused(asking), PAUSE);
    return () => clearTimeout(timer);
  }, [asking]);

  const unreadable = asking.total === null && asking.error?.reason === "query-invalid";
  const answered = !unreadable && (asking.total !== null || asking.error !== null);
  const rows = answered && (asking.total !== 0 || paused === asking) ? asking : (shown.current ?? asking);
  shown.current = rows;

  useEffect(() => {
    if (fetchedFor.current === labelsVersion) return;
    fetchedFor.current = labelsVersion;
    rows.refetch(visible.current.from, visible.current.to);
  }, [rows, labelsVersion]);

  const onVisible = useCallback(
    (from: number, to: number) => {
      visible.current = { from, to: to + PAGE_ROWS / 2 };
      rows.ensure(from, visible.current.to);
    },
    [rows],
  );
  return {
    rows,
    fault: unreadable && paused === asking ? (asking.error?.message ?? null) : null,
    error: rows.error?.reason === "query-invalid" ? null : rows.error,
    retry: () => setAttempt(attempt + 1),
    onVisible,
  };
}
