/** The user's list before and after the edits, side by side, with what became of each item, and why. */
import type { ScoreChange } from "../../src/protocol/effect";
import type { PreviewResult, RankedItem } from "../../src/protocol/engine";
import { signedChange } from "../components/number-format";
import { changeInAfter, changeInBefore, type RankChange } from "./rank-change";

/** So many concepts say why an item moved. */
const REASONS = 2;

interface RankedListsProps {
  result: PreviewResult;
  listLength: number;
  /** @param steered whether it is of the list after the edits */
  onExplain: (item: RankedItem, steered: boolean) => void;
}

export function RankedLists({ result, listLength, onExplain }: RankedListsProps) {
  const { before, after, newRanks, whyBefore } = result;
  const changes = [...after.flatMap(({ why }) => why), ...whyBefore.flat()].map(({ change }) => Math.abs(change));
  const largest = Math.max(0, ...changes);
  return (
    <div class="lists">
      <RankedList
        label="Before"
        items={before}
        changeOf={(index) => changeInBefore(newRanks[index], listLength)}
        whyOf={(index) => whyBefore[index] ?? []}
        largest={largest}
        onExplain={(item) => onExplain(item, false)}
      />
      <RankedList
        label="After"
        items={after}
        changeOf={(index) => changeInAfter(after[index].previousRank, index + 1, listLength)}
        whyOf={(index) => after[index].why}
        largest={largest}
        onExplain={(item) => onExplain(item, true)}
      />
    </div>
  );
}

interface RankedListProps {
  label: string;
  items: readonly RankedItem[];
  changeOf: (index: number) => RankChange | null;
  whyOf: (index: number) => readonly ScoreChange[];
  /** Of all changes of scores shown, in size. */
  largest: number;
  onExplain: (item: RankedItem) => void;
}

function RankedList({ label, items, changeOf, whyOf, largest, onExplain }: RankedListProps) {
  return (
    <div class="ranked">
      <h3>{label}</h3>
      {items.length === 0 && <p class="quiet">No item is left to recommend.</p>}
      <ol class="ranked-list" aria-label={label}>
        {items.map((item, index) => {
          const change = changeOf(index);
          const moved = change !== null && change.kind !== "same";
          return (
            <RankedRow
              key={item.row}
              item={item}
              rank={index + 1}
              change={change}
              why={moved ? whyText(whyOf(index), largest) : ""}
              onExplain={() => onExplain(item)}
            />
          );
        })}
      </ol>
    </div>
  );
}

interface RankedRowProps {
  item: RankedItem;
  rank: number;
  change: RankChange | null;
  why: string;
  onExplain: () => void;
}

function RankedRow({ item, rank, change, why, onExplain }: RankedRowProps) {
  return (
    <li class={change === null ? "ranked-row" : `ranked-row change-${change.kind}`}>
      <span class="rank numbers quiet">{rank}</span>
      <div class="ranked-text">
        <div class="ranked-line">
          <span class="ranked-title" dir="auto" title={item.title}>
            {item.title}
            {item.year !== null && !item.title.includes(`(${item.year})`) && <span class="quiet"> {item.year}</span>}
          </span>
          {change !== null && (
            <span class="change numbers" title={change.spoken}>
              <span aria-hidden="true">{change.mark}</span>
              <span class="spoken">{change.spoken}</span>
            </span>
          )}
        </div>
        <div class="ranked-line">
          <span class="ranked-tags quiet" dir="auto" title={item.tags.join(", ")}>
            {item.tags.join(", ")}
          </span>
          {why !== "" && (
            <span class="ranked-why numbers" dir="auto" title={`Changes of its score: ${why}`}>
              {why}
            </span>
          )}
        </div>
      </div>
      <button
        type="button"
        class="icon-button explain"
        aria-label={`Why ${item.title}?`}
        title="Why this item?"
        onClick={onExplain}
      >
        ?
      </button>
    </li>
  );
}

/** `Horror -.41, Crime +.12`: what changed the score most; neurons of one name count together. */
function whyText(changes: readonly ScoreChange[], largest: number): string {
  const sums = new Map<string, number>();
  for (const { label, change } of changes) sums.set(label, (sums.get(label) ?? 0) + change);
  return [...sums]
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .slice(0, REASONS)
    .map(([label, change]) => `${label} ${signedChange(change, largest)}`)
    .join(", ");
}
