/** What happens when the disk is really full; needs a disk of our own, so it runs where a small one can be mounted. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli";

const disk = mkdtempSync(join(tmpdir(), "recprism-disk-"));
const mounted = mount();
const why = mounted ? "" : " (SKIPPED: only root on Linux can mount a small disk)";

function mount(): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1600k", "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

afterAll(() => {
  if (mounted) execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!mounted)(`a full disk${why}`, { timeout: 90_000 }, () => {
  it("fails training by saying so, and leaves the SAE of before as it was", async () => {
    expect((await runCli(disk, "sample", "films")).code).toBe(0);
    const films = join(disk, "films");
    expect((await runCli(films, "train", "--epochs", "1", "--latents", "8")).code).toBe(0);
    const before = readFileSync(join(films, "sae", "report.json"), "utf8");
    const names = readdirSync(films);
    fill(join(disk, "filler"));

    const result = await runCli(films, "train", "--epochs", "1", "--latents", "8");
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/no space left to write .*Free some space/);
    expect(readFileSync(join(films, "sae", "report.json"), "utf8")).toBe(before);
    expect(readdirSync(films)).toEqual(names);
    expect((await runCli(films, "report")).code).toBe(0);
  });
});

/** Writes until nothing fits any more. */
function fill(file: string): void {
  for (let block = 0; ; block++) {
    try {
      writeFileSync(`${file}-${block}`, Buffer.alloc(4096));
    } catch {
      return;
    }
  }
}
