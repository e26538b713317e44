/** The SAE weights that generated TypeScript needs: literals, or arrays of the file beside it, which the caller hands over. */
import { type CodeInput, modesOf } from "./code-input";
import type { Sidecar } from "./sidecar";
import { bracketed, commentText, wrapped } from "./source-text";
import { typescriptRules } from "./typescript-rules";
import { annotated, typescriptFloat32, typescriptString } from "./typescript-text";

/**
 * Constants RULES, ENCODER, ENCODER_BIAS, DECODER and DECODER_BIAS, and THRESHOLDS for jumprelu: row j of ENCODER belongs
 * to encoded[j], row j of DECODER to neurons[j]. What lies in a file is set by `loadWeights`, which comes with them.
 */
export function typescriptData(input: CodeInput, sidecar: Sidecar | null, typed: boolean): string[] {
  const rulesStored = sidecar?.ids ?? false;
  const rules = rulesStored
    ? annotated("let RULES‹: readonly Rule[]› = [];", typed)
    : typescriptRules(input, null, annotated("const RULES‹: readonly Rule[]› = ", typed)[0]);
  return [
    "// Applied in order: a user gets what all rules for it say.",
    ...rules,
    "",
    ...neuronsConstant(input, typed),
    ...(sidecar?.weights ? storedWeights(input, typed) : inlineWeights(input)),
    ...(sidecar === null ? [] : ["", ...loader(input, sidecar, typed)]),
  ];
}

function neuronsConstant({ rules, weights: { neurons } }: CodeInput, typed: boolean): string[] {
  if (modesOf(rules).reconstruct) {
    return [
      "// All neurons of the SAE.",
      `const NEURONS = Array.from({ length: ${neurons.length} }, (_, neuron) => neuron);`,
    ];
  }
  return [
    neurons.length === 0
      ? "// No rule names a neuron."
      : "// Neurons that the rules name, in the order of the weights.",
    ...bracketed(annotated("const NEURONS‹: readonly number[]› = [", typed)[0], neurons.map(String), "];", "", 2),
  ];
}

function inlineWeights({ weights, labelOf }: CodeInput): string[] {
  const { activation, decoder, decoderBias, encoded, encoder, encoderBias, neurons, tied } = weights;
  const comments = (of: number[]) => of.map((neuron) => `// ${neuron} ${commentText(labelOf(neuron), 60)}`.trimEnd());
  return [
    "// Encoder columns, one after the other.",
    ...matrixConstant("ENCODER", encoder, comments(encoded)),
    ...vectorConstant("ENCODER_BIAS", encoderBias),
    ...(activation.kind === "jumprelu" ? [ACTIVE, ...vectorConstant("THRESHOLDS", activation.thresholds)] : []),
    ...(tied
      ? [TIED, `const DECODER = ${tiedDecoder(weights)};`]
      : [ROWS, ...matrixConstant("DECODER", decoder, comments(neurons))]),
    ...vectorConstant("DECODER_BIAS", decoderBias),
  ];
}

const ACTIVE = "// A neuron is active above its threshold.";
const TIED = "// The weights are tied: decoder rows are the encoder columns.";
const ROWS = "// Decoder rows, one after the other.";

function tiedDecoder({ encoded, neurons }: CodeInput["weights"]): string {
  return encoded.length === neurons.length ? "ENCODER" : "rowsOf(ENCODER, NEURONS)";
}

function matrixConstant(name: string, rows: Float32Array[], comments: string[]): string[] {
  const lines = rows.flatMap((values, j) => [
    `  ${comments[j]}`,
    ...wrapped(Array.from(values, typescriptFloat32), "  "),
  ]);
  return lines.length === 0
    ? [`const ${name} = new Float32Array(0);`]
    : [`const ${name} = new Float32Array([`, ...lines, "]);"];
}

function vectorConstant(name: string, values: Float32Array): string[] {
  if (values.length === 0) return [`const ${name} = new Float32Array(0);`];
  return bracketed(`const ${name} = new Float32Array([`, Array.from(values, typescriptFloat32), "]);", "", 2);
}

function storedWeights({ weights: { activation, tied } }: CodeInput, typed: boolean): string[] {
  const empty = (name: string) => annotated(`let ${name}‹: Float32Array› = new Float32Array(0);`, typed);
  return [
    "// Encoder columns, one after the other.",
    ...empty("ENCODER"),
    ...empty("ENCODER_BIAS"),
    ...(activation.kind === "jumprelu" ? [ACTIVE, ...empty("THRESHOLDS")] : []),
    tied ? TIED : ROWS,
    ...empty("DECODER"),
    ...empty("DECODER_BIAS"),
  ];
}

function loader(input: CodeInput, sidecar: Sidecar, typed: boolean): string[] {
  const { name, sha256, weights, ids } = sidecar;
  const { activation, tied } = input.weights;
  const floats: [constant: string, array: string][] = [
    ["ENCODER", "encoder"],
    ["ENCODER_BIAS", "encoder_bias"],
    ...(activation.kind === "jumprelu" ? [["THRESHOLDS", "thresholds"] satisfies [string, string]] : []),
    ...(tied ? [] : [["DECODER", "decoder"] satisfies [string, string]]),
    ["DECODER_BIAS", "decoder_bias"],
  ];
  const assignments = weights
    ? [
        ...floats.map(([constant, array]) => `  ${constant} = new Float32Array(array("${array}").buffer);`),
        ...(tied ? [`  DECODER = ${tiedDecoder(input.weights)};`] : []),
      ]
    : [];
  const rules = ids
    ? [
        ...annotated(
          "  const ids = (name‹: string›)‹: ReadonlySet<string>› => new Set(JSON.parse(ascii(array(name))));",
          typed,
        ),
        ...typescriptRules(input, sidecar, "RULES = ", "  "),
      ]
    : [];
  return [
    ...annotated(LOADER_START, typed).map((line) =>
      line.replace("NAME", () => typescriptString(name)).replace("SHA256", sha256),
    ),
    ...assignments,
    ...rules,
    "  isLoaded = true;",
    "}",
    "",
    ...annotated(LOADER_HELPERS, typed),
  ];
}

const LOADER_START = `// Lies beside this file and holds what is too long for it.
export const WEIGHTS_FILE = NAME;
// SHA-256 of its content; any other file is refused.
const WEIGHTS_HASH = "SHA256";
let isLoaded = false;

/**
 * Takes the content of the file beside this one. To be called once, before anything else.
 *
 * @throws Error for any other content
 */
export function loadWeights(content‹: Uint8Array›)‹: void› {
  if (sha256(content) !== WEIGHTS_HASH) {
    throw new Error(
      \`This is not the \${WEIGHTS_FILE} that was exported with this code: export both again\`,
    );
  }
  const array = arraysOf(content);`;

const LOADER_HELPERS = `/** Gives the bytes of each array of a safetensors file by its name. */
function arraysOf(content‹: Uint8Array›)‹: (name: string) => Uint8Array› {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const start = 8 + view.getUint32(0, true);
  const header‹: Record<string, { data_offsets: [number, number] }>› = JSON.parse(
    ascii(content.subarray(8, start)),
  );
  return (name) => {
    const [from, to] = header[name]?.data_offsets ?? [0, 0];
    return Uint8Array.from(content.subarray(start + from, start + to));
  };
}

function ascii(bytes‹: Uint8Array›)‹: string› {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/** SHA-256 as FIPS 180-4 defines it, in hexadecimal digits; needs no library on any platform. */
function sha256(content‹: Uint8Array›)‹: string› {
  const padded = new Uint8Array(64 * Math.ceil((content.length + 9) / 64));
  padded.set(content);
  padded[content.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(content.length / 2 ** 29));
  view.setUint32(padded.length - 4, 8 * content.length);
  const rotated = (x‹: number›, by‹: number›) => (x >>> by) | (x << (32 - by));
  const state = Int32Array.of(
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  );
  const words = new Int32Array(64);
  for (let start = 0; start < padded.length; start += 64) {
    for (let t = 0; t < 64; t++) {
      const x = words[t - 15] ?? 0;
      const y = words[t - 2] ?? 0;
      const low = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
      const high = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
      const mixed = (words[t - 16] ?? 0) + low + (words[t - 7] ?? 0) + high;
      words[t] = t < 16 ? view.getInt32(start + 4 * t) : mixed;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t++) {
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const ofE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      const ofA = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      const first = (h + ofE + choice + (ROUND_CONSTANTS[t] ?? 0) + (words[t] ?? 0)) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + ofA + majority) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] ?? 0) + value;
    });
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

const ROUND_CONSTANTS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
  0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
  0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
  0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
  0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
  0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
  0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
  0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
);`;
