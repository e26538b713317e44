import { parquetBytes } from "../../data/parquet-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".parquet", ".pq"],
  async seeds() {
    const lists = "SELECT i AS item_id, [i * 0.5, i + 0.25]::FLOAT[] AS vector FROM range(5) r(i)";
    const wide =
      "SELECT 'u' || i AS id, i * 0.5::DOUBLE AS e0, i::BIGINT AS e1, i::DECIMAL(9, 2) AS e2 FROM range(40) r(i)";
    return [
      await parquetBytes(lists),
      await parquetBytes(lists, "COMPRESSION zstd"),
      await parquetBytes(wide, "COMPRESSION gzip"),
      await parquetBytes(wide, "COMPRESSION uncompressed, PARQUET_VERSION v2"),
    ];
  },
};
