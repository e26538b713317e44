/** The SAE weights that generated Python needs, as float32 literals that NumPy widens to float64. */
import { RecPrismError } from "../protocol/error";
import type { SteeringWeights } from "../steering/weights";
import { bracketed, commentText, float32Literal, wrapped } from "./python-text";

/** More would make a file that nobody can review. */
const MOST_VALUES = 200_000;

/**
 * Constants ENCODER, ENCODER_BIAS, DECODER and DECODER_BIAS, and THRESHOLDS for jumprelu; column j of ENCODER belongs to
 * encoded[j], row j of DECODER to neurons[j].
 *
 * @param labelOf "" for none; they become comments
 * @throws RecPrismError "config-invalid" where that is more than fits a source file
 */
export function pythonWeights(weights: SteeringWeights, labelOf: (neuron: number) => string): string[] {
  const { activation, decoder, decoderBias, encoded, encoder, encoderBias, neurons, tied } = weights;
  checkSize(weights);
  const comments = (of: number[]) => of.map((neuron) => `# ${neuron} ${commentText(labelOf(neuron))}`.trimEnd());
  const selection = encoded.length === neurons.length ? "" : "[NEURONS]";
  return [
    "# fmt: off",
    "# Encoder columns, one per neuron, written as rows.",
    ...matrixConstant("ENCODER", encoder, comments(encoded), ".T"),
    ...vectorConstant("ENCODER_BIAS", encoderBias),
    ...(activation.kind === "jumprelu"
      ? ["# A neuron is active above its threshold.", ...vectorConstant("THRESHOLDS", activation.thresholds)]
      : []),
    ...(tied
      ? ["# The weights are tied: decoder rows are the encoder columns.", `DECODER = ENCODER.T${selection}`]
      : ["# Decoder rows, one per neuron.", ...matrixConstant("DECODER", decoder, comments(neurons))]),
    ...vectorConstant("DECODER_BIAS", decoderBias),
    "# fmt: on",
  ];
}

function checkSize({ activation, dimensions, encoded, neurons, tied }: SteeringWeights): void {
  const vectors = encoded.length + (tied ? 0 : neurons.length);
  const size = vectors * dimensions + encoded.length + dimensions;
  if (size <= MOST_VALUES) return;
  const remedy =
    activation.kind === "topk"
      ? "A top-k SAE needs the encoder of all its neurons to find the k largest: export JSON."
      : "Use delta mode, which needs the edited neurons only, or export JSON.";
  throw new RecPrismError(
    "config-invalid",
    `The Python code would hold ${size} weights (${encoded.length} neurons x ${dimensions} dimensions); at most ${MOST_VALUES} fit a readable file. ${remedy}`,
    { key: "mode" },
  );
}

function matrixConstant(name: string, rows: Float32Array[], comments: string[], view = ""): string[] {
  const lines = rows.flatMap((values, j) => [
    `    ${comments[j]}`,
    "    [",
    ...wrapped(Array.from(values, checkedLiteral), "        "),
    "    ],",
  ]);
  return [`${name} = np.array([`, ...lines, `], dtype=np.float32).astype(np.float64).reshape(-1, DIMENSIONS)${view}`];
}

function vectorConstant(name: string, values: ArrayLike<number>): string[] {
  const literals = Array.from(values, checkedLiteral);
  return bracketed(`${name} = np.array([`, literals, "], dtype=np.float32).astype(np.float64)");
}

function checkedLiteral(value: number): string {
  if (Number.isFinite(value)) return float32Literal(value);
  throw new RecPrismError(
    "artifact-invalid",
    "The SAE has weights that are not finite, so no code can be made from it. Train it again with a lower learning rate.",
  );
}
