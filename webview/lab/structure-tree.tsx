/** Neurons within broader ones, as a tree to open and to walk through; only the rows in view exist. */
import { useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Structure } from "../../src/protocol/structure";
import { KindIcon } from "../components/concept-kind";
import { indexAfterKey } from "../components/list-keys";
import { count, percent } from "../components/number-format";
import { scrollToShow, visibleRows } from "../components/visible-rows";
import { ChartMenu } from "./chart-menu";
import { NeuronLink, NeuronLinks, nameOf } from "./neuron-links";
import { below, neuronTree, parentRow, seenRows, type TreeRow, withChildren } from "./neuron-tree";

/** In pixels. */
const ROW_HEIGHT = 24;
const MOST_ROWS = 22;
const OVERSCAN = 10;
/** A tree of so few is shown whole. */
const OPEN_AT_FIRST = 60;
const ALONE_SHOWN = 40;

export function StructureTree({ structure: { levels, tree } }: { structure: Structure }) {
  const { rows: names } = useContext(NeuronLinks);
  const { roots, alone } = useMemo(() => neuronTree(tree), [tree]);
  const nested = useMemo(() => withChildren(roots), [roots]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set(tree.length <= OPEN_AT_FIRST ? nested : []));
  const table = () => ({
    columns: ["neuron", "label", "level", "parent", "parent label", "share"].map((name) => ({ name })),
    rows: tree.map(({ neuron, level, parent, share }) => [
      neuron,
      nameOf(names, neuron),
      level + 1,
      parent,
      parent === null ? null : nameOf(names, parent),
      parent === null ? null : share,
    ]),
  });
  return (
    <section class="finding chart" aria-labelledby="tree-title">
      <div class="finding-head">
        <h3 id="tree-title">Tree</h3>
        {roots.length > 0 && (
          <span class="finding-actions">
            <button type="button" class="toggle" onClick={() => setOpen(new Set(nested))}>
              Expand All
            </button>
            <button type="button" class="toggle" onClick={() => setOpen(new Set())}>
              Collapse All
            </button>
          </span>
        )}
        <ChartMenu title="Tree of neurons" table={table} />
      </div>
      <p class="quiet">{meaningOf(levels, roots.length)}</p>
      {roots.length > 0 && <Tree levels={levels.length} rows={seenRows(roots, open)} open={open} onOpen={setOpen} />}
      {alone.length > 0 && <Alone neurons={alone} />}
    </section>
  );
}

function meaningOf(levels: readonly number[], roots: number): string {
  const earlier =
    levels.length > 1
      ? `Matryoshka levels of ${list(levels.map(count))} neurons: a neuron lies within one of an earlier level`
      : "A neuron lies within a broader one";
  if (roots === 0) return `${earlier} where most of its activation is on the same items. Here none does.`;
  return `${earlier} where most of its activation is on items that activate that one too; the share says how much of it.`;
}

function list(parts: readonly string[]): string {
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

interface TreeProps {
  levels: number;
  rows: readonly TreeRow[];
  open: ReadonlySet<number>;
  onOpen: (open: ReadonlySet<number>) => void;
}

function Tree({ levels, rows, open, onOpen }: TreeProps) {
  const { rows: names, selected, select } = useContext(NeuronLinks);
  const id = useId();
  const view = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const at = rows.findIndex(({ node }) => node.neuron === active);
  const height = Math.min(MOST_ROWS, rows.length) * ROW_HEIGHT;
  const { from, to } = visibleRows(scrollTop, height, ROW_HEIGHT, rows.length, OVERSCAN);

  useEffect(() => {
    const element = view.current;
    if (element !== null && at >= 0) element.scrollTop = scrollToShow(at, element.scrollTop, height, ROW_HEIGHT);
  }, [at]);
  useLayoutEffect(() => setScrollTop(view.current?.scrollTop ?? 0), [rows.length]);

  const toggle = (neuron: number, wanted = !open.has(neuron)) => {
    const next = new Set(open);
    if (wanted) next.add(neuron);
    else next.delete(neuron);
    onOpen(next);
  };
  const go = (index: number) => setActive(rows[index]?.node.neuron ?? null);

  function handled({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (altKey || ctrlKey || metaKey) return false;
    const target = indexAfterKey(key, at, rows.length, MOST_ROWS - 1);
    if (target !== null) {
      go(target);
      return true;
    }
    if (at < 0) return false;
    const { node } = rows[at];
    const opened = open.has(node.neuron);
    if (key === "Enter" || key === " ") select(node.neuron);
    else if (key === "ArrowRight" && node.children.length > 0) {
      if (opened) go(at + 1);
      else toggle(node.neuron, true);
    } else if (key === "ArrowLeft") {
      if (opened) toggle(node.neuron, false);
      else if (parentRow(rows, at) >= 0) go(parentRow(rows, at));
    } else return false;
    return true;
  }

  return (
    <div
      ref={view}
      class="tree"
      role="tree"
      aria-label="Neurons within broader ones"
      aria-activedescendant={at >= from && at < to ? `${id}-${active}` : undefined}
      tabIndex={0}
      style={{ height: `${height}px` }}
      onFocus={() => at < 0 && go(0)}
      onKeyDown={(event) => handled(event) && event.preventDefault()}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <div class="tree-rows" role="presentation" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
        {rows.slice(from, to).map((row, index) => {
          const { neuron, share, parent, level, children } = row.node;
          const name = nameOf(names, neuron);
          const opened = open.has(neuron);
          const kind = names.get(neuron)?.kind;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's
            // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the tree, which names the active row
            <div
              key={neuron}
              id={`${id}-${neuron}`}
              class={neuron === active ? "tree-row row-active" : "tree-row"}
              role="treeitem"
              aria-level={row.depth}
              aria-posinset={row.place}
              aria-setsize={row.of}
              aria-expanded={children.length === 0 ? undefined : opened}
              aria-selected={neuron === selected}
              aria-label={spoken(row, name, parent === null ? null : nameOf(names, parent))}
              style={{
                height: `${ROW_HEIGHT}px`,
                transform: `translateY(${(from + index) * ROW_HEIGHT}px)`,
                paddingLeft: `${4 + 18 * (row.depth - 1)}px`,
              }}
              onClick={() => {
                setActive(neuron);
                select(neuron);
              }}
            >
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are the tree's */}
              {/* biome-ignore lint/a11y/noStaticElementInteractions: the row says whether it is open */}
              <span
                class="twisty"
                onClick={(event) => {
                  event.stopPropagation();
                  setActive(neuron);
                  if (children.length > 0) toggle(neuron);
                }}
              >
                {children.length > 0 && <Twisty open={opened} />}
              </span>
              {kind !== undefined && <KindIcon kind={kind} />}
              <bdi class="tree-name" title={`${name} (neuron ${neuron})`}>
                {name}
              </bdi>
              <span class="quiet numbers">{neuron}</span>
              {children.length > 0 && <span class="tree-count numbers">{count(below(row.node))} within</span>}
              <span class="tree-share numbers">
                {levels > 1 && <span class="quiet">level {level + 1}</span>}
                <strong>{parent === null ? "" : percent(share)}</strong>
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function spoken({ node }: TreeRow, name: string, parent: string | null): string {
  const within = parent === null ? "" : `, ${percent(node.share)} of its activation within ${parent}`;
  const around = node.children.length === 0 ? "" : `, ${count(below(node))} neurons within it`;
  return `${name}, neuron ${node.neuron}${within}${around}`;
}

function Twisty({ open }: { open: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d={open ? "m3 6 5 5 5-5" : "m6 3 5 5-5 5"} fill="none" stroke="currentColor" stroke-width="1.6" />
    </svg>
  );
}

function Alone({ neurons }: { neurons: readonly number[] }) {
  const [shown, setShown] = useState(false);
  const [all, setAll] = useState(false);
  return (
    <div class="alone">
      <button type="button" class="link" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {neurons.length === 1 ? "1 neuron stands" : `${count(neurons.length)} neurons stand`} alone
      </button>
      {shown && (
        <ul class="link-list">
          {(all ? neurons : neurons.slice(0, ALONE_SHOWN)).map((neuron) => (
            <li key={neuron}>
              <NeuronLink neuron={neuron} />
            </li>
          ))}
        </ul>
      )}
      {shown && !all && neurons.length > ALONE_SHOWN && (
        <button type="button" class="toggle" onClick={() => setAll(true)}>
          Show All {count(neurons.length)}
        </button>
      )}
    </div>
  );
}
