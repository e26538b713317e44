import { Field, FixedSizeList, Float16, Float32, Float64, List, Utf8View, vectorFromArray } from "apache-arrow";
import { arrowBytes } from "../../data/arrow-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".arrow", ".feather", ".ipc"],
  async seeds() {
    const rows = [
      [1, 2],
      [3, 4.5],
      [-1, 0],
    ];
    const fixed = vectorFromArray(rows, new FixedSizeList(2, new Field("item", new Float32())));
    const lists = vectorFromArray(rows, new List(new Field("item", new Float64())));
    const ids = vectorFromArray(["a", "b", "c"]);
    const views = vectorFromArray(["a", "long enough to stand apart", "c"], new Utf8View());
    const wide = {
      id: vectorFromArray([7n, 8n, 9n]),
      e0: vectorFromArray([0.5, 1, 2], new Float16()),
      e1: vectorFromArray([1, 2, 3]),
    };
    return [
      arrowBytes([{ fixed, id: views }]),
      arrowBytes([{ lists }], { compression: "lz4" }),
      arrowBytes([wide], { compression: "zstd" }),
      arrowBytes([{ fixed, lists }], { stream: true }),
      arrowBytes([{ id: vectorFromArray([7, 8, 9]), lists, name: ids }]),
    ];
  },
};
