/** `recprism label`: names the neurons anew, or keeps what a person says of them. */

import { InvalidArgumentError } from "commander";
import { percent } from "../engine/figures";
import type { LabelChange, NeuronRow } from "../protocol/neurons";
import { type CommonOptions, type Context, log, print } from "./context";
import { followed } from "./follow-job";
import { wholeNumber } from "./numbers";
import { table } from "./table";

export interface LabelOptions extends CommonOptions {
  /** In the order in which they are to be made; none: the neurons are named anew. */
  changes: LabelChange[];
}

export async function labelNeurons(context: Context, options: LabelOptions): Promise<void> {
  if (options.changes.length > 0) return changeLabels(context, options);
  const { engine, project } = context;
  const job = await followed(context, () => engine.label(project.id), {
    stopping: "Stopping; the names stay as they were.",
  });
  if (job.artifact === null) {
    process.exitCode = 1;
    log("Cancelled. The names stay as they were.");
    return;
  }
  const report = await engine.report(project.id);
  const { labelled, labelledSurely, latents, purity10, purity10BaseRate } = report;
  print(
    options,
    { artifact: job.artifact, labelled, labelledSurely, latents, purity10, purity10BaseRate },
    () =>
      `Named ${labelled} of ${latents} neurons, ${labelledSurely} of them surely. Held-out precision@10 is ${percent(purity10)}, base rate ${percent(purity10BaseRate)}.`,
  );
}

async function changeLabels({ engine, project }: Context, options: LabelOptions): Promise<void> {
  const changed = new Map<number, NeuronRow>();
  for (const change of options.changes) {
    for (const row of await engine.changeLabel(project.id, change)) changed.set(row.neuron, row);
  }
  const rows = [...changed.values()].sort((a, b) => a.neuron - b.neuron);
  print(options, rows, () =>
    table(rows, [
      { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
      { heading: "label", widest: 40, cell: ({ label }) => label },
      { heading: "found", widest: 40, cell: ({ statisticalLabel }) => statisticalLabel },
      {
        heading: "",
        cell: ({ wrong, pinned, hasNote }) =>
          [wrong && "wrong", pinned && "pinned", hasNote && "noted"].filter(Boolean).join(", "),
      },
    ]),
  );
}

/** Reads `13=Slasher films`, for several neurons `13,14=Slasher films`. */
export function neuronsWithText(text: string): { neurons: number[]; text: string } {
  const [before, ...after] = text.split("=");
  if (after.length === 0) throw new InvalidArgumentError("It takes neurons and a text, for example 13=Slasher films.");
  return { neurons: neuronList(before), text: after.join("=") };
}

/** Reads `13` or `13,14`. */
export function neuronList(text: string): number[] {
  return text.split(",").map((part) => wholeNumber(part.trim()));
}
