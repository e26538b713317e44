/** HDF5 files, made in the memory of the library that reads them. */
import type { File } from "h5wasm";

let made = 0;

export async function hdf5Bytes(fill: (file: File) => void): Promise<Buffer> {
  // It is an ES module, which bundles cannot require.
  const { File: Hdf5, ready } = await import("h5wasm");
  const { FS } = await ready;
  const files = FS as unknown as { readFile(path: string): Uint8Array; unlink(path: string): void };
  const path = `/made-${made++}.h5`;
  const file = new Hdf5(path, "w");
  fill(file);
  file.close();
  const bytes = Buffer.from(files.readFile(path));
  files.unlink(path);
  return bytes;
}

/** A counting matrix of float32. */
export function counting(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, index) => index);
}
