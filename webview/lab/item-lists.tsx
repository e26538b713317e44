/** The items that excite a neuron most, those about the middle, and those that only just do. */
import { useId, useState } from "preact/hooks";
import type { ActiveItem, NeuronDetail } from "../../src/protocol/neurons";
import { count, decimal } from "../components/number-format";
import { useSavedState } from "../components/vscode-api";

/** What is below should not be a long way down. */
const SHOWN = 20;

const LISTS = ["Top", "Typical", "Borderline"] as const;
type List = (typeof LISTS)[number];

function isList(saved: unknown): saved is List {
  return LISTS.includes(saved as List);
}

export function ItemLists({ detail }: { detail: NeuronDetail }) {
  const [list, setList] = useSavedState<List>("itemList", "Top", isList);
  const [all, setAll] = useState(false);
  const id = useId();
  if (detail.topItems.length === 0) {
    return <p class="note">{withoutItems(detail)}</p>;
  }
  const items = itemsOf(list, detail);
  return (
    <section class="item-lists" aria-labelledby={id}>
      <div class="list-head">
        <h3 id={id}>{headingOf(list, detail)}</h3>
        <fieldset class="choice" aria-label="Items shown">
          {LISTS.map((name) => (
            <button key={name} type="button" class="toggle" aria-pressed={name === list} onClick={() => setList(name)}>
              {name}
            </button>
          ))}
        </fieldset>
      </div>
      <ItemTable items={all ? items : items.slice(0, SHOWN)} detail={detail} labelledBy={id} />
      {items.length > SHOWN && (
        <button type="button" class="toggle" onClick={() => setAll(!all)}>
          {all ? `Show the First ${SHOWN}` : `Show All ${count(items.length)}`}
        </button>
      )}
    </section>
  );
}

function withoutItems({ kind }: NeuronDetail): string {
  if (kind !== "dead") return "No item activates this neuron, only users do.";
  return "No item and no user activates this neuron: there is nothing to show, and nothing to steer. Where many are dead, train with fewer neurons in the Run tab.";
}

function itemsOf(list: List, { topItems, typicalItems, borderlineItems }: NeuronDetail): readonly ActiveItem[] {
  return list === "Top" ? topItems : list === "Typical" ? typicalItems : borderlineItems;
}

function headingOf(list: List, { thresholds }: NeuronDetail): string {
  if (list === "Top") return "Items that activate it most";
  if (list === "Typical") {
    const range = thresholds && `, ${decimal(thresholds.typicalFrom)} to ${decimal(thresholds.typicalTo)}`;
    return `Items about the median of its active items${range ?? ""}`;
  }
  return `Items that only just activate it${thresholds ? `, below ${decimal(thresholds.borderline)}` : ""}`;
}

interface ItemTableProps {
  items: readonly ActiveItem[];
  detail: NeuronDetail;
  labelledBy: string;
}

function ItemTable({ items, detail: { evidence, largestItemActivation, topItems }, labelledBy }: ItemTableProps) {
  const judged = items.some((item) => item.bearsConcept !== null);
  const dated = topItems.some((item) => item.year !== null);
  const tagged = topItems.some((item) => item.tags.length > 0);
  const concept = evidence?.label ?? "concept";
  if (items.length === 0) return <p class="quiet">There are no such items.</p>;
  return (
    <table class="ranking" aria-labelledby={labelledBy}>
      <colgroup>
        <col class="column-rank" />
        <col />
        {dated && <col class="column-year" />}
        {tagged && <col class="column-tags" />}
        {judged && <col class="column-concept" />}
        <col class="column-activation" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col" class="number">
            #
          </th>
          <th scope="col">Title</th>
          {dated && (
            <th scope="col" class="number">
              Year
            </th>
          )}
          {tagged && <th scope="col">Tags</th>}
          {judged && (
            <th scope="col" dir="auto" title={`Bears the concept: ${concept}`}>
              {concept}
            </th>
          )}
          <th scope="col" class="number">
            Activation
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item, index) => (
          <tr key={item.row}>
            <td class="number quiet">{index + 1}</td>
            <th scope="row" dir="auto" title={item.title}>
              {item.title}
            </th>
            {dated && <td class="number">{item.year ?? "–"}</td>}
            {tagged && (
              <td class="quiet" dir="auto" title={item.tags.join(", ")}>
                {item.tags.join(", ")}
              </td>
            )}
            {judged && <td>{item.bearsConcept ? "✓ yes" : "no"}</td>}
            <td class="number activation">
              <meter class="bar" min={0} max={largestItemActivation || 1} value={item.activation} aria-hidden="true" />
              <span class="bar-value">{decimal(item.activation)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
