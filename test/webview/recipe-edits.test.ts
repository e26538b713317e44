/** Recipes as the Lab edits them: what any change makes of them, what is exported, and the way there and back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Audience, type Edit, type ItemSelection, type Recipe, recipeSchema } from "../../src/protocol/steering";
import { editsOf, groupsOf, neuronsName } from "../../webview/lab/edit-groups";
import {
  changedRecipe,
  changesLists,
  EMPTY_RECIPE,
  isEmpty,
  type LabRecipe,
  labRecipe,
  type RecipeChange,
  recipeOf,
} from "../../webview/lab/recipe-edits";
import { recipeName } from "../../webview/lab/recipe-name";

const neuron = fc.integer({ min: 0, max: 5 });
const value = fc.oneof(fc.double({ min: -10, max: 10, noNaN: true }), fc.constantFrom(Number.NaN, Infinity));
const operation = fc.constantFrom("suppress", "scale", "set", "add" as const);
const label = fc.constantFrom("Horror", "Drama", "");
/** Of a part that may be there. */
const id = fc.integer({ min: 0, max: 8 });
const neurons = fc.uniqueArray(neuron, { minLength: 1, maxLength: 3 });
const anyAudience: fc.Arbitrary<Audience> = fc.constantFrom(
  { kind: "everyone" },
  { kind: "users", users: ["a", "b"] },
  { kind: "sql", where: "age < 18" },
);
const anyChange: fc.Arbitrary<RecipeChange> = fc.oneof(
  fc.record({ change: fc.constant("add" as const), neurons, label, again: fc.boolean() }),
  fc.record({
    change: fc.constant("addItems" as const),
    items: fc.constantFrom<ItemSelection[]>(
      { kind: "items", items: ["7"] },
      { kind: "tag", column: "genres", tag: "Western" },
    ),
  }),
  fc.record({ change: fc.constant("addToItems" as const), id, neurons, label }),
  fc.record({ change: fc.constant("moreItems" as const), id, item: fc.constantFrom("7", "8") }),
  fc.record({
    change: fc.constant("addFilter" as const),
    neuron,
    label,
    above: fc.double({ min: 0, max: 4, noNaN: true }),
  }),
  fc.record({ change: fc.constant("remove" as const), id }),
  fc.record({ change: fc.constant("operation" as const), id, operation }),
  fc.record({ change: fc.constant("value" as const), id, value }),
  fc.record({ change: fc.constant("dose" as const), id, operation: fc.constantFrom("set", "add" as const), value }),
  fc.record({ change: fc.constant("above" as const), id, above: value }),
  fc.record({ change: fc.constant("enable" as const), id, enabled: fc.boolean() }),
  fc.record({ change: fc.constant("audience" as const), audience: anyAudience }),
  fc.record({ change: fc.constant("mode" as const), mode: fc.constantFrom("delta", "reconstruct" as const) }),
  fc.record({ change: fc.constant("name" as const), name: fc.constantFrom("", "  ", "Mine") }),
  fc.record({ change: fc.constant("note" as const), note: fc.constantFrom("", "  ", "For evenings.") }),
  fc.constant({ change: "reset" as const }),
);
const anyRecipe = fc.array(anyChange, { maxLength: 30 }).map((changes) => recipeAfter(...changes));

function recipeAfter(...changes: RecipeChange[]): LabRecipe {
  return changes.reduce(changedRecipe, EMPTY_RECIPE);
}

function edit(label: string, operation: "scale" | "set" | "add", value: number, neuron = 1): Edit {
  return { neuron, label, operation, value };
}

const horror: RecipeChange = { change: "add", neurons: [3], label: "Horror" };

describe("editing a recipe", () => {
  it("yields a valid recipe, whatever is done", () => {
    fc.assert(
      fc.property(anyRecipe, (lab) => {
        expect(recipeSchema.parse(recipeOf(lab))).toEqual(recipeOf(lab));
      }),
    );
  });

  it("gives every part an id of its own, which it keeps", () => {
    fc.assert(
      fc.property(anyRecipe, anyChange, (lab, change) => {
        const parts = (of: LabRecipe) => [
          ...of.edits,
          ...of.items,
          ...of.items.flatMap(({ edits }) => edits),
          ...of.filters,
        ];
        const ids = parts(lab).map((part) => part.id);
        expect(new Set(ids).size).toBe(ids.length);
        if (change.change === "remove" || change.change === "reset") return;
        const after = parts(changedRecipe(lab, change)).map((part) => part.id);
        expect(ids.every((own) => after.includes(own))).toBe(true);
      }),
    );
  });

  it("is itself after a change that makes no difference", () => {
    fc.assert(
      fc.property(anyRecipe, anyChange, (lab, change) => {
        const changed = changedRecipe(lab, change);
        expect(changed === lab).toBe(JSON.stringify(changed) === JSON.stringify(lab));
      }),
    );
  });

  it("survives the way to the host and back, its groups included", () => {
    fc.assert(
      fc.property(anyRecipe, (lab) => {
        const recipe = recipeOf(lab);
        expect(recipeOf(labRecipe(recipe))).toEqual(recipe);
      }),
    );
  });

  it("exports only what is on, and forgets nothing of what is off", () => {
    fc.assert(
      fc.property(anyRecipe, id, (lab, part) => {
        const off = changedRecipe(lab, { change: "enable", id: part, enabled: false });
        expect(recipeOf(off).edits).toEqual(recipeOf(changedRecipe(off, { change: "remove", id: part })).edits);
        const on = (of: LabRecipe) => changedRecipe(of, { change: "enable", id: part, enabled: true });
        expect(on(off)).toEqual(on(lab));
      }),
    );
  });

  it("begins with an edit that changes nothing, of all neurons of a concept at once", () => {
    const lab = recipeAfter({ change: "add", neurons: [3, 15], label: "Horror" });
    expect(recipeOf(lab).edits).toEqual([edit("Horror", "add", 0, 3), edit("Horror", "add", 0, 15)]);
    const { id } = lab.edits[0];
    expect(recipeOf(changedRecipe(lab, { change: "value", id, value: 1.5 })).edits).toMatchObject([
      { neuron: 3, value: 1.5 },
      { neuron: 15, value: 1.5 },
    ]);
  });

  it("keeps an edit when its neuron is added again, unless a second one is asked for", () => {
    const lab = recipeAfter(horror);
    expect(changedRecipe(lab, horror)).toBe(lab);
    expect(changedRecipe(lab, { ...horror, again: true }).edits).toHaveLength(2);
  });

  it("keeps the effect when suppressing becomes setting or scaling", () => {
    for (const operation of ["set", "scale"] as const) {
      const lab = recipeAfter(horror, { change: "operation", id: 0, operation: "suppress" });
      expect(changedRecipe(lab, { change: "operation", id: 0, operation }).edits[0]).toMatchObject({
        operation,
        value: 0,
      });
    }
  });

  it("ignores a value that is no number, and a threshold that is none", () => {
    const lab = recipeAfter(horror, { change: "addFilter", neuron: 3, label: "Horror", above: 2 });
    for (const value of [Number.NaN, Infinity]) {
      expect(changedRecipe(lab, { change: "value", id: 0, value })).toBe(lab);
      expect(changedRecipe(lab, { change: "above", id: 1, above: value })).toBe(lab);
    }
    expect(changedRecipe(lab, { change: "above", id: 1, above: -1 })).toBe(lab);
  });

  it("takes a dose as it was found: operation, value, and in force", () => {
    const lab = recipeAfter(horror, { change: "enable", id: 0, enabled: false });
    const dosed = changedRecipe(lab, { change: "dose", id: 0, operation: "set", value: -1.5 });
    expect(recipeOf(dosed).edits).toEqual([edit("Horror", "set", -1.5, 3)]);
  });

  it("leaves out items until their neuron is chosen, and takes an item only once", () => {
    const items = recipeAfter({ change: "addItems", items: { kind: "items", items: ["7"] } });
    expect(recipeOf(items).items).toEqual([]);
    const more = ["8", "7"].reduce((lab, item) => changedRecipe(lab, { change: "moreItems", id: 0, item }), items);
    const pushed = changedRecipe(more, { change: "addToItems", id: 0, neurons: [5], label: "Romance" });
    expect(recipeOf(pushed).items).toEqual([
      { items: { kind: "items", items: ["7", "8"] }, edits: [edit("Romance", "add", 0, 5)] },
    ]);
  });

  it("resets all but the audience", () => {
    const audience: Audience = { kind: "sql", where: "age < 18" };
    const lab = recipeAfter(horror, { change: "audience", audience }, { change: "name", name: "Mine" });
    expect(isEmpty(lab)).toBe(false);
    const reset = changedRecipe(lab, { change: "reset" });
    expect(isEmpty(reset)).toBe(true);
    expect(recipeOf(reset)).toEqual({ ...recipeOf(EMPTY_RECIPE), audience });
  });

  it("keeps a typed name, and derives one again when it is emptied", () => {
    const named = recipeAfter(
      horror,
      { change: "name", name: "Calmer evenings" },
      { change: "value", id: 0, value: -1 },
    );
    expect(recipeOf(named).name).toBe("Calmer evenings");
    expect(recipeOf(changedRecipe(named, { change: "name", name: " " })).name).toBe("Less Horror");
  });

  it("knows when no list can change", () => {
    expect(changesLists(recipeOf(EMPTY_RECIPE))).toBe(false);
    expect(changesLists(recipeOf(recipeAfter({ change: "mode", mode: "reconstruct" })))).toBe(true);
    expect(changesLists(recipeOf(recipeAfter(horror)))).toBe(true);
  });
});

describe("edits in groups", () => {
  const anyEdit: fc.Arbitrary<Edit> = fc
    .record({ neuron, label, operation, value: fc.constantFrom(0, 1) })
    .map((made) => {
      const { neuron, label, operation, value } = made;
      return operation === "suppress" ? { neuron, label, operation } : { neuron, label, operation, value };
    });

  it("are the same edits in the same order when taken apart", () => {
    fc.assert(
      fc.property(fc.array(anyEdit, { maxLength: 12 }), (edits) => {
        expect(groupsOf(edits).flatMap(editsOf)).toEqual(edits);
      }),
    );
  });

  it("hold neighbours of one label, operation and value, no neuron twice, and nothing without a label", () => {
    const groups = groupsOf([
      edit("Horror", "set", -1, 3),
      edit("Horror", "set", -1, 15),
      edit("Horror", "set", -2, 16),
      edit("Drama", "set", -2, 4),
      edit("Drama", "set", -2, 4),
      { neuron: 8, operation: "suppress" },
      { neuron: 9, operation: "suppress" },
    ]);
    expect(groups.map(({ neurons }) => neurons)).toEqual([[3, 15], [16], [4], [4], [8], [9]]);
    expect(groups.map((group) => neuronsName(group.label, group.neurons)).slice(-2)).toEqual(["neuron 8", "neuron 9"]);
  });
});

describe("the name of a recipe", () => {
  const names: [string, Partial<Recipe>][] = [
    ["No change", {}],
    ["No change", { edits: [edit("Horror", "add", 0), edit("Drama", "scale", 1)] }],
    ["Less Horror", { edits: [{ neuron: 1, label: "Horror", operation: "suppress" }] }],
    ["Less Horror", { edits: [edit("Horror", "set", -1, 3), edit("Horror", "set", -1, 15)] }],
    ["Less neuron 7", { edits: [{ neuron: 7, operation: "suppress" }] }],
    ["More Drama", { edits: [edit("Drama", "set", 1.2)] }],
    ["Less Drama", { edits: [edit("Drama", "set", -2)] }],
    ["Less Horror, more Drama", { edits: [edit("Horror", "scale", 0.5), edit("Drama", "add", 1)] }],
    ["Hide Horror above 1.2", { filters: [{ neuron: 1, label: "Horror", above: 1.2 }] }],
    [
      "More Romance in item 7, less War in Western items",
      {
        items: [
          { items: { kind: "items", items: ["7"] }, edits: [edit("Romance", "add", 2)] },
          { items: { kind: "tag", column: "genres", tag: "Western" }, edits: [edit("War", "set", -1)] },
        ],
      },
    ],
    ["More A, more B, more C and 2 more", { edits: ["A", "B", "C", "D", "E"].map((label) => edit(label, "scale", 2)) }],
  ];
  it.each(names)("is %j", (name, recipe) => {
    expect(recipeName({ edits: [], items: [], filters: [], ...recipe })).toBe(name);
  });
});
