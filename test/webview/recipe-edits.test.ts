import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Edit, recipeSchema } from "../../src/protocol/steering";
import {
  changedRecipe,
  EMPTY_RECIPE,
  type LabRecipe,
  labRecipe,
  type RecipeChange,
  recipeOf,
  strengthOf,
  switchedOff,
} from "../../webview/lab/recipe-edits";
import { recipeName } from "../../webview/lab/recipe-name";

const neuron = fc.integer({ min: 0, max: 5 });
const value = fc.double({ min: -10, max: 10, noNaN: true });
const operation = fc.constantFrom("suppress", "scale", "set", "add" as const);
const anyChange: fc.Arbitrary<RecipeChange> = fc.oneof(
  fc.record({ change: fc.constant("add" as const), neuron, label: fc.constantFrom("Horror", "Drama", "") }),
  fc.record({ change: fc.constant("remove" as const), neuron }),
  fc.record({ change: fc.constant("operation" as const), neuron, operation }),
  fc.record({ change: fc.constant("value" as const), neuron, value }),
  fc.record({ change: fc.constant("enable" as const), neuron, enabled: fc.boolean() }),
  fc.record({ change: fc.constant("mode" as const), mode: fc.constantFrom("delta", "reconstruct" as const) }),
  fc.record({ change: fc.constant("name" as const), name: fc.constantFrom("", "  ", "Mine") }),
  fc.constant({ change: "reset" as const }),
);
const anyRecipe = fc.array(anyChange, { maxLength: 30 }).map((changes) => recipeAfter(...changes));

function recipeAfter(...changes: RecipeChange[]): LabRecipe {
  return changes.reduce(changedRecipe, EMPTY_RECIPE);
}

const horror: RecipeChange = { change: "add", neuron: 3, label: "Horror" };

describe("editing a recipe", () => {
  it("yields a valid recipe with at most one edit a neuron, whatever is done", () => {
    fc.assert(
      fc.property(anyRecipe, (lab) => {
        const recipe = recipeOf(lab);
        expect(recipeSchema.safeParse(recipe).success).toBe(true);
        const neurons = recipe.edits.map((edit) => edit.neuron);
        expect(new Set(neurons).size).toBe(neurons.length);
      }),
    );
  });

  it("exports the edits that are on and keeps the others", () => {
    fc.assert(
      fc.property(anyRecipe, (lab) => {
        expect(recipeOf(lab).edits.length + switchedOff(lab).length).toBe(lab.edits.length);
      }),
    );
  });

  it("survives the way to the host and back", () => {
    fc.assert(
      fc.property(anyRecipe, (lab) => {
        const back = labRecipe(recipeOf(lab), switchedOff(lab));
        expect(recipeOf(back)).toEqual(recipeOf(lab));
        expect(switchedOff(back)).toEqual(switchedOff(lab));
      }),
    );
  });

  it("begins with an edit that changes nothing", () => {
    expect(recipeOf(recipeAfter(horror)).edits).toEqual([{ neuron: 3, label: "Horror", operation: "add", value: 0 }]);
  });

  it("keeps an edit when its neuron is added again", () => {
    const lab = recipeAfter(horror, { change: "value", neuron: 3, value: -1.5 });
    expect(changedRecipe(lab, horror)).toBe(lab);
  });

  it("keeps the effect when suppressing becomes setting or scaling", () => {
    for (const operation of ["set", "scale"] as const) {
      const lab = recipeAfter(horror, { change: "operation", neuron: 3, operation: "suppress" });
      const edit = changedRecipe(lab, { change: "operation", neuron: 3, operation }).edits[0].edit;
      expect(edit.operation).toBe(operation);
      expect(strengthOf(edit)).toBe(0);
    }
  });

  it("ignores a value that is no number", () => {
    const lab = recipeAfter(horror);
    expect(changedRecipe(lab, { change: "value", neuron: 3, value: Number.NaN })).toBe(lab);
  });

  it("keeps a typed name, and derives one again when it is emptied", () => {
    const named = recipeAfter(
      horror,
      { change: "name", name: "Calmer evenings" },
      { change: "value", neuron: 3, value: -1 },
    );
    expect(recipeOf(named).name).toBe("Calmer evenings");
    expect(recipeOf(changedRecipe(named, { change: "name", name: " " })).name).toBe("Less Horror");
  });
});

describe("the name of a recipe", () => {
  const edit = (label: string, operation: "scale" | "set" | "add", value: number): Edit => ({
    neuron: 1,
    label,
    operation,
    value,
  });
  const names: [string, Edit[]][] = [
    ["No change", []],
    ["No change", [edit("Horror", "add", 0), edit("Drama", "scale", 1)]],
    ["Less Horror", [{ neuron: 1, label: "Horror", operation: "suppress" }]],
    ["Less neuron 7", [{ neuron: 7, operation: "suppress" }]],
    ["More Drama", [edit("Drama", "set", 1.2)]],
    ["Less Drama", [edit("Drama", "set", -2)]],
    ["Less Horror, more Drama", [edit("Horror", "scale", 0.5), edit("Drama", "add", 1)]],
    ["More A, more B, more C and 2 more", ["A", "B", "C", "D", "E"].map((label) => edit(label, "scale", 2))],
  ];
  it.each(names)("is %j", (name, edits) => {
    expect(recipeName(edits)).toBe(name);
  });
});
