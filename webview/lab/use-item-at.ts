/** Summaries of single items by row, asked for as the pointer meets them and kept. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { ItemSummary } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { latestWins } from "../components/latest-wins";

/** Null until it is known, and where there is no row. */
export function useItemAt(host: Remote<LabHost>, row: number | null): ItemSummary | null {
  const known = useRef(new Map<number, ItemSummary>());
  const [, setKnown] = useState(0);
  const [ask] = useState(() =>
    latestWins(
      (wanted: number) => asked(host.items([wanted])),
      (answer) => {
        if (!answer.ok) return;
        for (const item of answer.value) known.current.set(item.row, item);
        setKnown(known.current.size);
      },
    ),
  );
  useEffect(() => {
    if (row !== null && !known.current.has(row)) ask(row);
  }, [row, ask]);
  return row === null ? null : (known.current.get(row) ?? null);
}
