/** What to call whoever sits before the machine. */
import { execFile } from "node:child_process";
import { homedir, userInfo } from "node:os";

const PATIENCE_MILLISECONDS = 1_000;

let known: Promise<string> | null = null;

/** Git's `user.name`, as commits bear it, or else the operating system's user; asked for once. */
export function personName(): Promise<string> {
  known ??= gitName().then((name) => name || systemName());
  return known;
}

/** Of the person, not of a repository: git is run in the home folder, where no one else's configuration counts. */
function gitName(): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: homedir(), timeout: PATIENCE_MILLISECONDS, windowsHide: true };
    execFile("git", ["config", "--global", "--get", "user.name"], options, (_, stdout) => resolve(stdout.trim()));
  });
}

/** Empty where the system knows no user, as in some containers. */
function systemName(): string {
  try {
    return userInfo().username;
  } catch {
    return "";
  }
}
