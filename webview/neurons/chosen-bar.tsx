/** What can be done with the neurons that are chosen. */
import { count } from "../components/number-format";

/** As many as the Lab sets side by side. */
const MOST_COMPARED = 12;

interface ChosenBarProps {
  chosen: ReadonlySet<number>;
  /** All of them are pinned, as far as is known. */
  pinned: boolean;
  onCompare: () => void;
  onName: () => void;
  onPin: () => void;
  onClear: () => void;
}

export function ChosenBar({ chosen, pinned, onCompare, onName, onPin, onClear }: ChosenBarProps) {
  const several = chosen.size > 1;
  return (
    <section class="chosen-bar" aria-label="Chosen neurons">
      <span role="status">{count(chosen.size)} selected</span>
      <span class="chosen-actions">
        <button
          type="button"
          class="toggle"
          disabled={!several || chosen.size > MOST_COMPARED}
          title={`Side by side in the Lab: two to ${MOST_COMPARED}`}
          onClick={onCompare}
        >
          Compare
        </button>
        <button
          type="button"
          class="toggle"
          title={several ? "One name for all of them; they may count as one" : "Give it another name (F2)"}
          onClick={onName}
        >
          {several ? "Merge…" : "Rename…"}
        </button>
        <button type="button" class="toggle" title="is:pinned finds what is pinned (P)" onClick={onPin}>
          {pinned ? "Unpin" : "Pin"}
        </button>
        <button type="button" class="toggle" title="Choose none (Escape)" onClick={onClear}>
          Clear
        </button>
      </span>
    </section>
  );
}
