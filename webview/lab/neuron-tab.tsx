/** What one neuron stands for: the items that excite it, where they lie, who likes them, and what it does to scores. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { count, decimal, percent } from "../components/number-format";
import { ActivationHistogram } from "./activation-histogram";
import { AudienceBars, TopUsers } from "./audience-bars";
import { ChartSubject } from "./chart-menu";
import { PopularityBars, YearColumns } from "./distributions";
import { ItemLists } from "./item-lists";
import { ItemMapChart } from "./item-map";
import { LiftBars } from "./lift-bars";
import { Neighbours } from "./neighbours";
import { ScoreEffect } from "./score-effect";
import { useAnswer } from "./use-answer";

interface NeuronTabProps {
  host: Remote<LabHost>;
  sae: string;
  neuron: number | null;
  detail: Answer<NeuronDetail> | null;
  onSteer: () => void;
}

export function NeuronTab({ host, sae, neuron, detail, onSteer }: NeuronTabProps) {
  // The same for all neurons.
  const map = useAnswer(neuron === null ? null : () => asked(host.itemMap()), [host, sae, neuron === null]);
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
  const active = value.activeItems > 0;
  return (
    <ChartSubject.Provider value={`${value.label} (neuron ${neuron})`}>
      <div class="neuron-tab">
        <div class="neuron-facts">
          {value.kind !== "dead" && <vscode-button onClick={onSteer}>Steer This Neuron</vscode-button>}
          <span class="quiet numbers">
            Active on {count(value.activeItems)} items ({percent(value.density)}). Largest activation{" "}
            {decimal(value.largestItemActivation)} over items, {decimal(value.largestUserActivation)} over users.
          </span>
        </div>
        <div class="neuron-column">
          <ItemLists detail={value} />
          {active && <ItemMapChart host={host} sae={sae} map={map} detail={value} />}
          <ScoreEffect detail={value} />
          <TopUsers detail={value} />
          <Neighbours
            detail={value}
            onSelect={(other) => host.selectNeuron(other)}
            onCompare={(neurons) => host.compareNeurons(neurons)}
          />
        </div>
        <div class="neuron-column">
          {active && <ActivationHistogram detail={value} />}
          <LiftBars detail={value} />
          {active && <YearColumns detail={value} />}
          {active && <PopularityBars detail={value} />}
          <AudienceBars detail={value} />
        </div>
      </div>
    </ChartSubject.Provider>
  );
}
