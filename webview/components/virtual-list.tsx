/** A listbox of any length: only the rows in view exist, keys move through it, Enter opens a row, several can be chosen. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { indexAfterKey } from "./list-keys";
import { scrollToShow, visibleRows } from "./visible-rows";

const OVERSCAN = 12;

interface VirtualListProps {
  label: string;
  count: number;
  /** In pixels; every row has this height. */
  rowHeight: number;
  /** What the rows are of: with another one the list begins at its top. */
  of: unknown;
  /** Index of the row that keys start from, -1 for none. */
  active: number;
  isSelected: (index: number) => boolean;
  onMove: (index: number) => void;
  /** A row was clicked, or Enter pressed on the active one. */
  onOpen: (index: number) => void;
  /** Space was pressed on the active row, or a row clicked with Ctrl. */
  onToggle: (index: number) => void;
  /** Shift was held while moving, or while clicking. */
  onExtend: (index: number) => void;
  /** Any other key on the list. Returns whether it meant anything. */
  onKey: (event: KeyboardEvent) => boolean;
  /** The menu of a row was asked for, at a place in the page. */
  onMenu: (index: number, x: number, y: number) => void;
  /** These rows are about to be drawn. */
  onVisible: (from: number, to: number) => void;
  /** What a row shows, and how it is read aloud. */
  row: (index: number) => { content: ComponentChildren; spoken: string };
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, of, active, isSelected, onVisible, row } = props;
  const id = useId();
  const view = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(0);
  const range = visibleRows(scrollTop, height, rowHeight, count, OVERSCAN);

  useLayoutEffect(() => {
    const element = view.current;
    if (element === null) return;
    setHeight(element.clientHeight);
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const before = useRef(of);
  useLayoutEffect(() => {
    if (before.current === of) return;
    before.current = of;
    if (view.current !== null) view.current.scrollTop = 0;
    setScrollTop(0);
  }, [of]);

  useEffect(() => {
    if (active >= 0) show(active);
  }, [active]);

  useEffect(() => {
    // A shorter list after a search moves the view; the scroll event follows only after the next frame.
    setScrollTop(view.current?.scrollTop ?? 0);
  }, [count]);

  useEffect(() => {
    if (range.to > range.from) onVisible(range.from, range.to);
  }, [range.from, range.to, onVisible]);

  function show(index: number): void {
    const element = view.current;
    if (element === null) return;
    element.scrollTop = scrollToShow(index, element.scrollTop, element.clientHeight, rowHeight);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (handled(event)) event.preventDefault();
  }

  function handled(event: KeyboardEvent): boolean {
    const { key } = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const target = indexAfterKey(key, active, count, Math.floor(height / rowHeight) - 1);
    if (target !== null) {
      if (event.shiftKey) props.onExtend(target);
      else props.onMove(target);
      return true;
    }
    if (active >= 0 && key === "Enter") props.onOpen(active);
    else if (active >= 0 && key === " ") props.onToggle(active);
    else if (active >= 0 && (key === "ContextMenu" || (key === "F10" && event.shiftKey))) menuAt(active);
    else return props.onKey(event);
    return true;
  }

  /** Below the row, as there is no pointer. */
  function menuAt(index: number): void {
    const box = document.getElementById(`${id}-${index}`)?.getBoundingClientRect();
    props.onMenu(index, box?.left ?? 0, box?.bottom ?? 0);
  }

  function onClick(event: MouseEvent, index: number): void {
    if (event.shiftKey) props.onExtend(index);
    else if (event.ctrlKey || event.metaKey) props.onToggle(index);
    else props.onOpen(index);
  }

  const rows = [];
  for (let index = range.from; index < range.to; index++) {
    const { content, spoken } = row(index);
    rows.push(
      // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the listbox's
      // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the listbox, which names the active option
      <div
        key={index}
        id={`${id}-${index}`}
        class={index === active ? "row row-active" : "row"}
        role="option"
        aria-label={spoken}
        aria-selected={isSelected(index)}
        aria-posinset={index + 1}
        aria-setsize={count}
        style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
        onClick={(event) => onClick(event, index)}
        onContextMenu={(event) => {
          event.preventDefault();
          props.onMenu(index, event.clientX, event.clientY);
        }}
      >
        {content}
      </div>,
    );
  }
  const drawn = active >= range.from && active < range.to;
  return (
    <div
      ref={view}
      class="virtual-list"
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-activedescendant={drawn ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <div class="virtual-rows" style={{ height: `${count * rowHeight}px` }}>
        {rows}
      </div>
    </div>
  );
}
