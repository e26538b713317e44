/** The recipe as the Lab edits it: whatever stands in it can be switched off without being forgotten. */
import type { Audience, EditOperation, Filter, ItemSelection, Recipe, SteeringMode } from "../../src/protocol/steering";
import { type EditGroup, editsOf, groupsOf } from "./edit-groups";
import { audienceKey } from "./recipe-key";
import { recipeName } from "./recipe-name";

/** What all parts of a recipe have: an id within the recipe, and whether it is in force. */
interface Part {
  id: number;
  enabled: boolean;
}

export interface LabEdit extends EditGroup, Part {}

export interface LabItemEdits extends Part {
  items: ItemSelection;
  /** None yet: the neuron is still to be chosen. */
  edits: readonly LabEdit[];
}

export interface LabFilter extends Filter, Part {}

export interface LabRecipe {
  /** Null: the name follows from what the recipe does. */
  typedName: string | null;
  note: string;
  mode: SteeringMode;
  audience: Audience;
  edits: readonly LabEdit[];
  items: readonly LabItemEdits[];
  filters: readonly LabFilter[];
}

/** Neurons that are edited together, and what they stand for. */
export interface NamedNeurons {
  neurons: readonly number[];
  label: string;
}

export type RecipeChange =
  /** `again`: even where the recipe edits these neurons already. */
  | ({ change: "add"; again?: boolean } & NamedNeurons)
  | { change: "addItems"; items: ItemSelection }
  | ({ change: "addToItems"; id: number } & NamedNeurons)
  | { change: "moreItems"; id: number; item: string }
  | { change: "addFilter"; neuron: number; label: string; above: number }
  /** Of any part, as is `enable`. */
  | { change: "remove"; id: number }
  | { change: "enable"; id: number; enabled: boolean }
  | { change: "operation"; id: number; operation: EditOperation }
  | { change: "value"; id: number; value: number }
  | { change: "dose"; id: number; operation: Exclude<EditOperation, "suppress">; value: number }
  | { change: "above"; id: number; above: number }
  | { change: "audience"; audience: Audience }
  | { change: "mode"; mode: SteeringMode }
  | { change: "name"; name: string }
  | { change: "note"; note: string }
  /** Takes back all but the audience. */
  | { change: "reset" };

export const EMPTY_RECIPE: LabRecipe = {
  typedName: null,
  note: "",
  mode: "delta",
  audience: { kind: "everyone" },
  edits: [],
  items: [],
  filters: [],
};

/** What the host keeps and exports: that which is in force. */
export function recipeOf(lab: LabRecipe): Recipe {
  const content = {
    mode: lab.mode,
    audience: lab.audience,
    edits: inForce(lab.edits).flatMap(editsOf),
    items: inForce(lab.items)
      .map(({ items, edits }) => ({ items, edits: inForce(edits).flatMap(editsOf) }))
      .filter(({ edits }) => edits.length > 0),
    filters: inForce(lab.filters).map(({ id, enabled, ...filter }) => filter),
  };
  const name = lab.typedName ?? recipeName(content);
  return lab.note === "" ? { name, ...content } : { name, note: lab.note, ...content };
}

export function labRecipe(recipe: Recipe): LabRecipe {
  let ids = 0;
  const part = () => ({ id: ids++, enabled: true });
  const { name, note = "", mode, audience, edits, items, filters } = recipe;
  return {
    typedName: name === recipeName(recipe) ? null : name,
    note,
    mode,
    audience,
    edits: groupsOf(edits).map((group) => ({ ...group, ...part() })),
    items: items.map((entry) => ({
      items: entry.items,
      ...part(),
      edits: groupsOf(entry.edits).map((group) => ({ ...group, ...part() })),
    })),
    filters: filters.map((filter) => ({ ...filter, ...part() })),
  };
}

/** Whether anything is in force that could change a list. */
export function changesLists(recipe: Recipe): boolean {
  const { edits, items, filters, mode } = recipe;
  return edits.length + items.length + filters.length > 0 || mode === "reconstruct";
}

/** Whether there is anything that a reset would take away. */
export function isEmpty({ edits, items, filters, mode, typedName, note }: LabRecipe): boolean {
  const parts = edits.length + items.length + filters.length;
  return parts === 0 && mode === "delta" && typedName === null && note === "";
}

/** The recipe itself where the change makes no difference, so that there is nothing to undo. */
export function changedRecipe(lab: LabRecipe, change: RecipeChange): LabRecipe {
  const next = changed(lab, change);
  return keyOf(next) === keyOf(lab) ? lab : next;
}

function keyOf({ audience, ...rest }: LabRecipe): string {
  return JSON.stringify(rest) + audienceKey(audience);
}

function changed(lab: LabRecipe, change: RecipeChange): LabRecipe {
  switch (change.change) {
    case "add": {
      const { neurons, again } = change;
      if (!again && neurons.every((neuron) => edited(lab).has(neuron))) return lab;
      return { ...lab, edits: [...lab.edits, newEdit(lab, change)] };
    }
    case "addItems":
      return { ...lab, items: [...lab.items, { items: change.items, edits: [], id: nextId(lab), enabled: true }] };
    case "addToItems":
      return {
        ...lab,
        items: lab.items.map((entry) =>
          entry.id === change.id ? { ...entry, edits: [...entry.edits, newEdit(lab, change)] } : entry,
        ),
      };
    case "moreItems":
      return {
        ...lab,
        items: lab.items.map((entry) => (entry.id === change.id ? withItem(entry, change.item) : entry)),
      };
    case "addFilter": {
      const { neuron, label, above } = change;
      if (lab.filters.some((filter) => filter.neuron === neuron)) return lab;
      return { ...lab, filters: [...lab.filters, { neuron, label, above, id: nextId(lab), enabled: true }] };
    }
    case "remove":
      return withParts(lab, change.id, () => null);
    case "enable":
      return withParts(lab, change.id, (part) => ({ ...part, enabled: change.enabled }));
    case "operation":
      return withEdit(lab, change.id, (edit) => withOperation(edit, change.operation));
    case "value":
      if (!Number.isFinite(change.value)) return lab;
      return withEdit(lab, change.id, (edit) =>
        edit.operation === "suppress" ? edit : { ...edit, value: change.value },
      );
    case "dose":
      if (!Number.isFinite(change.value)) return lab;
      return withEdit(lab, change.id, (edit) => ({
        ...edit,
        enabled: true,
        operation: change.operation,
        value: change.value,
      }));
    case "above":
      if (!(Number.isFinite(change.above) && change.above >= 0)) return lab;
      return {
        ...lab,
        filters: lab.filters.map((filter) => (filter.id === change.id ? { ...filter, above: change.above } : filter)),
      };
    case "audience":
      return { ...lab, audience: change.audience };
    case "mode":
      return { ...lab, mode: change.mode };
    case "name":
      return { ...lab, typedName: change.name.trim() === "" ? null : change.name };
    case "note":
      return { ...lab, note: change.note.trim() };
    case "reset":
      return { ...EMPTY_RECIPE, audience: lab.audience };
  }
}

/** Neurons that the recipe edits on users, in force or not. */
export function edited({ edits }: LabRecipe): Set<number> {
  return new Set(edits.flatMap(({ neurons }) => neurons));
}

function inForce<Own extends Part>(parts: readonly Own[]): Own[] {
  return parts.filter(({ enabled }) => enabled);
}

/** Adding nothing: harmless until the slider moves, and free to go either way. */
function newEdit(lab: LabRecipe, { neurons, label }: NamedNeurons): LabEdit {
  return { neurons: [...new Set(neurons)], label, operation: "add", value: 0, id: nextId(lab), enabled: true };
}

/** Leaving `suppress` keeps its effect where it can (scale by 0, set to 0); any other switch starts harmless. */
function withOperation(edit: LabEdit, operation: EditOperation): LabEdit {
  if (edit.operation === operation) return edit;
  return { ...edit, operation, value: operation === "scale" && edit.operation !== "suppress" ? 1 : 0 };
}

function withItem(entry: LabItemEdits, item: string): LabItemEdits {
  const { items } = entry;
  if (items.kind !== "items" || items.items.includes(item)) return entry;
  return { ...entry, items: { kind: "items", items: [...items.items, item] } };
}

/** Edits, on users and on items. */
function withEdit(lab: LabRecipe, id: number, replaced: (edit: LabEdit) => LabEdit): LabRecipe {
  const inside = (edits: readonly LabEdit[]) => edits.map((edit) => (edit.id === id ? replaced(edit) : edit));
  return {
    ...lab,
    edits: inside(lab.edits),
    items: lab.items.map((entry) => ({ ...entry, edits: inside(entry.edits) })),
  };
}

/** @param replaced null: the part goes */
function withParts(lab: LabRecipe, id: number, replaced: <Own extends Part>(part: Own) => Own | null): LabRecipe {
  const inside = <Own extends Part>(parts: readonly Own[]) =>
    parts.map((part) => (part.id === id ? replaced(part) : part)).filter((part) => part !== null);
  return {
    ...lab,
    edits: inside(lab.edits),
    items: inside(lab.items).map((entry) => ({ ...entry, edits: inside(entry.edits) })),
    filters: inside(lab.filters),
  };
}

function nextId({ edits, items, filters }: LabRecipe): number {
  const parts: Part[] = [...edits, ...items, ...items.flatMap((entry) => entry.edits), ...filters];
  return 1 + Math.max(-1, ...parts.map(({ id }) => id));
}
