/** `recprism neuron`: all that is known of one neuron. */
import { decimal, percent } from "../engine/figures";
import type { ConceptEvidence, ModelLabel, PersonalWord } from "../protocol/artifact";
import type { ActiveItem, ItemSummary, NearNeuron, NeuronDetail } from "../protocol/neurons";
import type { CommonOptions, Context } from "./context";
import { print } from "./context";
import { printable, table } from "./table";

const SHOWN_ITEMS = 10;
const SHOWN_CHANGES = 5;

export interface NeuronOptions extends CommonOptions {
  neuron: number;
}

export async function showNeuron({ engine, project }: Context, options: NeuronOptions): Promise<void> {
  const detail = await engine.neuron(project.id, options.neuron);
  print(options, detail, () => neuronText(detail));
}

export function neuronText(detail: NeuronDetail): string {
  const { neuron, label, kind, confidence, ms, density, activeItems } = detail;
  return [
    `${printable(label)}  neuron ${neuron}`,
    `${kind}, confidence ${confidence}, MS ${decimal(ms)}, active on ${activeItems} items (${percent(density)})`,
    printable(detail.reason),
    ...(detail.person === null ? [] : [personText(detail.person)]),
    ...(detail.model === null ? [] : [modelText(detail.model)]),
    ...section("Proof on held-out rows", detail.evidence === null ? [] : [detail.evidence], evidenceTable),
    ...section("Top items", detail.topItems.slice(0, SHOWN_ITEMS), itemTable),
    ...section("Typical items", detail.typicalItems.slice(0, SHOWN_CHANGES), itemTable),
    ...section("Borderline items", detail.borderlineItems.slice(0, SHOWN_CHANGES), itemTable),
    ...section("Concepts", detail.lifts, evidenceTable),
    ...section("Users", detail.audience.flatMap(valuesOf), audienceTable),
    ...section("Nearest neurons", detail.nearest, nearTable),
    ...section("Gain most when it is turned up", detail.effect.gains.slice(0, SHOWN_CHANGES), changeTable),
    ...section("Lose most when it is turned up", detail.effect.losses.slice(0, SHOWN_CHANGES), changeTable),
  ].join("\n");
}

/** Nothing where there is nothing to show. */
function section<Row>(heading: string, rows: readonly Row[], text: (rows: readonly Row[]) => string): string[] {
  return rows.length === 0 ? [] : ["", heading, text(rows)];
}

function personText({ label, mergedWith, wrong, pinned, note, by, at, carried }: PersonalWord): string {
  const said = [
    ...(label === null ? [] : [`named it ${label}`]),
    ...(mergedWith.length === 0 ? [] : [`merged it with ${mergedWith.join(", ")}`]),
    ...(wrong ? ["marked the found name as wrong"] : []),
    ...(pinned ? ["pinned it"] : []),
    ...(note === "" ? [] : [`noted: ${note}`]),
  ];
  const from =
    carried === null
      ? ""
      : `; carried from neuron ${carried.neuron} of an earlier SAE (cosine ${decimal(carried.cosine)})`;
  return printable(`${by}, ${at.slice(0, 10)}: ${said.join("; ")}${from}`);
}

function modelText({ label, model, correct, asked, score, interval }: ModelLabel): string {
  const [lower, upper] = interval;
  return printable(
    `${model} named it ${label}: ${correct} of ${asked} held-out items told right (${decimal(score)}, ${decimal(lower)} to ${decimal(upper)}; guessing: 0.50)`,
  );
}

function evidenceTable(rows: readonly ConceptEvidence[]): string {
  return table(rows, [
    { heading: "concept", widest: 32, cell: ({ label }) => label },
    { heading: "kind", cell: ({ kind }) => kind },
    { heading: "AUC", align: "right", cell: ({ heldOutAuc }) => decimal(heldOutAuc) },
    { heading: "precision@10", align: "right", cell: ({ precision10 }) => percent(precision10) },
    { heading: "base rate", align: "right", cell: ({ baseRate }) => percent(baseRate) },
    { heading: "lift", align: "right", cell: ({ lift }) => `${decimal(lift, 1)}x` },
    { heading: "recall", align: "right", cell: ({ recall }) => percent(recall) },
  ]);
}

function itemTable(items: readonly ActiveItem[]): string {
  return table(items, [
    { heading: "activation", align: "right", cell: ({ activation }) => decimal(activation) },
    { heading: "item", widest: 56, cell: (item) => titleText(item) },
    { heading: "tags", widest: 48, cell: ({ tags }) => tags.join(", ") },
  ]);
}

function changeTable(items: readonly (ItemSummary & { change: number })[]): string {
  return table(items, [
    { heading: "score", align: "right", cell: ({ change }) => `${change > 0 ? "+" : ""}${decimal(change)}` },
    { heading: "item", widest: 56, cell: (item) => titleText(item) },
    { heading: "tags", widest: 48, cell: ({ tags }) => tags.join(", ") },
  ]);
}

function titleText({ title, year }: ItemSummary): string {
  return year === null || title.includes(String(year)) ? title : `${title} (${year})`;
}

type AudienceValue = NeuronDetail["audience"][number]["values"][number] & { column: string };

function valuesOf({ column, values }: NeuronDetail["audience"][number]): AudienceValue[] {
  return values.map((value) => ({ column, ...value }));
}

function audienceTable(rows: readonly AudienceValue[]): string {
  return table(rows, [
    { heading: "attribute", cell: ({ column }) => column },
    { heading: "value", widest: 32, cell: ({ value }) => value },
    { heading: "of the top tenth", align: "right", cell: ({ share }) => percent(share) },
    { heading: "of all", align: "right", cell: ({ baseRate }) => percent(baseRate) },
  ]);
}

function nearTable(rows: readonly NearNeuron[]): string {
  return table(rows, [
    { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
    { heading: "label", widest: 32, cell: ({ label }) => label },
    { heading: "kind", cell: ({ kind }) => kind },
    { heading: "cosine", align: "right", cell: ({ cosine }) => decimal(cosine) },
  ]);
}
