/** Names by a language model of the editor, each tested on items that it was not shown; on a person's command only. */
import {
  type CancellationToken,
  commands,
  type LanguageModelChat,
  LanguageModelChatMessage,
  LanguageModelError,
  type LogOutputChannel,
  lm,
  ProgressLocation,
  type QuickPickItem,
  window,
} from "vscode";
import { RecPrismError } from "../protocol/error";
import type { NeuronRow } from "../protocol/neurons";
import type { Session } from "./session";
import { trusted } from "./training";
import { counted, measure } from "./wording";

const JUSTIFICATION =
  "RecPrism asks for short names of neurons. It sends titles, years and tags of a few items of your catalogue for each.";
/** What was asked for is short; a model that goes on and on is cut off. */
const LONGEST_ANSWER = 20_000;

/** What became of naming. */
interface Outcome {
  named: NeuronRow[];
  /** Why others got no name, a sentence each. */
  failed: { neuron: number; why: string }[];
  cancelled: boolean;
}

/** @param given neurons to name; where absent, the person chooses which */
export async function nameByModel(session: Session, given: number[] | undefined, log: LogOutputChannel): Promise<void> {
  // What is in files that nobody vouched for is not sent to anybody, nor put before a model that may act on it.
  if (!(await trusted("Naming by a language model", "send titles of its items to one"))) return;
  const models = await availableModels();
  if (models.length === 0) return explainModels();
  const neurons = given ?? (await chosenNeurons(session));
  if (neurons === undefined || neurons.length === 0) return;
  const model = await chosenModel(models, neurons.length);
  if (model === undefined) return;
  log.info(`naming ${counted(neurons.length, "neuron")} by ${model.vendor}/${model.id}`);
  const outcome = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Naming neurons by ${model.name}`, cancellable: true },
    (progress, token) =>
      namedOneByOne(session, model, neurons, token, (neuron) =>
        progress.report({ message: `neuron ${neuron}`, increment: 100 / neurons.length }),
      ),
  );
  for (const { neuron, why } of outcome.failed) log.warn(`neuron ${neuron} was not named: ${why}`);
  await tell(session, outcome, model);
}

/** Editors without language models may lack the interface. */
async function availableModels(): Promise<LanguageModelChat[]> {
  return typeof lm?.selectChatModels === "function" ? await lm.selectChatModels() : [];
}

async function explainModels(): Promise<void> {
  const FIND = "Find Extensions";
  const text =
    "No language model is installed in this editor. Install an extension that supplies one, such as GitHub Copilot Chat or one that runs models on your machine, and sign in where it asks you to. RecPrism needs none for anything else: its own names are found and proven by statistics.";
  if ((await window.showInformationMessage(text, FIND)) === FIND) {
    await commands.executeCommand("workbench.extensions.search", "language model");
  }
}

async function chosenNeurons(session: Session): Promise<number[] | undefined> {
  const { engine, project, state } = session;
  const { rows } = await engine.neurons(project.id, {});
  const live = rows.filter(({ kind }) => kind !== "dead");
  const nameless = live.filter(({ labelledBy, kind }) => labelledBy === "statistics" && kind === "unlabelled");
  const selected = rows.find(({ neuron }) => neuron === state.neuron);
  const compared = rows.filter(({ neuron }) => state.compared.includes(neuron));
  const choices: (QuickPickItem & { neurons: NeuronRow[] })[] = [
    ...(selected ? [{ label: "The selected neuron", description: selected.label, neurons: [selected] }] : []),
    ...(compared.length > 0 ? [{ label: "The neurons that are compared", neurons: compared }] : []),
    ...(nameless.length > 0 ? [{ label: "Neurons without a name", neurons: nameless }] : []),
    { label: "All neurons", neurons: live },
  ];
  const picked = await window.showQuickPick(
    choices.map((choice) => ({ ...choice, detail: `${counted(2 * choice.neurons.length, "request")}` })),
    { title: "Which neurons should a language model name?" },
  );
  return picked?.neurons.map(({ neuron }) => neuron);
}

async function chosenModel(
  models: readonly LanguageModelChat[],
  neurons: number,
): Promise<LanguageModelChat | undefined> {
  if (models.length === 1) return models[0];
  const entries = models.map((model) => ({
    label: model.name,
    description: `${model.vendor}, ${model.family}`,
    model,
  }));
  const title = `Which language model? It gets ${counted(2 * neurons, "request")}.`;
  return (await window.showQuickPick(entries, { title, matchOnDescription: true }))?.model;
}

/** One after another, since models limit how much is asked of them at once. */
async function namedOneByOne(
  session: Session,
  model: LanguageModelChat,
  neurons: readonly number[],
  token: CancellationToken,
  ended: (neuron: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { named: [], failed: [], cancelled: false };
  for (const neuron of neurons) {
    try {
      outcome.named.push(await named(session, model, neuron, token));
      session.labelsChanged();
    } catch (thrown) {
      if (token.isCancellationRequested) return { ...outcome, cancelled: true };
      if (!(thrown instanceof RecPrismError)) throw explained(thrown, model);
      outcome.failed.push({ neuron, why: thrown.message });
    }
    ended(neuron);
  }
  return outcome;
}

/** Asks for a name, then, in a conversation of its own, for the items that the name fits. */
async function named(
  { engine, project }: Session,
  model: LanguageModelChat,
  neuron: number,
  token: CancellationToken,
): Promise<NeuronRow> {
  const naming = await engine.modelNaming(project.id, neuron);
  const test = await engine.modelTest(project.id, neuron, await answer(model, naming.prompt, token));
  const choice = await answer(model, test.prompt, token);
  return engine.keepModelLabel(project.id, neuron, test.label, model.name, choice);
}

async function answer(model: LanguageModelChat, prompt: string, token: CancellationToken): Promise<string> {
  const request = [LanguageModelChatMessage.User(prompt)];
  const response = await model.sendRequest(request, { justification: JUSTIFICATION }, token);
  let text = "";
  for await (const part of response.text) {
    text += part;
    if (token.isCancellationRequested || text.length > LONGEST_ANSWER) break;
  }
  if (token.isCancellationRequested) throw new RecPrismError("cancelled", "Naming was cancelled.");
  return text;
}

/** What a model's refusal means, where VS Code says what it is. */
function explained(thrown: unknown, { name }: LanguageModelChat): unknown {
  if (!(thrown instanceof LanguageModelError)) return thrown;
  switch (thrown.code) {
    case LanguageModelError.NoPermissions.name:
      return new RecPrismError(
        "model-unavailable",
        `RecPrism may not use ${name}: you, or your organisation, did not allow it. Run the command again and allow it, or choose another model.`,
      );
    case LanguageModelError.Blocked.name:
      return new RecPrismError(
        "model-unavailable",
        `${name} refused the request: too many in a short time, or its content. Wait a while and name fewer neurons at once, or choose another model. (${thrown.message})`,
      );
    case LanguageModelError.NotFound.name:
      return new RecPrismError(
        "model-unavailable",
        `${name} is not there any more. Run the command again and choose another.`,
      );
    default:
      return new RecPrismError(
        "model-unavailable",
        `${name} failed: ${reasonOf(thrown)}. Try again, or choose another model.`,
      );
  }
}

function reasonOf({ cause, message }: LanguageModelError): string {
  return message || (cause instanceof Error ? cause.message : String(cause));
}

async function tell(session: Session, { named, failed, cancelled }: Outcome, model: LanguageModelChat): Promise<void> {
  const [only] = named;
  if (named.length === 0) {
    if (cancelled) return;
    const [{ neuron, why }] = failed;
    void window.showWarningMessage(
      failed.length === 1
        ? `Neuron ${neuron} was not named. ${why}`
        : `None of ${failed.length} neurons was named. ${why}`,
    );
    return;
  }
  const rest = [
    ...(failed.length > 0 ? [` ${counted(failed.length, "neuron")} could not be named; the log says why.`] : []),
    ...(cancelled ? [" The others were cancelled."] : []),
  ].join("");
  if (named.length === 1) {
    const { model: label } = await session.engine.neuron(session.project.id, only.neuron);
    const score =
      label === null
        ? ""
        : ` told ${label.correct} of ${label.asked} held-out items right (${measure(label.score)}; guessing: .50).`;
    void window.showInformationMessage(`“${label?.label}” for neuron ${only.neuron}${score} ${whatHolds(only)}${rest}`);
    return;
  }
  const shown = named.filter(({ labelledBy }) => labelledBy === "model").length;
  void window.showInformationMessage(
    `${model.name} named ${counted(named.length, "neuron")}; ${shown} of the names stood their test and are shown.${rest}`,
  );
}

function whatHolds({ labelledBy, label }: NeuronRow): string {
  if (labelledBy === "model") return "It is shown as the neuron's name.";
  if (labelledBy === "person") return `The name that a person gave stays: ${label}.`;
  return `That is not surely better than guessing, so the name found by statistics stays: ${label}.`;
}
