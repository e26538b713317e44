/** `recprism neurons`: the neurons that a search finds, with their labels and top items. */
import { decimal, percent } from "../engine/figures";
import type { CommonOptions, Context } from "./context";
import { log, print } from "./context";
import { table } from "./table";

const SHOWN_ITEMS = 3;

export interface ListOptions extends CommonOptions {
  /** In the language of the side panel's search; empty: all neurons. */
  search: string;
}

export async function listNeurons({ engine, project }: Context, options: ListOptions): Promise<void> {
  const neurons = await engine.exportNeurons(project.id, options.search);
  if (neurons.length === 0) log("No neuron is like that.");
  print(options, neurons, () =>
    table(neurons, [
      { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
      { heading: "label", widest: 32, cell: ({ label }) => label },
      { heading: "kind", cell: ({ kind }) => kind },
      { heading: "confidence", cell: ({ confidence }) => confidence },
      { heading: "MS", align: "right", cell: ({ ms }) => decimal(ms) },
      { heading: "purity@10", align: "right", cell: ({ purity10 }) => percent(purity10) },
      { heading: "base rate", align: "right", cell: ({ purity10BaseRate }) => percent(purity10BaseRate) },
      { heading: "active", align: "right", cell: ({ density }) => percent(density) },
      {
        heading: "top items",
        widest: 72,
        cell: ({ topItems }) =>
          topItems
            .slice(0, SHOWN_ITEMS)
            .map(({ title }) => title)
            .join("; "),
      },
    ]),
  );
}
