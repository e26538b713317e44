/** The SAE weights that generated Python needs, as float32 literals that NumPy widens to float64. */
import { RecPrismError } from "../protocol/error";
import type { SteeringWeights } from "../steering/weights";
import { bracketed, commentText, float32Literal, wrapped } from "./python-text";

/** More would make a file that nobody can review. */
const MOST_VALUES = 200_000;

/**
 * Constants ENCODER, ENCODER_BIAS, DECODER and DECODER_BIAS; column j of ENCODER and row j of DECODER belong to
 * neurons[j].
 *
 * @param labels one per neuron, "" for none; they become comments
 * @throws RecPrismError "config-invalid" where that is more than fits a source file
 */
export function pythonWeights(weights: SteeringWeights, labels: string[]): string[] {
  const { dimensions, neurons, tied } = weights;
  const size = neurons.length * dimensions * (tied ? 1 : 2) + neurons.length + dimensions;
  if (size > MOST_VALUES) {
    throw new RecPrismError(
      "config-invalid",
      `The Python code would hold ${size} weights (${neurons.length} neurons x ${dimensions} dimensions); at most ${MOST_VALUES} fit a readable file. Use delta mode, which needs the edited neurons only, or export JSON.`,
      { key: "mode" },
    );
  }
  const comments = neurons.map((neuron, j) => `# ${neuron} ${commentText(labels[j])}`.trimEnd());
  return [
    "# fmt: off",
    "# Decoder rows, one per neuron.",
    ...matrixConstant("DECODER", weights.decoder, comments),
    ...vectorConstant("DECODER_BIAS", weights.decoderBias),
    ...(tied
      ? ["# The weights are tied: encoder columns are the decoder rows.", "ENCODER = DECODER.T"]
      : [
          "# Encoder columns, one per neuron, written as rows.",
          ...matrixConstant("ENCODER", weights.encoder, comments, ".T"),
        ]),
    ...vectorConstant("ENCODER_BIAS", weights.encoderBias),
    "# fmt: on",
  ];
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
