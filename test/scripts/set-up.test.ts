/** Set-up runs one at a time on a machine, survives one that was killed, and shows why a command failed. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const stepModule = pathToFileURL(join(__dirname, "..", "..", "scripts", "setup", "step.mjs")).href;

describe("set-up", () => {
  let folder: string;
  let journal: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "recprism-set-up-"));
    journal = join(folder, "journal");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const entries = () => {
    try {
      return readFileSync(journal, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  };
  /** A process that holds the lock while it notes its name twice. Locks and caches of the test are its own. */
  const setUp = (name: string, milliseconds: number) => {
    const script = `
      import { appendFileSync } from "node:fs";
      import { alone } from ${JSON.stringify(stepModule)};
      const note = (text) => appendFileSync(${JSON.stringify(journal)}, text + "\\n");
      await alone(async () => {
        note("${name} begins");
        await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
        note("${name} ends");
      });`;
    return nodeProcess(script);
  };
  const nodeProcess = (script: string) => {
    const env = { ...process.env, TMPDIR: folder, XDG_CACHE_HOME: folder };
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const ended = new Promise<string>((resolve) => child.once("close", () => resolve(errors)));
    return { child, ended };
  };

  it("waits for another one that is at it", async () => {
    const runs = ["first", "second", "third"].map((name) => setUp(name, 300).ended);
    await Promise.all(runs);
    const noted = entries();
    expect(noted).toHaveLength(6);
    for (let run = 0; run < 6; run += 2) expect(noted[run + 1]).toBe(noted[run].replace("begins", "ends"));
    expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("takes over from one that was killed", async () => {
    const killed = setUp("killed", 60_000);
    await expect.poll(entries, { timeout: 10_000 }).toContain("killed begins");
    killed.child.kill("SIGKILL");
    await killed.ended;
    await setUp("next", 10).ended;
    expect(entries()).toEqual(["killed begins", "next begins", "next ends"]);
  });

  it("shows the end of what a failing command said, and keeps all of it", async () => {
    const script = `
      import { run } from ${JSON.stringify(stepModule)};
      await run(process.execPath, ["-e", "console.log('the reason'); process.exit(3)"]).catch((error) => console.error(error.message));`;
    const said = await nodeProcess(script).ended;
    expect(said).toMatch(/failed with exit code 3:\s+the reason/);
    expect(readFileSync(join(folder, "recprism", "setup.log"), "utf8")).toContain("the reason");
  });
});
