/** Tables as JSON: a list of objects, and objects one after the other. */
import type { Fuzzed } from "../fuzzed";
import { readWholeTable } from "../whole-table";

const ROWS = [
  { id: "007", title: "Käfer", tags: ["a", "b"], price: 1.5, more: { deep: [1, null] } },
  { id: 8, title: null, tags: [], at: "2004-01-02T03:04:05Z" },
].map((row) => JSON.stringify(row));

export const fuzzed: Fuzzed = {
  extensions: [".json"],
  seeds: async () => [Buffer.from(`[${ROWS.join(",\n")}]`), Buffer.from(`${ROWS.join("\n")}\n`)],
  read: readWholeTable,
};
