/** What steering works on, made of random numbers. */
import { type Concept, conceptCandidates } from "../../src/concepts/candidates";
import type { NeuronLabel } from "../../src/protocol/artifact";
import { cosineRecommender, dotRecommender } from "../../src/recommender/dot-and-cosine";
import type { Recommender } from "../../src/recommender/recommender";
import { type SteeringContext, steeringContext } from "../../src/steering/context";
import type { DatasetInMemory } from "../sae/fixtures";
import { randomProject, type Shape } from "./random-project";

/** The neuron that is called after the tag Horror. */
export const HORROR = 3;

export interface RandomContext extends SteeringContext {
  dataset: DatasetInMemory;
}

/**
 * @param kind of the recommender: `onnx` is one by a formula that is not linear, as a model's
 * @param users that meet any SQL condition
 */
export function randomContext(
  seed: number,
  shape: Shape,
  kind: Recommender["kind"] = "dot",
  users: Uint32Array = new Uint32Array(0),
): RandomContext {
  const { sae, dataset } = randomProject(seed, shape);
  const concepts = conceptCandidates(dataset.items, dataset.interactions);
  const recommenders = { dot: dotRecommender, cosine: cosineRecommender, onnx: logisticRecommender };
  const labels = Array.from({ length: shape.latents }, (_, neuron) => labelOf(neuron, neuron === HORROR));
  const context = steeringContext({
    dataset,
    sae,
    recommender: recommenders[kind](dataset.users),
    labels,
    concepts,
    seed: 1,
    usersWhere: async () => users,
  });
  // Getters of the context are read anew by whoever holds it.
  return Object.defineProperties({ dataset }, Object.getOwnPropertyDescriptors(context)) as RandomContext;
}

export function labelOf(neuron: number, horror: boolean): NeuronLabel {
  return {
    neuron,
    label: horror ? "Scary films" : `like Title ${neuron}`,
    kind: horror ? "tag" : "unlabelled",
    confidence: horror ? "high" : "none",
    model: null,
    person: null,
    evidence: horror
      ? {
          concept: "tag:genres:Horror",
          label: "Horror",
          kind: "tag",
          of: "items",
          selectionAuc: 0.9,
          heldOutAuc: 0.9,
          heldOutAucInterval: [0.85, 0.95],
          averagePrecision: 0.8,
          precision10: 0.9,
          precision50: null,
          precision200: null,
          baseRate: 0.3,
          lift: 3,
          recall: 0.9,
          q: 0.001,
        }
      : null,
  };
}

/** Scores by a formula that is not linear, as a model does. */
function logisticRecommender(users: Parameters<typeof dotRecommender>[0]): Recommender {
  const dot = dotRecommender(users);
  const squashed = (scores: Float64Array) => scores.map((score) => 1 / (1 + Math.exp(-score)));
  return {
    ...dot,
    kind: "onnx",
    scorer(items) {
      const scorer = dot.scorer(items);
      return {
        scoreItems: async (user, row) => squashed(await scorer.scoreItems(user, row)),
        scoreVectors: async (...pairs) => squashed(await scorer.scoreVectors(...pairs)),
      };
    },
  };
}

export function bearersOf(concepts: readonly Concept[], key: string): Set<number> {
  return new Set(concepts.find((concept) => concept.key === key)?.bearers);
}
