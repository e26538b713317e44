/** The bytes of a pickle, one after the other. What a length promises is checked before it is read. */
import { RecPrismError } from "../protocol/error";
import type { ByteSource } from "./byte-source";

const WINDOW_BYTES = 1 << 16;
/** Lines hold names and, in the oldest protocol, numbers and texts. */
const LONGEST_LINE = WINDOW_BYTES;
const LINE_FEED = 0x0a;

/** Bytes are taken by the million: each method looks them up in the window, without a view of its own. */
export class PickleReader {
  private window: Buffer = Buffer.alloc(0);
  /** Of the window, in the source. */
  private start = 0;
  /** Of the next byte, in the window. */
  private next = 0;

  constructor(
    private readonly source: ByteSource,
    position = 0,
  ) {
    this.start = position;
  }

  /** Of the next byte, in the source. */
  get position(): number {
    return this.start + this.next;
  }

  byte(): number {
    const at = this.taken(1);
    return this.window[at];
  }

  uint16(): number {
    const at = this.taken(2);
    return this.window.readUInt16LE(at);
  }

  uint32(): number {
    const at = this.taken(4);
    return this.window.readUInt32LE(at);
  }

  int32(): number {
    const at = this.taken(4);
    return this.window.readInt32LE(at);
  }

  int64(): bigint {
    const at = this.taken(8);
    return this.window.readBigInt64LE(at);
  }

  double(): number {
    const at = this.taken(8);
    return this.window.readDoubleBE(at);
  }

  /** A copy of the next bytes. */
  bytes(length: number): Buffer {
    const at = this.taken(length);
    return Buffer.from(this.window.subarray(at, at + length));
  }

  text(length: number, encoding: "utf8" | "latin1" = "utf8"): string {
    const at = this.taken(length);
    return this.window.toString(encoding, at, at + length);
  }

  /** A length of 4 or 8 bytes. */
  length(bytes: 4 | 8): number {
    const length = bytes === 4 ? this.uint32() : Number(BigInt.asUintN(64, this.int64()));
    if (length > this.remaining) throw this.truncated(`${length} bytes are promised where ${this.remaining} are left`);
    return length;
  }

  /** Up to a line feed, without it. */
  line(): string {
    const most = Math.min(LONGEST_LINE, this.remaining);
    const start = this.position;
    const at = this.taken(most);
    const end = this.window.indexOf(LINE_FEED, at);
    this.next = start - this.start;
    if (end < 0 || end >= at + most) {
      throw most < LONGEST_LINE ? this.truncated("a line has no end") : this.damaged("a line has no end");
    }
    const text = this.text(end - at);
    this.next++;
    return text;
  }

  damaged(what: string): RecPrismError {
    return this.fault("file-format", `is damaged before byte ${this.position}: ${what}`);
  }

  private get remaining(): number {
    return this.source.length - this.position;
  }

  /** Where so many bytes begin in the window, now that they are taken. */
  private taken(length: number): number {
    if (this.next + length > this.window.length) this.moveWindow(length);
    const at = this.next;
    this.next += length;
    return at;
  }

  private moveWindow(length: number): void {
    const { position, remaining } = this;
    if (length > remaining) throw this.truncated(`${length} bytes are due where ${remaining} are left`);
    this.window = this.source.at(position, Math.min(Math.max(WINDOW_BYTES, length), remaining));
    this.start = position;
    this.next = 0;
  }

  private truncated(what: string): RecPrismError {
    return this.fault("file-truncated", `is cut short at byte ${this.position}: ${what}`);
  }

  private fault(reason: "file-truncated" | "file-format", what: string): RecPrismError {
    const { name, file } = this.source;
    return new RecPrismError(reason, `${name} ${what}. Write or copy it again.`, { file });
  }
}
