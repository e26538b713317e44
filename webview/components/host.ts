/** The webview's end of the line to the extension host: birpc over messages, with calls that never reject. */
import { createBirpc } from "birpc";
import type { Answer } from "../../src/protocol/answer";
import type { LabHost, SharedHost } from "../../src/protocol/webview";
import { vscode } from "./vscode-api";

/** The host as the webview sees it: every method is asynchronous. */
export type Remote<Host> = {
  [Name in keyof Host]: Host[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Promise<Awaited<Value>>
    : never;
};

/** Methods the host does not answer. */
const COMMANDS: (keyof (SharedHost & LabHost))[] = [
  "openEmbeddings",
  "openSample",
  "train",
  "measure",
  "cancelTraining",
  "selectNeuron",
  "compareNeurons",
  "askForName",
  "nameByModel",
  "saveChart",
  "endTask",
  "recipeChanged",
  "insertConfig",
  "updateConfig",
  "saveConfig",
  "exportCode",
];

export function connect<Host extends object, View extends object>(view: View): Remote<Host> {
  return createBirpc<Host, View>(view, {
    post: (message) => vscode.postMessage(message),
    on: (receive) => window.addEventListener("message", (event) => receive(event.data)),
    eventNames: COMMANDS as unknown as (keyof Host)[],
    // Measuring a cohort may take minutes, and can be cancelled. The host answers every call, whatever befalls the engine.
    timeout: -1,
  }) as unknown as Remote<Host>;
}

/** A call's answer; a line that breaks or stays silent is a fault to show like any other. */
export async function asked<Value>(call: Promise<Answer<Value>>): Promise<Answer<Value>> {
  try {
    return await call;
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      ok: false,
      error: { reason: "engine-stopped", message: `RecPrism did not answer (${cause}). Try again.`, where: {} },
    };
  }
}
