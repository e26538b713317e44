/** What can be done with a chart: copied or saved, as a picture or as its numbers. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { indexAfterKey } from "../components/list-keys";
import { type ChartTable, csvText } from "./chart-table";

/** Lets the person choose a file for a chart; provided by the Lab. */
export type SaveChart = (name: string, kind: "png" | "csv", content: Uint8Array) => void;
export const ChartSaving = createContext<SaveChart>(() => {});
/** What the charts below are of, such as a neuron: a copy tells by it where it came from. */
export const ChartSubject = createContext("");

interface ChartMenuProps {
  title: string;
  /** None for what is a table only. @param lines stand above the drawing */
  picture?: (lines: readonly string[]) => Promise<Blob>;
  table: () => ChartTable;
}

export function ChartMenu({ title, picture, table }: ChartMenuProps) {
  const save = useContext(ChartSaving);
  const lines = [useContext(ChartSubject), title].filter((line) => line !== "");
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  const csv = () => csvText(table());
  const saveCsv = async () => save(lines.join(" "), "csv", new TextEncoder().encode(csv()));
  const copyCsv = () => copied("CSV", () => new ClipboardItem({ "text/plain": csv() }), saveCsv);
  const actions: { name: string; run: () => Promise<string> }[] = [
    { name: "Copy as CSV", run: copyCsv },
    { name: "Save as CSV…", run: () => saveCsv().then(() => "") },
  ];
  if (picture !== undefined) {
    const savePng = async () =>
      save(lines.join(" "), "png", new Uint8Array(await (await picture(lines)).arrayBuffer()));
    const copyPng = () => copied("PNG", () => new ClipboardItem({ "image/png": picture(lines) }), savePng);
    actions.unshift({ name: "Copy as PNG", run: copyPng });
    actions.splice(2, 0, { name: "Save as PNG…", run: () => savePng().then(() => "") });
  }

  useEffect(() => {
    if (open) items()[0]?.focus();
  }, [open]);

  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 4000);
    return () => clearTimeout(timer);
  }, [said]);

  function items(): HTMLElement[] {
    return [...(menu.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  }

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const all = items();
    const target = indexAfterKey(event.key, all.indexOf(document.activeElement as HTMLElement), all.length, all.length);
    if (event.key === "Escape") close();
    else if (target !== null) all[target].focus();
    else return;
    event.preventDefault();
  }

  return (
    <span class="chart-menu">
      <span class="chart-said quiet" role="status">
        {said}
      </span>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={`Copy or save: ${title}`}
        title="Copy or save"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M3 8h.01M8 8h.01M13 8h.01" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        </svg>
      </button>
      {open && (
        <div
          ref={menu}
          class="menu"
          role="menu"
          aria-label={`Copy or save: ${title}`}
          onKeyDown={onKeyDown}
          onFocusOut={(event) => {
            const next = event.relatedTarget as Node | null;
            if (next !== button.current && !menu.current?.contains(next)) setOpen(false);
          }}
        >
          {actions.map(({ name, run }) => (
            <button
              key={name}
              type="button"
              class="menu-item"
              role="menuitem"
              onClick={() => {
                close();
                run().then(setSaid, (thrown) =>
                  setSaid(`Did not work: ${thrown instanceof Error ? thrown.message : thrown}`),
                );
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}

/** Where the clipboard is closed to webviews, a file takes its place. */
async function copied(what: string, item: () => ClipboardItem, instead: () => Promise<void>): Promise<string> {
  try {
    await navigator.clipboard.write([item()]);
    return `Copied as ${what}`;
  } catch {
    await instead();
    return "The clipboard is closed; choose a file";
  }
}
