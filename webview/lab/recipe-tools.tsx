/** Undo, redo and reset of the recipe, and a second one to compare it with. */
import { isEmpty, type RecipeChange } from "./recipe-edits";
import type { RecipeName } from "./recipe-pair";
import type { Recipes } from "./use-recipe";

const NAMES: readonly { name: RecipeName; shown: string }[] = [
  { name: "a", shown: "A" },
  { name: "b", shown: "B" },
];

interface RecipeToolsProps {
  recipes: Recipes;
  change: (change: RecipeChange) => void;
}

export function RecipeTools({ recipes, change }: RecipeToolsProps) {
  const { pair, lab, undo, redo } = recipes;
  const other = pair.active === "a" ? "B" : "A";
  return (
    <div class="recipe-tools" role="toolbar" aria-label="Recipe">
      <button type="button" class="toggle" disabled={undo === null} title="Undo (Ctrl+Z)" onClick={() => undo?.()}>
        Undo
      </button>
      <button
        type="button"
        class="toggle"
        disabled={redo === null}
        title="Redo (Ctrl+Shift+Z)"
        onClick={() => redo?.()}
      >
        Redo
      </button>
      <button
        type="button"
        class="toggle"
        disabled={isEmpty(lab)}
        title="Take back all but the audience"
        onClick={() => change({ change: "reset" })}
      >
        Reset
      </button>
      <span class="gap" />
      {pair.b === null ? (
        <button
          type="button"
          class="toggle"
          title="Keep this recipe as A and go on with a copy, B"
          onClick={recipes.copy}
        >
          Copy to B
        </button>
      ) : (
        <>
          <fieldset class="pair" aria-label="Recipe A or B">
            {NAMES.map(({ name, shown }) => (
              <button
                key={name}
                type="button"
                class="toggle"
                aria-pressed={pair.active === name}
                onClick={() => recipes.show(name)}
              >
                {shown}
              </button>
            ))}
          </fieldset>
          <button type="button" class="toggle" title={`Puts this recipe in place of ${other}`} onClick={recipes.copy}>
            Copy to {other}
          </button>
          <button type="button" class="toggle" onClick={recipes.dropOther}>
            Drop {other}
          </button>
        </>
      )}
    </div>
  );
}
