/** The columns of an Arrow schema, and which buffers of a record batch belong to each. */
import { Endianness } from "apache-arrow/fb/endianness";
import type { Field } from "apache-arrow/fb/field";
import { FixedSizeList } from "apache-arrow/fb/fixed-size-list";
import { FloatingPoint } from "apache-arrow/fb/floating-point";
import { Int } from "apache-arrow/fb/int";
import { Precision } from "apache-arrow/fb/precision";
import { Type } from "apache-arrow/fb/type";
import { Union } from "apache-arrow/fb/union";
import { UnionMode } from "apache-arrow/fb/union-mode";
import { RecPrismError } from "../protocol/error";
import { type ArrowBatch, type ArrowFile, readable } from "./arrow-messages";
import type { ValueType } from "./stored-values";

/** How a column's values lie in its buffers. */
export type ArrowLayout =
  | { of: "numbers"; type: ValueType }
  | { of: "text"; offsetBytes: 4 | 8 | null }
  | { of: "lists"; offsetBytes: 4 | 8 | null; length: number | null; type: ValueType }
  | { of: "other" };

export interface ArrowColumn {
  name: string;
  /** As Arrow calls it. */
  dtype: string;
  layout: ArrowLayout;
  /** What it and its children take of a batch. */
  parts: ArrowPart[];
}

/** A field or child: one node, and so many buffers. */
interface ArrowPart {
  buffers: number;
  /** And as many more as a batch says: long texts that views point to. */
  variadic: boolean;
}

/** Buffers of one column in a batch. */
export interface ColumnPlace {
  /** Of the column, and of its child if it has one. */
  nodes: { length: number; nulls: number }[];
  /** In the body, uncompressed or not. */
  buffers: { offset: number; length: number }[];
}

const MOST_FIELDS = 100_000;
const DEEPEST = 32;

/** @throws RecPrismError file-format */
export function arrowColumns({ schema, schemaBytes }: ArrowFile, file: string): ArrowColumn[] {
  return readable(file, 8, () => {
    if (schema.endianness() !== Endianness.Little) {
      throw new RecPrismError(
        "file-format",
        `${file} was written on a big-endian machine. Write it again on a usual one.`,
        { file },
      );
    }
    // A field takes more than a byte: a schema cannot hold more of them.
    const budget = { fields: Math.min(MOST_FIELDS, schemaBytes) };
    return children(schema.fieldsLength(), (index) => schema.fields(index), budget).map((field) =>
      columnOf(field, budget),
    );
  });
}

/** @throws RecPrismError file-format */
export function columnPlaces(columns: readonly ArrowColumn[], batch: ArrowBatch, file: string): ColumnPlace[] {
  return readable(file, batch.bodyOffset, () => {
    const { header, bodyLength } = batch;
    const [nodeCount, bufferCount] = [header.nodesLength(), header.buffersLength()];
    const rows = Number(header.length());
    let [node, buffer, variadic] = [0, 0, 0];
    return columns.map(({ name, parts }) => {
      const place: ColumnPlace = { nodes: [], buffers: [] };
      for (const part of parts) {
        const count = part.buffers + (part.variadic ? Number(header.variadicBufferCounts(variadic++) ?? 0n) : 0);
        if (node >= nodeCount || !(count >= 0) || buffer + count > Math.min(bufferCount, batch.headerBytes)) {
          throw lies(file, name, "fewer parts than its schema");
        }
        const found = header.nodes(node++);
        place.nodes.push({ length: Number(found?.length()), nulls: Number(found?.nullCount()) });
        for (let i = 0; i < count; i++) {
          const at = header.buffers(buffer++);
          const [offset, length] = [Number(at?.offset()), Number(at?.length())];
          if (!(offset >= 0 && length >= 0 && offset + length <= bodyLength)) {
            throw lies(file, name, "a buffer that lies outside of it");
          }
          place.buffers.push({ offset, length });
        }
      }
      if (parts.length > 0 && place.nodes[0].length !== rows) throw lies(file, name, "another number of rows");
      return place;
    });
  });
}

function lies(file: string, column: string, what: string): RecPrismError {
  return new RecPrismError(
    "file-format",
    `${file}, column "${column}": a record batch has ${what}. Write or copy it again.`,
    { file, column },
  );
}

function children(count: number, at: (index: number) => Field | null, budget: { fields: number }): Field[] {
  budget.fields -= count;
  if (!(count >= 0) || budget.fields < 0) throw new RangeError("more fields than a schema holds");
  return Array.from({ length: count }, (_, index) => {
    const field = at(index);
    if (field === null) throw new RangeError("a field is missing");
    return field;
  });
}

function columnOf(field: Field, budget: { fields: number }): ArrowColumn {
  const parts: ArrowPart[] = [];
  collectParts(field, parts, budget, 0);
  return { name: field.name() ?? "", dtype: dtypeOf(field), layout: layoutOf(field), parts };
}

/** In the order in which a batch lists them: a field before its children. */
function collectParts(field: Field, into: ArrowPart[], budget: { fields: number }, depth: number): void {
  if (depth > DEEPEST) throw new RangeError("fields lie too deep in each other");
  const type = field.typeType();
  if (field.dictionary() !== null) {
    into.push({ buffers: 2, variadic: false });
    return;
  }
  into.push({ buffers: bufferCount(field), variadic: type === Type.Utf8View || type === Type.BinaryView });
  for (const child of children(field.childrenLength(), (index) => field.children(index), budget)) {
    collectParts(child, into, budget, depth + 1);
  }
}

function bufferCount(field: Field): number {
  switch (field.typeType()) {
    case Type.Null:
    case Type.RunEndEncoded:
      return 0;
    case Type.Struct_:
    case Type.FixedSizeList:
      return 1;
    case Type.Utf8:
    case Type.Binary:
    case Type.LargeUtf8:
    case Type.LargeBinary:
    case Type.ListView:
    case Type.LargeListView:
      return 3;
    case Type.Union:
      return (field.type(new Union()) as Union).mode() === UnionMode.Dense ? 2 : 1;
    default:
      return 2;
  }
}

function layoutOf(field: Field): ArrowLayout {
  if (field.dictionary() !== null) return { of: "other" };
  const type = field.typeType();
  const number = numberType(field);
  if (number !== null) return { of: "numbers", type: number };
  if (type === Type.Utf8) return { of: "text", offsetBytes: 4 };
  if (type === Type.LargeUtf8) return { of: "text", offsetBytes: 8 };
  if (type === Type.Utf8View) return { of: "text", offsetBytes: null };
  const child = field.childrenLength() === 1 ? field.children(0) : null;
  const element = child === null || child.dictionary() !== null ? null : numberType(child);
  if (element === null) return { of: "other" };
  if (type === Type.List) return { of: "lists", offsetBytes: 4, length: null, type: element };
  if (type === Type.LargeList) return { of: "lists", offsetBytes: 8, length: null, type: element };
  if (type !== Type.FixedSizeList) return { of: "other" };
  const length = (field.type(new FixedSizeList()) as FixedSizeList).listSize();
  return { of: "lists", offsetBytes: null, length, type: element };
}

function numberType(field: Field): ValueType | null {
  if (field.typeType() === Type.FloatingPoint) {
    const precision = (field.type(new FloatingPoint()) as FloatingPoint).precision();
    return precision === Precision.HALF ? "float16" : precision === Precision.SINGLE ? "float32" : "float64";
  }
  if (field.typeType() !== Type.Int) return null;
  const int = field.type(new Int()) as Int;
  const name = `${int.isSigned() ? "" : "u"}int${int.bitWidth()}`;
  return ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"].includes(name)
    ? (name as ValueType)
    : null;
}

function dtypeOf(field: Field): string {
  const layout = layoutOf(field);
  const type = Type[field.typeType()] ?? "unknown";
  if (field.dictionary() !== null) return `dictionary of ${type}`;
  if (layout.of === "numbers") return layout.type;
  if (layout.of === "lists") return `${layout.type}[${layout.length ?? ""}]`;
  return type;
}
