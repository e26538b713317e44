/** Archives that we write: NumPy reads them, so do we, and they are the same every time. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inMemory } from "../../src/data/matrix";
import { npzBytes } from "../../src/data/npz";
import { npzFormat } from "../../src/data/npz-format";
import { PYTHON, runNumpy } from "../python-run";
import { scratchFolder } from "./scratch";

const arrays = {
  encoder: { shape: [2, 3], values: Float32Array.of(1, -0, 1e-45, 3.4028234663852886e38, 0.1, -2) },
  bias: { shape: [1], values: Float32Array.of(7) },
  none: { shape: [0, 3], values: new Float32Array(0) },
  ids: { shape: [5], values: Uint8Array.from(Buffer.from('["a"]')) },
};

async function written(): Promise<string> {
  const file = join(await scratchFolder(), "weights.npz");
  await writeFile(file, npzBytes(arrays));
  return file;
}

it("an archive is read back by our reader, to the bit", async () => {
  const { rows } = await npzFormat.open({ file: await written(), tensor: "encoder", transposed: false }, 2 ** 30);
  const read = inMemory(rows);
  expect([read.rows, read.columns]).toEqual([2, 3]);
  expect(Array.from(read.values)).toEqual(Array.from(arrays.encoder.values));
});

it("an archive is the same bytes every time", () => {
  expect(Buffer.from(npzBytes(arrays)).equals(npzBytes(arrays))).toBe(true);
});

it.skipIf(PYTHON === null)("an archive is read by NumPy, which checks it as a zip", async () => {
  const code = `
import json, zipfile
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
with np.load(sys.argv[1], allow_pickle=False) as arrays:
    print(json.dumps({name: [str(arrays[name].dtype), arrays[name].tolist()] for name in arrays.files}))
`;
  expect(JSON.parse(runNumpy(code, await written()))).toEqual({
    encoder: [
      "float32",
      [
        [1, -0, 1.401298464324817e-45],
        [3.4028234663852886e38, Math.fround(0.1), -2],
      ],
    ],
    bias: ["float32", [7]],
    none: ["float32", []],
    ids: ["uint8", [...Buffer.from('["a"]')]],
  });
});
