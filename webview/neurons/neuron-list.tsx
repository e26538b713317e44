/** The list of neurons that pass the filter: looked through, opened, chosen, named and pinned. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { ErrorData } from "../../src/protocol/error";
import type { LabelChange, NeuronRow } from "../../src/protocol/neurons";
import type { NeuronsHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { count } from "../components/number-format";
import type { PagedRows } from "../components/paged-rows";
import { VirtualList } from "../components/virtual-list";
import { ChosenBar } from "./chosen-bar";
import { useChosenNeurons } from "./chosen-neurons";
import { type ListFilter, queryOf } from "./list-filter";
import { NeuronRowContent, ROW_HEIGHT, spokenRow } from "./neuron-row";
import { type RowAction, RowMenu } from "./row-menu";
import type { NeuronRows } from "./use-neuron-rows";

interface NeuronListProps {
  host: Remote<NeuronsHost>;
  filter: ListFilter;
  found: NeuronRows;
  /** The neuron selected in both webviews. */
  shared: number | null;
  onClear: () => void;
}

export function NeuronList({ host, filter, found, shared, onClear }: NeuronListProps) {
  const { rows, retry, onVisible } = found;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Active>({ neuron: shared });
  const [menu, setMenu] = useState<{ row: NeuronRow; x: number; y: number } | null>(null);
  const [unkept, setUnkept] = useState<ErrorData | null>(null);
  useEffect(() => setActive({ neuron: shared }), [shared]);

  const neuronsAt = useCallback(
    (first: number, last: number) => {
      const known = Array.from({ length: last - first + 1 }, (_, index) => rows.row(first + index)?.neuron);
      if (!known.includes(undefined)) return known as number[];
      const query = { ...queryOf(filter), offset: first, limit: known.length };
      return asked(host.neurons(query)).then((answer) =>
        answer.ok ? answer.value.rows.map(({ neuron }) => neuron) : [],
      );
    },
    [host, filter, rows],
  );
  const { chosen, ...choice } = useChosenNeurons(neuronsAt);

  if (found.error !== null) {
    return <ErrorNote what="The neurons could not be listed" error={found.error} retry={retry} />;
  }
  if (rows.total === null) return found.fault === null ? <p class="quiet">Loading neurons…</p> : null;

  const at = indexOf(active, rows);
  const moveTo = (index: number) => setActive(activeAt(index, rows));
  /** Of what an action is: of the chosen neurons where this one is among them. */
  const meant = (neuron: number) => (chosen.has(neuron) ? [...chosen] : [neuron]);
  const allAre = (neurons: readonly number[], fits: (row: NeuronRow) => boolean) => {
    const wanted = new Set(neurons);
    for (const row of rows.fetched()) if (wanted.has(row.neuron) && !fits(row)) return false;
    return true;
  };
  const change = async (change: LabelChange) => {
    const answer = await asked(host.changeLabel(change));
    setUnkept(answer.ok ? null : answer.error);
  };
  const pin = (neurons: number[]) =>
    change({ change: "pin", neurons, pinned: !allAre(neurons, ({ pinned }) => pinned) });
  const open = (index: number) => {
    const row = rows.row(index);
    if (row !== undefined) void host.selectNeuron(row.neuron);
  };
  const actionsOf = (row: NeuronRow): RowAction[] => {
    const neurons = meant(row.neuron);
    const wrong = allAre(neurons, (one) => one.wrong);
    const compared = neurons.length > 1 ? neurons : shared === null ? [] : [shared, row.neuron];
    return [
      { name: "Open in the Lab", key: "Enter", run: () => void host.selectNeuron(row.neuron) },
      { name: neurons.length > 1 ? "Merge…" : "Rename…", key: "F2", run: () => void host.askForName(neurons) },
      { name: allAre(neurons, ({ pinned }) => pinned) ? "Unpin" : "Pin", key: "P", run: () => void pin(neurons) },
      {
        name: wrong ? "Not Wrong After All" : "Mark as Wrong",
        run: () => void change({ change: "wrong", neurons, wrong: !wrong }),
      },
      ...(row.kind === "dead" ? [] : [{ name: "Name by Model…", run: () => void host.nameByModel(neurons) }]),
      ...(new Set(compared).size > 1
        ? [
            {
              name: neurons.length > 1 ? `Compare ${neurons.length} Neurons` : "Compare with Selected",
              run: () => void host.compareNeurons(compared),
            },
          ]
        : []),
    ];
  };
  const onKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    if (key === "Escape" && chosen.size > 0) choice.clear();
    else if (shiftKey || at < 0) return false;
    else {
      const row = rows.row(at);
      if (row === undefined) return false;
      if (key === "F2") void host.askForName(meant(row.neuron));
      else if (key === "p") void pin(meant(row.neuron));
      else return false;
    }
    return true;
  };

  return (
    <>
      {chosen.size > 0 && (
        <ChosenBar
          chosen={chosen}
          pinned={allAre([...chosen], ({ pinned }) => pinned)}
          onCompare={() => void host.compareNeurons([...chosen])}
          onName={() => void host.askForName([...chosen])}
          onPin={() => void pin([...chosen])}
          onClear={choice.clear}
        />
      )}
      {unkept !== null && <ErrorNote what="The change was not kept" error={unkept} />}
      {rows.total === 0 ? (
        <section class="empty" aria-label="No matches">
          <p role="status">No neuron matches this search and these kinds.</p>
          <vscode-button secondary onClick={onClear}>
            Show All
          </vscode-button>
        </section>
      ) : (
        <div ref={list} class="neuron-list">
          <div class="list-head quiet">
            <span role="status">{rows.total === 1 ? "1 neuron" : `${count(rows.total)} neurons`}</span>
            <span>purity@10 | base rate</span>
          </div>
          <VirtualList
            label="Neurons"
            count={rows.total}
            rowHeight={ROW_HEIGHT}
            of={rows}
            active={at}
            isSelected={(index) => {
              if (chosen.size === 0) return index === at;
              const row = rows.row(index);
              return row !== undefined && chosen.has(row.neuron);
            }}
            onMove={(index) => {
              choice.from(index);
              moveTo(index);
            }}
            onOpen={(index) => {
              choice.clear();
              choice.from(index);
              moveTo(index);
              open(index);
            }}
            onToggle={(index) => {
              const row = rows.row(index);
              if (row === undefined) return;
              choice.toggle(index, row.neuron, "neuron" in active ? active.neuron : null);
              moveTo(index);
            }}
            onExtend={(index) => {
              choice.extend(index, at);
              moveTo(index);
            }}
            onKey={onKey}
            onMenu={(index, x, y) => {
              const row = rows.row(index);
              moveTo(index);
              if (row !== undefined) setMenu({ row, x, y });
            }}
            onVisible={onVisible}
            row={(index) => {
              const row = rows.row(index);
              return row === undefined
                ? { content: <span class="row-label quiet">…</span>, spoken: "Loading" }
                : { content: <NeuronRowContent row={row} />, spoken: spokenRow(row) };
            }}
          />
        </div>
      )}
      {menu !== null && (
        <RowMenu
          label={menu.row.label}
          x={menu.x}
          y={menu.y}
          actions={actionsOf(menu.row)}
          onClose={() => {
            setMenu(null);
            list.current?.querySelector<HTMLElement>("[role=listbox]")?.focus();
          }}
        />
      )}
    </>
  );
}

/** The row that keys start from: by number, so that it survives another order; by place where it is not fetched yet. */
type Active = { neuron: number | null } | { index: number; of: PagedRows<NeuronRow> };

function activeAt(index: number, rows: PagedRows<NeuronRow>): Active {
  const row = rows.row(index);
  return row === undefined ? { index, of: rows } : { neuron: row.neuron };
}

function indexOf(active: Active, rows: PagedRows<NeuronRow>): number {
  if ("index" in active) return active.of === rows ? active.index : -1;
  return active.neuron === null ? -1 : rows.indexOf((row) => row.neuron === active.neuron);
}
