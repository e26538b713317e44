/** What can be done with one neuron, at its row: by the right button, or by the menu key. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { indexAfterKey } from "../components/list-keys";

export interface RowAction {
  name: string;
  /** By which it is reached without the menu. */
  key?: string;
  run: () => void;
}

interface RowMenuProps {
  label: string;
  /** Where it was asked for, in pixels of the page. */
  x: number;
  y: number;
  actions: readonly RowAction[];
  /** The focus belongs to the list again. */
  onClose: () => void;
}

export function RowMenu({ label, x, y, actions, onClose }: RowMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ x, y });
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];

  useLayoutEffect(() => {
    const box = menu.current?.getBoundingClientRect();
    if (box === undefined) return;
    // Wholly in view, as an editor's own menu.
    setPlace({
      x: Math.max(0, Math.min(x, window.innerWidth - box.width)),
      y: Math.max(0, Math.min(y, window.innerHeight - box.height)),
    });
  }, [x, y]);

  useEffect(() => items()[0]?.focus(), []);

  function onKeyDown(event: KeyboardEvent): void {
    const all = items();
    const target = indexAfterKey(event.key, all.indexOf(document.activeElement as HTMLElement), all.length, all.length);
    if (event.key === "Escape" || event.key === "Tab") onClose();
    else if (target !== null) all[target].focus();
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={menu}
      class="row-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      style={{ left: `${place.x}px`, top: `${place.y}px` }}
      onKeyDown={onKeyDown}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (next !== null && !menu.current?.contains(next)) onClose();
      }}
    >
      {actions.map(({ name, key, run }) => (
        <button
          key={name}
          type="button"
          class="row-menu-item"
          role="menuitem"
          aria-keyshortcuts={key}
          onClick={() => {
            onClose();
            run();
          }}
        >
          <span>{name}</span>
          {key !== undefined && (
            <span class="row-menu-key" aria-hidden="true">
              {key}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
