/** Two recipes to compare, A and B; one of them is edited, previewed and exported. */
import { EMPTY_RECIPE, type LabRecipe } from "./recipe-edits";

export type RecipeName = "a" | "b";

export interface RecipePair {
  active: RecipeName;
  a: LabRecipe;
  /** Null until there is something to compare with. */
  b: LabRecipe | null;
}

export function pairOf(a: LabRecipe = EMPTY_RECIPE): RecipePair {
  return { active: "a", a, b: null };
}

export function activeRecipe(pair: RecipePair): LabRecipe {
  return (pair.active === "a" ? pair.a : pair.b) ?? pair.a;
}

export function withActive(pair: RecipePair, recipe: LabRecipe): RecipePair {
  return pair.active === "a" ? { ...pair, a: recipe } : { ...pair, b: recipe };
}

/** The other one becomes a copy of the active one, and active. */
export function copied(pair: RecipePair): RecipePair {
  const recipe = activeRecipe(pair);
  return { active: pair.active === "a" ? "b" : "a", a: recipe, b: recipe };
}

export function switched(pair: RecipePair, active: RecipeName): RecipePair {
  return pair.b === null ? pair : { ...pair, active };
}

/** Only the active one is left, as A. */
export function alone(pair: RecipePair): RecipePair {
  return pairOf(activeRecipe(pair));
}
