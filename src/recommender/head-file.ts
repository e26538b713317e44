/** Reads the file of an ONNX model, and the files beside it where its weights lie there. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { onnx } from "onnx-proto";
import { readFault } from "../data/file-fault";
import { bytesAt, withOpenedFile } from "../data/opened-file";
import { decodeModel, type OnnxModel, tensorsOf } from "../graph/import/onnx-model";
import { RecPrismError } from "../protocol/error";
import { headFault, headInvalid } from "./head-fault";

/** A model, as any protobuf message, cannot be larger. */
const LARGEST_MODEL = 2 ** 31 - 1;

export interface HeadFile {
  /** Absolute. */
  file: string;
  /** The model with all its weights in it, for onnxruntime. */
  bytes: Uint8Array;
  model: OnnxModel;
}

/** @throws RecPrismError file-missing, file-unreadable, or head-invalid for what is no ONNX model */
export async function readHeadFile(file: string): Promise<HeadFile> {
  const bytes = await withOpenedFile(file, (handle, size) => {
    if (size > LARGEST_MODEL) throw headInvalid(file, "It has 2 GiB or more, which no ONNX model has.");
    return bytesAt(handle, 0, size);
  });
  try {
    const model = decodeModel(bytes);
    const outside = tensorsOf(model).filter(isOutside);
    for (const tensor of outside) await bringInside(tensor, file);
    return { file, bytes: outside.length > 0 ? onnx.ModelProto.encode(model).finish() : bytes, model };
  } catch (thrown) {
    throw headFault(file, thrown);
  }
}

function isOutside({ dataLocation }: onnx.ITensorProto): boolean {
  return dataLocation === onnx.TensorProto.DataLocation.EXTERNAL;
}

/** Reads a tensor's values from the file it names; only one in the model's own folder is read. */
async function bringInside(tensor: onnx.ITensorProto, model: string): Promise<void> {
  const stated = new Map((tensor.externalData ?? []).map(({ key, value }) => [key, value ?? ""]));
  const location = stated.get("location") ?? "";
  const file = await insideFolder(model, location);
  const offset = Number(stated.get("offset") ?? 0);
  tensor.rawData = await withOpenedFile(file, async (handle, size) => {
    const length = Number(stated.get("length") ?? size - offset);
    if (offset >= 0 && length >= 0 && offset + length <= size) return bytesAt(handle, offset, length);
    throw new RecPrismError(
      "file-truncated",
      `${file} is shorter than the model says: ${tensor.name} ends at byte ${offset + length} of ${size}. Copy it again, with the model it belongs to.`,
      { file },
    );
  });
  tensor.dataLocation = onnx.TensorProto.DataLocation.DEFAULT;
  tensor.externalData = [];
}

/** The file that a model names, links followed, so that none leads elsewhere. */
async function insideFolder(model: string, location: string): Promise<string> {
  const named = resolve(dirname(model), location);
  const [file, folder] = await Promise.all([realpath(named), realpath(dirname(model))]).catch((thrown: unknown) => {
    throw readFault(thrown, named);
  });
  const path = relative(folder, file);
  if (path !== "" && !isAbsolute(path) && path !== ".." && !path.startsWith(`..${sep}`)) return file;
  throw headInvalid(
    model,
    `Its weights lie in "${location}", outside its folder, where nothing is read. Put that file beside the model, or export the model as one file.`,
  );
}
