/** One edit, of a neuron or of several of one concept: on or off, what it does, how strongly. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { EditOperation } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { neuronsName } from "./edit-groups";
import type { LabEdit, RecipeChange } from "./recipe-edits";
import { RecipeLine } from "./recipe-line";
import { Strength } from "./strength";
import { strengthRange } from "./strength-range";
import { useAnswer } from "./use-answer";

export const OPERATIONS: readonly { operation: EditOperation; name: string }[] = [
  { operation: "suppress", name: "suppress" },
  { operation: "scale", name: "scale by" },
  { operation: "set", name: "set to" },
  { operation: "add", name: "add" },
];

interface EditRowProps {
  host: Remote<LabHost>;
  sae: string;
  edit: LabEdit;
  /** Whose activations are edited. */
  side: "users" | "items";
  change: (change: RecipeChange) => void;
}

export function EditRow({ host, sae, edit, side, change }: EditRowProps) {
  const { id, enabled, neurons, operation, value } = edit;
  const label = neuronsName(edit.label, neurons);
  const largest = useAnswer(() => largestOf(host, neurons, side), [host, neurons.join(), side, sae]);
  const range = strengthRange(operation, largest?.ok ? largest.value : 0, value);
  const known =
    largest?.ok && operation !== "scale" ? { name: `largest ${side.slice(0, -1)}`, value: largest.value } : null;
  return (
    <li class={enabled ? "edit" : "edit edit-off"} aria-label={label}>
      <RecipeLine
        what={`edit of ${label}`}
        name={neurons.length > 1 ? `${label} (${neurons.length} neurons)` : label}
        title={`neuron ${neurons.join(", ")}`}
        enabled={enabled}
        onEnable={(enabled) => change({ change: "enable", id, enabled })}
        onRemove={() => change({ change: "remove", id })}
      >
        <select
          class="field"
          aria-label={`Operation on ${label}`}
          value={operation}
          onChange={(event) =>
            change({ change: "operation", id, operation: event.currentTarget.value as EditOperation })
          }
        >
          {OPERATIONS.map((known) => (
            <option key={known.operation} value={known.operation}>
              {known.name}
            </option>
          ))}
        </select>
      </RecipeLine>
      {largest?.ok === false ? (
        <ErrorNote what={`Neuron ${neurons.join(", ")} could not be read`} error={largest.error} />
      ) : range === null ? (
        <p class="quiet strength-note">The activation becomes 0.</p>
      ) : (
        <Strength
          label={`Strength of ${label}`}
          spoken={operation}
          value={value}
          range={range}
          largest={known}
          disabled={!(enabled && largest !== null)}
          onValue={(value) => change({ change: "value", id, value })}
        />
      )}
    </li>
  );
}

/** Of all these neurons over all users or items. */
async function largestOf(
  host: Remote<LabHost>,
  neurons: readonly number[],
  side: "users" | "items",
): Promise<Answer<number>> {
  const details = await Promise.all(neurons.map((neuron) => asked(host.neuron(neuron))));
  const failed = details.find((answer) => !answer.ok);
  if (failed?.ok === false) return failed;
  const largest = ({ largestItemActivation, largestUserActivation }: NeuronDetail) =>
    side === "users" ? largestUserActivation : largestItemActivation;
  return { ok: true, value: Math.max(0, ...details.map((answer) => (answer.ok ? largest(answer.value) : 0))) };
}
