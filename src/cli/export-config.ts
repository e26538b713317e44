/** `recprism export`: a steering config as code. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { ExportLanguage } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import { type CommonOptions, type Context, log, print } from "./context";

export interface ExportOptions extends CommonOptions {
  config: string;
  to: ExportLanguage;
  out?: string;
}

const ENDINGS: Record<ExportLanguage, string> = {
  json: ".steer.json",
  yaml: ".steer.yaml",
  python: ".py",
  typescript: ".ts",
  onnx: ".onnx",
};

export async function exportConfig(context: Context, options: ExportOptions): Promise<void> {
  const { engine, project } = context;
  const { to: language, out } = options;
  if (out === undefined) return printCode(context, options);
  const config = await engine.readConfig(project.id, options.config);
  const { files, verification } = await engine.exportConfig(project.id, config, language, resolve(out));
  print(options, { language, files, verification }, () =>
    [...files.map((file) => `Wrote ${file}`), verification.message].join("\n"),
  );
}

/** To standard output, where the code is one text; it is run as well, in a temporary folder. */
async function printCode({ engine, project }: Context, options: ExportOptions): Promise<void> {
  const { to: language } = options;
  const config = await engine.readConfig(project.id, options.config);
  const name = basename(options.config).replace(/(\.steer)?\.[^.]+$/, "") + ENDINGS[language];
  const { files, hash } = await engine.generate(project.id, config, language, name);
  if (files.length > 1 || typeof files[0].content !== "string") {
    throw new RecPrismError(
      "settings-invalid",
      `${NAMED[language]} is not one text but ${files.length === 1 ? "a binary file" : files.map((file) => file.name).join(", ")}: say where it goes with --out FILE.`,
      { key: "out" },
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "recprism-export-"));
  try {
    const { verification } = await engine.exportConfig(project.id, config, language, join(folder, name));
    const text = await readFile(join(folder, name), "utf8");
    log(verification.message);
    print(options, { language, text, hash, verification }, () => text.trimEnd());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NAMED: Record<ExportLanguage, string> = {
  json: "The JSON",
  yaml: "The YAML",
  python: "The Python",
  typescript: "The TypeScript",
  onnx: "ONNX",
};
