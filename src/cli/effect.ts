/** `recprism effect`: what each rule of a steering config does and costs, measured now. */
import { figure } from "../engine/config-effect";
import { percent } from "../engine/figures";
import { type CommonOptions, type Context, log, print } from "./context";
import { table } from "./table";

export interface EffectOptions extends CommonOptions {
  config: string;
  k: number;
}

export async function showEffect({ engine, project }: Context, options: EffectOptions): Promise<void> {
  const config = await engine.readConfig(project.id, options.config);
  const effects = await engine.ruleEffects(project.id, config, options.k);
  print(options, effects, () =>
    table(effects, [
      { heading: "rule", widest: 40, cell: ({ rule }) => rule },
      { heading: "users", align: "right", cell: ({ users }) => users.toLocaleString("en") },
      { heading: "concept", widest: 24, cell: ({ label }) => label ?? "-" },
      { heading: "share", cell: ({ shareBefore, shareAfter }) => pair(shareBefore, shareAfter) },
      { heading: "NDCG@20", cell: ({ ndcgBefore, ndcgAfter }) => pair(ndcgBefore, ndcgAfter, 3) },
      { heading: "RBO", align: "right", cell: ({ rbo }) => (rbo === null ? "-" : figure(rbo)) },
      { heading: "changed", align: "right", cell: ({ changed }) => percent(changed) },
      { heading: "coverage", cell: ({ coverageBefore, coverageAfter }) => pair(coverageBefore, coverageAfter) },
    ]),
  );
  for (const { rule, warnings } of effects) for (const warning of warnings) log(`${rule}: ${warning}`);
}

function pair(before: number | null, after: number | null, digits = 2): string {
  return before === null || after === null ? "-" : `${figure(before, digits)} -> ${figure(after, digits)}`;
}
