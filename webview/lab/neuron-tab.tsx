/** What one neuron stands for: the items that excite it, how it is distributed, which concepts it follows. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/engine";
import { ErrorNote } from "../components/error-note";
import { count, decimal, percent } from "../components/number-format";
import { ActivationHistogram } from "./activation-histogram";
import { LiftBars } from "./lift-bars";
import { TopItems } from "./top-items";

interface NeuronTabProps {
  neuron: number | null;
  detail: Answer<NeuronDetail> | null;
  onSteer: () => void;
}

export function NeuronTab({ neuron, detail, onSteer }: NeuronTabProps) {
  if (neuron === null) {
    return (
      <section class="empty" aria-label="No neuron chosen">
        <p>Choose a neuron in the RecPrism side panel, or find one by its label with the field above.</p>
        <vscode-button onClick={() => document.querySelector<HTMLInputElement>(".lab-picker input")?.focus()}>
          Find a Neuron
        </vscode-button>
      </section>
    );
  }
  if (detail === null) return <p class="quiet">Loading neuron {neuron}…</p>;
  if (!detail.ok) return <ErrorNote what={`Neuron ${neuron} could not be shown`} error={detail.error} />;
  const { value } = detail;
  return (
    <div class="neuron-tab">
      <div class="neuron-facts">
        <vscode-button onClick={onSteer}>Steer This Neuron</vscode-button>
        <span class="quiet">
          Active on {count(value.activeItems)} items ({percent(value.density)}). Largest activation{" "}
          {decimal(value.largestItemActivation)} over items, {decimal(value.largestUserActivation)} over users.
        </span>
      </div>
      <TopItems detail={value} />
      <div class="charts">
        <ActivationHistogram detail={value} />
        <LiftBars detail={value} />
      </div>
    </div>
  );
}
