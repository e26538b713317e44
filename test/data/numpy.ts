/** Python with NumPy, where a machine has it: what our readers are compared with. */
import { execFileSync } from "node:child_process";

const PYTHON = ["/usr/bin/python3", "python3"].find((command) => {
  try {
    execFileSync(command, ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

export const WITHOUT_NUMPY = PYTHON === undefined;

/** What a script prints, after `import sys, numpy as np`; `sys.argv[1]` is the first of `args`. */
export function runNumpy(code: string, ...args: string[]): string {
  return execFileSync(PYTHON ?? "python3", ["-c", `import sys, numpy as np\n${code}`, ...args]).toString();
}
