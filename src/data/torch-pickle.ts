/** What a pickle of PyTorch may name: tensors and their storages, arrays of NumPy, and the containers around them. */
import { RecPrismError } from "../protocol/error";
import type { ByteSource } from "./byte-source";
import { describeNpyDtype } from "./npy-description";
import { Inert, PickleGlobal, type PickleRules, refusal, type TakesState } from "./pickle";

/** Numbers that several tensors may share. */
export interface TorchStorage {
  /** Under which the file keeps it. */
  key: string;
  /** Bytes of its unit: of a value, or 1 where its values have no type of their own. */
  unitBytes: number;
  /** As PyTorch calls it, float32; null where the tensors say it. */
  dtype: string | null;
  /** Units in the file. */
  units: number;
  /** The part of it that is meant, in units. */
  from: number;
  length: number;
}

/** A tensor, known without its values. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly dtype: string,
    /** In values, from the start of the storage. */
    readonly offset: number,
    readonly shape: readonly number[],
    /** In values. */
    readonly strides: readonly number[],
  ) {}
}

/** An array of NumPy, with its values. */
export class PickledArray implements TakesState {
  shape: readonly number[] = [];
  /** As NumPy calls it, float32; until its state says it, or where that is damaged, none. */
  dtype = "nothing";
  bigEndian = false;
  fortranOrder = false;
  bytes: Buffer = Buffer.alloc(0);

  takeState(state: unknown): void {
    if (!Array.isArray(state)) return;
    const [, shape, dtype, fortranOrder, bytes] = state;
    if (!isLengths(shape) || !(dtype instanceof NumpyType) || !Buffer.isBuffer(bytes)) return;
    this.shape = shape;
    this.dtype = describeNpyDtype(dtype.name) || "an unknown type";
    this.bigEndian = dtype.bigEndian;
    this.fortranOrder = fortranOrder === true;
    this.bytes = bytes;
  }
}

class NumpyType implements TakesState {
  bigEndian = false;

  constructor(readonly name: string) {}

  takeState(state: unknown): void {
    this.bigEndian = Array.isArray(state) && state[1] === ">";
  }
}

/** Bytes of a value, by type. Of the types of less than 16 bits none is read as a float. */
export const TORCH_TYPES: ReadonlyMap<string, number> = new Map([
  ["float64", 8],
  ["float32", 4],
  ["float16", 2],
  ["bfloat16", 2],
  ["int64", 8],
  ["int32", 4],
  ["int16", 2],
  ["int8", 1],
  ["uint64", 8],
  ["uint32", 4],
  ["uint16", 2],
  ["uint8", 1],
  ["bool", 1],
  ["complex32", 4],
  ["complex64", 8],
  ["complex128", 16],
  ["float8_e4m3fn", 1],
  ["float8_e4m3fnuz", 1],
  ["float8_e5m2", 1],
  ["float8_e5m2fnuz", 1],
]);

const STORAGE_TYPES: ReadonlyMap<string, string | null> = new Map([
  ["torch.DoubleStorage", "float64"],
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.LongStorage", "int64"],
  ["torch.IntStorage", "int32"],
  ["torch.ShortStorage", "int16"],
  ["torch.CharStorage", "int8"],
  ["torch.ByteStorage", "uint8"],
  ["torch.BoolStorage", "bool"],
  ["torch.ComplexFloatStorage", "complex64"],
  ["torch.ComplexDoubleStorage", "complex128"],
  ["torch.storage.UntypedStorage", null],
  ["torch.UntypedStorage", null],
  ["torch.storage._UntypedStorage", null],
]);

/** What is named beside weights and of no interest: hyper-parameters, and tensors without plain rows. */
const INERT_NAMES: ReadonlySet<string> = new Set([
  "argparse.Namespace",
  "builtins.complex",
  "builtins.range",
  "builtins.slice",
  "datetime.date",
  "datetime.datetime",
  "datetime.timedelta",
  "numpy.core.multiarray.scalar",
  "numpy._core.multiarray.scalar",
  "pathlib.Path",
  "pathlib.PosixPath",
  "pathlib.PurePosixPath",
  "pathlib.WindowsPath",
  "torch._utils._rebuild_meta_tensor_no_storage",
  "torch._utils._rebuild_qtensor",
  "torch._utils._rebuild_sparse_tensor",
  "torch._utils._rebuild_wrapper_subclass",
  "torch.device",
  "torch.serialization._get_layout",
]);
const CONTAINERS: Readonly<Record<string, (content: Iterable<unknown>) => unknown>> = {
  "collections.OrderedDict": mapOf,
  "collections.Counter": mapOf,
  "builtins.dict": mapOf,
  "builtins.list": (content) => Array.from(content),
  "builtins.tuple": (content) => Array.from(content),
  "builtins.set": (content) => new Set(content),
  "builtins.frozenset": (content) => new Set(content),
  "torch.Size": (content) => Array.from(content),
};
/** Named for what they are, not called: factories of defaults, types of objects. */
const ONLY_NAMED: ReadonlySet<string> = new Set([
  "builtins.int",
  "builtins.float",
  "builtins.bool",
  "builtins.str",
  "numpy.ndarray",
  "torch.Tensor",
  "torch.nn.parameter.Parameter",
]);
const MOST_DIMENSIONS = 64;

/**
 * Names that the pickles of PyTorch may use; every other is refused.
 *
 * @returns the rules, and the storages that were met under them, by key
 */
export function torchRules({ name, file }: ByteSource): { rules: PickleRules; storages: Map<string, TorchStorage> } {
  const storages = new Map<string, TorchStorage>();
  const globals = new Map<string, PickleGlobal>();
  const damaged = (what: string): RecPrismError =>
    new RecPrismError("file-format", `${name} is damaged: ${what}. Save the model's state_dict again.`, { file });

  const tensor = (storage: unknown, offset: unknown, shape: unknown, strides: unknown, dtype: string | null) => {
    if (!isStorage(storage) || !isLength(offset) || !isLengths(shape) || !isLengths(strides) || dtype === null) {
      throw damaged("it describes a tensor that cannot be");
    }
    if (shape.length !== strides.length) throw damaged("a tensor has more dimensions than strides, or fewer");
    return new TorchTensor(storage, dtype, offset, shape, strides);
  };
  const tensorLike = ([storage, offset, shape, strides]: readonly unknown[]) =>
    tensor(storage, offset, shape, strides, isStorage(storage) ? storage.dtype : null);
  const calls: Record<string, (args: readonly unknown[]) => unknown> = {
    "torch._utils._rebuild_tensor": tensorLike,
    "torch._utils._rebuild_tensor_v2": tensorLike,
    "torch._utils._rebuild_tensor_v3": ([storage, offset, shape, strides, , , dtype]) =>
      tensor(storage, offset, shape, strides, dtypeNamed(dtype)),
    "torch._utils._rebuild_parameter": ([data]) => data,
    "torch._utils._rebuild_parameter_with_state": ([data]) => data,
    "torch._utils._rebuild_device_tensor_from_numpy": ([data]) => data,
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": ([data]) => data,
    "torch._tensor._rebuild_from_type_v2": ([rebuild, , args]) => {
      const made = rebuild instanceof PickleGlobal && rebuild.name.startsWith("torch._utils.") ? rebuild.make : null;
      if (made === null || !Array.isArray(args)) throw damaged("it describes a tensor that cannot be");
      return made(args);
    },
    "collections.defaultdict": ([, content]) => mapOf(iterable(content)),
    "builtins.bytearray": ([content]) => (Buffer.isBuffer(content) ? content : Buffer.alloc(0)),
    "_codecs.encode": ([text]) => Buffer.from(typeof text === "string" ? text : "", "latin1"),
    "numpy.dtype": ([type]) => new NumpyType(String(typeof type === "string" ? type : "")),
    "numpy.core.multiarray._reconstruct": () => new PickledArray(),
    "numpy._core.multiarray._reconstruct": () => new PickledArray(),
  };
  for (const [called, make] of Object.entries(calls)) globals.set(called, new PickleGlobal(called, make));
  for (const inert of INERT_NAMES) globals.set(inert, new PickleGlobal(inert, () => new Inert()));
  for (const named of ONLY_NAMED) globals.set(named, new PickleGlobal(named));
  for (const [container, make] of Object.entries(CONTAINERS)) {
    globals.set(container, new PickleGlobal(container, ([content]) => make(iterable(content))));
  }
  for (const type of TORCH_TYPES.keys()) globals.set(`torch.${type}`, new PickleGlobal(`torch.${type}`));
  for (const type of STORAGE_TYPES.keys()) globals.set(type, new PickleGlobal(type));

  const rules: PickleRules = {
    global(asked) {
      const known = globals.get(inPython3(asked)) ?? globals.get(inPython3(asked).replace(/^torch\.cuda\./, "torch."));
      if (known) return known;
      throw isModule(asked)
        ? new RecPrismError(
            "file-format",
            `${name} holds a whole model (${asked}), which only its own code can rebuild: refused, nothing was executed. ` +
              'Save its weights: torch.save(model.state_dict(), "weights.pt").',
            { file },
          )
        : refusal(name, file, `run ${asked}`);
    },
    persistent(id) {
      if (!Array.isArray(id)) throw damaged("it refers to a storage that cannot be");
      const [kind, type, key, , length, view] = id;
      if (kind === "module" && type instanceof PickleGlobal) throw refusal(name, file, `run ${type.name}`);
      const dtype = type instanceof PickleGlobal ? STORAGE_TYPES.get(type.name) : undefined;
      if (kind !== "storage" || dtype === undefined || typeof key !== "string" || !isLength(length)) {
        throw damaged("it refers to a storage that cannot be");
      }
      const unitBytes = dtype === null ? 1 : (TORCH_TYPES.get(dtype) ?? 1);
      const whole: TorchStorage = { key, unitBytes, dtype, units: length, from: 0, length };
      const known = storages.get(key);
      if (known && (known.dtype !== dtype || known.units !== length))
        throw damaged(`storage ${key} is described twice`);
      storages.set(key, whole);
      if (!Array.isArray(view)) return whole;
      const [, from, part] = view;
      if (!isLength(from) || !isLength(part) || from + part > length) {
        throw damaged(`a part of storage ${key} lies outside it`);
      }
      return { ...whole, from, length: part };
    },
  };
  return { rules, storages };
}

/** Pickles of protocol 2 call modules as Python 2 did. */
function inPython3(name: string): string {
  return name.replace(/^__builtin__\./, "builtins.").replace(/^copy_reg\./, "copyreg.");
}

function isModule(name: string): boolean {
  return /^(torch\.nn\.modules\.|__torch__\.|torch\.jit\.|torch\.fx\.)/.test(name) || name === "torch.nn.Module";
}

function dtypeNamed(dtype: unknown): string | null {
  const name = dtype instanceof PickleGlobal ? dtype.name.replace(/^torch\./, "") : "";
  return TORCH_TYPES.has(name) ? name : null;
}

function isStorage(value: unknown): value is TorchStorage {
  return typeof value === "object" && value !== null && "unitBytes" in value;
}

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MOST_DIMENSIONS && value.every(isLength);
}

function iterable(content: unknown): Iterable<unknown> {
  return Array.isArray(content) || content instanceof Map || content instanceof Set ? content : [];
}

function mapOf(content: Iterable<unknown>): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (const pair of content) if (Array.isArray(pair)) map.set(pair[0], pair[1]);
  return map;
}
