/** `recprism neurons`: every neuron with its label and top items. */
import type { CommonOptions, Context } from "./context";
import { print } from "./context";
import { decimal, percent, table } from "./table";

const SHOWN_ITEMS = 3;

export async function listNeurons({ engine, project }: Context, options: CommonOptions): Promise<void> {
  const neurons = await engine.exportNeurons(project.id);
  print(options, neurons, () =>
    table(neurons, [
      { heading: "neuron", align: "right", cell: ({ neuron }) => String(neuron) },
      { heading: "label", widest: 32, cell: ({ label }) => label },
      { heading: "kind", cell: ({ kind }) => kind },
      { heading: "MS", align: "right", cell: ({ ms }) => decimal(ms) },
      { heading: "purity@10", align: "right", cell: ({ purity10 }) => percent(purity10) },
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
