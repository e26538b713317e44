/** The list of neurons that pass the filter, fetched page by page while one scrolls. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { NeuronRow } from "../../src/protocol/engine";
import type { NeuronsHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { count } from "../components/number-format";
import { PAGE_ROWS, PagedRows } from "../components/paged-rows";
import { VirtualList } from "../components/virtual-list";
import { type ListFilter, queryOf } from "./list-filter";
import { NeuronRowContent, ROW_HEIGHT, spokenRow } from "./neuron-row";

interface NeuronListProps {
  host: Remote<NeuronsHost>;
  filter: ListFilter;
  /** The neuron selected in both webviews. */
  shared: number | null;
  onClear: () => void;
}

export function NeuronList({ host, filter, shared, onClear }: NeuronListProps) {
  const { rows, retry } = useNeuronRows(host, filter);
  const [selection, setSelection] = useState<Selection>({ neuron: shared });
  useEffect(() => setSelection({ neuron: shared }), [shared]);
  const onVisible = useCallback((from: number, to: number) => rows.ensure(from, to + PAGE_ROWS / 2), [rows]);

  if (rows.error !== null) return <ErrorNote what="The neurons could not be listed" error={rows.error} retry={retry} />;
  if (rows.total === null) return <p class="quiet">Loading neurons…</p>;
  if (rows.total === 0) {
    return (
      <section class="empty" aria-label="No matches">
        <p role="status">No neuron matches this search and these kinds.</p>
        <vscode-button secondary onClick={onClear}>
          Show All
        </vscode-button>
      </section>
    );
  }
  return (
    <>
      <div class="list-head quiet">
        <span role="status">{count(rows.total)} neurons</span>
        <span>purity@10 | base rate</span>
      </div>
      <VirtualList
        label="Neurons"
        count={rows.total}
        rowHeight={ROW_HEIGHT}
        selected={indexOf(selection, rows)}
        onSelect={(index) => setSelection(selectionAt(index, rows))}
        onOpen={(index) => {
          const row = rows.row(index);
          if (row !== undefined) void host.selectNeuron(row.neuron);
        }}
        onVisible={onVisible}
        row={(index) => {
          const row = rows.row(index);
          return row === undefined
            ? { content: <span class="row-label quiet">…</span>, spoken: "Loading" }
            : { content: <NeuronRowContent row={row} />, spoken: spokenRow(row) };
        }}
      />
    </>
  );
}

/** By number, so that it survives another order; by place where the row has not been fetched yet. */
type Selection = { neuron: number | null } | { index: number; of: PagedRows<NeuronRow> };

function selectionAt(index: number, rows: PagedRows<NeuronRow>): Selection {
  const row = rows.row(index);
  return row === undefined ? { index, of: rows } : { neuron: row.neuron };
}

function indexOf(selection: Selection, rows: PagedRows<NeuronRow>): number {
  if ("index" in selection) return selection.of === rows ? selection.index : -1;
  return selection.neuron === null ? -1 : rows.indexOf((row) => row.neuron === selection.neuron);
}

/** Rows of the newest filter that has answered: the former list stays until then, so that typing does not flicker. */
function useNeuronRows(
  host: Remote<NeuronsHost>,
  filter: ListFilter,
): { rows: PagedRows<NeuronRow>; retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [, setVersion] = useState(0);
  const [shown, setShown] = useState<PagedRows<NeuronRow> | null>(null);
  const asking = useMemo(() => {
    const rows: PagedRows<NeuronRow> = new PagedRows(
      (offset, limit) => asked(host.neurons({ ...queryOf(filter), offset, limit })),
      () => {
        setShown(rows);
        setVersion((version) => version + 1);
      },
    );
    return rows;
  }, [host, filter, attempt]);
  useEffect(() => asking.ensure(0, PAGE_ROWS), [asking]);
  return {
    rows: asking.total !== null || asking.error !== null ? asking : (shown ?? asking),
    retry: () => setAttempt(attempt + 1),
  };
}
