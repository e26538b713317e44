/** Search, kinds and order of the neuron list. */
import type { ConceptKind } from "../../src/protocol/artifact";
import type { NeuronSort } from "../../src/protocol/neurons";
import type { NeuronsHost } from "../../src/protocol/webview";
import { KIND_MEANINGS, KIND_NAMES, KINDS, KindIcon } from "../components/concept-kind";
import type { Remote } from "../components/host";
import { count } from "../components/number-format";
import { type ListFilter, SORTS, sortedBy, withKindToggled } from "./list-filter";
import { SearchField } from "./search-field";
import { useKindCounts } from "./use-kind-counts";

interface NeuronFiltersProps {
  host: Remote<NeuronsHost>;
  filter: ListFilter;
  /** Why the search cannot be read; null where it can. */
  fault: string | null;
  labelsVersion: number;
  onChange: (filter: ListFilter) => void;
}

export function NeuronFilters({ host, filter, fault, labelsVersion, onChange }: NeuronFiltersProps) {
  return (
    <search class="filters">
      <SearchField host={host} filter={filter} fault={fault} onChange={onChange} />
      <KindToggles
        counts={useKindCounts(host, labelsVersion)}
        chosen={filter.kinds}
        onToggle={(kind) => onChange(withKindToggled(filter, kind))}
      />
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

interface KindTogglesProps {
  /** Null until known. */
  counts: ReadonlyMap<ConceptKind, number> | null;
  chosen: readonly ConceptKind[];
  onToggle: (kind: ConceptKind) => void;
}

/** Kinds that no neuron is of are left out, unless they are chosen: there must be a way back. */
function KindToggles({ counts, chosen, onToggle }: KindTogglesProps) {
  const occurring = KINDS.filter((kind) => counts === null || (counts.get(kind) ?? 0) > 0 || chosen.includes(kind));
  return (
    <fieldset class="kinds" aria-label="Kinds shown">
      {occurring.map((kind) => (
        <button
          key={kind}
          type="button"
          class="toggle"
          aria-label={KIND_NAMES[kind]}
          aria-pressed={chosen.includes(kind)}
          title={counts === null ? KIND_MEANINGS[kind] : `${KIND_MEANINGS[kind]} (${count(counts.get(kind) ?? 0)})`}
          onClick={() => onToggle(kind)}
        >
          <span aria-hidden="true">
            <KindIcon kind={kind} />
          </span>
        </button>
      ))}
    </fieldset>
  );
}
