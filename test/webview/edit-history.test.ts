/** Undo, redo and the pair of recipes: what is taken back is as it was, whatever was done. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type History, newHistory, redone, undone, withChange } from "../../webview/lab/edit-history";
import { changedRecipe, EMPTY_RECIPE, type LabRecipe } from "../../webview/lab/recipe-edits";
import {
  activeRecipe,
  alone,
  copied,
  pairOf,
  type RecipePair,
  switched,
  withActive,
} from "../../webview/lab/recipe-pair";

type Step = { do: "change"; state: number; of: string | null } | { do: "undo" } | { do: "redo" };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("change" as const), state: fc.nat(), of: fc.constantFrom("value 1", "value 2", null) }),
  fc.constant({ do: "undo" as const }),
  fc.constant({ do: "redo" as const }),
);

/** Every step a second after the one before, so that each is one of its own. */
function historyAfter(steps: readonly Step[]): History<number> {
  return steps.reduce((history, step, index) => {
    if (step.do === "undo") return undone(history);
    return step.do === "redo" ? redone(history) : withChange(history, step.state, step.of, 1000 * index);
  }, newHistory(0));
}

describe("undo and redo", () => {
  it("take back a change and put it forward again, wherever one is", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), fc.nat(), (steps, state) => {
        const before = historyAfter(steps);
        const changed = withChange(before, state, null, 1e9);
        const back = undone(changed);
        expect(back.present).toBe(before.present);
        expect(back.past).toEqual(before.past.slice(-99));
        const forth = redone(back);
        expect(forth.present).toBe(state);
        expect(forth.past).toEqual(changed.past);
        expect(forth.future).toEqual([]);
      }),
    );
  });

  it("undo what redo did and redo what undo did", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const history = historyAfter(steps);
        if (history.past.length > 0) expect(redone(undone(history))).toEqual({ ...history, last: null });
        if (history.future.length > 0) expect(undone(redone(history))).toEqual({ ...history, last: null });
      }),
    );
  });

  it("leave a history alone that has nothing to undo or redo", () => {
    const history = newHistory(1);
    expect(undone(history)).toBe(history);
    expect(redone(history)).toBe(history);
  });

  it("count a drag as one step, and what comes after a rest as another", () => {
    let history = newHistory(0);
    for (const [at, state] of [
      [0, 1],
      [100, 2],
      [850, 3],
      [5000, 4],
    ] as const) {
      history = withChange(history, state, "value 1", at);
    }
    expect(history.past).toEqual([0, 3]);
    history = withChange(history, 5, "value 2", 5001);
    expect(history.past).toEqual([0, 3, 4]);
    history = withChange(undone(history), 6, "value 1", 5002);
    expect(history.past).toEqual([0, 3, 4]);
  });

  it("remember a hundred steps", () => {
    const states = Array.from({ length: 250 }, (_, index) => index);
    const history = states.reduce((before, state) => withChange(before, state, null, 0), newHistory(-1));
    expect(history.past).toHaveLength(100);
    expect(history.past[0]).toBe(149);
  });
});

describe("two recipes", () => {
  const horror = changedRecipe(EMPTY_RECIPE, { change: "add", neurons: [3], label: "Horror" });
  const drama: LabRecipe = changedRecipe(EMPTY_RECIPE, { change: "add", neurons: [1], label: "Drama" });

  it("begin as copies, and change one by one", () => {
    const pair = withActive(copied(pairOf(horror)), drama);
    expect(pair).toEqual({ active: "b", a: horror, b: drama });
    expect(activeRecipe(switched(pair, "a"))).toBe(horror);
    expect(withActive(switched(pair, "a"), EMPTY_RECIPE)).toEqual({ active: "a", a: EMPTY_RECIPE, b: drama });
  });

  it("can be copied over each other, and the active one be left alone", () => {
    const pair: RecipePair = { active: "b", a: horror, b: drama };
    expect(copied(pair)).toEqual({ active: "a", a: drama, b: drama });
    expect(alone(pair)).toEqual({ active: "a", a: drama, b: null });
    expect(alone(switched(pair, "a"))).toEqual({ active: "a", a: horror, b: null });
  });

  it("are one until there is a second", () => {
    expect(switched(pairOf(horror), "b")).toEqual(pairOf(horror));
  });
});
