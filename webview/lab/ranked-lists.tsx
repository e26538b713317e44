/** The user's list before and after the edits, side by side, with what became of each item. */
import type { PreviewResult, RankedItem } from "../../src/protocol/engine";
import { changeInAfter, changeInBefore, type RankChange } from "./rank-change";

export function RankedLists({ result, listLength }: { result: PreviewResult; listLength: number }) {
  return (
    <div class="lists">
      <RankedList
        label="Before"
        items={result.before}
        changeOf={(index) => changeInBefore(result.newRanks[index], listLength)}
      />
      <RankedList
        label="After"
        items={result.after}
        changeOf={(index) => changeInAfter(result.after[index].previousRank, index + 1, listLength)}
      />
    </div>
  );
}

interface RankedListProps {
  label: string;
  items: readonly RankedItem[];
  changeOf: (index: number) => RankChange | null;
}

function RankedList({ label, items, changeOf }: RankedListProps) {
  return (
    <div class="ranked">
      <h3>{label}</h3>
      {items.length === 0 && <p class="quiet">No item is left to recommend.</p>}
      <ol class="ranked-list" aria-label={label}>
        {items.map((item, index) => (
          <RankedRow key={item.row} item={item} rank={index + 1} change={changeOf(index)} />
        ))}
      </ol>
    </div>
  );
}

function RankedRow({ item, rank, change }: { item: RankedItem; rank: number; change: RankChange | null }) {
  return (
    <li class={change === null ? "ranked-row" : `ranked-row change-${change.kind}`}>
      <span class="rank numbers quiet">{rank}</span>
      <span class="ranked-title" dir="auto" title={item.title}>
        {item.title}
        {item.year !== null && !item.title.includes(`(${item.year})`) && <span class="quiet"> {item.year}</span>}
      </span>
      <span class="ranked-tags quiet" dir="auto" title={item.tags.join(", ")}>
        {item.tags.join(", ")}
      </span>
      {change !== null && (
        <span class="change numbers" title={change.spoken}>
          <span aria-hidden="true">{change.mark}</span>
          <span class="spoken">{change.spoken}</span>
        </span>
      )}
    </li>
  );
}
