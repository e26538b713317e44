/** `recprism audit`: what neurons tell of users and of popularity, and how much of the ranking runs through them. */
import { decimal, percent, range, rate } from "../engine/figures";
import { RecPrismError } from "../protocol/error";
import type { NeuronRow } from "../protocol/neurons";
import type { Audit } from "../protocol/structure";
import type { CommonOptions, Context } from "./context";
import { print } from "./context";
import { measureNow } from "./measure-sae";
import { printable, table } from "./table";

const WIDEST_LABEL = 40;

export async function showAudit(context: Context, options: CommonOptions): Promise<void> {
  const { engine, project } = context;
  const audit = await engine.audit(project.id).catch(async (thrown) => {
    if (!(thrown instanceof RecPrismError && thrown.reason === "artifact-unmeasured")) throw thrown;
    await measureNow(context, "The SAE was measured without an audit");
    return engine.audit(project.id);
  });
  const { rows } = await engine.neurons(project.id, {});
  const names = new Map(rows.map(({ neuron, label }) => [neuron, label]));
  print(options, audit, () => auditText(audit, names));
}

/** @param names of the neurons, by neuron */
export function auditText({ attributes, popularity }: Audit, names: ReadonlyMap<NeuronRow["neuron"], string>): string {
  const nameOf = ({ neuron }: { neuron: number }) => names.get(neuron) ?? "";
  const parts = attributes.map(({ column, protected: isProtected, users, values, neurons, ranking }) => {
    const shares = values.map(({ value, share }) => `${value} ${percent(share)}`).join(", ");
    const head = `${column}${isProtected ? " (protected)" : ""}: ${users} users, ${shares}`;
    if (neurons.length === 0) return `${printable(head)}\nNo neuron tells of it.`;
    const effects = table(neurons, [
      { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
      { heading: "label", widest: WIDEST_LABEL, cell: (of) => nameOf(of) },
      { heading: "favours", cell: ({ value }) => value },
      { heading: "users", align: "right", cell: (effect) => String(effect.users) },
      { heading: "AUC", align: "right", cell: ({ auc }) => decimal(auc) },
      { heading: "95% interval", cell: ({ interval }) => range(interval, decimal) },
      { heading: "Cohen's d", align: "right", cell: ({ cohensD }) => decimal(cohensD) },
      { heading: "q", align: "right", cell: ({ q }) => rate(q) },
    ]);
    return `${printable(head)}\n${effects}${rankingText(ranking)}`;
  });
  return [
    ...(attributes.length === 0 ? ["Nothing is known of users that tells enough of them apart."] : []),
    ...parts,
    popularityText(popularity, nameOf),
  ].join("\n\n");
}

function popularityText(popularity: Audit["popularity"], nameOf: (of: { neuron: number }) => string): string {
  if (popularity === null) return "popularity: not known without interactions";
  if (popularity.neurons.length === 0) return "popularity: no neuron follows it more than what it is named for.";
  const correlations = table(popularity.neurons, [
    { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
    { heading: "label", widest: WIDEST_LABEL, cell: (of) => nameOf(of) },
    { heading: "Spearman", align: "right", cell: ({ correlation }) => decimal(correlation) },
    { heading: "95% interval", cell: ({ interval }) => range(interval, decimal) },
    { heading: "q", align: "right", cell: ({ q }) => rate(q) },
  ]);
  return `popularity: neurons that follow it more than what they are named for\n${correlations}${rankingText(popularity.ranking)}`;
}

function rankingText(ranking: Audit["attributes"][number]["ranking"]): string {
  if (ranking === null) return "";
  const { neurons, users, change, changeOfRandom } = ranking;
  const told = ({ value, interval }: typeof change) =>
    `${percent(value)}${interval === null ? "" : ` (${range(interval, percent)})`}`;
  return `\nSuppressing ${neurons === 1 ? "it" : `these ${neurons}`} changes the top-30 lists of ${users} users by ${told(change)}; as many random neurons: ${told(changeOfRandom)}.`;
}
