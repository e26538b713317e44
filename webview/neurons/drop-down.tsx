/** A button that opens a panel below the search field; Escape, or going elsewhere, closes it. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

interface DropDownProps {
  label: string;
  icon: ComponentChildren;
  onOpen?: () => void;
  /** @param close puts the focus back on the button */
  children: (close: () => void) => ComponentChildren;
}

export function DropDown({ label, icon, onOpen, children }: DropDownProps) {
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears keys and focus of what is in it
    <div
      ref={whole}
      class="drop-down"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        close();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget as Node | null;
        if (next !== null && !whole.current?.contains(next)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-expanded={open}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        {icon}
      </button>
      {open && (
        <section class="drop-panel" aria-label={label} tabIndex={-1}>
          {children(close)}
        </section>
      )}
    </div>
  );
}
