import { modelBytes } from "../../data/onnx-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".onnx"],
  async seeds() {
    return [
      modelBytes([
        { name: "items", dataType: 1, dims: [3, 2], rawData: Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) },
        { name: "bias", dataType: 1, dims: [3], floatData: [1, 2, 3] },
      ]),
      modelBytes([
        { name: "halves", dataType: 10, dims: [2, 2], int32Data: [0x3c00, 0xbc00, 0, 1] },
        { name: "integers", dataType: 7, dims: [2], int64Data: [1, -1] },
        { name: "doubles", dataType: 11, dims: [1, 2], doubleData: [0.5, -0.5] },
      ]),
      modelBytes([
        { name: "near", dataType: 1, dims: [1], rawData: Buffer.alloc(4) },
        {
          name: "beside",
          dataType: 1,
          dims: [1, 2],
          dataLocation: 1,
          externalData: [
            { key: "location", value: "weights" },
            { key: "offset", value: "8" },
          ],
        },
      ]),
    ];
  },
};
