/** Names by a language model of the editor: what is sent, what is kept, and what stands in the way. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LanguageModelChat, LogOutputChannel } from "vscode";
import { nameByModel } from "../../src/host/model-names";
import type { Session } from "../../src/host/session";
import type { ModelLabel } from "../../src/protocol/artifact";
import type { Engine } from "../../src/protocol/engine";
import { RecPrismError } from "../../src/protocol/error";
import { neuronRow } from "../engine/labelled-neurons";
import { project } from "./examples";

const editor = vi.hoisted(() => {
  class LanguageModelError extends Error {
    constructor(readonly code: string) {
      super(code);
    }
    static NoPermissions() {}
    static Blocked() {}
    static NotFound() {}
  }
  return {
    trusted: true,
    models: [] as unknown[],
    messages: [] as string[],
    picks: [] as string[],
    ran: [] as unknown[][],
    cancel: false,
    LanguageModelError,
  };
});

vi.mock("vscode", () => {
  const message = async (text: string, ...buttons: string[]) => {
    editor.messages.push(text);
    return buttons.find((button) => button === "Find Extensions");
  };
  return {
    commands: { executeCommand: async (...args: unknown[]) => void editor.ran.push(args) },
    LanguageModelChatMessage: { User: (content: string) => ({ content }) },
    LanguageModelError: editor.LanguageModelError,
    lm: { selectChatModels: async () => editor.models },
    ProgressLocation: { Notification: 15 },
    window: {
      showInformationMessage: message,
      showWarningMessage: message,
      showQuickPick: async (items: { label: string }[]) => {
        const wanted = editor.picks.shift();
        return items.find(({ label }) => label === wanted);
      },
      withProgress: (_: unknown, work: (progress: unknown, token: unknown) => unknown) =>
        work(
          { report: () => {} },
          {
            get isCancellationRequested() {
              return editor.cancel;
            },
          },
        ),
    },
    workspace: {
      get isTrusted() {
        return editor.trusted;
      },
    },
  };
});

const log = { info: () => {}, warn: () => {} } as unknown as LogOutputChannel;

/** A model that answers each prompt by a function; notes what it is sent. */
function model(answer: (prompt: string) => string, name = "Test Model"): LanguageModelChat & { sent: string[] } {
  const sent: string[] = [];
  return {
    name,
    id: name,
    vendor: "test",
    family: "test",
    sent,
    async sendRequest([{ content }]: { content: string }[]) {
      sent.push(content);
      const text = answer(content);
      return {
        text: (async function* () {
          yield text.slice(0, 3);
          yield text.slice(3);
        })(),
      };
    },
  } as unknown as LanguageModelChat & { sent: string[] };
}

/** An engine over neurons 0 to 3, of which 2 cannot be asked about. */
function session(labelledBy: "model" | "statistics" = "model") {
  const kept: unknown[] = [];
  let changes = 0;
  const label = (name: string): ModelLabel => ({
    label: name,
    model: "Test Model",
    at: "",
    asked: 20,
    correct: 18,
    score: 0.9,
    interval: [0.7, 0.97],
  });
  const engine = {
    neurons: async () => ({
      rows: [0, 1, 2, 3].map((neuron) =>
        neuronRow({ neuron, kind: neuron === 3 ? "dead" : neuron === 0 ? "tag" : "unlabelled" }),
      ),
      total: 4,
    }),
    modelNaming: async (_: string, neuron: number) => {
      if (neuron === 2) throw new RecPrismError("not-found", "Neuron 2 is active on too few items.");
      return { prompt: `name ${neuron}`, items: 0 };
    },
    modelTest: async (_: string, neuron: number, answer: string) => {
      if (!answer.startsWith("{")) throw new RecPrismError("answer-unreadable", "It answered nothing.");
      return { prompt: `test ${neuron}`, items: 20, label: JSON.parse(answer).name };
    },
    keepModelLabel: async (...args: unknown[]) => {
      kept.push(args.slice(1));
      return neuronRow({
        neuron: args[1] as number,
        labelledBy,
        label: labelledBy === "model" ? String(args[2]) : "Horror",
      });
    },
    neuron: async () => ({ model: label("Slasher") }),
  } as unknown as Engine;
  const state = { neuron: 1, compared: [] };
  const of = { engine, state, project: project(), labelsChanged: () => changes++ } as unknown as Session;
  return { of, kept, changes: () => changes };
}

const obedient = (prompt: string) => (prompt.startsWith("name") ? '{"name": "Slasher"}' : '{"items": [1]}');

beforeEach(() => {
  Object.assign(editor, { trusted: true, models: [], messages: [], picks: [], ran: [], cancel: false });
});

describe("naming neurons by a language model", () => {
  it("asks for a name, tests it in a conversation of its own, keeps both and tells the score", async () => {
    const asked = model(obedient);
    editor.models = [asked];
    const { of, kept, changes } = session();
    await nameByModel(of, [1], log);
    expect(asked.sent).toEqual(["name 1", "test 1"]);
    expect(kept).toEqual([[1, "Slasher", "Test Model", '{"items": [1]}']]);
    expect(changes()).toBe(1);
    expect(editor.messages).toEqual([
      expect.stringMatching(/“Slasher” for neuron 1 told 18 of 20 .*shown as the neuron's name/),
    ]);
  });

  it("says that the statistical name stays where the test was not passed", async () => {
    editor.models = [model(obedient)];
    await nameByModel(session("statistics").of, [1], log);
    expect(editor.messages[0]).toContain("the name found by statistics stays: Horror");
  });

  it("names those that it can, and tells how many it could not", async () => {
    editor.models = [model(obedient)];
    const { of, kept } = session();
    await nameByModel(of, [0, 1, 2], log);
    expect(kept).toHaveLength(2);
    expect(editor.messages[0]).toMatch(/named 2 neurons; 2 of the names .* 1 neuron could not be named/);
  });

  it("tells what was wrong with an answer that is none", async () => {
    editor.models = [model(() => "I cannot help with that.")];
    await nameByModel(session().of, [1], log);
    expect(editor.messages).toEqual(["Neuron 1 was not named. It answered nothing."]);
  });

  it("lets the person choose neurons and model where there are several", async () => {
    const [first, second] = [model(obedient, "First"), model(obedient, "Second")];
    editor.models = [first, second];
    editor.picks = ["Neurons without a name", "Second"];
    await nameByModel(session().of, undefined, log);
    expect(first.sent).toEqual([]);
    expect(second.sent).toEqual(["name 1", "test 1"]);
  });

  it("stops when it is cancelled, keeping what it had", async () => {
    const asked = model((prompt) => {
      if (prompt === "name 1") editor.cancel = true;
      return obedient(prompt);
    });
    editor.models = [asked];
    const { of, kept } = session();
    await nameByModel(of, [0, 1, 3], log);
    expect(kept).toHaveLength(1);
    expect(asked.sent).toEqual(["name 0", "test 0", "name 1"]);
    expect(editor.messages[0]).toContain("The others were cancelled");
  });

  const refusals: [code: string, said: RegExp][] = [
    ["NoPermissions", /may not use Test Model: you, or your organisation, did not allow it/],
    ["Blocked", /refused the request/],
    ["NotFound", /is not there any more/],
    ["Unknown", /Test Model failed: Unknown/],
  ];
  for (const [code, said] of refusals) {
    it(`ends with what a refusal means: ${code}`, async () => {
      editor.models = [
        model(() => {
          throw new editor.LanguageModelError(code);
        }),
      ];
      await expect(nameByModel(session().of, [0, 1], log)).rejects.toThrow(said);
    });
  }

  it("explains what to install where there is no model, and that nothing else needs one", async () => {
    const { of, kept } = session();
    await nameByModel(of, [1], log);
    expect(kept).toEqual([]);
    expect(editor.messages[0]).toMatch(/No language model is installed.*needs none for anything else/);
    expect(editor.ran).toEqual([["workbench.extensions.search", "language model"]]);
  });

  it("sends nothing of a restricted workspace", async () => {
    editor.trusted = false;
    const asked = model(obedient);
    editor.models = [asked];
    await nameByModel(session().of, [1], log);
    expect(asked.sent).toEqual([]);
    expect(editor.messages[0]).toMatch(/Naming by a language model is off because this workspace is restricted/);
  });
});
