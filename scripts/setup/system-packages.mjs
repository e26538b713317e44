/** What the tests need of the operating system: Chromium, and the libraries code-server is built against. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { alone, run, SetUpError, say } from "./step.mjs";

const BROWSER_PACKAGES = ["chromium", "fonts-liberation", "fonts-dejavu-core"];
export const TEST_HOST_PACKAGES = [
  "g++",
  "make",
  "python3",
  "pkg-config",
  "libkrb5-dev",
  "libx11-dev",
  "libxkbfile-dev",
  "libsecret-1-dev",
];

const BROWSERS = [
  process.env.RECPRISM_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  join(process.env.PROGRAMFILES ?? "C:\\Program Files", "Google", "Chrome", "Application", "chrome.exe"),
];

/** @returns {string | undefined} Chromium or Chrome; `RECPRISM_CHROMIUM` comes first */
export function browser() {
  return BROWSERS.find((file) => file !== undefined && existsSync(file));
}

export async function setUpBrowser() {
  if (browser() === undefined) await installPackages(BROWSER_PACKAGES, "Chromium, which the end-to-end tests drive");
  if (browser() === undefined) {
    throw new SetUpError(
      "No Chromium was found. Install Chromium or Chrome, or name its program in RECPRISM_CHROMIUM.",
    );
  }
}

/** Tests run generated Python with NumPy where there is any; without, they are skipped and say so. */
export async function setUpPython() {
  if (["/usr/bin/python3", "python3"].some(hasNumpy)) return;
  if (existsSync("/usr/bin/dpkg") && process.getuid?.() === 0) {
    await installPackages(["python3-numpy"], "Python with NumPy, which runs the generated code in tests");
  } else {
    say("there is no python3 with NumPy: tests that run generated Python will be skipped");
  }
}

function hasNumpy(/** @type {string} */ python) {
  try {
    execFileSync(python, ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs what is missing of some Debian packages.
 *
 * @param {string[]} packages
 * @param {string} what for people
 */
export async function installPackages(packages, what) {
  if (!existsSync("/usr/bin/dpkg")) {
    throw new SetUpError(
      `This needs ${what}. It is installed by itself on Debian and Ubuntu only; here, install what your system calls: ${packages.join(" ")}.`,
    );
  }
  if (missing(packages).length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new SetUpError(
      `This needs ${what}, and only root can install it. Run this, then try again:\n\n  sudo apt-get update && sudo apt-get install ${missing(packages).join(" ")}\n`,
    );
  }
  await alone(async () => {
    const wanted = missing(packages);
    if (wanted.length === 0) return;
    say(`installing ${what} (apt-get install ${wanted.join(" ")}), one to three minutes`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update"], { env });
    await run("apt-get", ["install", "--yes", "--no-install-recommends", ...wanted], { env });
  });
}

/** @param {string[]} packages */
function missing(packages) {
  return packages.filter((name) => {
    try {
      return !execFileSync("dpkg", ["--status", name], { stdio: "pipe" }).includes("Status: install ok installed");
    } catch {
      return true;
    }
  });
}
