/** The messages of an Arrow IPC file or stream: where each is, checked against the file before it is believed. */
import type { FileHandle } from "node:fs/promises";
import { Footer } from "apache-arrow/fb/footer";
import { Message } from "apache-arrow/fb/message";
import { MessageHeader } from "apache-arrow/fb/message-header";
import { RecordBatch } from "apache-arrow/fb/record-batch";
import { Schema } from "apache-arrow/fb/schema";
import { ByteBuffer } from "flatbuffers";
import { RecPrismError } from "../protocol/error";
import { bytesAt } from "./opened-file";

/** A record batch: its description, and where its buffers are in the file. */
export interface ArrowBatch {
  header: RecordBatch;
  /** Bytes of the description: no list in it can have more entries. */
  headerBytes: number;
  bodyOffset: number;
  bodyLength: number;
}

export interface ArrowFile {
  schema: Schema;
  schemaBytes: number;
  batches: ArrowBatch[];
}

const MAGIC = Buffer.from("ARROW1");
const FEATHER_1_MAGIC = Buffer.from("FEA1");
/** Descriptions are a few kilobytes, of thousands of columns a few megabytes. */
const LONGEST_HEADER = 1 << 26;
const CONTINUATION = 0xffffffff;
/** Of an entry of the footer that says where a batch is. */
const BLOCK_BYTES = 24;
/** The length of the footer and the magic at the end of a file. */
const TAIL_BYTES = 4 + MAGIC.length;

/**
 * Schema and record batches, without their values.
 *
 * @throws RecPrismError file-format, file-truncated
 */
export async function arrowMessages(handle: FileHandle, size: number, file: string): Promise<ArrowFile> {
  const start = await bytesAt(handle, 0, Math.min(size, 8));
  if (start.subarray(0, 4).equals(FEATHER_1_MAGIC)) {
    throw new RecPrismError(
      "file-format",
      `${file} is Feather version 1, which nothing writes any more. Write it again in Python: import pandas as pd; pd.read_feather(${JSON.stringify(file)}).to_feather(${JSON.stringify(file)})`,
      { file },
    );
  }
  const isFile = start.subarray(0, MAGIC.length).equals(MAGIC);
  return isFile ? messagesOfFile(handle, size, file) : messagesOfStream(handle, size, file);
}

/** Where they are stands in the footer, and so does the schema: not every writer repeats it before the batches. */
async function messagesOfFile(handle: FileHandle, size: number, file: string): Promise<ArrowFile> {
  const end = await footerStart(handle, size, file);
  const bytes = await bytesAt(handle, end, size - TAIL_BYTES - end);
  const { schema, positions } = readable(file, end, () => {
    const footer = Footer.getRootAsFooter(new ByteBuffer(bytes));
    const count = footer.recordBatchesLength();
    const found = footer.schema();
    if (found === null || !(count * BLOCK_BYTES <= bytes.length)) throw damaged(file, end);
    const blocks = Array.from({ length: count }, (_, index) => Number(footer.recordBatches(index)?.offset()));
    return { schema: found, positions: blocks };
  });
  const batches: ArrowBatch[] = [];
  for (const position of positions) {
    if (!(position >= 8 && position < end)) throw damaged(file, end);
    const message = await messageAt(handle, position, end, file);
    if (message?.type !== MessageHeader.RecordBatch) throw damaged(file, position);
    batches.push(batchOf(message));
  }
  return { schema, schemaBytes: bytes.length, batches };
}

async function messagesOfStream(handle: FileHandle, size: number, file: string): Promise<ArrowFile> {
  const first = await messageAt(handle, 0, size, file);
  if (first?.type !== MessageHeader.Schema) throw damaged(file, 0);
  const schema = first.message.header(new Schema()) as Schema;
  const batches: ArrowBatch[] = [];
  for (let position = first.bodyOffset + first.bodyLength; position < size; ) {
    const message = await messageAt(handle, position, size, file);
    if (message === null) break;
    if (message.type === MessageHeader.Schema) throw damaged(file, position);
    if (message.type === MessageHeader.RecordBatch) batches.push(batchOf(message));
    position = message.bodyOffset + message.bodyLength;
  }
  return { schema, schemaBytes: first.bytes, batches };
}

interface FoundMessage {
  message: Message;
  type: MessageHeader;
  bytes: number;
  bodyOffset: number;
  bodyLength: number;
}

function batchOf({ message, bytes, bodyOffset, bodyLength }: FoundMessage): ArrowBatch {
  return { header: message.header(new RecordBatch()) as RecordBatch, headerBytes: bytes, bodyOffset, bodyLength };
}

/** What a reader of flatbuffers makes of damage is an error of its own. */
export function readable<Value>(file: string, position: number, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof RecPrismError) throw thrown;
    throw damaged(file, position);
  }
}

function damaged(file: string, position: number): RecPrismError {
  const what = position === 0 ? "does not start like an Arrow or Feather file" : `is damaged at byte ${position}`;
  return new RecPrismError("file-format", `${file} ${what}. Write or copy it again.`, { file });
}

async function footerStart(handle: FileHandle, size: number, file: string): Promise<number> {
  const tail = await bytesAt(handle, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
  if (size < 8 + TAIL_BYTES || !tail.subarray(4).equals(MAGIC)) {
    throw new RecPrismError(
      "file-truncated",
      `${file} has no end: it was not written or copied to the end. Do that again.`,
      {
        file,
      },
    );
  }
  const start = size - TAIL_BYTES - tail.readInt32LE(0);
  if (start < 8 || start > size - TAIL_BYTES) throw damaged(file, size - TAIL_BYTES);
  return start;
}

/** Null at the mark that ends a stream. */
async function messageAt(
  handle: FileHandle,
  position: number,
  end: number,
  file: string,
): Promise<FoundMessage | null> {
  const prefix = await bytesAt(handle, position, Math.min(8, end - position));
  if (prefix.length < 4) throw truncated(file, position);
  // Before 0.15 the length came first.
  const continued = prefix.readUInt32LE(0) === CONTINUATION;
  if (continued && prefix.length < 8) throw truncated(file, position);
  const length = prefix.readInt32LE(continued ? 4 : 0);
  if (length === 0) return null;
  const offset = position + (continued ? 8 : 4);
  if (length < 8 || length > LONGEST_HEADER) throw damaged(file, position);
  if (offset + length > end) throw truncated(file, position);
  const bytes = await bytesAt(handle, offset, length);
  const bodyOffset = offset + length;
  const read = readable(file, position, () => {
    const message = Message.getRootAsMessage(new ByteBuffer(bytes));
    return { message, type: message.headerType(), body: message.bodyLength() };
  });
  if (!(read.body >= 0n)) throw damaged(file, position);
  if (BigInt(bodyOffset) + read.body > BigInt(end)) throw truncated(file, position);
  return { message: read.message, type: read.type, bytes: length, bodyOffset, bodyLength: Number(read.body) };
}

function truncated(file: string, position: number): RecPrismError {
  return new RecPrismError(
    "file-truncated",
    `${file} ends within what begins at byte ${position}. Write or copy it again.`,
    { file },
  );
}
