/** `recprism steer`: writes a steering config from edits given as options. */
import { RecPrismError } from "../protocol/error";
import type { Edit, SteeringMode } from "../protocol/steering";
import { type CommonOptions, type Context, print } from "./context";

export interface SteerOptions extends CommonOptions {
  suppress: Edit[];
  scale: Edit[];
  set: Edit[];
  add: Edit[];
  name?: string;
  mode: SteeringMode;
  out?: string;
}

export async function writeSteeringConfig({ engine, project }: Context, options: SteerOptions): Promise<void> {
  const edits = [...options.suppress, ...options.scale, ...options.set, ...options.add];
  if (edits.length === 0) {
    throw new RecPrismError("config-invalid", "Name at least one edit: --suppress, --scale, --set or --add.");
  }
  const name = options.name ?? `Edits of ${edits.map(({ neuron }) => `neuron ${neuron}`).join(", ")}`;
  const config = await engine.configure(project.id, { name, mode: options.mode, edits });
  if (options.out) await engine.exportConfig(project.id, config, "json", options.out);
  const text = await engine.generate(project.id, config, "json");
  print(options, config, () => (options.out ? `Wrote ${options.out}` : text.trimEnd()));
}
