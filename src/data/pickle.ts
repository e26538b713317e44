/**
 * Python pickles, read as data. A pickle is a program for a stack machine that may call any function of Python; this machine
 * knows only what its caller allows, calls nothing but that, and refuses every other name.
 */
import { RecPrismError } from "../protocol/error";
import type { ByteSource } from "./byte-source";
import { PickleReader } from "./pickle-reader";

/** Something a pickle may name. */
export class PickleGlobal {
  /**
   * @param name as in Python, `collections.OrderedDict`
   * @param make what calling it gives, from arguments that may be anything; null where it may only be named
   */
  constructor(
    readonly name: string,
    readonly make: ((args: readonly unknown[]) => unknown) | null = null,
  ) {}
}

/** An object whose attributes follow its making. */
export interface TakesState {
  takeState(state: unknown): void;
}

/** An object of no interest. */
export class Inert {}

export interface PickleRules {
  /** What a name means; throws where it may not be named. */
  global(name: string): PickleGlobal;
  /** What an object means that the pickle keeps elsewhere; throws where there is none. */
  persistent(id: unknown): unknown;
}

/**
 * What the pickles of a file may grow to. Their steps count as well, and what is slow for more than the memory it takes, so
 * that this bounds their time too: to about a second. A vocabulary of a million words beside the weights is within it.
 */
const MOST_BYTES = 256 * 2 ** 20;
const BYTES = {
  step: 8,
  value: 32,
  entry: 48,
  list: 256,
  table: 512,
  integer: 512,
  call: 160,
  line: 128,
  lineByte: 32,
};
/** Python's own integers have no limit; no number of a model is longer. */
const LONGEST_INTEGER_BYTES = 128;
const LATEST_PROTOCOL = 5;

/** What the pickles of one file took so far. */
export interface PickleSpending {
  bytes: number;
}

/**
 * Runs one pickle: lists and tuples become arrays, dictionaries maps, sets sets, bytes buffers, large integers bigints.
 *
 * @param spending of the file's pickles before this one, which is added to
 * @returns its value, and the position after it
 * @throws RecPrismError "file-format", "file-truncated", and what `rules` throws
 */
export function readPickle(
  bytes: ByteSource,
  rules: PickleRules,
  start = 0,
  spending: PickleSpending = { bytes: 0 },
): { value: unknown; end: number } {
  const reader = new PickleReader(bytes, start);
  const value = new PickleMachine(reader, rules, bytes, spending).run();
  return { value, end: reader.position };
}

class PickleMachine {
  private stack: unknown[] = [];
  /** Heights of the stack. */
  private readonly marks: number[] = [];
  /** Under 0, 1, 2, …, as Python keeps them; and under other numbers. */
  private readonly memo: unknown[] = [];
  private readonly strayMemo = new Map<number, unknown>();

  constructor(
    private readonly reader: PickleReader,
    private readonly rules: PickleRules,
    private readonly source: ByteSource,
    private readonly spending: PickleSpending,
  ) {}

  run(): unknown {
    while (true) {
      this.spend(BYTES.step);
      const opcode = this.reader.byte();
      if (opcode === STOP) return this.pop();
      const instruction = INSTRUCTIONS[opcode];
      if (instruction === undefined) {
        throw this.reader.damaged(`instruction 0x${opcode.toString(16).padStart(2, "0")} does not belong in it`);
      }
      instruction(this, this.reader);
    }
  }

  global(module: string, name: string): PickleGlobal {
    return this.rules.global(`${module}.${name}`);
  }

  made(callee: unknown, args: unknown): unknown {
    if (!(callee instanceof PickleGlobal) || !Array.isArray(args))
      throw this.reader.damaged("what it calls is no name");
    if (callee.make === null) throw refusal(this.source.name, this.source.file, `call ${callee.name}`);
    this.spend(BYTES.call);
    // What is made may copy its arguments.
    for (const argument of args) this.spend(copyBytes(argument));
    const made = callee.make(args);
    if (isTable(made)) this.spend(BYTES.table);
    return made;
  }

  push(value: unknown): void {
    this.spend(BYTES.value);
    this.stack.push(value);
  }

  pushContainer(value: unknown[] | Map<unknown, unknown> | Set<unknown>): void {
    this.spend(Array.isArray(value) ? BYTES.list : BYTES.table);
    this.stack.push(value);
  }

  top(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.reader.damaged("it takes a value that it never made");
    return this.stack[this.stack.length - 1];
  }

  pop(): unknown {
    const top = this.top();
    this.stack.pop();
    return top;
  }

  popSeveral(count: 1 | 2 | 3): unknown[] {
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(this.pop());
    return values.reverse();
  }

  popToMark(): unknown[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.reader.damaged("it goes back to a mark that it never set");
    return this.stack.splice(mark);
  }

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) {
      if (list instanceof Inert) return;
      throw this.reader.damaged("it appends to what is no list");
    }
    this.spend(BYTES.entry * values.length);
    for (const value of values) list.push(value);
  }

  setTopItems(items: readonly unknown[]): void {
    const map = this.top();
    if (map instanceof Map) this.setItems(map, items);
    else if (!(map instanceof Inert)) throw this.reader.damaged("it sets items of what is no dictionary");
  }

  /** @param items keys and values by turns */
  setItems(map: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 !== 0) throw this.reader.damaged("a dictionary has a key without a value");
    this.spend(BYTES.entry * items.length);
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
    return map;
  }

  addItems(values: readonly unknown[]): void {
    const set = this.top();
    if (!(set instanceof Set)) throw this.reader.damaged("it adds to what is no set");
    this.spend(BYTES.entry * values.length);
    for (const value of values) set.add(value);
  }

  remember(key = this.memo.length): void {
    this.spend(BYTES.entry);
    if (key <= this.memo.length) {
      this.memo[key] = this.top();
      return;
    }
    this.spend(BYTES.table);
    this.strayMemo.set(key, this.top());
  }

  recall(key: number): void {
    const isStray = key >= this.memo.length;
    if (isStray && !this.strayMemo.has(key)) {
      throw this.reader.damaged(`it recalls value ${key}, which it never kept`);
    }
    this.push(isStray ? this.strayMemo.get(key) : this.memo[key]);
  }

  memoLine(): number {
    const line = this.line();
    if (!/^\d{1,10}$/.test(line)) throw this.reader.damaged("it keeps a value under what is no number");
    return Number(line);
  }

  /** Escapes in it are looked for, and numbers made of its digits. */
  line(): string {
    const line = this.reader.line();
    this.spend(BYTES.line + BYTES.lineByte * line.length);
    return line;
  }

  bytes(length: number): Buffer {
    this.spend(BYTES.list + length);
    return this.reader.bytes(length);
  }

  text(length: number, encoding?: "latin1"): string {
    this.spend(2 * length);
    return this.reader.text(length, encoding);
  }

  quoted(): string {
    const match = /^(['"])(.*)\1$/s.exec(this.line().trim());
    if (match === null) throw this.reader.damaged("a text has no quotes");
    return match[2].replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, code, character) =>
      code ? String.fromCharCode(parseInt(code, 16)) : (ESCAPES[character] ?? character),
    );
  }

  /** Little-endian, in two's complement. */
  integer(length: number): number | bigint {
    if (length === 0) return 0;
    if (length === BigInt64Array.BYTES_PER_ELEMENT) return numberIfSafe(this.reader.int64());
    if (length > LONGEST_INTEGER_BYTES) throw this.reader.damaged(`an integer has ${length} bytes`);
    this.spend(BYTES.integer);
    const digits = this.reader.bytes(length).reverse().toString("hex");
    return numberIfSafe(BigInt.asIntN(8 * length, BigInt(`0x${digits}`)));
  }

  integerLine(): number | bigint | boolean {
    const line = this.line();
    if (line === "00" || line === "01") return line === "01";
    const match = /^([+-]?\d{1,300})L?$/.exec(line.trim());
    if (match === null) throw this.reader.damaged("an integer is none");
    return numberIfSafe(BigInt(match[1].replace("+", "")));
  }

  private spend(bytes: number): void {
    this.spending.bytes += bytes;
    if (this.spending.bytes <= MOST_BYTES) return;
    const { name, file } = this.source;
    throw new RecPrismError(
      "file-format",
      `${name} would grow beyond ${MOST_BYTES / 2 ** 20} MiB by byte ${this.reader.position}; it holds more than weights. ` +
        'Save these alone: torch.save(model.state_dict(), "weights.pt").',
      { file },
    );
  }

  protocol(version: number): void {
    if (version > LATEST_PROTOCOL) throw this.reader.damaged(`protocol ${version} of pickle is unknown`);
  }

  mark(): void {
    this.spend(BYTES.value);
    this.marks.push(this.stack.length);
  }

  /** Of values, or of a mark with nothing above it. */
  drop(): void {
    if (this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  /** Callee and arguments, and perhaps what has names, on top of the stack. */
  call(count: 2 | 3): void {
    const [callee, args] = this.popSeveral(count);
    this.make(callee, args);
  }

  make(callee: unknown, args: unknown): void {
    this.push(this.made(callee, args));
  }

  globalOnStack(): PickleGlobal {
    const [module, name] = this.popSeveral(2);
    if (typeof module === "string" && typeof name === "string") return this.global(module, name);
    throw this.reader.damaged("a name is no text");
  }

  build(): void {
    const state = this.pop();
    const object = this.top();
    if (takesState(object)) object.takeState(state);
  }

  persistent(id: unknown): void {
    this.push(this.rules.persistent(id));
  }
}

type Instruction = (machine: PickleMachine, reader: PickleReader) => void;

const STOP = 0x2e;
/** By opcode. Left out are those of protocol 5 for buffers beside the pickle, and extension codes: nothing agrees on these. */
const INSTRUCTIONS: (Instruction | undefined)[] = [];
const NAMED: Record<string, Instruction> = {
  "\x80": (machine, reader) => machine.protocol(reader.byte()),
  // A frame says how much follows, which helps whoever reads ahead.
  "\x95": (_, reader) => void reader.length(8),

  N: (machine) => machine.push(null),
  "\x88": (machine) => machine.push(true),
  "\x89": (machine) => machine.push(false),
  J: (machine, reader) => machine.push(reader.int32()),
  K: (machine, reader) => machine.push(reader.byte()),
  M: (machine, reader) => machine.push(reader.uint16()),
  G: (machine, reader) => machine.push(reader.double()),
  "\x8a": (machine, reader) => machine.push(machine.integer(reader.byte())),
  "\x8b": (machine, reader) => machine.push(machine.integer(reader.length(4))),
  I: (machine) => machine.push(machine.integerLine()),
  L: (machine) => machine.push(machine.integerLine()),
  F: (machine) => machine.push(Number(machine.line())),

  X: (machine, reader) => machine.push(machine.text(reader.length(4))),
  "\x8c": (machine, reader) => machine.push(machine.text(reader.byte())),
  "\x8d": (machine, reader) => machine.push(machine.text(reader.length(8))),
  V: (machine) => machine.push(unescaped(machine.line())),
  // Python 2 does not tell text from bytes.
  U: (machine, reader) => machine.push(machine.text(reader.byte(), "latin1")),
  T: (machine, reader) => machine.push(machine.text(reader.length(4), "latin1")),
  S: (machine) => machine.push(machine.quoted()),
  C: (machine, reader) => machine.push(machine.bytes(reader.byte())),
  B: (machine, reader) => machine.push(machine.bytes(reader.length(4))),
  "\x8e": (machine, reader) => machine.push(machine.bytes(reader.length(8))),
  "\x96": (machine, reader) => machine.push(machine.bytes(reader.length(8))),

  "(": (machine) => machine.mark(),
  "0": (machine) => machine.drop(),
  "1": (machine) => void machine.popToMark(),
  "2": (machine) => machine.push(machine.top()),

  ")": (machine) => machine.pushContainer([]),
  "]": (machine) => machine.pushContainer([]),
  "}": (machine) => machine.pushContainer(new Map()),
  "\x8f": (machine) => machine.pushContainer(new Set()),
  t: (machine) => machine.pushContainer(machine.popToMark()),
  l: (machine) => machine.pushContainer(machine.popToMark()),
  "\x85": (machine) => machine.pushContainer(machine.popSeveral(1)),
  "\x86": (machine) => machine.pushContainer(machine.popSeveral(2)),
  "\x87": (machine) => machine.pushContainer(machine.popSeveral(3)),
  d: (machine) => machine.pushContainer(machine.setItems(new Map(), machine.popToMark())),
  "\x91": (machine) => machine.pushContainer(new Set(machine.popToMark())),
  a: (machine) => machine.append(machine.popSeveral(1)),
  e: (machine) => machine.append(machine.popToMark()),
  s: (machine) => machine.setTopItems(machine.popSeveral(2)),
  u: (machine) => machine.setTopItems(machine.popToMark()),
  "\x90": (machine) => machine.addItems(machine.popToMark()),

  g: (machine) => machine.recall(machine.memoLine()),
  h: (machine, reader) => machine.recall(reader.byte()),
  j: (machine, reader) => machine.recall(reader.uint32()),
  p: (machine) => machine.remember(machine.memoLine()),
  q: (machine, reader) => machine.remember(reader.byte()),
  r: (machine, reader) => machine.remember(reader.uint32()),
  "\x94": (machine) => machine.remember(),

  c: (machine) => machine.push(machine.global(machine.line(), machine.line())),
  "\x93": (machine) => machine.push(machine.globalOnStack()),
  R: (machine) => machine.call(2),
  "\x81": (machine) => machine.call(2),
  "\x92": (machine) => machine.call(3),
  i: (machine) => machine.make(machine.global(machine.line(), machine.line()), machine.popToMark()),
  o: (machine) => {
    const [callee, ...args] = machine.popToMark();
    machine.make(callee, args);
  },
  b: (machine) => machine.build(),
  Q: (machine) => machine.persistent(machine.pop()),
  P: (machine) => machine.persistent(machine.line()),
};
for (const [opcode, instruction] of Object.entries(NAMED)) INSTRUCTIONS[opcode.charCodeAt(0)] = instruction;

/** @param what the pickle wants: `run os.system` */
export function refusal(name: string, file: string, what: string): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${name} asks to ${what}: refused, nothing was executed. Tensors need no code: in Python, where the file is trusted, save ` +
      'them alone with torch.save(model.state_dict(), "weights.pt").',
    { file },
  );
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unescaped(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

function numberIfSafe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function copyBytes(value: unknown): number {
  if (typeof value === "string" || Buffer.isBuffer(value)) return value.length;
  if (Array.isArray(value)) return BYTES.entry * value.length;
  return isTable(value) ? BYTES.entry * value.size : 0;
}

function isTable(value: unknown): value is Map<unknown, unknown> | Set<unknown> {
  return value instanceof Map || value instanceof Set;
}

function takesState(value: unknown): value is TakesState {
  return typeof value === "object" && value !== null && "takeState" in value;
}
