/** What a failed test leaves behind in `test-results`: the screen, and what the extension host logged. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach } from "vitest";
import type { CodeServer } from "./code-server";
import type { Workbench } from "./workbench";

const folder = join(__dirname, "..", "..", "test-results");
const TAIL_LINES = 40;

/** To be called once in a suite. Either may be missing yet when a test fails. */
export function keepEvidenceOfFailures(scene: () => { server?: CodeServer; workbench?: Workbench }): void {
  beforeEach(({ task, onTestFailed }) => {
    onTestFailed(async () => {
      const { server, workbench } = scene();
      const file = join(folder, `failed-${task.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`);
      mkdirSync(folder, { recursive: true });
      await workbench?.page.screenshot({ path: `${file}.png` });
      if (server === undefined) return;
      const log = await server.extensionHostLog();
      writeFileSync(`${file}.log`, log);
      const own = log.split(/^(?=--- )/m).filter((part) => /^--- .*recprism/.test(part));
      const tail = own.map((part) => part.trim().split("\n").slice(-TAIL_LINES).join("\n"));
      console.error([`Kept: ${file}.png and .log; the end of the log:`, ...tail].join("\n"));
    });
  });
}
