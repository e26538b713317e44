/** Out of the Lab: the recipe's name and note, and the commands that turn it into config code. */
import type { ExportLanguage } from "../../src/protocol/engine";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import type { RecipeChange } from "./recipe-edits";

const LANGUAGES: readonly { language: ExportLanguage; name: string }[] = [
  { language: "python", name: "Python" },
  { language: "typescript", name: "TypeScript" },
  { language: "onnx", name: "ONNX" },
  { language: "yaml", name: "YAML" },
];

interface ConfigActionsProps {
  host: Remote<LabHost>;
  name: string;
  note: string;
  /** Whether there is anything to export. */
  empty: boolean;
  change: (change: RecipeChange) => void;
}

export function ConfigActions({ host, name, note, empty, change }: ConfigActionsProps) {
  return (
    <section class="config" aria-label="Config">
      <h2>Config</h2>
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
      <label class="config-name">
        <span>Note</span>
        <input
          type="text"
          class="field"
          value={note}
          placeholder="For whoever reads the config"
          onChange={(event) => change({ change: "note", note: event.currentTarget.value })}
        />
      </label>
      <div class="buttons">
        <vscode-button disabled={empty} onClick={() => host.insertConfig()}>
          Insert Config
        </vscode-button>
        <vscode-button secondary disabled={empty} onClick={() => host.updateConfig()}>
          Update Config Here
        </vscode-button>
        <vscode-button secondary disabled={empty} onClick={() => host.saveConfig()}>
          Save Config…
        </vscode-button>
      </div>
      <fieldset class="form-line" aria-label="Export as">
        <span>Export as</span>
        {LANGUAGES.map(({ language, name }) => (
          <button
            key={language}
            type="button"
            class="toggle"
            disabled={empty}
            onClick={() => host.exportCode(language)}
          >
            {name}
          </button>
        ))}
      </fieldset>
    </section>
  );
}
