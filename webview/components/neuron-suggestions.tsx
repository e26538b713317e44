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
  const answer = await bestExplained(host, search);
  return answer.ok ? { ok: true, value: answer.value.map(neuronSuggestion) } : answer;
}

/** The same without dead ones, and before each neuron all that bear its name, to be taken together: the key holds all. */
export async function suggestConcepts(host: NeuronSource, search: string): Promise<Answer<Suggestion[]>> {
  const answer = await bestExplained(host, search);
  if (!answer.ok) return answer;
  const rows = answer.value.filter(({ kind }) => kind !== "dead");
  const suggestions = rows.flatMap((row, index) => {
    const alike = rows.filter(({ label, kind }) => label === row.label && kind === row.kind);
    const together = alike.length > 1 && row.kind !== "unlabelled" && rows.indexOf(alike[0]) === index;
    return together ? [togetherSuggestion(alike), neuronSuggestion(row)] : [neuronSuggestion(row)];
  });
  return { ok: true, value: suggestions };
}

/** Neurons of a suggestion. */
export function suggestedNeurons({ key }: Suggestion): number[] {
  return key.split(",").map(Number);
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

function togetherSuggestion(rows: readonly NeuronRow[]): Suggestion {
  return {
    key: rows.map(({ neuron }) => neuron).join(),
    text: rows[0].label,
    detail: `${rows.length} neurons together`,
    icon: <KindIcon kind={rows[0].kind} />,
  };
}

async function bestExplained(host: NeuronSource, search: string): Promise<Answer<NeuronRow[]>> {
  const answer = await asked(host.neurons({ search, sort: "purity10", descending: true, limit: LIMIT }));
  return answer.ok ? { ok: true, value: answer.value.rows } : answer;
}
