/** A steering config as a Python module that needs NumPy only and returns the lists that the preview showed. */
import { type CodeInput, modesOf } from "./code-input";
import { PYTHON_RULE_TYPES, pythonRules } from "./python-rules";
import { pythonScore } from "./python-score";
import { pythonSteer } from "./python-steer";
import { pythonFloat, pythonString } from "./python-text";
import { pythonLoader, pythonWeights } from "./python-weights";
import type { Sidecar } from "./sidecar";
import { bracketed } from "./source-text";

/**
 * Python 3.8+ source with `steer`, `steer_items` and `hidden_items`, and with `score_items` and `recommend` unless the
 * recommender is a model.
 *
 * Names and labels come from people and files: they stand in comments and string literals only, escaped.
 */
export function generatePython(input: CodeInput, sidecar: Sidecar | null): string {
  const score = pythonScore(input.recommender);
  const sections = [
    [...pythonHeader(input, sidecar), ...saeConstants(input)],
    ...(sidecar === null ? [] : [pythonLoader(sidecar)]),
    PYTHON_RULE_TYPES,
    [
      ...RULES_COMMENT,
      ...pythonRules(input, sidecar),
      "",
      ...neuronsConstant(input),
      ...pythonWeights(input, sidecar?.weights ?? false),
    ],
    pythonSteer(input),
    ...(score.length === 0 ? [] : [score]),
  ];
  const lines = sections.flatMap((section, index) => {
    // The loader begins with constants, which stand with those before it.
    const apart = index === 0 ? [] : section[0].startsWith("#") && index === 1 ? [""] : ["", ""];
    return [...apart, ...section];
  });
  return `${lines.join("\n")}\n`;
}

function pythonHeader({ recommender }: CodeInput, sidecar: Sidecar | null): string[] {
  const usage =
    recommender === "onnx"
      ? [
          "    vectors = steer(user_vectors, user_ids)",
          "    items = steer_items(item_vectors, item_ids, user_id)",
          "    items_to_leave_out = hidden_items(item_vectors, user_id)",
          "",
          "Pass them to your model in place of the embeddings; its other inputs stay as they are.",
        ]
      : [
          "    rows = recommend(user_vector, item_vectors, item_bias, seen=seen_rows, k=30,",
          "                     user_id=user_id, item_ids=item_ids)",
        ];
  const types = ["Any", "FrozenSet", "List", "NamedTuple", "Optional", "Sequence", "Tuple", "Union"];
  if (sidecar !== null) types.push("Dict");
  if (recommender !== "onnx") types.push("Iterable");
  return [
    '"""Steering of a recommender through its sparse autoencoder (SAE), made by RecPrism.',
    "",
    "Needs NumPy only. Do not edit the numbers: change the steering config and export again.",
    "",
    ...usage,
    '"""',
    "",
    ...(sidecar === null
      ? []
      : ["import hashlib", "import io", ...(sidecar.ids ? ["import json"] : []), "from pathlib import Path"]),
    ...importLines(types.sort()),
    "",
    "import numpy as np",
    "",
  ];
}

function importLines(types: string[]): string[] {
  const line = `from typing import ${types.join(", ")}`;
  return line.length <= 88 ? [line] : ["from typing import (", ...types.map((type) => `    ${type},`), ")"];
}

function saeConstants({ hash, sae, rules, weights }: CodeInput): string[] {
  const { dimensions, normalisation, activation, epsilon } = weights;
  const { delta, reconstruct } = modesOf(rules);
  return [
    "# SHA-256 of the steering config that this is made from.",
    `CONFIG_HASH = "${hash}"`,
    "# Content hash of the SAE that the edits were made on.",
    `SAE_HASH = ${pythonString(sae)}`,
    "# Length of an embedding.",
    `DIMENSIONS = ${dimensions}`,
    ...(normalisation === "layer"
      ? ["# Added to the standard deviation that an embedding is divided by.", `EPSILON = ${pythonFloat(epsilon)}`]
      : []),
    ...(activation.kind === "topk"
      ? [
          "# How many neurons may be active in one embedding: those with the largest activations.",
          `K = ${activation.k}`,
        ]
      : []),
    ...(delta ? ["# Mode delta: edits move an embedding; what the SAE does not explain stays."] : []),
    ...(reconstruct ? ["# Mode reconstruct: edited embeddings are replaced by their SAE reconstruction."] : []),
  ];
}

const RULES_COMMENT = ["# Applied in order: a user gets what all rules for it say."];

function neuronsConstant({ rules, weights: { neurons } }: CodeInput): string[] {
  if (modesOf(rules).reconstruct) return ["# All neurons of the SAE.", `NEURONS = list(range(${neurons.length}))`];
  if (neurons.length === 0) return ["# No rule names a neuron.", "NEURONS: List[int] = []"];
  return [
    "# Neurons that the rules name, in the order of the weights.",
    ...bracketed("NEURONS = [", neurons.map(String), "]"),
  ];
}
