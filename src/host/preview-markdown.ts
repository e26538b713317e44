/** What a rule does to its audience, and to one user of it, as Markdown. */
import type { Estimate } from "../protocol/artifact";
import type { Effect, ShareEffect, UserMatch } from "../protocol/effect";
import type { PreviewResult, RankedItem } from "../protocol/engine";
import type { BeforeAndAfter, Recipe } from "../protocol/steering";
import { plainText } from "./markdown-text";
import { counted, measure as worded } from "./wording";

/** @param user whose lists are shown; null where there is nobody */
export function previewMarkdown(
  recipe: Recipe,
  effect: Effect,
  user: UserMatch | null,
  lists: PreviewResult | null,
): string {
  const { users, measured, k, concepts, warnings } = effect;
  const sampled = measured < users ? `, measured on ${whole(measured)} of them` : "";
  return [
    `# ${plainText(recipe.name)}`,
    ...(recipe.note === undefined ? [] : [plainText(recipe.note)]),
    users === 0
      ? "**Nobody is in the audience of this rule, so it does nothing.**"
      : `${counted(users, "user").replace(/^\d+/, whole)}${sampled}; lists of ${k} items; 95% intervals over users.`,
    ...(warnings.length === 0 ? [] : [warnings.map((warning) => `> ⚠ ${plainText(warning)}`).join("\n>\n")]),
    ...(concepts.length === 0 ? [] : ["## What it does", sharesTable(concepts)]),
    ...exposureTable(effect),
    ...(users === 0 ? [] : ["## What it costs", costTable(effect)]),
    ...(user === null || lists === null ? [] : listsTable(user, lists)),
  ]
    .join("\n\n")
    .concat("\n");
}

function sharesTable(concepts: readonly ShareEffect[]): string {
  return table(
    ["Share of the list", "Before", "After", "Change", "Base rate"],
    concepts.map(({ label, target, before, after, change, baseRate }) => [
      target ? `**${plainText(label)}**` : plainText(label),
      measure(before.value),
      interval(after),
      signed(change),
      measure(baseRate),
    ]),
  );
}

function exposureTable({ exposure, k }: Effect): string[] {
  if (exposure.length === 0) return [];
  const rows = exposure.map(({ items, titles, before, after, gained }) => [
    titles.map(plainText).join(", ") + (items > titles.length ? ` and ${whole(items - titles.length)} more` : ""),
    measure(before.value),
    interval(after),
    gained === null ? "" : interval(gained),
  ]);
  const head = [`Users with one of them in their top ${k}`, "Before", "After", "Of those without before"];
  return ["## Who sees the items", table(head, rows)];
}

function costTable(effect: Effect): string {
  const { accuracy, rbo, changed, coverage, gini, popularity, worstDecile, hidden } = effect;
  const both = ({ before, after }: BeforeAndAfter, digits = 2) => [before.toFixed(digits), after.toFixed(digits)];
  const rows = [
    ...(accuracy === null
      ? []
      : [
          ["NDCG@20", measure(accuracy.ndcg20.before.value), interval(accuracy.ndcg20.after)],
          ["HR@20", measure(accuracy.hr20.before.value), interval(accuracy.hr20.after)],
          ...(accuracy.ndcg20Change === null ? [] : [["NDCG@20, relative", "", relative(accuracy.ndcg20Change)]]),
        ]),
    ...(rbo === null ? [] : [["Agreement with the list before (RBO)", "1", interval(rbo)]]),
    ...(changed === null ? [] : [["Users whose list is another", "", measure(changed)]]),
    ["Catalogue in any list", ...both(coverage)],
    ["Gini of exposure", ...both(gini)],
    ...(popularity === null ? [] : [["Mean interactions of listed items", ...both(popularity, 0)]]),
    ...(worstDecile?.ndcg20 == null
      ? []
      : [[`NDCG@20 of the ${counted(worstDecile.users, "user")} that lose most`, ...both(worstDecile.ndcg20)]]),
    ...(hidden === 0 ? [] : [["Items hidden by filters", "", whole(hidden)]]),
  ];
  return table(["Measure", "Before", "After"], rows);
}

function listsTable({ id, detail }: UserMatch, { before, after }: PreviewResult): string[] {
  const was = (rank: number, now: number) =>
    rank === now
      ? ""
      : rank > before.length
        ? ` (was ${whole(rank)})`
        : rank > now
          ? ` ↑${rank - now}`
          : ` ↓${now - rank}`;
  const rows = before.map(({ title }: RankedItem, index) => {
    const item = after[index];
    const now = item === undefined ? "" : `${plainText(item.title)}${was(item.previousRank, index + 1)}`;
    return [String(index + 1), plainText(title), now];
  });
  const who = detail === "" ? plainText(id) : `${plainText(id)} (${plainText(detail)})`;
  return [`## For example user ${who}`, table(["", "Before", "After"], rows)];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map((_, index) => (index === 0 ? "---" : "---:")).join("|")}|`, ...rows.map(line)].join(
    "\n",
  );
}

/** What rounds to nothing has no sign. */
function measure(value: number): string {
  return worded(value).replace(/^-(?=\.00$)/, "");
}

function interval({ value, interval }: Estimate): string {
  return interval === null ? measure(value) : `${measure(value)} (${interval.map(measure).join(" to ")})`;
}

function signed(estimate: Estimate): string {
  return `${estimate.value >= 0.005 ? "+" : ""}${interval(estimate)}`;
}

/** `-0.6% (-0.9 to -0.3)` */
function relative({ value, interval }: Estimate): string {
  const percent = (share: number) => `${share > 0 ? "+" : ""}${(100 * share).toFixed(1)}`;
  return `${percent(value)}%${interval === null ? "" : ` (${interval.map(percent).join(" to ")})`}`;
}

function whole(count: number | string): string {
  return Number(count).toLocaleString("en");
}
