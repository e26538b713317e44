/** The description in a `.npy` header: a Python dictionary as text. It is matched, never evaluated. */
import { RecPrismError } from "../protocol/error";

export interface NpyDescription {
  /** As NumPy writes it, `<f4`. */
  dtype: string;
  valueBytes: 4 | 8;
  bigEndian: boolean;
  /** Column-major when true. */
  fortranOrder: boolean;
  /** As the header says, unchecked: may be absurdly large. */
  shape: bigint[];
}

/**
 * @param text the dictionary, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`
 * @throws RecPrismError file-format, dtype-unsupported
 */
export function parseNpyDescription(text: string, file: string): NpyDescription {
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\s*[,}]/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  const simple = /['"]descr['"]\s*:\s*(['"])([^'"]*)\1/.exec(text);
  const structured = /['"]descr['"]\s*:\s*[[(]/.test(text);
  if (order === null || shape === null || (simple === null && !structured)) {
    throw new RecPrismError("file-format", `${file} has a damaged .npy header. Save the array again with numpy.save.`, {
      file,
    });
  }
  if (simple === null) throw unsupported("a structured type", "", file);
  const dtype = simple[2];
  const float = /^([<>=])f([48])$/.exec(dtype);
  if (float === null) throw unsupported(describeNpyDtype(dtype), dtype, file);
  return {
    dtype,
    valueBytes: float[2] === "4" ? 4 : 8,
    bigEndian: float[1] === ">",
    fortranOrder: order[1] === "True",
    shape: lengths(shape[1], file),
  };
}

/** `float32` for `<f4`; what is unknown stays as it is. */
export function describeNpyDtype(dtype: string): string {
  const match = /^[<>=|]?([a-zA-Z?])(\d*)/.exec(dtype);
  if (match === null) return dtype;
  const [, kind, size] = match;
  const bits = Number(size) * 8;
  if (kind === "f") return `float${bits}`;
  if (kind === "i") return `int${bits}`;
  if (kind === "u") return `uint${bits}`;
  if (kind === "c") return `complex${bits}`;
  if (kind === "b" || kind === "?") return "bool";
  if (kind === "O") return "Python objects";
  if (kind === "U" || kind === "S") return "text";
  return dtype;
}

function lengths(text: string, file: string): bigint[] {
  const parts = text.split(",").map((part) => part.trim().replace(/L$/, ""));
  if (parts.at(-1) === "") parts.pop();
  if (!parts.every((part) => /^\d{1,20}$/.test(part))) {
    throw new RecPrismError("file-format", `${file} has a damaged .npy header: its shape is (${text.slice(0, 60)}).`, {
      file,
    });
  }
  return parts.map(BigInt);
}

function unsupported(found: string, dtype: string, file: string): RecPrismError {
  const name = JSON.stringify(file);
  const what = dtype === "" ? found : `${found} ("${dtype}")`;
  if (/O/.test(dtype)) {
    return new RecPrismError(
      "dtype-unsupported",
      `${file} holds ${what}; float32 and float64 are read. Loading objects can run code, so RecPrism never does. ` +
        `If you trust the file: import numpy as np; np.save(${name}, np.stack(np.load(${name}, allow_pickle=True)).astype("float32"))`,
      { file },
    );
  }
  return new RecPrismError(
    "dtype-unsupported",
    `${file} holds ${what}; float32 and float64 are read. ` +
      `Convert it in Python: import numpy as np; np.save(${name}, np.load(${name}).astype("float32"))`,
    { file },
  );
}
