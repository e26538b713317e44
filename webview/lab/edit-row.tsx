/** One edit: on or off, what it does to the neuron, how strongly. */
import { useId } from "preact/hooks";
import type { EditOperation } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { decimal } from "../components/number-format";
import { NumberField } from "./number-field";
import { type LabEdit, type RecipeChange, strengthOf } from "./recipe-edits";
import { editLabel } from "./recipe-name";
import { strengthRange } from "./strength-range";
import { useAnswer } from "./use-answer";

const OPERATIONS: readonly { operation: EditOperation; name: string }[] = [
  { operation: "suppress", name: "suppress" },
  { operation: "scale", name: "scale by" },
  { operation: "set", name: "set to" },
  { operation: "add", name: "add" },
];

interface EditRowProps {
  host: Remote<LabHost>;
  sae: string;
  own: LabEdit;
  change: (change: RecipeChange) => void;
}

export function EditRow({ host, sae, own, change }: EditRowProps) {
  const { edit, enabled } = own;
  const { neuron, operation } = edit;
  const label = editLabel(edit);
  const id = useId();
  const detail = useAnswer(() => asked(host.neuron(neuron)), [host, neuron, sae]);
  return (
    <li class={enabled ? "edit" : "edit edit-off"} aria-label={label}>
      <div class="edit-line">
        <input
          type="checkbox"
          id={id}
          class="check"
          aria-label={`Use the edit of ${label}`}
          checked={enabled}
          onChange={(event) => change({ change: "enable", neuron, enabled: event.currentTarget.checked })}
        />
        <label class="edit-label" for={id} dir="auto" title={`neuron ${neuron}`}>
          {label}
        </label>
        <select
          class="field"
          aria-label={`Operation on ${label}`}
          value={operation}
          onChange={(event) =>
            change({ change: "operation", neuron, operation: event.currentTarget.value as EditOperation })
          }
        >
          {OPERATIONS.map((known) => (
            <option key={known.operation} value={known.operation}>
              {known.name}
            </option>
          ))}
        </select>
        <button
          type="button"
          class="icon-button"
          aria-label={`Remove the edit of ${label}`}
          title="Remove"
          onClick={() => change({ change: "remove", neuron })}
        >
          ✕
        </button>
      </div>
      {detail?.ok === false ? (
        <ErrorNote what={`Neuron ${neuron} could not be read`} error={detail.error} />
      ) : (
        <Strength
          own={own}
          label={label}
          largest={detail?.value.largestUserActivation ?? null}
          onValue={(value) => change({ change: "value", neuron, value })}
        />
      )}
    </li>
  );
}

interface StrengthProps {
  own: LabEdit;
  label: string;
  /** Null until known. */
  largest: number | null;
  onValue: (value: number) => void;
}

function Strength({ own: { edit, enabled }, label, largest, onValue }: StrengthProps) {
  const value = strengthOf(edit);
  const range = strengthRange(edit.operation, largest ?? 0, value);
  if (range === null) return <p class="quiet strength-note">The activation becomes 0.</p>;
  const usable = enabled && largest !== null;
  return (
    <div class="strength">
      <input
        type="range"
        class="slider"
        aria-label={`Strength of ${label}`}
        aria-valuetext={`${edit.operation} ${decimal(value)}`}
        // The bounds come first: a browser clips a value to the bounds it knows.
        min={range.min}
        max={range.max}
        step={range.step}
        value={value}
        disabled={!usable}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
      />
      <NumberField label={`Strength of ${label} as a number`} value={value} disabled={!usable} onValue={onValue} />
      <span class="quiet range-ends numbers">
        <span>{decimal(range.min)}</span>
        {edit.operation !== "scale" && largest !== null && <span>largest user {decimal(largest)}</span>}
        <span>{decimal(range.max)}</span>
      </span>
    </div>
  );
}
