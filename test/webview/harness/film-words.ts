/** What people and language models said of the made-up neurons. */
import type { ModelLabel, PersonalWord } from "../../../src/protocol/artifact";

interface Said {
  model: ModelLabel | null;
  person: PersonalWord | null;
}

function word(said: Partial<PersonalWord>): PersonalWord {
  return {
    label: null,
    mergedWith: [],
    wrong: false,
    pinned: false,
    note: "",
    by: "Ana Lima",
    at: "2026-11-20T09:30:00.000Z",
    carried: null,
    ...said,
  };
}

function proposed(label: string, correct: number, interval: [number, number]): ModelLabel {
  return { label, model: "GPT-4o", at: "2026-11-21T16:05:00.000Z", asked: 20, correct, score: correct / 20, interval };
}

const SAID = new Map<number, Said>([
  [1, { model: null, person: word({ pinned: true }) }],
  [
    3,
    {
      model: proposed("Films for the whole family", 16, [0.58, 0.92]),
      person: word({
        label: "Family nights",
        mergedWith: [15],
        note: "What families with small children watch; not the same as Animation.",
        carried: { sae: "5f1e0c77aa", neuron: 8, cosine: 0.968 },
      }),
    },
  ],
  [5, { model: proposed("Hard-boiled crime", 18, [0.7, 0.97]), person: null }],
  [6, { model: null, person: word({ wrong: true, note: "Mostly space operas; not all of Science Fiction." }) }],
  [14, { model: proposed("Films about leaving home", 9, [0.26, 0.66]), person: null }],
]);

export function spokenOf(neuron: number): Said {
  return SAID.get(neuron) ?? { model: null, person: null };
}

/** Keeps what a test says; the map lives as long as the page. */
export function say(neuron: number, change: Partial<PersonalWord> | null): void {
  const { model, person } = spokenOf(neuron);
  SAID.set(neuron, { model, person: change === null ? null : { ...(person ?? word({})), ...change } });
}
