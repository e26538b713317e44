/** The recipe in the Lab: taken from the host at the start, sent back on every change. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Edit, Recipe } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import type { Announcements } from "../components/announcements";
import type { Remote } from "../components/host";
import { useSavedState } from "../components/vscode-api";
import {
  changedRecipe,
  EMPTY_RECIPE,
  type LabRecipe,
  labRecipe,
  type RecipeChange,
  recipeOf,
  switchedOff,
} from "./recipe-edits";

interface SavedEdits {
  /** Edits on another SAE mean something else. */
  sae: string;
  edits: Edit[];
}

function isSavedEdits(saved: unknown): saved is SavedEdits {
  return typeof saved === "object" && saved !== null && "sae" in saved && Array.isArray((saved as SavedEdits).edits);
}

export function useRecipe(
  host: Remote<LabHost>,
  recipes: Announcements<Recipe>,
  sae: string,
): [LabRecipe, (change: RecipeChange) => void] {
  const [lab, setLab] = useState(EMPTY_RECIPE);
  const current = useRef(lab);
  const [saved, save] = useSavedState<SavedEdits>("switchedOff", { sae, edits: [] }, isSavedEdits);

  const show = useCallback((next: LabRecipe) => {
    current.current = next;
    setLab(next);
  }, []);

  useEffect(() => {
    const end = recipes.subscribe((recipe) => show(labRecipe(recipe)));
    const kept = saved.sae === sae ? saved.edits : [];
    host.recipe().then(
      (recipe) => show(labRecipe(recipe, kept)),
      () => show(EMPTY_RECIPE),
    );
    return end;
  }, [host, recipes, sae]);

  const change = useCallback(
    (wanted: RecipeChange) => {
      const next = changedRecipe(current.current, wanted);
      if (next === current.current) return;
      show(next);
      save({ sae, edits: switchedOff(next) });
      void host.recipeChanged(recipeOf(next));
    },
    [host, sae, save, show],
  );
  return [lab, change];
}
