/** A steering config in other languages: generated, run against the preview, and only then written. */
import { mkdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type CodeInput, codeInput } from "../codegen/code-input";
import { generatedCode, generatedConfig } from "../codegen/generate";
import { sidecarOf } from "../codegen/sidecar";
import { writeFileAtomically } from "../data/atomic-write";
import { faultCode, writeFault } from "../data/file-fault";
import type { ExportedCode, ExportLanguage, GeneratedCode, Verification } from "../protocol/engine";
import { RecPrismError } from "../protocol/error";
import type { SteeringConfig } from "../protocol/steering";
import { parseSteeringConfig } from "../steering/config-file";
import type { SteeringContext } from "../steering/context";
import { resolvedRules } from "../steering/resolve";
import type { ResolvedRule } from "../steering/resolved";
import { SteeredCatalogue } from "../steering/steered-catalogue";
import { answerOf, type CodeRun } from "./code-answers";
import type { Pace } from "./pace";
import { runOnnx } from "./run-onnx";
import { PythonTooSlow, pythonWithNumpy, runPython } from "./run-python";
import { runTypescript } from "./run-typescript";
import { questionsOf, unverified, verifiedCode } from "./verify-code";

const NAMES: Record<ExportLanguage, string> = {
  json: "JSON",
  yaml: "YAML",
  python: "Python",
  typescript: "TypeScript",
  onnx: "ONNX",
};

/**
 * @param name of the file to be, without folder
 * @throws RecPrismError as `resolvedRules`, "settings-invalid" for what is no name of a file
 */
export async function generateCode(
  context: SteeringContext,
  config: SteeringConfig,
  language: ExportLanguage,
  name: string,
  signal?: AbortSignal,
): Promise<GeneratedCode> {
  checkName(name);
  if (language === "json" || language === "yaml") return generatedConfig(config, language, name);
  const rules = await resolvedRules(context, config, signal);
  return generatedCode(inputOf(context, config, rules), language, name);
}

/**
 * Writes what `generateCode` gives once it was run and gave the preview's lists; what lies beside the code comes first, so
 * that the code never stands without it.
 *
 * @param project restricted where the workspace is not trusted: no other program is run then
 * @throws RecPrismError "export-differs", "cancelled", "file-unwritable"; nothing is written then
 */
export async function exportCode(
  project: { steering: SteeringContext; restricted: boolean },
  config: SteeringConfig,
  language: ExportLanguage,
  file: string,
  pace: Pace,
  signal?: AbortSignal,
): Promise<ExportedCode> {
  const { steering: context, restricted } = project;
  const target = resolve(file);
  const code = await generateCode(context, config, language, basename(target), signal);
  const verification = await verified(context, config, code, restricted, pace, signal);
  return { files: await written(dirname(target), code), verification };
}

function inputOf(context: SteeringContext, config: SteeringConfig, rules: readonly ResolvedRule[]): CodeInput {
  const { dataset, sae, recommender } = context;
  return codeInput(config, rules, sae, recommender.kind, { users: dataset.users.ids, items: dataset.items.ids });
}

async function verified(
  context: SteeringContext,
  config: SteeringConfig,
  code: GeneratedCode,
  restricted: boolean,
  pace: Pace,
  signal?: AbortSignal,
): Promise<Verification> {
  const name = NAMES[code.language];
  try {
    const rules = await resolvedRules(context, config, signal);
    const run = await runOf(context, config, rules, code, restricted, signal);
    if (typeof run === "string") return unverified(run);
    return await verifiedCode(name, run, questionsOf(context, rules), pace);
  } catch (thrown) {
    if (thrown instanceof PythonTooSlow) {
      return unverified(
        "The generated Python took longer than five minutes, so whether it gives the preview's lists is not known.",
      );
    }
    // A config may name users by SQL, which nobody may run here; it is written all the same, as it stands.
    if (thrown instanceof RecPrismError && thrown.reason === "workspace-restricted") {
      return unverified(`The ${name} was not run: ${thrown.message}`);
    }
    throw thrown;
  }
}

/** How the code is run; a sentence where it cannot be. */
async function runOf(
  context: SteeringContext,
  config: SteeringConfig,
  rules: readonly ResolvedRule[],
  code: GeneratedCode,
  restricted: boolean,
  signal?: AbortSignal,
): Promise<CodeRun | string> {
  const [{ name, content }] = code.files;
  switch (code.language) {
    case "json":
    case "yaml":
      return runConfig(context, content as string, code.language, signal);
    case "typescript": {
      const input = inputOf(context, config, rules);
      return runTypescript(input, sidecarOf(input, name, "safetensors"));
    }
    case "onnx":
      return runOnnx(inputOf(context, config, rules), code.files);
    case "python": {
      if (restricted) return "The generated Python was not run: no program is started in a restricted workspace.";
      const python = await pythonWithNumpy();
      if (python === null) {
        return "The generated Python was not run: there is no python3 with NumPy here. Install both to have it compared with the preview.";
      }
      return runPython(python, inputOf(context, config, rules), code.files, signal);
    }
  }
}

/** What the config says when it is read again. */
async function runConfig(
  context: SteeringContext,
  text: string,
  language: "json" | "yaml",
  signal?: AbortSignal,
): Promise<CodeRun> {
  const rules = await resolvedRules(context, parseSteeringConfig(text, `config.steer.${language}`), signal);
  const catalogue = new SteeredCatalogue(context, rules);
  return async function* (questions, pace) {
    for (const [done, user] of questions.users.entries()) {
      await pace(done / questions.users.length);
      const { scores, hidden } = await catalogue.scores(user);
      yield answerOf(questions, user, scores, hidden);
    }
  };
}

/** Writes the files, the first last; where that fails, all is as it was before. */
async function written(folder: string, { files }: GeneratedCode): Promise<string[]> {
  const made = await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw writeFault(thrown, folder);
  });
  const paths = files.map(({ name }) => join(folder, name));
  const replaced: { path: string; before: Uint8Array | null }[] = [];
  try {
    for (const path of paths) await refuseReadOnly(path);
    for (const [index, path] of [...paths.entries()].reverse()) {
      const before = await contentOf(path);
      await writeFileAtomically(path, files[index].content);
      replaced.push({ path, before });
    }
  } catch (thrown) {
    for (const { path, before } of replaced) {
      await (before === null ? rm(path, { force: true }) : writeFileAtomically(path, before));
    }
    if (made !== undefined) await removeEmptyFolders(folder, made);
    throw thrown;
  }
  return paths;
}

/** Null where there is no file. @throws RecPrismError "file-unwritable" for what cannot be read, as a folder */
async function contentOf(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (faultCode(thrown) === "ENOENT") return null;
    throw writeFault(thrown, path);
  }
}

/** A file that its owner may not write was made so on purpose, though its folder would let it be replaced. */
async function refuseReadOnly(path: string): Promise<void> {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => null,
  );
  if (mode === null || (mode & 0o200) !== 0) return;
  throw new RecPrismError(
    "file-unwritable",
    `${path} is read-only, so nothing was written. Make it writable, or choose another name.`,
    { file: path },
  );
}

/** Folders from `inner` up to `outer`, as far as nothing is in them. */
async function removeEmptyFolders(inner: string, outer: string): Promise<void> {
  for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

function checkName(name: string): void {
  if (name !== "" && name !== "." && name !== ".." && !/[/\\\0]/.test(name)) return;
  throw new RecPrismError("settings-invalid", `"${name}" is no name of a file. Give one without a folder.`, {
    key: "name",
  });
}
