/** Entry of `recprism`, the command line: exits 0, 1 when something failed, 2 when it was called wrongly. */
import { CommanderError } from "commander";
import { RecPrismError } from "../protocol/error";
import { program } from "./program";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

// The process ends by itself: exiting at once could cut off what a pipe has not taken yet.
program()
  .parseAsync()
  .catch((thrown: unknown) => {
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    const known = thrown instanceof RecPrismError;
    process.stderr.write(`recprism: ${known ? thrown.message : faultOfOurOwn(thrown)}\n`);
    process.exitCode = EXIT_FAILED;
  });

function faultOfOurOwn(thrown: unknown): string {
  return `a fault of its own: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`;
}
