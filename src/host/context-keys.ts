/** Context keys: what the `when` clauses of package.json may ask. */
import { commands, type Disposable } from "vscode";
import { changesSomething } from "./lab-config";
import type { Session } from "./session";

export function contextKeys(session: Session): Disposable {
  const set = new Map<string, boolean>();
  const update = () => {
    const { project, job, neuron, compared } = session.state;
    const keys: Record<string, boolean> = {
      "recprism.projectOpen": project !== null,
      "recprism.hasSae": project?.sae != null,
      "recprism.unmeasured": project?.unmeasured ?? false,
      "recprism.neuronSelected": project?.sae != null && neuron !== null,
      "recprism.comparing": compared.length > 1,
      "recprism.training": job?.state === "running",
      "recprism.hasEdits": changesSomething(session.recipe),
    };
    for (const [key, value] of Object.entries(keys)) {
      if (set.get(key) === value) continue;
      set.set(key, value);
      void commands.executeCommand("setContext", key, value);
    }
  };
  update();
  return session.onChanged(update);
}
