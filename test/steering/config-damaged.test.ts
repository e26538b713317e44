/** Config files that were damaged anywhere: read, or refused with the file's name, and never anything else. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { RecPrismError } from "../../src/protocol/error";
import { parseSteeringConfig } from "../../src/steering/config-file";
import { stringifySteeringConfig } from "../../src/steering/config-text";
import { randomConfigs } from "./random-configs";

const pieces = fc.constantFrom(
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "'",
  "\n",
  "\t",
  "- ",
  "? ",
  "&a ",
  "*a",
  "!!set ",
  "<<: ",
  "|",
  "#",
  "---\n",
  "%",
  "\u0000",
  "null",
  ".inf",
  "__proto__: 1\n",
);

it.each(["json", "yaml"] as const)("a damaged config in %s is read or refused", (format) => {
  const file = `a.steer.${format}`;
  fc.assert(
    fc.property(randomConfigs, fc.nat(), fc.nat(12), pieces, (config, at, gone, piece) => {
      const text = stringifySteeringConfig(config, format);
      const start = at % text.length;
      const damaged = text.slice(0, start) + piece + text.slice(start + gone);
      try {
        const read = parseSteeringConfig(damaged, file);
        // What could be read is a config that can be written.
        expect(parseSteeringConfig(stringifySteeringConfig(read, format), file)).toEqual(read);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RecPrismError);
        const { reason, message } = thrown as RecPrismError;
        expect(reason).toBe("config-invalid");
        expect(message).toMatch(/^a\.steer\.(json|yaml)(, line \d+|.* line \d+)/s);
      }
    }),
    { numRuns: 1_000 },
  );
});
