/** The SAE weights that generated Python needs: float32 literals, or arrays of the file beside it, widened to float64. */
import type { SteeringWeights } from "../steering/weights";
import type { CodeInput } from "./code-input";
import { pythonFloat32, pythonString } from "./python-text";
import type { Sidecar } from "./sidecar";
import { bracketed, commentText, wrapped } from "./source-text";

/** Reads the file beside the code once, when the module is imported. */
export function pythonLoader({ name, sha256, ids }: Sidecar): string[] {
  const ofIds = `


def _ids(name: str) -> FrozenSet[str]:
    """Return the ids of an array, which holds them as JSON."""
    return frozenset(json.loads(_ARRAYS[name].tobytes().decode("ascii")))`;
  return `# Lies beside this file and holds what is too long for it.
WEIGHTS_FILE = ${pythonString(name)}
# SHA-256 of its content; any other file is refused.
WEIGHTS_SHA256 = "${sha256}"


def _arrays_of_file() -> Dict[str, np.ndarray]:
    """Return the arrays of WEIGHTS_FILE once it is known to be the right one."""
    path = Path(__file__).with_name(WEIGHTS_FILE)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise ValueError(
            "%s is not the file that was exported with this code: export both again"
            % path
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


_ARRAYS = _arrays_of_file()${ids ? ofIds : ""}`.split("\n");
}

/**
 * Constants ENCODER, ENCODER_BIAS, DECODER and DECODER_BIAS, and THRESHOLDS for jumprelu; column j of ENCODER belongs to
 * encoded[j], row j of DECODER to neurons[j].
 *
 * @param stored they are in the file beside the code
 */
export function pythonWeights({ weights, labelOf }: CodeInput, stored: boolean): string[] {
  return stored ? storedWeights(weights) : inlineWeights(weights, labelOf);
}

function inlineWeights(weights: SteeringWeights, labelOf: (neuron: number) => string): string[] {
  const { activation, decoder, decoderBias, encoded, encoder, encoderBias, neurons, tied } = weights;
  const comments = (of: number[]) => of.map((neuron) => `# ${neuron} ${commentText(labelOf(neuron), 60)}`.trimEnd());
  return [
    "# fmt: off",
    "# Encoder columns, one per neuron, written as rows.",
    ...matrixConstant("ENCODER", encoder, comments(encoded), ".T"),
    ...vectorConstant("ENCODER_BIAS", encoderBias),
    ...(activation.kind === "jumprelu"
      ? ["# A neuron is active above its threshold.", ...vectorConstant("THRESHOLDS", activation.thresholds)]
      : []),
    ...(tied
      ? [TIED, `DECODER = ${tiedDecoder(weights)}`]
      : ["# Decoder rows, one per neuron.", ...matrixConstant("DECODER", decoder, comments(neurons))]),
    ...vectorConstant("DECODER_BIAS", decoderBias),
    "# fmt: on",
  ];
}

const TIED = "# The weights are tied: decoder rows are the encoder columns.";

function tiedDecoder({ encoded, neurons }: SteeringWeights): string {
  return encoded.length === neurons.length ? "ENCODER.T" : "ENCODER.T[NEURONS]";
}

function storedWeights(weights: SteeringWeights): string[] {
  const array = (name: string) => `_ARRAYS["${name}"].astype(np.float64)`;
  return [
    "# Encoder columns, one per neuron, kept as rows.",
    `ENCODER = ${array("encoder")}.T`,
    `ENCODER_BIAS = ${array("encoder_bias")}`,
    ...(weights.activation.kind === "jumprelu"
      ? ["# A neuron is active above its threshold.", `THRESHOLDS = ${array("thresholds")}`]
      : []),
    ...(weights.tied
      ? [TIED, `DECODER = ${tiedDecoder(weights)}`]
      : ["# Decoder rows, one per neuron.", `DECODER = ${array("decoder")}`]),
    `DECODER_BIAS = ${array("decoder_bias")}`,
  ];
}

function matrixConstant(name: string, rows: Float32Array[], comments: string[], view = ""): string[] {
  const lines = rows.flatMap((values, j) => [
    `    ${comments[j]}`,
    "    [",
    ...wrapped(Array.from(values, pythonFloat32), "        "),
    "    ],",
  ]);
  return [`${name} = np.array([`, ...lines, `], dtype=np.float32).astype(np.float64).reshape(-1, DIMENSIONS)${view}`];
}

function vectorConstant(name: string, values: ArrayLike<number>): string[] {
  const literals = Array.from(values, pythonFloat32);
  return bracketed(`${name} = np.array([`, literals, "], dtype=np.float32).astype(np.float64)");
}
