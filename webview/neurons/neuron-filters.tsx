/** Search, kinds and order of the neuron list. */
import type { NeuronSort } from "../../src/protocol/engine";
import { KIND_NAMES, KINDS, KindIcon } from "../components/concept-kind";
import { type ListFilter, SORTS, sortedBy, withKindToggled } from "./list-filter";

interface NeuronFiltersProps {
  filter: ListFilter;
  onChange: (filter: ListFilter) => void;
}

export function NeuronFilters({ filter, onChange }: NeuronFiltersProps) {
  return (
    <search class="filters">
      <input
        type="text"
        class="field"
        aria-label="Search neurons"
        placeholder="Search by label or number"
        spellcheck={false}
        value={filter.search}
        onInput={(event) => onChange({ ...filter, search: event.currentTarget.value })}
      />
      <fieldset class="kinds" aria-label="Kinds shown">
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="toggle"
            aria-pressed={filter.kinds.includes(kind)}
            onClick={() => onChange(withKindToggled(filter, kind))}
          >
            <span aria-hidden="true">
              <KindIcon kind={kind} />
            </span>
            {KIND_NAMES[kind]}
          </button>
        ))}
      </fieldset>
      <div class="order">
        <label>
          Sort by{" "}
          <select
            class="field"
            value={filter.sort}
            onChange={(event) => onChange(sortedBy(filter, event.currentTarget.value as NeuronSort))}
          >
            {SORTS.map(({ sort, name }) => (
              <option key={sort} value={sort}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="toggle"
          onClick={() => onChange({ ...filter, descending: !filter.descending })}
          title="Reverse the order"
        >
          {filter.descending ? "↓ Descending" : "↑ Ascending"}
        </button>
      </div>
    </search>
  );
}
