/** `recprism steer`: writes a steering config from edits given as options. */
import { resolve } from "node:path";
import { USUAL_K } from "../engine/config-effect";
import { writeConfigFile } from "../engine/config-files";
import { RecPrismError } from "../protocol/error";
import type { Audience, Edit, Filter, ItemEdits, Limits, SteeringConfig, SteeringMode } from "../protocol/steering";
import { type CommonOptions, type Context, print } from "./context";

export interface SteerOptions extends CommonOptions {
  suppress: Edit[];
  scale: Edit[];
  set: Edit[];
  add: Edit[];
  filter: Filter[];
  expose: ItemEdits[];
  /** At most one of these five; none: everyone. */
  users?: Audience;
  where?: Audience;
  top?: Audience;
  history?: Audience;
  random?: Audience;
  limit: Limits;
  name?: string;
  note?: string;
  mode: SteeringMode;
  /** Length of the lists to measure on; true: the usual one. */
  measure?: number | true;
  out?: string;
}

export async function writeSteeringConfig({ engine, project }: Context, options: SteerOptions): Promise<void> {
  const { filter: filters, expose: items, mode, note, measure, limit, out } = options;
  const edits = [...options.suppress, ...options.scale, ...options.set, ...options.add];
  if (edits.length + filters.length + items.length === 0) {
    throw new RecPrismError(
      "config-invalid",
      "Name at least one edit: --suppress, --scale, --set, --add, --filter or --expose.",
    );
  }
  const named = [...edits, ...items.flatMap((entry) => entry.edits), ...filters];
  const name = options.name ?? `Edits of ${[...new Set(named.map(({ neuron }) => `neuron ${neuron}`))].join(", ")}`;
  const audience = audienceOf(options);
  const config = await engine.configure(
    project.id,
    [{ name, ...(note === undefined ? {} : { note }), mode, audience, edits, items, filters }],
    measure === undefined ? null : { k: measure === true ? USUAL_K : measure },
  );
  const limited = Object.keys(limit).length === 0 ? config : withLimits(config, limit);
  if (out !== undefined) {
    await writeConfigFile(resolve(out), limited);
    print(options, limited, () => `Wrote ${out}`);
    return;
  }
  const { files } = await engine.generate(project.id, limited, "json", "config.steer.json");
  print(options, limited, () => String(files[0].content).trimEnd());
}

function audienceOf({ users, where, top, history, random }: SteerOptions): Audience {
  const given = [users, where, top, history, random].filter((audience) => audience !== undefined);
  if (given.length > 1) {
    throw new RecPrismError(
      "config-invalid",
      "A rule has one audience: give one of --users, --where, --top, --history and --random.",
    );
  }
  return given[0] ?? { kind: "everyone" };
}

function withLimits(config: SteeringConfig, limits: Limits): SteeringConfig {
  return { ...config, rules: config.rules.map((rule) => ({ ...rule, limits })) };
}
