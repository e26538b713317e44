/** What a person says through the editor's dialogs, and what becomes of it. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  addNote,
  markWrong,
  mergeNeurons,
  pinNeurons,
  renameNeurons,
  resetNeurons,
} from "../../src/host/label-commands";
import type { Session } from "../../src/host/session";
import type { Engine } from "../../src/protocol/engine";
import type { LabelChange, NeuronQuery } from "../../src/protocol/neurons";
import { neuronRow } from "../engine/labelled-neurons";
import { project } from "./examples";

interface InputBox {
  title: string;
  prompt: string;
  value: string;
  validateInput(text: string): string | null;
}

const editor = vi.hoisted(() => ({
  /** What the person types into each input box, null to close it. */
  typed: [] as (string | null)[],
  boxes: [] as unknown[],
  /** Labels that the person takes of each quick pick. */
  picked: [] as (string | string[])[],
  told: [] as string[],
}));

vi.mock("vscode", () => ({
  window: {
    showInputBox: async (box: unknown) => {
      editor.boxes.push(box);
      return editor.typed.shift() ?? undefined;
    },
    showQuickPick: async (items: { label: string; picked?: boolean }[]) => {
      const wanted = editor.picked.shift();
      return Array.isArray(wanted)
        ? items.filter(({ label }) => wanted.includes(label))
        : items.find(({ label }) => label === wanted);
    },
    setStatusBarMessage: (text: string) => void editor.told.push(text),
    showWarningMessage: async (text: string) => void editor.told.push(text),
  },
}));

const rows = [
  neuronRow({ neuron: 0, label: "Horror" }),
  neuronRow({ neuron: 1, label: "Slasher", statisticalLabel: "Thriller", pinned: true, wrong: true }),
  neuronRow({ neuron: 2, label: "1990s" }),
];

function session(selected: number | null = null, compared: number[] = []) {
  const changes: LabelChange[] = [];
  let told = 0;
  const engine = {
    async neurons(_: string, { search }: NeuronQuery) {
      const wanted = search?.match(/\d+/g)?.map(Number);
      return { rows: rows.filter(({ neuron }) => wanted?.includes(neuron) ?? true), total: rows.length };
    },
    async changeLabel(_: string, change: LabelChange) {
      changes.push(change);
      return rows.filter(({ neuron }) => change.neurons.includes(neuron));
    },
    neuron: async () => ({ person: { note: "look again" } }),
  } as unknown as Engine;
  const state = { neuron: selected, compared, project: project() };
  const of = { engine, state, project: project(), labelsChanged: () => told++ } as unknown as Session;
  return { of, changes, told: () => told };
}

const box = () => editor.boxes[0] as InputBox;

beforeEach(() => {
  Object.assign(editor, { typed: [], boxes: [], picked: [], told: [] });
});

describe("renaming", () => {
  it("begins with the name that holds, says what was found, and tells the views", async () => {
    const { of, changes, told } = session(1);
    editor.typed = ["Gore"];
    await renameNeurons(of, undefined);
    expect(box()).toMatchObject({
      title: "Rename Neuron 1",
      value: "Slasher",
      prompt: "Found by statistics: Thriller",
    });
    expect(changes).toEqual([{ change: "rename", neurons: [1], label: "Gore" }]);
    expect(told()).toBe(1);
  });

  it("refuses while one types what cannot be a name", async () => {
    editor.typed = [null];
    const { of, changes } = session(0);
    await renameNeurons(of, undefined);
    expect(box().validateInput("  ")).toMatch(/Give a name/);
    expect(box().validateInput("x".repeat(81))).toMatch(/At most 80/);
    expect(box().validateInput("Gore")).toBeNull();
    expect(changes).toEqual([]);
  });

  it("of the neuron that a view names takes that one, not the selected", async () => {
    editor.typed = ["Gore"];
    const { of, changes } = session(1);
    await renameNeurons(of, [2]);
    expect(changes).toMatchObject([{ neurons: [2] }]);
  });

  it("without a selected neuron asks which", async () => {
    editor.picked = ["1990s"];
    editor.typed = ["The nineties"];
    const { of, changes } = session();
    await renameNeurons(of, { webview: "a menu's context" });
    expect(changes).toEqual([{ change: "rename", neurons: [2], label: "The nineties" }]);
  });

  it("of several asks whether they count as one", async () => {
    editor.picked = ["Merge"];
    editor.typed = ["Fright"];
    const merging = session();
    await renameNeurons(merging.of, [0, 1]);
    expect(merging.changes).toEqual([{ change: "merge", neurons: [0, 1], label: "Fright" }]);
    editor.picked = ["Rename Each"];
    editor.typed = ["Fright"];
    const each = session();
    await renameNeurons(each.of, [0, 1]);
    expect(each.changes).toEqual([{ change: "rename", neurons: [0, 1], label: "Fright" }]);
  });
});

describe("merging", () => {
  it("takes the neurons that are compared", async () => {
    editor.typed = ["Fright"];
    const { of, changes } = session(null, [0, 2]);
    await mergeNeurons(of, undefined);
    expect(changes).toEqual([{ change: "merge", neurons: [0, 2], label: "Fright" }]);
  });

  it("asks which where none are, and takes no single one", async () => {
    editor.picked = [["Horror", "Slasher"]];
    editor.typed = ["Fright"];
    const several = session(0);
    await mergeNeurons(several.of, undefined);
    expect(several.changes).toMatchObject([{ neurons: [0, 1] }]);
    editor.picked = [["Horror"]];
    const one = session(0);
    await mergeNeurons(one.of, undefined);
    expect(one.changes).toEqual([]);
    expect(editor.told[0]).toMatch(/choose two or more/);
  });
});

describe("other words", () => {
  it("mark as wrong and pin, and take it back when it is so already", async () => {
    const { of, changes } = session();
    await markWrong(of, [0]);
    await markWrong(of, [1]);
    await pinNeurons(of, [0, 1]);
    await pinNeurons(of, [1]);
    expect(changes).toEqual([
      { change: "wrong", neurons: [0], wrong: true },
      { change: "wrong", neurons: [1], wrong: false },
      { change: "pin", neurons: [0, 1], pinned: true },
      { change: "pin", neurons: [1], pinned: false },
    ]);
    expect(editor.told[0]).toBe("RecPrism: Marked Horror as wrong");
  });

  it("keep a note, beginning with the one that is there; an empty one removes it", async () => {
    editor.typed = [""];
    const { of, changes } = session(2);
    await addNote(of, undefined);
    expect(box().value).toBe("look again");
    expect(changes).toEqual([{ change: "note", neurons: [2], note: "" }]);
  });

  it("are all taken back", async () => {
    const { of, changes } = session(1);
    await resetNeurons(of, undefined);
    expect(changes).toEqual([{ change: "reset", neurons: [1] }]);
  });
});
