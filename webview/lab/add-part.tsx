/** A button that becomes a field to search by, and a button again once something is chosen. */
import { useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import { SuggestField, type Suggestion } from "../components/suggest-field";

interface AddPartProps {
  /** `Add Edit` */
  button: string;
  /** Of the field: `Neuron to edit`. */
  label: string;
  placeholder: string;
  suggest: (text: string) => Promise<Answer<Suggestion[]>>;
  onChoose: (suggestion: Suggestion) => void;
}

export function AddPart({ button, label, placeholder, suggest, onChoose }: AddPartProps) {
  const [adding, setAdding] = useState(false);
  if (!adding) {
    return (
      <vscode-button secondary onClick={() => setAdding(true)}>
        {button}
      </vscode-button>
    );
  }
  return (
    <div class="add-part">
      <SuggestField
        label={label}
        placeholder={placeholder}
        chosen=""
        suggest={suggest}
        onChoose={(suggestion) => {
          setAdding(false);
          onChoose(suggestion);
        }}
        onLeave={() => setAdding(false)}
        focused
      />
    </div>
  );
}
