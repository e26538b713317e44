/** Neurons as suggestions of a text field. */
import type { Answer } from "../../src/protocol/answer";
import type { NeuronQuery, NeuronRow, Page } from "../../src/protocol/neurons";
import { KindIcon } from "./concept-kind";
import { asked } from "./host";
import { shareWithBase } from "./number-format";
import type { Suggestion } from "./suggest-field";

const LIMIT = 30;

interface NeuronSource {
  neurons(query: NeuronQuery): Promise<Answer<Page<NeuronRow>>>;
}

/** Best explained first; `search` as in the side panel. */
export async function suggestNeurons(host: NeuronSource, search: string): Promise<Answer<Suggestion[]>> {
  const answer = await asked(host.neurons({ search, sort: "purity10", descending: true, limit: LIMIT }));
  if (!answer.ok) return answer;
  return { ok: true, value: answer.value.rows.map(neuronSuggestion) };
}

export function neuronSuggestion(row: NeuronRow): Suggestion {
  const purity = row.purity10 === null ? "" : ` · ${shareWithBase(row.purity10, row.purity10BaseRate)}`;
  return {
    key: String(row.neuron),
    text: row.label,
    detail: `neuron ${row.neuron}${purity}`,
    icon: <KindIcon kind={row.kind} />,
  };
}
