/** What becomes of a message between the frames of VS Code: JSON, in which typed arrays stay what they are. */

export function acrossFrames(message: unknown): unknown {
  const arrays: ArrayBufferView[] = [];
  const text = JSON.stringify(message, (_, value) =>
    ArrayBuffer.isView(value) ? { typedArray: arrays.push(structuredClone(value)) - 1 } : value,
  );
  return JSON.parse(text, (_, value) => (typeof value?.typedArray === "number" ? arrays[value.typedArray] : value));
}
