/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) on the page, but for fields of text, which undo what is typed in them. */
import { useEffect } from "preact/hooks";

const NO_TEXT = new Set(["range", "checkbox", "radio", "button"]);

export function useUndoKeys(undo: (() => void) | null, redo: (() => void) | null): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isText(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      // VS Code would have the page take back the last typing too, in whichever field that was.
      event.stopPropagation();
      if (key === "z" && !event.shiftKey) undo?.();
      else redo?.();
    };
    window.addEventListener("keydown", onKeyDown, true);
    return () => window.removeEventListener("keydown", onKeyDown, true);
  }, [undo, redo]);
}

function isText(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !NO_TEXT.has(target.type);
}
