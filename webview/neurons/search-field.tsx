/** The search of the neuron list: a small query language with its help, its faults, and searches kept by name. */
import { useId, useRef } from "preact/hooks";
import type { NeuronsHost } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { DropDown } from "./drop-down";
import { type ListFilter, wholeSearch, withTerm } from "./list-filter";
import { QUERY_EXAMPLES } from "./query-examples";
import { SavedFilters } from "./saved-filters";

interface SearchFieldProps {
  host: Remote<NeuronsHost>;
  filter: ListFilter;
  /** Why the search cannot be read; null where it can. */
  fault: string | null;
  onChange: (filter: ListFilter) => void;
}

export function SearchField({ host, filter, fault, onChange }: SearchFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="search">
      <div class="search-line">
        <input
          ref={input}
          type="text"
          class="field"
          aria-label="Search neurons"
          aria-invalid={fault !== null}
          aria-describedby={fault === null ? undefined : `${id}-fault`}
          placeholder="horror kind:era ms>0.6"
          spellcheck={false}
          value={filter.search}
          onInput={(event) => onChange({ ...filter, search: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || filter.search === "") return;
            event.preventDefault();
            onChange({ ...filter, search: "" });
          }}
        />
        <SavedFilters
          host={host}
          search={fault === null ? wholeSearch(filter) : ""}
          onApply={(search) => onChange({ ...filter, search, kinds: [] })}
        />
        <DropDown label="What can be searched for" icon="?">
          {(close) => (
            <ul class="drop-list">
              {QUERY_EXAMPLES.map(({ term, meaning }) => (
                <li key={term}>
                  <button
                    type="button"
                    class="drop-item"
                    onClick={() => {
                      onChange(withTerm(filter, term));
                      close();
                      input.current?.focus();
                    }}
                  >
                    <code>{term}</code> <span class="quiet">{meaning}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </DropDown>
      </div>
      {fault !== null && (
        <p id={`${id}-fault`} class="search-fault" role="status">
          {fault}
        </p>
      )}
    </div>
  );
}
