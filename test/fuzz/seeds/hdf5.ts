import { counting, hdf5Bytes } from "../../data/hdf5-bytes";
import type { Fuzzed } from "../fuzzed";

export const fuzzed: Fuzzed = {
  extensions: [".h5", ".hdf5", ".keras"],
  async seeds() {
    return [
      await hdf5Bytes((file) => {
        const layer = file.create_group("layers").create_group("items");
        layer.create_dataset({ name: "embeddings:0", data: counting(4, 3), shape: [4, 3] });
        file.create_dataset({ name: "bias", data: Int16Array.of(1, -2, 3) });
        file.create_soft_link("/bias", "linked");
      }),
      await hdf5Bytes((file) => {
        const data = Float64Array.from(counting(9, 4));
        file.create_dataset({ name: "users", data, shape: [9, 4], chunks: [4, 3], compression: 6 });
        file.create_dataset({ name: "titles", data: ["Alien", "Heat"] });
      }),
    ];
  },
};
