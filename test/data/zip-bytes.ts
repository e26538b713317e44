/** Zip archives made by hand, which may lie about anything. */
import { crc32, deflateRawSync } from "node:zlib";

export interface Member {
  name: string;
  content: Uint8Array;
  deflated?: boolean;
  /** What the directory says, where it is not the truth. */
  size?: number;
  compressed?: number;
  crc?: number;
  method?: number;
  flags?: number;
}

/** @param zip64 sizes and places are written as archives beyond 4 GiB have them */
export function zipBytes(members: readonly Member[], { zip64 = false } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name);
    const data = member.deflated ? deflateRawSync(member.content) : Buffer.from(member.content);
    const local = header(0x04034b50, 30, member, data.length, name.length, 4);
    const central = header(0x02014b50, 46, member, data.length, name.length, 6);
    central.writeUInt32LE(offset, 42);
    const extra = zip64 ? largeSizes(central, offset, data.length, member.content.length) : Buffer.alloc(0);
    parts.push(local, name, data);
    directory.push(central, name, extra);
    offset += local.length + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  if (!zip64) return Buffer.concat([...parts, listed, end]);
  end.fill(0xff, 8, 20);
  const large = largeEnd(members.length, listed.length, offset);
  return Buffer.concat([...parts, listed, large, end]);
}

/** The extra field that has what 32 bits cannot say. */
function largeSizes(central: Buffer, offset: number, compressed: number, size: number): Buffer {
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  for (const [i, value] of [size, compressed, offset].entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  central.writeUInt16LE(extra.length, 30);
  central.fill(0xff, 20, 28);
  central.fill(0xff, 42, 46);
  return extra;
}

/** The end of the directory in 64 bits, and where it is. */
function largeEnd(count: number, length: number, offset: number): Buffer {
  const bytes = Buffer.alloc(56 + 20);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeUInt32LE(44, 4);
  for (const [i, value] of [count, count, length, offset].entries()) bytes.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(offset + length), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
}

/** @param at where the fields start that headers before the data and in the directory have in common */
function header(signature: number, length: number, member: Member, stored: number, name: number, at: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt16LE(20, at);
  bytes.writeUInt16LE(member.flags ?? 0, at + 2);
  bytes.writeUInt16LE(member.method ?? (member.deflated ? 8 : 0), at + 4);
  bytes.writeUInt32LE(member.crc === undefined ? crc32(member.content) : member.crc >>> 0, at + 10);
  bytes.writeUInt32LE(member.compressed ?? stored, at + 14);
  bytes.writeUInt32LE(member.size ?? member.content.length, at + 18);
  bytes.writeUInt16LE(name, at + 22);
  return bytes;
}
