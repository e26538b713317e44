/** `recprism recommend`: a user's list, without and with a steering config. */
import { type CommonOptions, type Context, print } from "./context";
import { measureIfNeeded } from "./measure-sae";
import { table } from "./table";

export interface RecommendOptions extends CommonOptions {
  user: string;
  config?: string;
  k: number;
}

export async function recommend(context: Context, options: RecommendOptions): Promise<void> {
  const { engine, project } = context;
  // Without a config, no SAE takes part.
  if (options.config) await measureIfNeeded(context);
  const config = options.config ? await engine.readConfig(project.id, options.config) : null;
  const recommendation = await engine.recommend(project.id, options.user, options.k, config);
  print(options, recommendation, () => {
    const { before, after } = recommendation;
    const rank = new Map(before.map(({ id }, index) => [id, index + 1]));
    // Filters may leave fewer items than there were.
    const rows = before.map((item, index) => ({ place: index + 1, item, steered: after.at(index) }));
    return table(rows, [
      { heading: "#", align: "right", cell: ({ place }) => String(place) },
      { heading: "before", widest: 44, cell: ({ item }) => item.title },
      ...(config === null
        ? []
        : [
            { heading: "after", widest: 44, cell: ({ steered }: (typeof rows)[number]) => steered?.title ?? "" },
            {
              heading: "was",
              align: "right" as const,
              cell: ({ steered }: (typeof rows)[number]) => (steered ? String(rank.get(steered.id) ?? "new") : ""),
            },
          ]),
    ]);
  });
}
