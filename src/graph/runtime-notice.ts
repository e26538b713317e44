/** What a person should know of the runtime that graphs run on: that it is not the one they asked for. */

type Listener = (notice: string) => void;

const listeners = new Set<Listener>();
const told = new Set<string>();

/**
 * Hears every notice of this process, each once.
 *
 * @returns ends the listening
 */
export function onRuntimeNotice(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function tellRuntimeNotice(notice: string): void {
  if (told.has(notice)) return;
  told.add(notice);
  for (const listener of listeners) listener(notice);
}
