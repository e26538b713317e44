/** The Lab's recipe as a config that commands write into files. */
import { commands, window } from "vscode";
import type { Recipe, SteeringConfig } from "../protocol/steering";
import type { Session } from "./session";
import { withTask } from "./with-task";
import { counted } from "./wording";

/** Length of the lists that an effect is measured on, where nothing says another. */
export const LIST_LENGTH = 30;

/** Whether a recipe would change anything. */
export function changesSomething({ edits, items, filters }: Recipe): boolean {
  return edits.length + items.length + filters.length > 0;
}

/** Whether there is something to export; says how to make an edit where there is not. */
export async function hasEdits(session: Session): Promise<boolean> {
  if (session.project.sae !== null && changesSomething(session.recipe)) return true;
  const [text, command, button] =
    session.project.sae === null
      ? ["There is nothing to export yet: train an SAE first.", "recprism.train", "Train SAE"]
      : [
          "There is no edit to export yet. In the Lab, choose a user under Steer and move a neuron’s slider.",
          "recprism.openLab",
          "Open Lab",
        ];
  if ((await window.showInformationMessage(text, button)) === button) await commands.executeCommand(command);
  return false;
}

/** @param measured with what it does, measured now; a person may cancel that */
export async function labConfig(session: Session, measured: boolean): Promise<SteeringConfig> {
  const { engine, project, recipe } = session;
  if (!measured) return engine.configure(project.id, [recipe]);
  return withTask(session, `Measuring “${recipe.name}”`, (task) =>
    engine.configure(project.id, [recipe], { k: LIST_LENGTH, task }),
  );
}

/** `2 edits, 1 filter` */
export function contentText({ edits, items, filters }: Recipe): string {
  const changes = edits.length + items.reduce((sum, entry) => sum + entry.edits.length, 0);
  return [
    ...(changes > 0 ? [counted(changes, "edit")] : []),
    ...(filters.length > 0 ? [counted(filters.length, "filter")] : []),
  ].join(", ");
}
