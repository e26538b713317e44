/** What a person is asked before a language model's tool writes a steering config, and where it may write. */
import { isAbsolute, relative, resolve, sep } from "node:path";
import { AGENT_TOOLS } from "../protocol/agent";
import { RecPrismError } from "../protocol/error";
import { configLanguage } from "./config-name";
import { plainText } from "./markdown-text";

/** @throws RecPrismError "config-invalid" for what is no such input */
export function writingQuestion(input: unknown): { question: string; file: string } {
  const { recipe, file, replace } = asked(input);
  const edits = [
    ...recipe.edits.map((edit) => editText(edit, "users")),
    ...(recipe.items ?? []).flatMap((entry) => entry.edits.map((edit) => editText(edit, "items"))),
    ...(recipe.filters ?? []).map(({ neuron, label, above }) => `hide items above ${above} of ${named(neuron, label)}`),
  ];
  const verb = replace ? "Write or replace" : "Write";
  return {
    file,
    question: [
      `${verb} **${plainText(file)}** with the rule “${plainText(recipe.name)}”?`,
      ...(edits.length === 0 ? ["It changes nothing."] : [edits.map((edit) => `- ${edit}`).join("\n")]),
    ].join("\n\n"),
  };
}

/**
 * Absolute path of what is to be written.
 *
 * @param project folder of the project
 * @param folders of the workspace
 * @throws RecPrismError "file-unwritable" for a path that leads out of project and workspace or is no config's
 */
export function writtenFile(input: unknown, project: string, folders: readonly string[]): string {
  const { file } = asked(input);
  const path = resolve(project, file);
  const refused = (why: string) => {
    throw new RecPrismError(
      "file-unwritable",
      `${file} ${why}. Give a path relative to the project, such as steering/less-horror.steer.json.`,
    );
  };
  if (isAbsolute(file) || /^[a-z]:/i.test(file)) refused("is an absolute path");
  if (configLanguage(path) === null) refused("does not end in .steer.json or .steer.yaml");
  if (!isInside(path, project) || !folders.some((folder) => isInside(path, folder))) {
    refused("leads out of the project or of the workspace");
  }
  return path;
}

function asked(input: unknown) {
  const parsed = AGENT_TOOLS.write_steering_config.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new RecPrismError("config-invalid", `${path.join(".") || "The input"}: ${message}. See the tool's schema.`);
}

function editText(edit: { neuron: number; label?: string; operation: string; value?: number }, whom: string): string {
  const { neuron, label, operation, value } = edit;
  return `${operation} ${named(neuron, label)}${value === undefined ? "" : `: ${value}`} (${whom})`;
}

function named(neuron: number, label: string | undefined): string {
  return label === undefined ? `neuron ${neuron}` : `${plainText(label)} (neuron ${neuron})`;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
