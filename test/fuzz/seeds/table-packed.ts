/** Tables that are packed by gzip. */
import { gzipSync } from "node:zlib";
import type { Fuzzed } from "../fuzzed";
import { readWholeTable } from "../whole-table";

const TEXT = `id,title,genres,year\r\n1,"Käfer, ""der""",Drama|Comedy,1995\r\n2,,,\r\n`;

export const fuzzed: Fuzzed = {
  extensions: [".csv.gz"],
  seeds: async () => [
    gzipSync(TEXT),
    // Stored, so that what is mutated reaches the table.
    gzipSync(TEXT, { level: 0 }),
    gzipSync(`id,title\n${"1,again\n".repeat(5_000)}`),
    Buffer.concat([gzipSync("id,title\n1,a\n"), gzipSync("2,b\n")]),
  ],
  read: readWholeTable,
};
