import {
  archive,
  built,
  called,
  dictionary,
  floats,
  global,
  integer,
  legacy,
  no,
  none,
  pickle,
  tensor,
  text,
  tuple,
} from "../../data/pickle-bytes";
import type { Fuzzed } from "../fuzzed";

const NUMBERS = floats(1, 2, 3, 4, 5, 6);

export const fuzzed: Fuzzed = {
  extensions: [".pt", ".pth", ".bin"],
  async seeds() {
    const views = dictionary(
      [text("items"), tensor()],
      [text("turned"), tensor({ shape: [2, 3], strides: [1, 2] })],
      [text("nested"), dictionary([text("bias"), tensor({ offset: 1, shape: [3], strides: [2] })])],
    );
    const parameter = called(global("torch._utils", "_rebuild_parameter"), tensor({ type: "HalfStorage" }), no, none);
    const dtype = built(
      called(global("numpy", "dtype"), text("f4"), no, no),
      tuple(integer(3), text("<"), none, none, none),
    );
    const encoded = called(global("_codecs", "encode"), text("\0\0\x80?\0\0\0@"), text("latin1"));
    const empty = called(
      global("numpy.core.multiarray", "_reconstruct"),
      global("numpy", "ndarray"),
      tuple(integer(0)),
    );
    const array = built(empty, tuple(integer(1), tuple(integer(2), integer(1)), dtype, no, encoded));
    return [
      archive(pickle(views), { 0: NUMBERS }),
      archive(pickle(dictionary([text("p"), parameter]), 4), { 0: NUMBERS.subarray(0, 12) }),
      archive(pickle(dictionary([text("a"), array])), {}),
      legacy(pickle(views), [["0", 6, NUMBERS]]),
    ];
  },
};
