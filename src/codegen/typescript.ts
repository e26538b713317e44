/** A steering config as a TypeScript module without dependencies that returns the lists that the preview showed. */
import { type CodeInput, modesOf } from "./code-input";
import type { Sidecar } from "./sidecar";
import { TYPESCRIPT_RULE_TYPES } from "./typescript-rules";
import { TYPESCRIPT_TYPES, typescriptFunctions } from "./typescript-steer";
import { annotated, typescriptNumber, typescriptString } from "./typescript-text";
import { typescriptData } from "./typescript-weights";

/**
 * A module with `steer`, `steerItems` and `hiddenItems`, and with `scoreItems` and `recommend` unless the recommender is a
 * model; with `loadWeights` where something lies beside it.
 *
 * Names and labels come from people and files: they stand in comments and string literals only, escaped.
 *
 * @param typed false for JavaScript: the same without types
 */
export function generateTypescript(input: CodeInput, sidecar: Sidecar | null, typed: boolean): string {
  const lines = [
    ...header(input, sidecar),
    "",
    ...constants(input),
    "",
    ...annotated(TYPESCRIPT_TYPES, typed),
    ...annotated(typescriptFunctions(input, sidecar !== null), typed),
    "",
    ...annotated(TYPESCRIPT_RULE_TYPES, typed),
    ...typescriptData(input, sidecar, typed),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}

/** The same code as the body of a function without imports and exports: what is run to verify it. */
export function generateScript(input: CodeInput, sidecar: Sidecar | null): string {
  const body = generateTypescript(input, sidecar, false).replace(/^export /gm, "");
  return `"use strict";\n${body}\nreturn { ${exportedNames(input, sidecar).join(", ")} };\n`;
}

function exportedNames({ recommender }: CodeInput, sidecar: Sidecar | null): string[] {
  return [
    "steer",
    "steerItems",
    "hiddenItems",
    ...(recommender === "onnx" ? [] : ["scoreItems", "recommend"]),
    ...(sidecar === null ? [] : ["loadWeights"]),
  ];
}

function header({ recommender }: CodeInput, sidecar: Sidecar | null): string[] {
  const load =
    sidecar === null
      ? []
      : ["//     loadWeights(readFileSync(new URL(WEIGHTS_FILE, import.meta.url))); // once, in Node"];
  const usage =
    recommender === "onnx"
      ? [
          "//     const vector = steer(userVector, userId);",
          "//     const items = steerItems(itemVectors, itemIds, userId);",
          "//     const leftOut = hiddenItems(itemVectors, userId);",
          "//",
          "// Pass them to your model in place of the embeddings; its other inputs stay as they are.",
        ]
      : ["//     const rows = recommend(userVector, itemVectors, { userId, itemIds, itemBias, seen, k: 30 });"];
  return [
    "// Steering of a recommender through its sparse autoencoder (SAE), made by RecPrism.",
    "// Needs nothing else. Do not edit the numbers: change the steering config and export again.",
    "//",
    ...load,
    ...usage,
  ];
}

function constants({ hash, sae, rules, weights }: CodeInput): string[] {
  const { dimensions, normalisation, activation, epsilon } = weights;
  const { delta, reconstruct } = modesOf(rules);
  return [
    "// SHA-256 of the steering config that this is made from.",
    `export const CONFIG_HASH = "${hash}";`,
    "// Content hash of the SAE that the edits were made on.",
    `export const SAE_HASH = ${typescriptString(sae)};`,
    "// Length of an embedding.",
    `export const DIMENSIONS = ${dimensions};`,
    ...(normalisation === "layer"
      ? [
          "// Added to the standard deviation that an embedding is divided by.",
          `const EPSILON = ${typescriptNumber(epsilon)};`,
        ]
      : []),
    ...(activation.kind === "topk"
      ? [
          "// How many neurons may be active in one embedding: those with the largest activations.",
          `const K = ${activation.k};`,
        ]
      : []),
    ...(delta ? ["// Mode delta: edits move an embedding; what the SAE does not explain stays."] : []),
    ...(reconstruct ? ["// Mode reconstruct: edited embeddings are replaced by their SAE reconstruction."] : []),
  ];
}
