/** Decoder rows as short text, by which neurons are found again in another SAE. */
import { type Matrix, row } from "../data/matrix";

const LARGEST = 127;

/** The direction of a neuron: each value of its decoder row in steps of 1/127 of the largest, a byte each, as base64. */
export function directionText(decoderWeights: Matrix, neuron: number): string {
  const values = row(decoderWeights, neuron);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const steps = Int8Array.from(values, (value) => (largest === 0 ? 0 : Math.round((LARGEST * value) / largest)));
  return Buffer.from(steps.buffer).toString("base64");
}

/** Direction of d values, of any length; null for text that is none. */
export function readDirection(text: string): Float32Array | null {
  const bytes = Buffer.from(text, "base64");
  // Node skips what is no base64.
  if (bytes.length === 0 || bytes.toString("base64") !== text) return null;
  return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

/** Of a direction with a decoder row; 0 where one of them is nothing, or they are of different widths. */
export function directionCosine(direction: Float32Array, decoderRow: ArrayLike<number>): number {
  if (direction.length !== decoderRow.length) return 0;
  let product = 0;
  let squares = 0;
  let ofRow = 0;
  for (let c = 0; c < direction.length; c++) {
    product += direction[c] * decoderRow[c];
    squares += direction[c] * direction[c];
    ofRow += decoderRow[c] * decoderRow[c];
  }
  return squares === 0 || ofRow === 0 ? 0 : product / Math.sqrt(squares * ofRow);
}
