/** The measured effect of the recipe, renewed once it rests where that is quick. */
import { useEffect, useRef } from "preact/hooks";
import type { Effect } from "../../src/protocol/effect";
import type { ErrorData } from "../../src/protocol/error";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { changesLists } from "./recipe-edits";
import { audienceKey, effectKey } from "./recipe-key";
import { type Task, useTask } from "./use-task";

const REST_MS = 300;
/** What takes longer than this is measured when it is asked for, lest the machine works at every touch of a slider. */
const QUICK_MS = 1500;
/** Effects that are kept, so that undo, redo and a second recipe have theirs at once. */
const MOST_KEPT = 40;

interface EffectRequest {
  recipe: Recipe;
  k: number;
  key: string;
}

export interface MeasuredEffect {
  /** The newest that was measured; null before the first, and where nothing is in force. */
  effect: Effect | null;
  /** The recipe has changed since. */
  stale: boolean;
  /** Why the newest measurement failed; null where it did not. */
  error: ErrorData | null;
  /** It waits to be asked for. */
  waiting: boolean;
  task: Task<EffectRequest, Effect>;
  measure: () => void;
  /** The effect of another recipe, where it was measured. */
  of: (recipe: Recipe) => Effect | null;
  /** Keeps what was measured of another recipe. */
  keep: (recipe: Recipe, effect: Effect) => void;
}

/**
 * @param version of what the engine answers from: effects of another one are forgotten
 * @param ready   whether the audience is known and not empty
 */
export function useEffectOf(
  host: Remote<LabHost>,
  recipe: Recipe,
  k: number,
  version: string,
  ready: boolean,
): MeasuredEffect {
  const kept = useRef(new Map<string, Effect>());
  const shown = useRef<{ key: string; effect: Effect } | null>(null);
  /** Audiences for which measuring is slow, or was cancelled. */
  const slow = useRef(new Set<string>());
  const delivered = useRef(new WeakSet<Effect>());
  const task = useTask(({ recipe, k }: EffectRequest, id) => host.effect(recipe, k, id));

  const keyOf = (of: Recipe) => `${version} ${k} ${effectKey(of)}`;
  const keep = (key: string, effect: Effect) => {
    kept.current.delete(key);
    kept.current.set(key, effect);
    for (const oldest of [...kept.current.keys()].slice(0, -MOST_KEPT)) kept.current.delete(oldest);
  };
  const key = keyOf(recipe);
  const audience = `${version} ${audienceKey(recipe.audience)}`;
  const wanted = ready && changesLists(recipe);
  const measure = () => task.start({ recipe, k, key });

  const { last } = task;
  if (last?.answer.ok && !delivered.current.has(last.answer.value)) {
    delivered.current.add(last.answer.value);
    keep(last.request.key, last.answer.value);
    const of = `${version} ${audienceKey(last.request.recipe.audience)}`;
    if (last.milliseconds > QUICK_MS) slow.current.add(of);
    else slow.current.delete(of);
  }
  const own = kept.current.get(key);
  if (own !== undefined) shown.current = { key, effect: own };
  if (!changesLists(recipe)) shown.current = null;

  const failed = last !== null && last.request.key === key && !last.answer.ok ? last.answer.error : null;
  const isSlow = slow.current.has(audience);
  const asks = wanted && own === undefined && failed === null && !isSlow;
  useEffect(() => {
    if (!asks) return;
    const timer = setTimeout(measure, REST_MS);
    return () => clearTimeout(timer);
  }, [asks, key]);
  useEffect(() => {
    if (task.cancelled) slow.current.add(audience);
  }, [task.cancelled]);

  const runs = task.running !== null && task.running.request.key === key;
  return {
    effect: wanted ? (shown.current?.effect ?? null) : null,
    stale: shown.current !== null && shown.current.key !== key,
    error: failed,
    waiting: wanted && own === undefined && failed === null && isSlow && !runs,
    task,
    measure,
    of: (other) => kept.current.get(keyOf(other)) ?? null,
    keep: (other, effect) => keep(keyOf(other), effect),
  };
}
