/** Activation functions of an SAE on one row, in double precision. */
import type { Activation } from "./model";

/**
 * Activates a row in place.
 *
 * @param preactivations m values
 * @returns the same array
 */
export function activated(activation: Activation, preactivations: Float64Array): Float64Array {
  const z = preactivations;
  switch (activation.kind) {
    case "relu":
      for (let k = 0; k < z.length; k++) if (!(z[k] > 0)) z[k] = 0;
      return z;
    case "jumprelu":
      for (let k = 0; k < z.length; k++) if (!(z[k] > Math.max(0, activation.thresholds[k]))) z[k] = 0;
      return z;
    case "topk":
      return largestKept(z, activation.k);
  }
}

/** Keeps the k largest positive values; of equal ones the lower neuron, as onnxruntime's TopK does. */
function largestKept(z: Float64Array, k: number): Float64Array {
  if (k >= z.length) {
    for (let i = 0; i < z.length; i++) if (!(z[i] > 0)) z[i] = 0;
    return z;
  }
  const least = z.slice().sort()[z.length - k];
  let above = 0;
  for (let i = 0; i < z.length; i++) if (z[i] > least) above++;
  let ties = k - above;
  for (let i = 0; i < z.length; i++) {
    const kept = z[i] > least || (z[i] === least && ties-- > 0);
    if (!kept || !(z[i] > 0)) z[i] = 0;
  }
  return z;
}
