/** What tools answer language models: short tables, with base rates, intervals and costs beside every figure. */
import type { Estimate } from "../protocol/artifact";
import type { Effect, ScoreChange, ScoreExplanation, ShareEffect } from "../protocol/effect";
import type { PreviewResult } from "../protocol/engine";
import type { NeuronExport } from "../protocol/neurons";
import type { Audience, Recipe, SteeringConfig, Strongest } from "../protocol/steering";
import { described } from "../steering/edits";
import { counted, figure, recordedSentence } from "./config-effect";
import { percent, signedPercent } from "./figures";

const TYPICAL_ITEMS = 3;
const OTHER_CONCEPTS = 5;
const REASONS = 2;
const CONTRIBUTIONS = 10;

export function neuronsAnswer(neurons: readonly NeuronExport[], query: string, limit: number): string {
  if (neurons.length === 0) {
    return `No neuron matches ${quoted(query)}. Try a single word of a tag or title, or an empty query for all.`;
  }
  const shown = neurons.slice(0, limit);
  const rows = shown.map(({ neuron, label, kind, confidence, purity10, purity10BaseRate, density, topItems }) => [
    String(neuron),
    label,
    kind,
    confidence,
    purity10 === null ? "-" : `${percent(purity10)} (${percent(purity10BaseRate)})`,
    percent(density),
    topItems
      .slice(0, TYPICAL_ITEMS)
      .map(({ title }) => title)
      .join("; "),
  ]);
  return paragraphs(
    `${counted(neurons.length, "neuron")}${query === "" ? "" : ` for ${quoted(query)}`}${shown.length < neurons.length ? `, the first ${shown.length}` : ""}:`,
    table(["neuron", "label", "kind", "confidence", "precision@10 (base rate)", "active items", "top items"], rows),
    "Precision@10 is of held-out items; the base rate is what chance would give. Confidence none: no name is proven, and the label only lists typical items.",
  );
}

export function effectAnswer(recipe: Recipe, effect: Effect): string {
  const { k, users, measured, rbo, changed, coverage, gini, popularity, worstDecile, hidden, warnings } = effect;
  const sample = measured < users ? `, of whom a random ${measured.toLocaleString("en")} were measured` : "";
  const targets = effect.concepts.filter(({ target }) => target);
  const others = effect.concepts.filter(({ target }) => !target).slice(0, OTHER_CONCEPTS);
  const lines = [
    ...effect.exposure.map(
      ({ items, titles, before, after }) =>
        `Users with one of ${counted(items, "item")} (${titles.join("; ")}) in their list: ${estimate(before)} before, ${estimate(after)} after.`,
    ),
    accuracyLine(effect),
    rbo === null
      ? ""
      : `Overlap with the lists before (RBO, 1 is no change): ${estimate(rbo)}; ${percent(changed)} of the lists change.`,
    `Catalogue coverage ${figure(coverage.before)} -> ${figure(coverage.after)}, Gini ${figure(gini.before)} -> ${figure(gini.after)}${popularity === null ? "" : `, mean popularity of listed items ${Math.round(popularity.before)} -> ${Math.round(popularity.after)} interactions`}.`,
    worstDecile?.ndcg20 == null
      ? ""
      : `The tenth of the users that loses most: NDCG@20 ${figure(worstDecile.ndcg20.before, 3)} -> ${figure(worstDecile.ndcg20.after, 3)}.`,
    hidden === 0 ? "" : `Filters hide ${counted(hidden, "item")}.`,
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].filter(Boolean);
  return paragraphs(
    `**${recipe.name}** (${changes(recipe)}) for ${audienceText(recipe.audience)}: ${counted(users, "user")}${sample}; lists of ${k}.`,
    targets.length + others.length === 0
      ? "No concept is proven of the neurons, so there are no shares to tell."
      : table(
          ["concept", "share before", "after", "change (95% interval)", "base rate"],
          [...targets.map((share) => shareRow(share, " (target)")), ...others.map((share) => shareRow(share, ""))],
        ),
    lines.map((line) => `- ${line}`).join("\n"),
  );
}

function shareRow({ label, before, after, change, baseRate }: ShareEffect, remark: string): string[] {
  return [label + remark, figure(before.value), figure(after.value), estimate(change), figure(baseRate)];
}

function accuracyLine({ accuracy }: Effect): string {
  if (accuracy === null) return "Accuracy cannot be measured: these users have too few interactions to hold some out.";
  const { users, ndcg20, hr20, ndcg20Change } = accuracy;
  const change =
    ndcg20Change === null
      ? ""
      : ` (${signedPercent(ndcg20Change.value)}${ndcg20Change.interval === null ? "" : `, 95% interval ${ndcg20Change.interval.map(signedPercent).join(" to ")}`})`;
  return `Cost on held-out interactions of ${counted(users, "user")}: NDCG@20 ${figure(ndcg20.before.value, 3)} -> ${figure(ndcg20.after.value, 3)}${change}, HR@20 ${figure(hr20.before.value)} -> ${figure(hr20.after.value)}.`;
}

export function previewAnswer(recipe: Recipe, preview: PreviewResult): string {
  const { user, before, after, newRanks, shares, rbo, hidden } = preview;
  const rows = Array.from({ length: Math.max(before.length, after.length) }, (_, place) => {
    const [was, is] = [before[place], after[place]];
    const now = newRanks[place];
    return [
      String(place + 1),
      was === undefined ? "" : `${was.title} (${now === null ? "hidden" : `now ${now}`})`,
      is === undefined ? "" : `${is.title} (was ${is.previousRank})`,
      is === undefined ? "" : reasons(is.why),
    ];
  });
  return paragraphs(
    `**${recipe.name}** (${changes(recipe)}) for user ${user}, as if of its audience; seen items are left out.`,
    table(["#", "before", "after", "why"], rows),
    [
      ...shares.map(
        (share) =>
          `Share of ${share.label} (neuron ${share.neuron}): ${figure(share.before)} -> ${figure(share.after)}, base rate ${figure(share.baseRate)}.`,
      ),
      `Overlap of the lists (RBO, 1 is no change): ${figure(rbo)}.`,
      ...(hidden === 0 ? [] : [`Filters hide ${counted(hidden, "item")}.`]),
      "This is one user. Without a user, the effect on the whole audience and its cost in accuracy are measured.",
    ]
      .map((line) => `- ${line}`)
      .join("\n"),
  );
}

function reasons(why: readonly ScoreChange[]): string {
  return why
    .slice(0, REASONS)
    .map(({ label, change }) => `${signed(change)} ${label}`)
    .join(", ");
}

export function explanationAnswer(explanation: ScoreExplanation): string {
  const { user, item, score, rank, seen, method, neurons, bias, unexplained, completenessError } = explanation;
  const shown = neurons.slice(0, CONTRIBUTIONS);
  const rest = neurons.slice(CONTRIBUTIONS).reduce((sum, { contribution }) => sum + contribution, 0);
  const rows = [
    ...shown.map(({ neuron, label, activation, contribution }) => [
      `${label} (neuron ${neuron})`,
      figure(activation),
      signed(contribution),
    ]),
    ...(neurons.length > shown.length ? [[`${neurons.length - shown.length} other neurons`, "", signed(rest)]] : []),
    ["bias", "", signed(bias)],
    ["not explained by the neurons", "", signed(unexplained)],
  ];
  return paragraphs(
    `**${item.title}** (${item.id}) for user ${user}: score ${score.toFixed(3)}, rank ${rank.toLocaleString("en")} among items not seen${seen ? "; the user has seen it, so it is not listed" : ""}.`,
    table(["part of the score", "user's activation", "contribution"], rows),
    method === "exact"
      ? "The parts add up to the score."
      : `By integrated gradients; the parts miss the score by ${signed(completenessError)}.`,
  );
}

/** @param file relative to the project */
export function writtenAnswer(file: string, { rules }: SteeringConfig): string {
  return paragraphs(
    `Wrote ${file}.`,
    rules.map(({ name, effect }) => `- ${name}: ${recordedSentence(effect)}.`).join("\n"),
    `The effect is recorded in the file. \`recprism check ${file}\` fails once it no longer holds; limits on its cost can be added under "limits".`,
  );
}

/** `set neuron 13, Horror, to -1.5; hide items above 1.2 of neuron 13` */
function changes({ edits, items, filters, mode }: Recipe): string {
  const parts = [
    ...edits.map(described),
    ...items.map(
      (entry) =>
        `${entry.edits.map(described).join(" and ")} on ${entry.items.kind === "tag" ? `items tagged ${entry.items.tag}` : counted(entry.items.items.length, "item")}`,
    ),
    ...filters.map(({ neuron, above }) => `hide items above ${above} of neuron ${neuron}`),
    ...(mode === "reconstruct" ? ["reconstructed"] : []),
  ];
  return parts.length === 0 ? "no edits" : parts.join("; ");
}

function audienceText(audience: Audience): string {
  switch (audience.kind) {
    case "everyone":
      return "everyone";
    case "users":
      return counted(audience.users.length, "named user");
    case "sql":
      return `users where ${audience.where}`;
    case "neuron":
      return `the ${strongestText(audience.top)} by neuron ${audience.neuron}`;
    case "history":
      return audience.top === undefined
        ? `users with at least ${percent(audience.atLeast ?? null)} ${audience.tag} in their history`
        : `the ${strongestText(audience.top)} by share of ${audience.tag} in their history`;
    case "random":
      return "a random sample";
  }
}

function strongestText(top: Strongest): string {
  return "count" in top
    ? `top ${top.count.toLocaleString("en")} users`
    : `top ${Number((100 * top.share).toFixed(2))}% of users`;
}

function estimate({ value, interval }: Estimate): string {
  return interval === null ? figure(value) : `${figure(value)} (${interval.map((end) => figure(end)).join(" to ")})`;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(3)}`;
}

function quoted(query: string): string {
  return `"${query}"`;
}

function paragraphs(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Labels and titles come from files: what means something in a table is made harmless. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, " ").replace(/[\\|]/g, "\\$&")).join(" | ")} |`;
  return [line(headings), `|${"---|".repeat(headings.length)}`, ...rows.map(line)].join("\n");
}
