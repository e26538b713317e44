/** Runs Python where a machine has it with NumPy: code that we generate, and what our readers are compared with. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LARGEST_RESULT = 1 << 28;

/** What can run the code, or null: Debian's Python first, since its NumPy is the oldest that users have. */
export const PYTHON = ["/usr/bin/python3", "python3"].find(hasNumpy) ?? null;

function hasNumpy(python: string): boolean {
  try {
    execFileSync(python, ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

if (PYTHON === null) console.warn("No python3 with NumPy here: tests that run Python are skipped.");

/**
 * Writes `modules` and runs `script` beside them.
 *
 * @param input becomes the dict `given`
 * @returns what the script left in `result`
 */
export function runPython(modules: Record<string, string>, script: string, input: unknown): unknown {
  const folder = mkdtempSync(join(tmpdir(), "recprism-python-"));
  try {
    for (const [name, source] of Object.entries(modules)) writeFileSync(join(folder, `${name}.py`), source);
    writeFileSync(join(folder, "given.json"), JSON.stringify(input));
    const lines = [
      "import json",
      "import numpy as np",
      'given = json.load(open("given.json", encoding="utf-8"))',
      script,
      "print(json.dumps(result))",
    ];
    writeFileSync(join(folder, "main.py"), `${lines.join("\n")}\n`);
    const output = execFileSync(PYTHON ?? "python3", ["main.py"], {
      cwd: folder,
      encoding: "utf-8",
      maxBuffer: LARGEST_RESULT,
    });
    return JSON.parse(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a script prints, after `import sys, numpy as np`; `sys.argv[1]` is the first of `args`. */
export function runNumpy(code: string, ...args: string[]): string {
  const script = `import sys, numpy as np\n${code}`;
  return execFileSync(PYTHON ?? "python3", ["-c", script, ...args], { encoding: "utf-8", maxBuffer: LARGEST_RESULT });
}
