/** One filter: items whose activation of a neuron is above a threshold are hidden. */
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { neuronsName } from "./edit-groups";
import type { LabFilter, RecipeChange } from "./recipe-edits";
import { RecipeLine } from "./recipe-line";
import { Strength } from "./strength";
import { useAnswer } from "./use-answer";

interface FilterRowProps {
  host: Remote<LabHost>;
  sae: string;
  filter: LabFilter;
  change: (change: RecipeChange) => void;
}

export function FilterRow({ host, sae, filter, change }: FilterRowProps) {
  const { id, enabled, neuron, above } = filter;
  const label = neuronsName(filter.label, [neuron]);
  const detail = useAnswer(() => asked(host.neuron(neuron)), [host, neuron, sae]);
  const largest = detail?.ok ? Math.ceil(100 * detail.value.largestItemActivation) / 100 : above;
  return (
    <li class={enabled ? "edit" : "edit edit-off"} aria-label={`Hide ${label}`}>
      <RecipeLine
        what={`filter on ${label}`}
        name={`Hide items above: ${label}`}
        title={`neuron ${neuron}`}
        enabled={enabled}
        onEnable={(enabled) => change({ change: "enable", id, enabled })}
        onRemove={() => change({ change: "remove", id })}
      />
      {detail?.ok === false ? (
        <ErrorNote what={`Neuron ${neuron} could not be read`} error={detail.error} />
      ) : (
        <Strength
          label={`Threshold of ${label}`}
          spoken="hide above"
          value={above}
          range={{ min: 0, max: Math.max(largest, above), step: 0.01 }}
          largest={detail === null ? null : { name: "largest item", value: largest }}
          disabled={!(enabled && detail !== null)}
          least={0}
          onValue={(above) => change({ change: "above", id, above })}
        />
      )}
    </li>
  );
}
