/** Neurons named wherever a finding speaks of them; each name leads to its neuron. */
import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { NeuronRow } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { KindIcon } from "../components/concept-kind";
import { asked, type Remote } from "../components/host";
import { useAnswer } from "./use-answer";

interface NamedNeurons {
  /** By number; empty until they are known. */
  rows: ReadonlyMap<number, NeuronRow>;
  /** The neuron selected in both webviews. */
  selected: number | null;
  select: (neuron: number) => void;
  compare: (neurons: number[]) => void;
}

export const NeuronLinks = createContext<NamedNeurons>({
  rows: new Map(),
  selected: null,
  select: () => {},
  compare: () => {},
});

/** All neurons by number, asked for anew when labels change. */
export function useNamedNeurons(
  host: Remote<LabHost>,
  sae: string,
  labelsVersion: number,
): ReadonlyMap<number, NeuronRow> {
  const answer = useAnswer(() => asked(host.neurons({})), [host, sae], [labelsVersion]);
  return useMemo(
    () => new Map((answer?.ok ? answer.value.rows : []).map((row) => [row.neuron, row] as const)),
    [answer],
  );
}

/** `neuron 13` where the name is not known. */
export function nameOf(rows: ReadonlyMap<number, NeuronRow>, neuron: number): string {
  return rows.get(neuron)?.label ?? `neuron ${neuron}`;
}

export function NeuronLink({ neuron }: { neuron: number }) {
  const { rows, selected, select } = useContext(NeuronLinks);
  const row = rows.get(neuron);
  const name = nameOf(rows, neuron);
  return (
    <span class="neuron-link">
      {row !== undefined && <KindIcon kind={row.kind} />}
      <button
        type="button"
        class="link"
        title={`${name} (neuron ${neuron})`}
        aria-current={neuron === selected ? "true" : undefined}
        onClick={() => select(neuron)}
      >
        <bdi>{name}</bdi>
      </button>
      <span class="quiet numbers">{neuron}</span>
    </span>
  );
}

export function CompareButton({ neurons }: { neurons: readonly number[] }) {
  const { compare } = useContext(NeuronLinks);
  return (
    <button type="button" class="link" title="Side by side, under Neuron" onClick={() => compare([...neurons])}>
      Compare
    </button>
  );
}
