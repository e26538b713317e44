/** ONNX models that are nothing but their initialisers. */
import { onnx } from "onnx-proto";

export function modelBytes(initializer: onnx.ITensorProto[], more: onnx.IModelProto = {}): Buffer {
  const graph = { name: "graph", initializer, output: [{ name: "out" }] };
  const opsetImport = [{ domain: "", version: 17 }];
  return Buffer.from(onnx.ModelProto.encode({ irVersion: 8, opsetImport, graph, ...more }).finish());
}
