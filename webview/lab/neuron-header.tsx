/** Which neuron the Lab speaks of, how sure its name is, and a way to another one. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/engine";
import type { LabHost } from "../../src/protocol/webview";
import { KIND_NAMES, KindIcon } from "../components/concept-kind";
import type { Remote } from "../components/host";
import { suggestNeurons } from "../components/neuron-suggestions";
import { decimal } from "../components/number-format";
import { SuggestField } from "../components/suggest-field";
import { evidenceText } from "./evidence-text";

interface NeuronHeaderProps {
  host: Remote<LabHost>;
  neuron: number | null;
  detail: Answer<NeuronDetail> | null;
}

export function NeuronHeader({ host, neuron, detail }: NeuronHeaderProps) {
  return (
    <header class="lab-header">
      <div class="lab-title">
        {detail?.ok ? <Title detail={detail.value} /> : <h1>{neuron === null ? "Lab" : `Neuron ${neuron}`}</h1>}
      </div>
      <div class="lab-picker">
        <SuggestField
          label="Find a neuron"
          placeholder="Find a neuron"
          chosen=""
          suggest={(text) => suggestNeurons(host, text)}
          onChoose={(suggestion) => host.selectNeuron(Number(suggestion.key))}
        />
      </div>
    </header>
  );
}

function Title({ detail }: { detail: NeuronDetail }) {
  return (
    <>
      <h1>
        <KindIcon kind={detail.kind} /> {detail.label}{" "}
        <span class="quiet lab-number">
          neuron {detail.neuron} · {KIND_NAMES[detail.kind]} · MS {decimal(detail.ms)}
        </span>
      </h1>
      <p class="evidence">{evidenceText(detail)}</p>
    </>
  );
}
