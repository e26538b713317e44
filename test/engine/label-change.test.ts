/** What persons say of neurons: each change by itself, and what holds of any number of them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedLabels, LONGEST_NAME, LONGEST_NOTE } from "../../src/engine/label-change";
import type { NeuronLabel } from "../../src/protocol/artifact";
import type { LabelChange } from "../../src/protocol/neurons";
import { neuronLabel, personalWord } from "./labelled-neurons";

const NEURONS = 6;
const said = { by: "Ada", at: "2026-02-03T04:05:06.000Z" };
const untouched = () => Array.from({ length: NEURONS }, (_, neuron) => neuronLabel({ neuron }));
const changed = (...changes: LabelChange[]) =>
  changes.reduce<NeuronLabel[]>((labels, change) => changedLabels(labels, change, said), untouched());
const words = (labels: readonly NeuronLabel[]) => labels.map(({ person }) => person);

const changes = (): fc.Arbitrary<LabelChange> => {
  const neurons = fc.uniqueArray(fc.nat(NEURONS - 1), { minLength: 1, maxLength: NEURONS });
  const label = fc.constantFrom("Slasher", "Horror", "Gore");
  return fc.oneof(
    fc.record({ change: fc.constant("rename" as const), neurons, label }),
    fc.record({
      change: fc.constant("merge" as const),
      neurons: neurons.filter(({ length }) => length > 1),
      label,
    }),
    fc.record({ change: fc.constant("wrong" as const), neurons, wrong: fc.boolean() }),
    fc.record({ change: fc.constant("pin" as const), neurons, pinned: fc.boolean() }),
    fc.record({ change: fc.constant("note" as const), neurons, note: fc.constantFrom("", "look again") }),
    fc.record({ change: fc.constant("reset" as const), neurons }),
  );
};

describe("a change of labels", () => {
  it("renames with who and when, and leaves what statistics found", () => {
    const [renamed, ...others] = changed({ change: "rename", neurons: [0], label: "  Slasher\n films " });
    expect(renamed).toEqual({ ...neuronLabel({}), person: personalWord({ label: "Slasher films", ...said }) });
    expect(words(others)).toEqual(others.map(() => null));
  });

  it("merges neurons, and whoever was merged with one of them", () => {
    const merged = changed(
      { change: "merge", neurons: [0, 1], label: "Horror" },
      { change: "merge", neurons: [1, 3], label: "Gore" },
    );
    expect(words(merged).map((word) => word && [word.label, word.mergedWith])).toEqual([
      ["Gore", [1, 3]],
      ["Gore", [0, 3]],
      null,
      ["Gore", [0, 1]],
      null,
      null,
    ]);
  });

  it("renames all that count as one", () => {
    const renamed = changed(
      { change: "merge", neurons: [0, 2], label: "Horror" },
      { change: "rename", neurons: [2], label: "Gore" },
    );
    expect(renamed.map(({ person }) => person?.label)).toEqual([
      "Gore",
      undefined,
      "Gore",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("takes one neuron out of those that count as one", () => {
    const reset = changed({ change: "merge", neurons: [0, 1, 2], label: "Horror" }, { change: "reset", neurons: [1] });
    expect(words(reset).map((word) => word?.mergedWith ?? null)).toEqual([[2], null, [0], null, null, null]);
  });

  it("forgets who said what, once nothing is said any more", () => {
    const taken = changed(
      { change: "pin", neurons: [4], pinned: true },
      { change: "pin", neurons: [4], pinned: false },
    );
    expect(taken).toEqual(untouched());
  });

  it("keeps a note's lines and drops what a terminal would act on", () => {
    const [noted] = changed({ change: "note", neurons: [0], note: "one\r\ntwo\u001b[31m\tthree " });
    expect(noted.person?.note).toBe("one\ntwo[31m\tthree");
  });

  it("takes over a word that was carried from another SAE", () => {
    const carried = personalWord({ label: "Gore", by: "Bob", carried: { sae: "sha256:0", neuron: 9, cosine: 0.9 } });
    const labels = [neuronLabel({ person: carried })];
    const [pinned] = changedLabels(labels, { change: "pin", neurons: [0], pinned: true }, said);
    expect(pinned.person).toEqual(personalWord({ label: "Gore", pinned: true, ...said }));
  });

  const refused: [what: string, change: LabelChange, reason: string, said: RegExp][] = [
    ["an empty name", { change: "rename", neurons: [0], label: " \t" }, "label-invalid", /name is empty/],
    [
      "a name that is too long",
      { change: "rename", neurons: [0], label: "x".repeat(LONGEST_NAME + 1) },
      "label-invalid",
      /81 characters; 80 are the most/,
    ],
    [
      "a note that is too long",
      { change: "note", neurons: [0], note: "x".repeat(LONGEST_NOTE + 1) },
      "label-invalid",
      /note has 2001 characters/,
    ],
    [
      "a neuron that is not there",
      { change: "pin", neurons: [6], pinned: true },
      "not-found",
      /no neuron 6; .* 0 to 5/,
    ],
    ["half a neuron", { change: "pin", neurons: [0.5], pinned: true }, "not-found", /no neuron 0.5/],
    ["no neuron", { change: "reset", neurons: [] }, "label-invalid", /Choose one/],
    ["merging one neuron", { change: "merge", neurons: [1, 1], label: "x" }, "label-invalid", /two or more/],
  ];
  for (const [what, change, reason, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => changed(change)).toThrow(
        expect.objectContaining({ reason, message: expect.stringMatching(message) }),
      );
    });
  }
});

describe("any number of changes", () => {
  it("leave merging mutual, and one name for all that count as one", () => {
    fc.assert(
      fc.property(fc.array(changes(), { maxLength: 12 }), (all) => {
        const labels = changed(...all);
        for (const { neuron, person } of labels) {
          for (const other of person?.mergedWith ?? []) {
            expect(other).not.toBe(neuron);
            expect(labels[other].person?.mergedWith).toContain(neuron);
            expect(labels[other].person?.label).toBe(person?.label);
          }
        }
      }),
    );
  });

  it("change nothing of what statistics and language models said, and nothing of neurons that are not named", () => {
    fc.assert(
      fc.property(fc.array(changes(), { maxLength: 12 }), (all) => {
        const labels = changed(...all);
        expect(labels.map((label) => ({ ...label, person: null }))).toEqual(untouched());
        const named = new Set(all.flatMap(({ neurons }) => neurons));
        for (const { neuron, person } of labels) if (!named.has(neuron)) expect(person).toBeNull();
      }),
    );
  });

  it("are all taken back by a reset", () => {
    fc.assert(
      fc.property(fc.array(changes(), { maxLength: 12 }), (all) => {
        expect(changed(...all, { change: "reset", neurons: [0, 1, 2, 3, 4, 5] })).toEqual(untouched());
      }),
    );
  });
});
