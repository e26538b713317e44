/** A language model that counts tags: it names a neuron after what its items have in common, and tells items by that tag. And a command that uses tools as a model would. */
const vscode = require("vscode");

const MODEL = {
  id: "tag-counter",
  name: "Tag Counter",
  family: "test",
  version: "1",
  maxInputTokens: 100_000,
  maxOutputTokens: 1_000,
  capabilities: {},
};

/** @type {import("vscode").LanguageModelChatProvider} */
const provider = {
  provideLanguageModelChatInformation: () => [MODEL],
  async provideLanguageModelChatResponse(_model, messages, _options, progress) {
    const parts = messages.flatMap(({ content }) => content);
    const prompt = parts.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("\n");
    for (const word of answer(prompt).split(" ")) progress.report(new vscode.LanguageModelTextPart(`${word} `));
  },
  provideTokenCount: async (_model, text) => String(text).length,
};

exports.activate = (/** @type {import("vscode").ExtensionContext} */ context) => {
  context.subscriptions.push(
    vscode.lm.registerLanguageModelChatProvider("recprism-test", provider),
    vscode.commands.registerCommand("recprism-test.useTool", useTool),
  );
};

/** @param {string} prompt */
function answer(prompt) {
  /** @type {{ item: number, tags?: string[] }[]} */
  const items = prompt
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  const named = /responds to: "Made of (.+)"\./.exec(prompt);
  if (named !== null) {
    const fitting = items.filter(({ tags }) => tags?.includes(named[1])).map(({ item }) => item);
    return `These fit: ${JSON.stringify({ items: fitting })}`;
  }
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tag of items.flatMap(({ tags }) => tags ?? [])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const [[commonest]] = [...counts].sort(([, a], [, b]) => b - a);
  return JSON.stringify({ name: `Made of ${commonest}` });
}

/** Uses a tool as a model does, outside of any chat: a person types its name and input, and reads the answer. */
async function useTool() {
  const typed = await vscode.window.showInputBox({ title: "Tool and Input" });
  if (typed === undefined) return;
  const { tool, input } = JSON.parse(typed);
  const content = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }).then(
    ({ content: parts }) =>
      parts.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join(""),
    (fault) => `refused: ${fault.message}`,
  );
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: "markdown" }));
}
