/** The recipes in the Lab: taken from the host at the start, sent back on every change, with undo and a second one to compare. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import type { Remote } from "../components/host";
import { keepState, keptState } from "../components/vscode-api";
import { type History, newHistory, redone, undone, withChange } from "./edit-history";
import { changedRecipe, type LabRecipe, labRecipe, type RecipeChange, recipeOf } from "./recipe-edits";
import {
  activeRecipe,
  alone,
  copied,
  pairOf,
  type RecipeName,
  type RecipePair,
  switched,
  withActive,
} from "./recipe-pair";

export interface Recipes {
  /** The recipe that is edited. */
  lab: LabRecipe;
  pair: RecipePair;
  change: (change: RecipeChange) => void;
  /** Null where there is nothing to undo. */
  undo: (() => void) | null;
  redo: (() => void) | null;
  /** Puts a copy of the recipe beside it, or in place of the other one. */
  copy: () => void;
  show: (name: RecipeName) => void;
  /** Forgets the other recipe. */
  dropOther: () => void;
}

/** Edits on another SAE mean something else. */
interface KeptRecipes {
  sae: string;
  history: History<RecipePair>;
}

const KEY = "recipes";
/** A slider changes the recipe many times a second. */
const KEEP_AFTER_MS = 300;
/** A history beyond this, in characters, is not kept over a reload: a long list of ids would be in every step. */
const LONGEST_HISTORY = 300_000;

export function useRecipe(host: Remote<LabHost>, recipes: Announcements<Recipe>, sae: string): Recipes {
  const [history, setHistory] = useState(() => newHistory(pairOf()));
  const current = useRef(history);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const keep = useCallback(() => {
    if (timer.current === null) return;
    clearTimeout(timer.current);
    timer.current = null;
    const history = current.current;
    const steps = 1 + history.past.length + history.future.length;
    const short = steps * JSON.stringify(history.present).length <= LONGEST_HISTORY;
    const kept: KeptRecipes = { sae, history: short ? history : newHistory(history.present) };
    keepState(KEY, kept);
  }, [sae]);

  const show = useCallback(
    (next: History<RecipePair>) => {
      current.current = next;
      setHistory(next);
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(keep, KEEP_AFTER_MS);
    },
    [keep],
  );

  useEffect(() => {
    const replaced = (recipe: Recipe) => {
      const pair = withActive(current.current.present, labRecipe(recipe));
      show(withChange(current.current, pair, null, Date.now()));
    };
    let wanted = true;
    const begin = (history: History<RecipePair>) => {
      if (!wanted) return;
      current.current = history;
      setHistory(history);
    };
    host.recipe().then(
      (recipe) => begin(historyFor(recipe, sae)),
      () => begin(newHistory(pairOf())),
    );
    const end = recipes.subscribe(replaced);
    window.addEventListener("pagehide", keep);
    return () => {
      wanted = false;
      end();
      keep();
      window.removeEventListener("pagehide", keep);
    };
  }, [host, recipes, sae]);

  return useMemo(() => {
    const { present: pair, past, future } = history;
    const go = (next: History<RecipePair>) => {
      const before = activeRecipe(current.current.present);
      show(next);
      const after = activeRecipe(next.present);
      if (after !== before) void host.recipeChanged(recipeOf(after));
    };
    const step = (next: RecipePair) => go(withChange(current.current, next, null, Date.now()));
    return {
      lab: activeRecipe(pair),
      pair,
      change(wanted) {
        const before = current.current;
        const lab = activeRecipe(before.present);
        const next = changedRecipe(lab, wanted);
        if (next === lab) return;
        go(withChange(before, withActive(before.present, next), subjectOf(wanted), Date.now()));
      },
      undo: past.length === 0 ? null : () => go(undone(current.current)),
      redo: future.length === 0 ? null : () => go(redone(current.current)),
      copy: () => step(copied(current.current.present)),
      // Looking at the other one changes neither, so that there is nothing to undo.
      show: (name) => go({ ...current.current, present: switched(current.current.present, name), last: null }),
      dropOther: () => step(alone(current.current.present)),
    };
  }, [history, host, show]);
}

/** What a change is of, for those that come in showers. */
function subjectOf(change: RecipeChange): string | null {
  return change.change === "value" || change.change === "above" ? `${change.change} ${change.id}` : null;
}

/** What was kept, where the host still has the same recipe; otherwise the host's alone. */
function historyFor(recipe: Recipe, sae: string): History<RecipePair> {
  const kept = keptState(KEY);
  const fits = isKept(kept) && kept.sae === sae && same(recipeOf(activeRecipe(kept.history.present)), recipe);
  return fits ? { ...kept.history, last: null } : newHistory(pairOf(labRecipe(recipe)));
}

function isKept(kept: unknown): kept is KeptRecipes {
  const { sae, history } = (kept ?? {}) as Partial<KeptRecipes>;
  const { past, present, future } = (history ?? {}) as Partial<History<Partial<RecipePair>>>;
  return typeof sae === "string" && Array.isArray(past) && Array.isArray(future) && Array.isArray(present?.a?.items);
}

/** On the way through the host keys may have changed their order. */
function same(one: Recipe, other: Recipe): boolean {
  return sorted(one) === sorted(other);
}

function sorted(recipe: Recipe): string {
  return JSON.stringify(recipe, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
