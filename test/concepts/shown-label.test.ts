import { describe, expect, it } from "vitest";
import { shownLabel } from "../../src/concepts/shown-label";
import type { ModelLabel, PersonalWord } from "../../src/protocol/artifact";

const model = (label: string, low: number): ModelLabel => ({
  label,
  model: "a model",
  at: "2026-01-01T00:00:00Z",
  asked: 20,
  correct: 16,
  score: 0.8,
  interval: [low, 0.92],
});

const person = (label: string | null): PersonalWord => ({
  label,
  mergedWith: [],
  wrong: label === null,
  pinned: false,
  note: "",
  by: "Ada",
  at: "2026-01-01T00:00:00Z",
  carried: null,
});

describe("the name that a neuron is shown by", () => {
  it("is a person's before a language model's before that of statistics", () => {
    const label = "Horror";
    expect(shownLabel({ label, model: model("Slashers", 0.58), person: person("Gore") })).toEqual({
      label: "Gore",
      labelledBy: "person",
    });
    expect(shownLabel({ label, model: model("Slashers", 0.58), person: null })).toEqual({
      label: "Slashers",
      labelledBy: "model",
    });
    expect(shownLabel({ label, model: null, person: null })).toEqual({ label, labelledBy: "statistics" });
  });

  it("is no language model's that may have guessed", () => {
    expect(shownLabel({ label: "Horror", model: model("Slashers", 0.5), person: null }).label).toBe("Horror");
  });

  it("is what was found, where a person spoke without giving a name", () => {
    expect(shownLabel({ label: "Horror", model: null, person: person(null) }).labelledBy).toBe("statistics");
  });
});
