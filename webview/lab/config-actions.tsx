/** Out of the Lab: the recipe's name, and the commands that turn it into config code. */
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import type { RecipeChange } from "./recipe-edits";

interface ConfigActionsProps {
  host: Remote<LabHost>;
  name: string;
  /** How many edits there are, on or off. */
  edits: number;
  change: (change: RecipeChange) => void;
}

export function ConfigActions({ host, name, edits, change }: ConfigActionsProps) {
  return (
    <section class="config" aria-label="Config">
      <label class="config-name">
        <span>Name</span>
        <input
          type="text"
          class="field"
          value={name}
          spellcheck={false}
          onChange={(event) => change({ change: "name", name: event.currentTarget.value })}
        />
      </label>
      <div class="buttons">
        <vscode-button disabled={edits === 0} onClick={() => host.insertConfig()}>
          Insert Config
        </vscode-button>
        <vscode-button secondary disabled={edits === 0} onClick={() => host.saveConfig()}>
          Save Config…
        </vscode-button>
        <vscode-button secondary disabled={edits === 0} onClick={() => change({ change: "reset" })}>
          Reset
        </vscode-button>
      </div>
    </section>
  );
}
