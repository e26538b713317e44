/** Commands by which a person says what neurons stand for: rename, merge, mark as wrong, pin, note, take back. */
import { type QuickPickItem, window } from "vscode";
import type { LabelChange, NeuronRow } from "../protocol/neurons";
import type { Session } from "./session";

/** As the engine has them, so that a name is refused while it is typed. */
const LONGEST_NAME = 80;
const LONGEST_NOTE = 2_000;

/** Keeps what a person says of neurons of the open project, and has every view show it. */
export async function changeLabel(session: Session, change: LabelChange): Promise<NeuronRow[]> {
  const rows = await session.engine.changeLabel(session.project.id, change);
  session.labelsChanged();
  return rows;
}

/** One neuron gets the name; of several the person decides whether they are to count as one. */
export async function renameNeurons(session: Session, given: unknown): Promise<void> {
  const neurons = await namedNeurons(session, given);
  if (neurons.length === 0) return;
  if (neurons.length > 1) {
    const MERGE = { label: "Merge", detail: "They count as one neuron and share every later name." };
    const EACH = { label: "Rename Each", detail: "They get the same name and stay several." };
    const picked = await window.showQuickPick([MERGE, EACH], { title: `${neurons.length} neurons` });
    if (picked === undefined) return;
    if (picked === MERGE) return mergeNeurons(session, neurons);
  }
  const label = await askForName(
    neurons.length === 1 ? `Rename Neuron ${neurons[0]}` : "Rename Neurons",
    neurons,
    session,
  );
  if (label !== undefined) await changeLabel(session, { change: "rename", neurons, label });
}

export async function mergeNeurons(session: Session, given: unknown): Promise<void> {
  const asked = neuronNumbers(given) ?? session.state.compared;
  const neurons = asked.length > 1 ? asked : await pickedNeurons(session, asked);
  if (neurons === undefined) return;
  const label = await askForName("Merge Neurons", neurons, session);
  if (label !== undefined) await changeLabel(session, { change: "merge", neurons, label });
}

/** Marks the name that was found as wrong; once more, and it is right again. */
export async function markWrong(session: Session, given: unknown): Promise<void> {
  const rows = await rowsOf(session, await namedNeurons(session, given));
  if (rows.length === 0) return;
  const wrong = !rows.every((row) => row.wrong);
  await changeLabel(session, { change: "wrong", neurons: numbersOf(rows), wrong });
  tell(wrong ? `Marked ${namesOf(rows)} as wrong` : `${namesOf(rows)} is no longer marked as wrong`);
}

export async function pinNeurons(session: Session, given: unknown): Promise<void> {
  const rows = await rowsOf(session, await namedNeurons(session, given));
  if (rows.length === 0) return;
  const pinned = !rows.every((row) => row.pinned);
  await changeLabel(session, { change: "pin", neurons: numbersOf(rows), pinned });
  tell(pinned ? `Pinned ${namesOf(rows)}; is:pinned finds it` : `Unpinned ${namesOf(rows)}`);
}

export async function addNote(session: Session, given: unknown): Promise<void> {
  const neurons = await namedNeurons(session, given);
  if (neurons.length === 0) return;
  const { person } = await session.engine.neuron(session.project.id, neurons[0]);
  const note = await window.showInputBox({
    title: `Note on Neuron ${neurons.join(", ")}`,
    prompt: "Leave it empty to remove the note.",
    value: person?.note ?? "",
    validateInput: (text) => (text.length > LONGEST_NOTE ? `At most ${LONGEST_NOTE} characters.` : null),
  });
  if (note !== undefined) await changeLabel(session, { change: "note", neurons, note });
}

/** Takes back all that was said of neurons. */
export async function resetNeurons(session: Session, given: unknown): Promise<void> {
  const neurons = await namedNeurons(session, given);
  if (neurons.length === 0) return;
  const rows = await changeLabel(session, { change: "reset", neurons });
  tell(rows.length === 0 ? "Nothing had been said of it" : `Back to ${namesOf(rows)}`);
}

/** Neurons that a view gives, or the selected one; where there is neither, the person picks one. */
export async function namedNeurons(session: Session, given: unknown): Promise<number[]> {
  const { neuron } = session.state;
  const named = neuronNumbers(given) ?? (neuron === null ? [] : [neuron]);
  if (named.length > 0) return named;
  const { rows } = await session.engine.neurons(session.project.id, {});
  const picked = await window.showQuickPick(entries(rows), { title: "Which neuron?", matchOnDescription: true });
  return picked === undefined ? [] : [picked.neuron];
}

/** What a view, or a keybinding's `args`, gives; a menu gives other things. */
function neuronNumbers(given: unknown): number[] | undefined {
  const numbers = Array.isArray(given) ? given : [given];
  const valid = numbers.length > 0 && numbers.every((number) => Number.isInteger(number));
  return valid ? (numbers as number[]) : undefined;
}

/** Two or more; undefined where the person thought better of it. */
async function pickedNeurons(session: Session, chosen: readonly number[]): Promise<number[] | undefined> {
  const { neuron, project } = session.state;
  if (project === null) return undefined;
  const { rows } = await session.engine.neurons(project.id, {});
  const before = new Set(chosen.length > 0 ? chosen : [neuron]);
  const picked = await window.showQuickPick(
    entries(rows).map((entry) => ({ ...entry, picked: before.has(entry.neuron) })),
    {
      title: "Merge Neurons",
      placeHolder: "Choose two or more that stand for the same",
      canPickMany: true,
      matchOnDescription: true,
    },
  );
  if (picked === undefined) return undefined;
  if (picked.length > 1) return picked.map((entry) => entry.neuron);
  void window.showWarningMessage("A neuron cannot be merged with itself: choose two or more.");
  return undefined;
}

function entries(rows: readonly NeuronRow[]): (QuickPickItem & { neuron: number })[] {
  return rows.map(({ neuron, label, kind }) => ({ label, description: `neuron ${neuron}, ${kind}`, neuron }));
}

/** Begins with the name of the first. */
async function askForName(title: string, neurons: readonly number[], session: Session): Promise<string | undefined> {
  const [first] = await rowsOf(session, [neurons[0]]);
  return window.showInputBox({
    title,
    prompt: `Found by statistics: ${first.statisticalLabel}`,
    value: first.label,
    validateInput(text) {
      if (text.trim() === "") return "Give a name. To take yours back, run “RecPrism: Restore Found Name”.";
      return [...text.trim()].length > LONGEST_NAME ? `At most ${LONGEST_NAME} characters.` : null;
    },
  });
}

async function rowsOf(session: Session, neurons: readonly number[]): Promise<NeuronRow[]> {
  if (neurons.length === 0) return [];
  const search = neurons.map((neuron) => `neuron:${neuron}`).join(" or ");
  return (await session.engine.neurons(session.project.id, { search })).rows;
}

function numbersOf(rows: readonly NeuronRow[]): number[] {
  return rows.map(({ neuron }) => neuron);
}

/** `Horror`, or of many `3 neurons` */
function namesOf(rows: readonly NeuronRow[]): string {
  return rows.length === 1 ? rows[0].label : `${rows.length} neurons`;
}

function tell(what: string): void {
  window.setStatusBarMessage(`RecPrism: ${what}`, 5_000);
}
