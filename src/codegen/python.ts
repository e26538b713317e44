/** A steering config as a Python module that needs NumPy only and returns the lists that the preview showed. */
import type { RecommenderManifest } from "../protocol/manifest";
import type { Edit, SteeringConfig, SteeringRule } from "../protocol/steering";
import type { SteeringWeights } from "../steering/weights";
import { pythonScore } from "./python-score";
import { pythonSteer } from "./python-steer";
import { bracketed, commentText, floatLiteral, stringLiteral } from "./python-text";
import { pythonWeights } from "./python-weights";

/**
 * Python 3.8+ source with `steer`, and with `score_items` and `recommend` unless the recommender is a model.
 *
 * In delta mode only the weights of edited neurons are in it, for top-k with the encoder of all; in reconstruct mode all
 * are. Names and labels come from people and files: they stand in comments and string literals only, escaped.
 *
 * @param weights what `steeringWeights` says this config needs
 * @throws RecPrismError "config-invalid" for more weights than fit a source file
 */
export function generatePython(
  config: SteeringConfig,
  weights: SteeringWeights,
  recommender: RecommenderManifest["kind"],
): string {
  const edits = config.rules.flatMap((rule) => rule.edits);
  const labelOf = (neuron: number) => edits.find((edit) => edit.neuron === neuron)?.label ?? "";
  const score = pythonScore(recommender);
  const lines = [
    ...header(recommender),
    ...saeConstants(config, weights),
    "",
    ...rulesConstant(config.rules),
    "",
    ...neuronsConstant(config, weights),
    ...pythonWeights(weights, labelOf),
    "",
    "",
    ...pythonSteer(config.mode, weights),
    ...(score.length === 0 ? [] : ["", "", ...score]),
  ];
  return `${lines.join("\n")}\n`;
}

function header(recommender: RecommenderManifest["kind"]): string[] {
  const usage =
    recommender === "onnx"
      ? [
          "#     vectors = steer(user_vectors)",
          "#",
          "# Pass them to your model in place of the user vectors; its other inputs stay as they are.",
        ]
      : [
          "#     vectors = steer(user_vectors)  # in place of the user embeddings, or",
          "#     rows = recommend(user_vector, items, item_bias, seen=seen_rows, k=30)",
        ];
  return [
    "# Steering of a recommender through its sparse autoencoder (SAE), made by RecPrism.",
    "# Needs NumPy only. Do not edit the weights: change the steering config and export again.",
    "#",
    ...usage,
    "",
    recommender === "onnx" ? "from typing import Any, Optional" : "from typing import Any, Optional, Sequence, Union",
    "",
    "import numpy as np",
    "",
  ];
}

function saeConstants({ sae, mode }: SteeringConfig, weights: SteeringWeights): string[] {
  const { dimensions, normalisation, activation, epsilon } = weights;
  return [
    "# Content hash of the SAE that the edits were made on.",
    `SAE_HASH = ${stringLiteral(sae.hash)}`,
    "# Length of a user embedding.",
    `DIMENSIONS = ${dimensions}`,
    ...(normalisation === "layer"
      ? ["# Added to the standard deviation that an embedding is divided by.", `EPSILON = ${floatLiteral(epsilon)}`]
      : []),
    ...(activation.kind === "topk"
      ? [
          "# How many neurons may be active in one embedding: those with the largest activations.",
          `K = ${activation.k}`,
        ]
      : []),
    mode === "delta"
      ? "# Mode: delta. Edits move the user embedding; what the SAE does not explain stays."
      : "# Mode: reconstruct. Edited embeddings are replaced by their SAE reconstruction.",
  ];
}

function rulesConstant(rules: SteeringRule[]): string[] {
  return [
    "# Rules in order: (user ids or None for everyone, [(neuron, operation, value), ...]).",
    "RULES = [",
    ...rules.flatMap(({ name, audience, edits }) => [
      `    # ${commentText(name)}`,
      "    (",
      ...(audience.kind === "everyone"
        ? ["        None,"]
        : bracketed("frozenset([", audience.users.map(stringLiteral), "]),", "        ")),
      "        [",
      ...edits.map((edit) => `            ${editLine(edit)}`),
      "        ],",
      "    ),",
    ]),
    "]",
  ];
}

function editLine(edit: Edit): string {
  const value = edit.operation === "suppress" ? "0.0" : floatLiteral(edit.value);
  const comment = edit.label ? `  # ${commentText(edit.label)}` : "";
  return `(${edit.neuron}, "${edit.operation}", ${value}),${comment}`;
}

function neuronsConstant({ mode }: SteeringConfig, { neurons }: SteeringWeights): string[] {
  if (mode === "reconstruct") return ["# All neurons of the SAE.", `NEURONS = list(range(${neurons.length}))`];
  return [
    "# Neurons that the rules edit, in the order of the weights.",
    ...bracketed("NEURONS = [", neurons.map(String), "]"),
  ];
}
