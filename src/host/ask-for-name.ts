/** Asks a person to name something that is kept by its name. */
import { InputBoxValidationSeverity, window } from "vscode";

interface NameQuestion {
  title: string;
  prompt: string;
  /** The name proposed. */
  value: string;
  /** `filter` */
  what: string;
}

/**
 * Undefined where the person thought better of it.
 *
 * @param taken names that are in use: the new one may replace one of them
 */
export async function askForName(
  { title, prompt, value, what }: NameQuestion,
  taken: readonly { name: string }[],
): Promise<string | undefined> {
  const name = await window.showInputBox({
    title,
    prompt,
    value,
    validateInput(text) {
      if (text.trim() === "") return `Give the ${what} a name.`;
      const replaces = taken.some((kept) => kept.name === text.trim());
      return replaces
        ? { message: `It replaces the ${what} of this name.`, severity: InputBoxValidationSeverity.Info }
        : null;
    },
  });
  return name?.trim();
}
