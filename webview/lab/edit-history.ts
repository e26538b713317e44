/** Undo and redo: every state that was, and every one that was taken back. */

/** Older steps are forgotten. */
const MOST_STEPS = 100;
/** Changes of the same thing that follow each other this closely are one step, as when a slider is dragged. */
const SAME_STEP_MS = 800;

export interface History<State> {
  /** Oldest first. */
  past: readonly State[];
  present: State;
  /** The next one first. */
  future: readonly State[];
  /** The newest change: what it was of, and when (ms). Null where the next one is a step of its own in any case. */
  last: { of: string; at: number } | null;
}

export function newHistory<State>(present: State): History<State> {
  return { past: [], present, future: [], last: null };
}

/**
 * @param of what is changed: close changes of the same are one step; null: a step of its own
 * @param at in ms
 */
export function withChange<State>(
  history: History<State>,
  present: State,
  of: string | null,
  at: number,
): History<State> {
  const { last, past } = history;
  const goesOn = of !== null && last !== null && last.of === of && at - last.at < SAME_STEP_MS;
  return {
    past: goesOn ? past : [...past, history.present].slice(-MOST_STEPS),
    present,
    future: [],
    last: of === null ? null : { of, at },
  };
}

export function undone<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  if (past.length === 0) return history;
  return { past: past.slice(0, -1), present: past[past.length - 1], future: [present, ...future], last: null };
}

export function redone<State>(history: History<State>): History<State> {
  const { past, present, future } = history;
  if (future.length === 0) return history;
  return { past: [...past, present], present: future[0], future: future.slice(1), last: null };
}
