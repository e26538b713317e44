/** A listbox of any length: only the rows in view exist, keys move the selection, Enter opens it. */
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
  /** Index of the selected row, -1 for none. */
  selected: number;
  onSelect: (index: number) => void;
  /** A row was clicked, or Enter pressed on the selected one. */
  onOpen: (index: number) => void;
  /** These rows are about to be drawn. */
  onVisible: (from: number, to: number) => void;
  /** What a row shows, and how it is read aloud. */
  row: (index: number) => { content: ComponentChildren; spoken: string };
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, selected, onSelect, onOpen, onVisible, row } = props;
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

  useEffect(() => {
    if (selected >= 0) show(selected);
  }, [selected]);

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
    if (event.key === "Enter" && selected >= 0) {
      event.preventDefault();
      onOpen(selected);
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = indexAfterKey(event.key, selected, count, Math.floor(height / rowHeight) - 1);
    if (target === null) return;
    event.preventDefault();
    onSelect(target);
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
        class="row"
        role="option"
        aria-label={spoken}
        aria-selected={index === selected}
        aria-posinset={index + 1}
        aria-setsize={count}
        style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
        onClick={() => {
          onSelect(index);
          onOpen(index);
        }}
      >
        {content}
      </div>,
    );
  }
  const drawn = selected >= range.from && selected < range.to;
  return (
    <div
      ref={view}
      class="virtual-list"
      role="listbox"
      aria-label={label}
      aria-activedescendant={drawn ? `${id}-${selected}` : undefined}
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
