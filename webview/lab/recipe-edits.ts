/** The recipe as the Lab edits it: edits can be switched off without being forgotten. */
import type { Edit, EditOperation, Recipe, SteeringMode } from "../../src/protocol/steering";
import { recipeName } from "./recipe-name";

export interface LabEdit {
  edit: Edit;
  /** Edits that are off stay in the Lab and out of the recipe. */
  enabled: boolean;
}

export interface LabRecipe {
  /** Null: the name follows from the edits. */
  typedName: string | null;
  mode: SteeringMode;
  /** At most one per neuron. */
  edits: LabEdit[];
}

export type RecipeChange =
  | { change: "add"; neuron: number; label: string }
  | { change: "remove"; neuron: number }
  | { change: "operation"; neuron: number; operation: EditOperation }
  | { change: "value"; neuron: number; value: number }
  | { change: "enable"; neuron: number; enabled: boolean }
  | { change: "mode"; mode: SteeringMode }
  | { change: "name"; name: string }
  | { change: "reset" };

export const EMPTY_RECIPE: LabRecipe = { typedName: null, mode: "delta", edits: [] };

/** What the host keeps and exports. */
export function recipeOf(lab: LabRecipe): Recipe {
  const edits = lab.edits.filter(({ enabled }) => enabled).map(({ edit }) => edit);
  return { name: lab.typedName ?? recipeName(edits), mode: lab.mode, edits };
}

/** The host's recipe, with the edits that were off when the view was last open. */
export function labRecipe(recipe: Recipe, switchedOff: readonly Edit[] = []): LabRecipe {
  const edits: LabEdit[] = [];
  for (const edit of recipe.edits) if (!has(edits, edit.neuron)) edits.push({ edit, enabled: true });
  for (const edit of switchedOff) if (!has(edits, edit.neuron)) edits.push({ edit, enabled: false });
  return { typedName: recipe.name === recipeName(recipe.edits) ? null : recipe.name, mode: recipe.mode, edits };
}

export function switchedOff(lab: LabRecipe): Edit[] {
  return lab.edits.filter(({ enabled }) => !enabled).map(({ edit }) => edit);
}

export function changedRecipe(lab: LabRecipe, change: RecipeChange): LabRecipe {
  switch (change.change) {
    case "add":
      return has(lab.edits, change.neuron) ? lab : { ...lab, edits: [...lab.edits, newEdit(change)] };
    case "remove":
      return { ...lab, edits: lab.edits.filter(({ edit }) => edit.neuron !== change.neuron) };
    case "operation":
      return withEdit(lab, change.neuron, ({ edit, enabled }) => ({
        edit: withOperation(edit, change.operation),
        enabled,
      }));
    case "value":
      if (!Number.isFinite(change.value)) return lab;
      return withEdit(lab, change.neuron, ({ edit, enabled }) => ({ edit: withValue(edit, change.value), enabled }));
    case "enable":
      return withEdit(lab, change.neuron, ({ edit }) => ({ edit, enabled: change.enabled }));
    case "mode":
      return { ...lab, mode: change.mode };
    case "name":
      return { ...lab, typedName: change.name.trim() === "" ? null : change.name };
    case "reset":
      return EMPTY_RECIPE;
  }
}

/** How strong an edit is; suppressing is setting to 0. */
export function strengthOf(edit: Edit): number {
  return edit.operation === "suppress" ? 0 : edit.value;
}

/** Adding nothing: harmless until the slider moves, and free to go either way. */
function newEdit({ neuron, label }: { neuron: number; label: string }): LabEdit {
  return { edit: { neuron, label, operation: "add", value: 0 }, enabled: true };
}

/** Leaving `suppress` keeps its effect where it can (scale by 0, set to 0); any other switch starts harmless. */
function withOperation(edit: Edit, operation: EditOperation): Edit {
  if (edit.operation === operation) return edit;
  const { neuron, label } = edit;
  if (operation === "suppress") return { neuron, label, operation };
  const value = operation === "scale" && edit.operation !== "suppress" ? 1 : 0;
  return { neuron, label, operation, value };
}

function withValue(edit: Edit, value: number): Edit {
  return edit.operation === "suppress" ? edit : { ...edit, value };
}

function withEdit(lab: LabRecipe, neuron: number, replaced: (edit: LabEdit) => LabEdit): LabRecipe {
  return { ...lab, edits: lab.edits.map((own) => (own.edit.neuron === neuron ? replaced(own) : own)) };
}

function has(edits: readonly LabEdit[], neuron: number): boolean {
  return edits.some(({ edit }) => edit.neuron === neuron);
}
