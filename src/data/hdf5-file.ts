/**
 * HDF5 files, read by the HDF5 library compiled to WebAssembly. It lives in a file system of its own where the one file
 * it may read is mounted, so that links to other files lead nowhere; what it asks for is read from the disk when it does.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Dataset, File, Group } from "h5wasm";
import { RecPrismError } from "../protocol/error";
import { fileStats, readFault } from "./file-fault";
import { becameShorter } from "./stored-rows";

type Library = typeof import("h5wasm");

/** The part of a file that is in the format: the whole file, or an entry of an archive. */
export interface Hdf5Part {
  file: string;
  offset: number;
  /** In bytes; null for all of the file from the offset on. */
  length: number | null;
}

/** Part of Emscripten's file system, which h5wasm types as unknown. */
interface VirtualFile {
  node_ops: { getattr(node: VirtualFile): object };
  stream_ops: {
    read(stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number;
    llseek(stream: { position: number }, offset: number, whence: 0 | 1 | 2): number;
  };
}
interface VirtualFileSystem {
  createFile(parent: string, name: string, properties: object, canRead: boolean, canWrite: boolean): VirtualFile;
  unlink(path: string): void;
  getStream(descriptor: number): { stream_ops: object };
}

const STANDARD_ERROR = 2;
const DEEPEST = 32;
const MOST_OBJECTS = 20_000;
let mounted = 0;

export class Hdf5File {
  private closed = false;

  private constructor(
    private readonly library: Library,
    private readonly part: Hdf5Part,
    private readonly descriptor: number,
    private readonly path: string,
    private readonly root: File,
    private readonly opened: { size: number; mtimeMs: number },
    /** Of the part, in bytes. */
    readonly size: number,
  ) {}

  /** @throws RecPrismError file-missing, file-unreadable, file-format */
  static async open(part: Hdf5Part): Promise<Hdf5File> {
    const { file, offset } = part;
    await fileStats(file);
    const library = await import("h5wasm");
    const { FS } = await library.ready;
    const files = FS as unknown as VirtualFileSystem;
    silence(files);
    let descriptor: number;
    try {
      descriptor = openSync(file, "r");
    } catch (thrown) {
      throw readFault(thrown, file);
    }
    const stats = fstatSync(descriptor);
    const size = part.length ?? stats.size - offset;
    const path = `/${mounted++}.h5`;
    mount(files, path, descriptor, offset, size);
    const root = opened(library, path);
    if (root !== null) return new Hdf5File(library, part, descriptor, path, root, stats, size);
    files.unlink(path);
    closeSync(descriptor);
    const found = size === 0 ? "is empty" : "is no HDF5 file, or only part of one";
    throw new RecPrismError("file-format", `${file} ${found}. Write or copy it again.`, { file });
  }

  /** Datasets by their paths, `model_weights/embedding/embeddings:0`. Links to other files are left out. */
  datasets(): Map<string, Dataset> {
    return this.guarded(() => {
      const found = new Map<string, Dataset>();
      let objects = 0;
      const search = (group: Group, path: string, depth: number) => {
        // Groups may hold themselves.
        if (depth > DEEPEST) return;
        for (const name of group.keys()) {
          if (++objects > MOST_OBJECTS) throw this.damaged(`holds more than ${MOST_OBJECTS} objects`);
          const entity = group.get(name);
          if (entity instanceof this.library.Group) search(entity, `${path}${name}/`, depth + 1);
          else if (entity instanceof this.library.Dataset) found.set(`${path}${name}`, entity);
        }
      };
      search(this.root, "", 0);
      return found;
    }, "");
  }

  /**
   * The bytes of a rectangle of a dataset, little-endian and row-major.
   *
   * @param first where it starts, along each axis
   * @param count how many values along each axis
   * @throws RecPrismError "file-format" where they cannot be read, "file-changed"
   */
  read(of: Dataset, first: readonly number[], count: readonly number[]): Uint8Array<ArrayBuffer> {
    this.checkUnchanged();
    const { Module } = this.library;
    const bytes = count.reduce((product, length) => product * length, of.metadata.size);
    return this.guarded(() => {
      const pointer = Module._malloc(bytes);
      if (pointer === 0) throw this.damaged("needs more memory than there is", of.path);
      try {
        const steps = count.map(() => 1n);
        const status = Module.get_dataset_data(
          this.root.file_id,
          of.path,
          count.map(BigInt),
          first.map(BigInt),
          steps,
          BigInt(pointer),
        );
        if (status < 0) throw this.damaged("cannot be read", of.path);
        return Module.HEAPU8.slice(pointer, pointer + bytes) as Uint8Array<ArrayBuffer>;
      } finally {
        Module._free(pointer);
      }
    }, of.path);
  }

  /** What the library says of a dataset. @throws RecPrismError "file-format" where it is damaged */
  describe(of: Dataset): Pick<Dataset, "metadata" | "filters"> {
    return this.guarded(() => ({ metadata: of.metadata, filters: of.filters }), of.path);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.root.close();
      (this.library.Module.FS as unknown as VirtualFileSystem).unlink(this.path);
    } finally {
      closeSync(this.descriptor);
    }
  }

  private checkUnchanged(): void {
    const { file } = this.part;
    if (this.closed) throw new RecPrismError("cancelled", `${file} was closed while it was in use.`);
    const { size, mtimeMs } = fstatSync(this.descriptor);
    if (size < this.opened.size) throw becameShorter(file);
    if (size === this.opened.size && mtimeMs === this.opened.mtimeMs) return;
    throw new RecPrismError(
      "file-changed",
      `${file} was changed while it was in use. Open the project again once it is written.`,
      { file },
    );
  }

  /** Whatever the library throws means that the file is not as it should be. */
  private guarded<Result>(work: () => Result, path: string): Result {
    try {
      return work();
    } catch (thrown) {
      if (thrown instanceof RecPrismError) throw thrown;
      throw this.damaged("is damaged", path);
    }
  }

  private damaged(what: string, path = ""): RecPrismError {
    const { file } = this.part;
    const called = path === "" ? file : `${file}, ${path.replace(/^\/+/, "")},`;
    return new RecPrismError("file-format", `${called} ${what}. Write or copy it again.`, {
      file,
      ...(path === "" ? {} : { key: path.replace(/^\/+/, "") }),
    });
  }
}

function opened(library: Library, path: string): File | null {
  try {
    const root = new library.File(path, "r");
    // What cannot be opened has a negative number.
    return root.file_id >= 0n ? root : null;
  } catch {
    return null;
  }
}

/** The library writes a page to the error stream for each fault of a file, which is no news to anybody but us. */
function silence(files: VirtualFileSystem): void {
  const errors = files.getStream(STANDARD_ERROR);
  errors.stream_ops = {
    ...errors.stream_ops,
    write: (_stream: unknown, _buffer: unknown, _offset: number, length: number) => length,
  };
}

function mount(files: VirtualFileSystem, path: string, descriptor: number, offset: number, size: number): void {
  const node = files.createFile("/", path.slice(1), {}, true, false);
  const { getattr } = node.node_ops;
  node.node_ops = { ...node.node_ops, getattr: (of) => ({ ...getattr(of), size }) };
  node.stream_ops = {
    ...node.stream_ops,
    read(_stream, buffer, at, length, position) {
      if (position >= size) return 0;
      return readSync(descriptor, buffer, at, Math.min(length, size - position), offset + position);
    },
    llseek: (stream, distance, whence) => [0, stream.position, size][whence] + distance,
  };
}
