/** Searches that a person named: applied, added and removed. */
import { useState } from "preact/hooks";
import type { NeuronsHost, SavedFilter } from "../../src/protocol/webview";
import type { Remote } from "../components/host";
import { DropDown } from "./drop-down";

interface SavedFiltersProps {
  host: Remote<NeuronsHost>;
  /** What would be saved; empty where there is nothing to save. */
  search: string;
  onApply: (search: string) => void;
}

export function SavedFilters({ host, search, onApply }: SavedFiltersProps) {
  const [filters, setFilters] = useState<readonly SavedFilter[] | null>(null);
  const [fault, setFault] = useState("");
  const show = (answer: Promise<SavedFilter[]>) =>
    answer.then(
      (known) => {
        setFilters(known);
        setFault("");
      },
      (thrown) => setFault(`The filters could not be reached (${String(thrown)}). Try again.`),
    );
  return (
    <DropDown label="Saved filters" icon={<StarIcon />} onOpen={() => void show(host.savedFilters())}>
      {(close) => (
        <>
          {fault !== "" && <p role="alert">{fault}</p>}
          {filters?.length === 0 && <p class="quiet">No filter is saved yet.</p>}
          <ul class="drop-list">
            {filters?.map((filter) => (
              <li key={filter.name}>
                <button
                  type="button"
                  class="drop-item"
                  aria-label={`${filter.name}: ${filter.search}`}
                  onClick={() => {
                    onApply(filter.search);
                    close();
                  }}
                >
                  <bdi>{filter.name}</bdi>
                  {filter.name !== filter.search && <code class="quiet">{filter.search}</code>}
                </button>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Remove filter ${filter.name}`}
                  title="Remove"
                  onClick={(event) => {
                    // The button goes with its filter; the keyboard stays here.
                    event.currentTarget.closest("section")?.focus();
                    void show(host.removeFilter(filter.name));
                  }}
                >
                  ✕
                </button>
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="toggle"
            disabled={search === ""}
            title={search === "" ? "Search for something first" : search}
            onClick={() => void show(host.saveFilter(search))}
          >
            Save This Search…
          </button>
        </>
      )}
    </DropDown>
  );
}

function StarIcon() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d="m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.2"
        stroke-linejoin="round"
      />
    </svg>
  );
}
