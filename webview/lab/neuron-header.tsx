/** Which neuron the Lab speaks of, how sure its name is and who gave it, and a way to another one. */
import { useState } from "preact/hooks";
import type { Answer } from "../../src/protocol/answer";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { KIND_NAMES, KindIcon } from "../components/concept-kind";
import { ConfidenceMark } from "../components/confidence-mark";
import type { Remote } from "../components/host";
import { NeuronName } from "../components/neuron-name";
import { suggestNeurons } from "../components/neuron-suggestions";
import { decimal } from "../components/number-format";
import { SuggestField } from "../components/suggest-field";
import { evidenceText } from "./evidence-text";
import { NamingNotes } from "./naming-notes";
import { NeuronActions } from "./neuron-actions";
import { Why } from "./why";

interface NeuronHeaderProps {
  host: Remote<LabHost>;
  neuron: number | null;
  detail: Answer<NeuronDetail> | null;
}

export function NeuronHeader({ host, neuron, detail }: NeuronHeaderProps) {
  const [why, setWhy] = useState(false);
  const known = detail?.ok ? detail.value : null;
  return (
    <header class="lab-header">
      <div class="lab-title">
        {known === null ? (
          <h1>{neuron === null ? "Lab" : `Neuron ${neuron}`}</h1>
        ) : (
          <>
            <Title detail={known} />
            <NamingNotes detail={known} onSelect={(other) => host.selectNeuron(other)} />
            <NeuronActions key={known.neuron} host={host} detail={known} why={why} onWhy={setWhy} />
          </>
        )}
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
      {known !== null && why && <Why detail={known} />}
    </header>
  );
}

function Title({ detail }: { detail: NeuronDetail }) {
  const { neuron, kind, confidence, ms } = detail;
  return (
    <>
      <h1>
        <KindIcon kind={kind} /> <NeuronName row={detail} />{" "}
        <span class="quiet lab-number">
          neuron {neuron} · {KIND_NAMES[kind]} · MS {decimal(ms)}
        </span>
      </h1>
      <p class="evidence">
        <ConfidenceMark confidence={confidence} /> {evidenceText(detail)}
      </p>
    </>
  );
}
