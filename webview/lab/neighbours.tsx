/** Neurons near another one: the broader one it lies within, narrower ones within it, and the nearest by direction. */
import type { NearNeuron, NeuronDetail } from "../../src/protocol/neurons";
import { KindIcon } from "../components/concept-kind";
import { decimal } from "../components/number-format";

interface NeighboursProps {
  detail: NeuronDetail;
  onSelect: (neuron: number) => void;
  onCompare: (neurons: number[]) => void;
}

/** As many as fit side by side without scrolling. */
const COMPARED = 3;

export function Neighbours({ detail, onSelect, onCompare }: NeighboursProps) {
  const { neuron, nearest, parent, children } = detail;
  if (nearest.length === 0 && parent === null && children.length === 0) return null;
  const compared = nearest.slice(0, COMPARED - 1).map((near) => near.neuron);
  return (
    <section class="neighbours" aria-label="Neurons near it">
      <div class="list-head">
        <h3>Neurons near it</h3>
        {compared.length > 0 && (
          <button type="button" class="toggle" onClick={() => onCompare([neuron, ...compared])}>
            Compare with Nearest
          </button>
        )}
      </div>
      {parent !== null && <NearList name="Broader, it lies within" neurons={[parent]} onSelect={onSelect} />}
      {children.length > 0 && <NearList name="Narrower, within it" neurons={children} onSelect={onSelect} />}
      {nearest.length > 0 && <NearList name="Nearest" neurons={nearest} onSelect={onSelect} />}
    </section>
  );
}

interface NearListProps {
  name: string;
  neurons: readonly NearNeuron[];
  onSelect: (neuron: number) => void;
}

function NearList({ name, neurons, onSelect }: NearListProps) {
  return (
    <div>
      <div class="near-head quiet">
        <span>{name}</span>
        <span title="Cosine of their decoder rows">cosine</span>
      </div>
      <ul class="near-list" aria-label={name}>
        {neurons.map(({ neuron, label, kind, cosine }) => (
          <li key={neuron}>
            <KindIcon kind={kind} />
            <button type="button" class="link" title={label} onClick={() => onSelect(neuron)}>
              <span dir="auto">{label}</span>
            </button>
            <span class="quiet numbers">{neuron}</span>
            <span class="number near-cosine">{decimal(cosine)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
