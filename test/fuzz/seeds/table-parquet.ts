/** Tables as Parquet: text, numbers with and without gaps, lists and values within values. */
import { parquetBytes } from "../../data/parquet-bytes";
import type { Fuzzed } from "../fuzzed";
import { readWholeTable } from "../whole-table";

export const fuzzed: Fuzzed = {
  extensions: [".parquet"],
  async seeds() {
    const films = `SELECT * FROM (VALUES (1::DOUBLE, 'Alien', ['a', 'b'], 5::BIGINT, {deep: [1, NULL]}),
      (NULL, '', [], 6, NULL), (2.5, 'Käfer', NULL, 7, {deep: []})) films(a, title, tags, id, more)`;
    const log =
      "SELECT i % 7 AS \"user\", 'i' || i AS item, TIMESTAMP '2004-01-02' + INTERVAL (i) DAY AS at FROM range(60) r(i)";
    return [
      await parquetBytes(films),
      await parquetBytes(films, "COMPRESSION gzip"),
      await parquetBytes(log, "COMPRESSION zstd"),
      await parquetBytes(log, "COMPRESSION uncompressed, PARQUET_VERSION v2"),
    ];
  },
  read: readWholeTable,
};
