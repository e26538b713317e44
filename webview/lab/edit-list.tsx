/** WHAT: everything that the recipe does, and ways to add to it. */

import type { Answer } from "../../src/protocol/answer";
import type { SteeringVocabulary } from "../../src/protocol/effect";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { LabHost } from "../../src/protocol/webview";
import { asked, type Remote } from "../components/host";
import { neuronSuggestion, suggestConcepts, suggestedNeurons, suggestNeurons } from "../components/neuron-suggestions";
import { count } from "../components/number-format";
import type { Suggestion } from "../components/suggest-field";
import { AddPart } from "./add-part";
import { EditRow } from "./edit-row";
import { FilterRow } from "./filter-row";
import { ItemEditsEntry } from "./item-edits-entry";
import { edited, type LabRecipe, type RecipeChange } from "./recipe-edits";
import { suggestItems, suggestTags } from "./suggestions";

interface EditListProps {
  host: Remote<LabHost>;
  sae: string;
  lab: LabRecipe;
  change: (change: RecipeChange) => void;
  /** Offered first. */
  shared: NeuronDetail | null;
  vocabulary: SteeringVocabulary | null;
  /** Items that the filters hide, of all; null while it is not known. */
  hidden: { items: number; of: number } | null;
}

export function EditList({ host, sae, lab, change, shared, vocabulary, hidden }: EditListProps) {
  const suggestEdits = async (text: string): Promise<Answer<Suggestion[]>> => {
    const answer = await suggestConcepts(host, text);
    if (!answer.ok) return answer;
    const first = shared !== null && text === "" ? [neuronSuggestion(shared)] : [];
    const others = answer.value.filter(({ key }) => key !== first[0]?.key);
    const taken = edited(lab);
    const marked = (suggestion: Suggestion) =>
      suggestedNeurons(suggestion).some((neuron) => taken.has(neuron))
        ? { ...suggestion, detail: `edited already · ${suggestion.detail}` }
        : suggestion;
    return { ok: true, value: [...first, ...others].map(marked) };
  };
  const suggestSelections = async (text: string): Promise<Answer<Suggestion[]>> => {
    const answer = await suggestItems(host, text);
    if (!answer.ok) return answer;
    const tags = vocabulary === null || text.trim() === "" ? [] : suggestTags(vocabulary, text).slice(0, 5);
    return {
      ok: true,
      value: [
        ...tags.map(({ key, text, detail }) => ({ key: `tag:${key}`, text: `All ${text}`, detail })),
        ...answer.value.map((item) => ({ ...item, key: `item:${item.key}` })),
      ],
    };
  };
  const addItems = ({ key }: Suggestion) => {
    const [kind, value] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
    if (kind === "item") return change({ change: "addItems", items: { kind: "items", items: [value] } });
    const found = vocabulary?.tags[Number(value)];
    if (found !== undefined) {
      change({ change: "addItems", items: { kind: "tag", column: found.column, tag: found.tag } });
    }
  };
  /** Harmless until its slider moves, as an edit is: nothing is above the largest activation. */
  const addFilter = async (suggestion: Suggestion) => {
    const neuron = Number(suggestion.key);
    const detail = await asked(host.neuron(neuron));
    const above = detail.ok ? Math.ceil(100 * detail.value.largestItemActivation) / 100 : 1;
    change({ change: "addFilter", neuron, label: suggestion.text, above });
  };
  const empty = lab.edits.length + lab.items.length + lab.filters.length === 0;
  return (
    <>
      {empty && <p class="quiet">No edits yet. Add one here, or click one of the user's neurons above.</p>}
      {lab.edits.length > 0 && (
        <ul class="edits" aria-label="Edits">
          {lab.edits.map((edit) => (
            <EditRow key={edit.id} host={host} sae={sae} edit={edit} side="users" change={change} />
          ))}
        </ul>
      )}
      {lab.items.length > 0 && (
        <ul class="edits" aria-label="Edits of items">
          {lab.items.map((entry) => (
            <ItemEditsEntry key={entry.id} host={host} sae={sae} entry={entry} change={change} />
          ))}
        </ul>
      )}
      {lab.filters.length > 0 && (
        <ul class="edits" aria-label="Filters">
          {lab.filters.map((filter) => (
            <FilterRow key={filter.id} host={host} sae={sae} filter={filter} change={change} />
          ))}
        </ul>
      )}
      {hidden !== null && lab.filters.some(({ enabled }) => enabled) && (
        <p class="quiet numbers" role="status">
          {count(hidden.items)} of {count(hidden.of)} items are hidden.
        </p>
      )}
      <div class="buttons">
        <AddPart
          button="Add Edit"
          label="Neuron to edit"
          placeholder="Find a neuron to edit"
          suggest={suggestEdits}
          onChoose={(suggestion) =>
            change({ change: "add", neurons: suggestedNeurons(suggestion), label: suggestion.text, again: true })
          }
        />
        <AddPart
          button="Edit Items"
          label="Items to edit"
          placeholder="Find an item by title or id, or a tag"
          suggest={suggestSelections}
          onChoose={addItems}
        />
        <AddPart
          button="Hide Items"
          label="Neuron to hide by"
          placeholder="Hide items that activate…"
          suggest={(text) => suggestNeurons(host, text)}
          onChoose={addFilter}
        />
      </div>
    </>
  );
}
