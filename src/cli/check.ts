/** `recprism check`: replays steering configs, for continuous integration. */
import { configFiles, readConfigFile, updateConfigFile } from "../engine/config-files";
import type { CheckedConfig, ConfigCheck } from "../protocol/config-check";
import { RecPrismError } from "../protocol/error";
import { type CommonOptions, type Context, log, print } from "./context";
import { withMeasuredSae } from "./measure-sae";
import { table } from "./table";

const EXIT_FAILED = 1;
const EXIT_UNREADABLE = 2;

export interface CheckOptions extends CommonOptions {
  /** Files, folders or patterns. */
  files: string[];
  /** Records anew what has changed. */
  update: boolean;
}

interface CheckedFile {
  file: string;
  ok: boolean;
  /** Whether the file was written anew. */
  updated: boolean;
  checks: ConfigCheck[];
  /** Why it could not be checked. */
  error?: string;
}

/** Ends with 0 where all holds, 1 where something does not, 2 where something cannot be read. */
export async function checkConfigs(options: CheckOptions): Promise<void> {
  try {
    await withMeasuredSae(checkAll)(options);
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    log(`recprism: ${thrown.message}`);
    process.exitCode = EXIT_UNREADABLE;
  }
}

async function checkAll(context: Context, options: CheckOptions): Promise<void> {
  if (context.project.sae === null) {
    throw new RecPrismError(
      "artifact-missing",
      "There is no SAE to check configs on. Train one, or name one by --sae.",
    );
  }
  const checked: CheckedFile[] = [];
  let unreadable = false;
  for (const file of await configFiles(options.files)) {
    try {
      checked.push(await checkFile(context, file, await readConfigFile(file), options.update));
    } catch (thrown) {
      if (!(thrown instanceof RecPrismError)) throw thrown;
      unreadable = true;
      checked.push({ file, ok: false, updated: false, checks: [], error: thrown.message });
    }
  }
  print(options, checked, () => checked.map(fileText).join("\n\n"));
  if (unreadable) process.exitCode = EXIT_UNREADABLE;
  else if (!checked.every(({ ok }) => ok)) process.exitCode = EXIT_FAILED;
}

async function checkFile(
  { engine, project }: Context,
  file: string,
  { text, config }: Awaited<ReturnType<typeof readConfigFile>>,
  update: boolean,
): Promise<CheckedFile> {
  let result: CheckedConfig;
  try {
    result = await engine.checkConfig(project.id, config);
  } catch (thrown) {
    if (!(thrown instanceof RecPrismError)) throw thrown;
    // The config can be read: what it says does not hold on these data.
    return { file, ok: false, updated: false, checks: [], error: thrown.message };
  }
  if (!update) return { file, ok: result.ok, updated: false, checks: result.checks };
  const updated = await updateConfigFile(file, text, result.updated);
  // Limits may be broken, and neurons may be lost, whatever is recorded.
  const { ok, checks } = result.ok ? result : await engine.checkConfig(project.id, result.updated);
  return { file, ok, updated, checks };
}

function fileText({ file, ok, updated, checks, error }: CheckedFile): string {
  const heading = `${file}: ${ok ? "holds" : "FAILS"}${updated ? ", recorded anew" : ""}`;
  if (error !== undefined) return `${heading}\n${error}`;
  return `${heading}\n${table(checks, [
    { heading: "rule", widest: 32, cell: ({ rule }) => rule },
    { heading: "what", widest: 40, cell: ({ what }) => what },
    { heading: "expected", cell: ({ expected }) => expected },
    { heading: "found", cell: ({ found }) => found },
    { heading: "", cell: (check) => (check.ok ? "ok" : "FAILS") },
  ])}`;
}
