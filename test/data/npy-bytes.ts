/** `.npy` files made by hand, of any type and version. */

/** @param descr NumPy's name of the dtype, `<f4`; the data are as it says */
export function npyBytes(
  descr: string,
  shape: readonly number[],
  data: NodeJS.TypedArray,
  { fortran = false, version = 1 } = {},
): Buffer {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = fortran ? "True" : "False";
  const text = Buffer.from(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${lengths}), }\n`);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(text.length, 0, length.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY", "latin1"),
    Buffer.from([version, 0]),
    length,
    text,
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}
