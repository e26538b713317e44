/** What a person says of neurons, and what comes of it in their labels. */
import type { NeuronLabel, PersonalWord } from "../protocol/artifact";
import { RecPrismError } from "../protocol/error";
import type { LabelChange } from "../protocol/neurons";

export const LONGEST_NAME = 80;
export const LONGEST_NOTE = 2_000;

/** Who says so, and when (ISO 8601). */
export type Said = Pick<PersonalWord, "by" | "at">;

/**
 * The labels after a change.
 *
 * Merged neurons count as one: they share a name, and a new name for one of them is one for all. Whoever changes a word
 * that was carried from another SAE takes it over.
 *
 * @returns labels of all neurons; those that did not change are the same objects
 * @throws RecPrismError "label-invalid" for a name or note that cannot be, "not-found" for a neuron that is not there
 */
export function changedLabels(labels: readonly NeuronLabel[], change: LabelChange, said: Said): NeuronLabel[] {
  const named = neuronsOf(change, labels.length);
  const words = new Map<number, PersonalWord>();
  const wordOf = (neuron: number) => words.get(neuron) ?? labels[neuron].person ?? SILENCE;
  const say = (neuron: number, part: Partial<PersonalWord>) =>
    words.set(neuron, { ...wordOf(neuron), ...part, by: said.by, at: said.at, carried: null });
  const groupOf = (neurons: readonly number[]) =>
    [...new Set(neurons.flatMap((neuron) => [neuron, ...wordOf(neuron).mergedWith]))].sort((a, b) => a - b);

  switch (change.change) {
    case "rename": {
      const label = checkedName(change.label);
      for (const neuron of groupOf(named)) say(neuron, { label });
      break;
    }
    case "merge": {
      const label = checkedName(change.label);
      const group = groupOf(named);
      if (named.length < 2) {
        throw new RecPrismError("label-invalid", "A neuron cannot be merged with itself: choose two or more.", {
          key: "neurons",
        });
      }
      for (const neuron of group) say(neuron, { label, mergedWith: group.filter((other) => other !== neuron) });
      break;
    }
    case "wrong":
      for (const neuron of named) say(neuron, { wrong: change.wrong });
      break;
    case "pin":
      for (const neuron of named) say(neuron, { pinned: change.pinned });
      break;
    case "note": {
      const note = checkedNote(change.note);
      for (const neuron of named) say(neuron, { note });
      break;
    }
    case "reset":
      for (const neuron of groupOf(named)) {
        if (named.includes(neuron)) words.set(neuron, SILENCE);
        else say(neuron, { mergedWith: wordOf(neuron).mergedWith.filter((other) => !named.includes(other)) });
      }
      break;
  }
  return labels.map((label, neuron) => {
    const word = words.get(neuron);
    return word === undefined ? label : { ...label, person: saysNothing(word) ? null : word };
  });
}

/** Who says something, on one line; somebody where that is not known. */
export function checkedAuthor(by: string): string {
  return [...oneLine(by)].slice(0, LONGEST_NAME).join("") || "somebody";
}

const SILENCE: PersonalWord = {
  label: null,
  mergedWith: [],
  wrong: false,
  pinned: false,
  note: "",
  by: "",
  at: "",
  carried: null,
};

/** Such a word need not be kept. */
export function saysNothing({ label, mergedWith, wrong, pinned, note }: PersonalWord): boolean {
  return label === null && mergedWith.length === 0 && !wrong && !pinned && note === "";
}

function neuronsOf({ neurons }: LabelChange, latents: number): number[] {
  if (neurons.length === 0) {
    throw new RecPrismError("label-invalid", "No neuron is named that something is said of. Choose one.", {
      key: "neurons",
    });
  }
  for (const neuron of neurons) {
    if (Number.isInteger(neuron) && neuron >= 0 && neuron < latents) continue;
    throw new RecPrismError("not-found", `There is no neuron ${neuron}; this SAE has 0 to ${latents - 1}.`, {
      key: "neurons",
    });
  }
  return [...new Set(neurons)];
}

/** A name on one line. */
function checkedName(name: string): string {
  const line = oneLine(name);
  if (line === "")
    throw new RecPrismError("label-invalid", "The name is empty. Give one, or take it back.", { key: "label" });
  checkLength(line, LONGEST_NAME, "name", "label");
  return line;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}

/** Lines stay; an empty note takes the old one back. */
function checkedNote(note: string): string {
  const text = note
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();
  checkLength(text, LONGEST_NOTE, "note", "note");
  return text;
}

function checkLength(text: string, longest: number, what: string, key: string): void {
  const { length } = [...text];
  if (length <= longest) return;
  throw new RecPrismError(
    "label-invalid",
    `The ${what} has ${length} characters; ${longest} are the most. Shorten it.`,
    {
      key,
    },
  );
}
