/** `recprism export`: a steering config as code. */
import { resolve } from "node:path";
import type { ExportLanguage } from "../protocol/engine";
import { type CommonOptions, type Context, print } from "./context";

export interface ExportOptions extends CommonOptions {
  config: string;
  to: ExportLanguage;
  out?: string;
}

export async function exportConfig({ engine, project }: Context, options: ExportOptions): Promise<void> {
  const config = await engine.readConfig(project.id, options.config);
  if (options.out === undefined) {
    const text = await engine.generate(project.id, config, options.to);
    print(options, { language: options.to, text }, () => text.trimEnd());
    return;
  }
  const file = resolve(options.out);
  await engine.exportConfig(project.id, config, options.to, file);
  print(options, { language: options.to, file }, () => `Wrote ${file}`);
}
