/** The description in a `.npy` header: a Python dictionary as text. It is matched, never evaluated. */
import { RecPrismError } from "../protocol/error";
import type { ValueType } from "./stored-values";
import { valueTypeNamed, whyUnusable } from "./usable-numbers";

export interface NpyDescription {
  /** As NumPy writes it, `<f4`; null for a structured type. */
  dtype: string | null;
  /** Column-major when true. */
  fortranOrder: boolean;
  /** As the header says, unchecked: may be absurdly large. */
  shape: bigint[];
}

/** Where an array is: a file, or a member of an archive. */
export interface NpyPlace {
  file: string;
  member?: string;
}

/** As in NumPy. */
const MOST_DIMENSIONS = 64;

/**
 * @param text the dictionary, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`
 * @throws RecPrismError "file-format"
 */
export function parseNpyDescription(text: string, place: NpyPlace): NpyDescription {
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\s*[,}]/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  const simple = /['"]descr['"]\s*:\s*(['"])([^'"]+)\1/.exec(text);
  const structured = /['"]descr['"]\s*:\s*[[(]/.test(text);
  if (order === null || shape === null || (simple === null && !structured)) {
    throw npyFault("file-format", place, "has a damaged .npy header. Save the array again with numpy.save.");
  }
  return {
    dtype: simple === null ? null : simple[2],
    fortranOrder: order[1] === "True",
    shape: lengths(shape[1], place),
  };
}

/** How the values of a dtype are read; null where they are not. */
export function npyValueType(dtype: string | null): { type: ValueType; bigEndian: boolean } | null {
  const type = valueTypeNamed(describeNpyDtype(dtype));
  return type === null ? null : { type, bigEndian: dtype?.startsWith(">") ?? false };
}

/** `float32` for `<f4`; what is unknown stays as it is. */
export function describeNpyDtype(dtype: string | null): string {
  if (dtype === null) return "a structured type";
  const match = /^[<>=|]?([a-zA-Z?])(\d*)$/.exec(dtype);
  if (match === null) return dtype.slice(0, 40);
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

/** Why an array can be neither embeddings nor a bias: a sentence; null where it can. */
export function npyUnusable({ dtype, shape }: NpyDescription): string | null {
  const found = describeNpyDtype(dtype);
  if (dtype?.includes("O")) {
    return `It holds ${found}; numbers are read. Loading objects can run code, so RecPrism never does.`;
  }
  return whyUnusable(found, shape.map(Number));
}

/** @throws RecPrismError "dtype-unsupported" or "file-format" for an array that `npyUnusable` finds a reason against */
export function checkNpyUsable(description: NpyDescription, place: NpyPlace): void {
  const unusable = npyUnusable(description);
  if (unusable === null) return;
  const { dtype } = description;
  if (npyValueType(dtype) !== null) throw npyFault("file-format", place, `cannot be read. ${unusable}`);
  const file = JSON.stringify(place.file);
  const member = place.member === undefined ? "" : `[${JSON.stringify(place.member)}]`;
  const target = place.member === undefined ? file : JSON.stringify(`${place.member}.npy`);
  const remedy = dtype?.includes("O")
    ? `If you trust the file: import numpy as np; np.save(${target}, np.stack(np.load(${file}, allow_pickle=True)${member}).astype("float32"))`
    : `Convert it in Python: import numpy as np; np.save(${target}, np.load(${file})${member}.astype("float32"))`;
  throw npyFault("dtype-unsupported", place, `cannot be read. ${unusable} ${remedy}`);
}

export function npyFault(
  reason: "file-format" | "file-truncated" | "dtype-unsupported",
  { file, member }: NpyPlace,
  what: string,
): RecPrismError {
  const called = member === undefined ? file : `${file}, ${member},`;
  return new RecPrismError(reason, `${called} ${what}`, { file, key: member });
}

function lengths(text: string, place: NpyPlace): bigint[] {
  const parts = text.split(",").map((part) => part.trim().replace(/L$/, ""));
  if (parts.at(-1) === "") parts.pop();
  if (parts.length > MOST_DIMENSIONS || !parts.every((part) => /^\d{1,20}$/.test(part))) {
    throw npyFault("file-format", place, `has a damaged .npy header: its shape is (${text.slice(0, 60)}).`);
  }
  return parts.map(BigInt);
}
