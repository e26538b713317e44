/** Items pushed towards or away from neurons in the lists of the audience: which items, and the edits on them. */
import type { Answer } from "../../src/protocol/answer";
import type { ItemSelection } from "../../src/protocol/steering";
import type { LabHost } from "../../src/protocol/webview";
import { ErrorNote } from "../components/error-note";
import { asked, type Remote } from "../components/host";
import { suggestConcepts, suggestedNeurons } from "../components/neuron-suggestions";
import { AddPart } from "./add-part";
import { EditRow } from "./edit-row";
import type { LabItemEdits, RecipeChange } from "./recipe-edits";
import { RecipeLine } from "./recipe-line";
import { suggestItems } from "./suggestions";
import { useAnswer } from "./use-answer";

/** So many items are called by their titles. */
const TITLED = 3;

interface ItemEditsEntryProps {
  host: Remote<LabHost>;
  sae: string;
  entry: LabItemEdits;
  change: (change: RecipeChange) => void;
}

export function ItemEditsEntry({ host, sae, entry, change }: ItemEditsEntryProps) {
  const { id, enabled, items, edits } = entry;
  const named = useAnswer(() => nameOf(host, items), [host, JSON.stringify(items)]);
  const name = named?.ok ? named.value : plainName(items);
  return (
    <li class={enabled ? "edit" : "edit edit-off"} aria-label={`Items: ${name}`}>
      <RecipeLine
        what={`edits of ${name}`}
        name={name}
        title={items.kind === "tag" ? `${items.column}: ${items.tag}` : items.items.join(", ")}
        enabled={enabled}
        onEnable={(enabled) => change({ change: "enable", id, enabled })}
        onRemove={() => change({ change: "remove", id })}
      />
      {named?.ok === false && <ErrorNote what="The items could not be found" error={named.error} />}
      {edits.length === 0 ? (
        <p class="quiet strength-note">Choose the neuron that these items shall activate more or less.</p>
      ) : (
        <ul class="edits nested" aria-label={`Edits of ${name}`}>
          {edits.map((edit) => (
            <EditRow key={edit.id} host={host} sae={sae} edit={edit} side="items" change={change} />
          ))}
        </ul>
      )}
      <div class="buttons">
        <AddPart
          button="Add Neuron"
          label={`Neuron for ${name}`}
          placeholder="Find a neuron"
          suggest={(text) => suggestConcepts(host, text)}
          onChoose={(suggestion) =>
            change({ change: "addToItems", id, neurons: suggestedNeurons(suggestion), label: suggestion.text })
          }
        />
        {items.kind === "items" && (
          <AddPart
            button="Add Item"
            label={`Another item beside ${name}`}
            placeholder="Find an item by title or id"
            suggest={(text) => suggestItems(host, text)}
            onChoose={({ key }) => change({ change: "moreItems", id, item: key })}
          />
        )}
      </div>
    </li>
  );
}

function plainName(items: ItemSelection): string {
  return items.kind === "tag" ? `All ${items.tag}` : `Items ${items.items.slice(0, TITLED).join(", ")}`;
}

/** `Alien (1979), Heat and 4 more`. A recipe holds ids alone. */
async function nameOf(host: Remote<LabHost>, items: ItemSelection): Promise<Answer<string>> {
  if (items.kind === "tag") return { ok: true, value: plainName(items) };
  const first = items.items.slice(0, TITLED);
  const answers = await Promise.all(first.map((item) => asked(host.findItems(item))));
  const failed = answers.find((answer) => !answer.ok);
  if (failed?.ok === false) return failed;
  const titles = answers.map((answer, index) => {
    const found = answer.ok ? answer.value.find((item) => item.id === first[index]) : undefined;
    return found?.title ?? `item ${first[index]}`;
  });
  const rest = items.items.length - first.length;
  return { ok: true, value: titles.join(", ") + (rest > 0 ? ` and ${rest} more` : "") };
}
