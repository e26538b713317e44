/** WHAT: the edits of the recipe, and a way to add one. */
import { useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { neuronSuggestion, suggestNeurons } from "../components/neuron-suggestions";
import { SuggestField, type Suggestion } from "../components/suggest-field";
import { EditRow } from "./edit-row";
import type { LabRecipe, RecipeChange } from "./recipe-edits";

interface EditListProps {
  host: Remote<LabHost>;
  sae: string;
  lab: LabRecipe;
  change: (change: RecipeChange) => void;
  /** Offered first. */
  shared: NeuronDetail | null;
}

export function EditList({ host, sae, lab, change, shared }: EditListProps) {
  const [adding, setAdding] = useState(false);
  const edited = new Set(lab.edits.map(({ edit }) => String(edit.neuron)));
  const suggest = async (text: string): Promise<Answer<Suggestion[]>> => {
    const answer = await suggestNeurons(host, text);
    if (!answer.ok) return answer;
    const first = shared !== null && text === "" ? [neuronSuggestion(shared)] : [];
    const others = answer.value.filter(({ key }) => key !== first[0]?.key);
    return { ok: true, value: [...first, ...others].filter(({ key }) => !edited.has(key)) };
  };
  return (
    <>
      {lab.edits.length === 0 && (
        <p class="quiet">No edits yet. Add one here, or click one of the user's neurons above.</p>
      )}
      <ul class="edits" aria-label="Edits">
        {lab.edits.map((own) => (
          <EditRow key={own.edit.neuron} host={host} sae={sae} own={own} change={change} />
        ))}
      </ul>
      {adding ? (
        <SuggestField
          label="Neuron to edit"
          placeholder="Find a neuron to edit"
          chosen=""
          suggest={suggest}
          onChoose={(suggestion) => {
            change({ change: "add", neuron: Number(suggestion.key), label: suggestion.text });
            setAdding(false);
          }}
          onLeave={() => setAdding(false)}
          focused
        />
      ) : (
        <vscode-button secondary onClick={() => setAdding(true)}>
          Add Edit
        </vscode-button>
      )}
    </>
  );
}
