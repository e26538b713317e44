/** What the README states of the code is what the code says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withOperators } from "../../scripts/heads-table.mjs";
import { importableOperators } from "../../src/graph/import/import-model";

it("the README lists the operators of heads as they are: if not, run node scripts/heads-table.mjs", () => {
  const readme = readFileSync(join(__dirname, "..", "..", "README.md"), "utf8");
  expect(readme).toBe(withOperators(readme, importableOperators()));
});
