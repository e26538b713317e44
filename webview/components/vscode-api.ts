/** The one handle VS Code gives a webview, and UI state that outlives a hidden or reloaded view. */
import { useCallback, useState } from "preact/hooks";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export const vscode = acquireVsCodeApi();

function savedState(): Record<string, unknown> {
  const state = vscode.getState();
  return typeof state === "object" && state !== null ? { ...state } : {};
}

/** What was kept under a key; undefined where nothing was. */
export function keptState(key: string): unknown {
  return savedState()[key];
}

export function keepState(key: string, value: unknown): void {
  vscode.setState({ ...savedState(), [key]: value });
}

/** Like `useState`, kept by VS Code under `key`. What an older version saved is dropped unless `valid` accepts it. */
export function useSavedState<Value>(
  key: string,
  initial: Value,
  valid: (saved: unknown) => boolean,
): [Value, (value: Value) => void] {
  const [value, setValue] = useState<Value>(() => {
    const saved = keptState(key);
    return valid(saved) ? (saved as Value) : initial;
  });
  const change = useCallback(
    (next: Value) => {
      keepState(key, next);
      setValue(next);
    },
    [key],
  );
  return [value, change];
}

export const isString = (saved: unknown): saved is string => typeof saved === "string";
