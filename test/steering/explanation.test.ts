import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listedIds } from "../../src/data/ids";
import { matrix, row } from "../../src/data/matrix";
import type { ScoreExplanation } from "../../src/protocol/effect";
import type { Edit, Recipe, SteeringMode } from "../../src/protocol/steering";
import { recipeSchema } from "../../src/protocol/steering";
import { dotRecommender } from "../../src/recommender/dot-and-cosine";
import { openHead } from "../../src/recommender/onnx-head";
import { topRows } from "../../src/recommender/ranking";
import type { Recommender } from "../../src/recommender/recommender";
import { decode, encode } from "../../src/sae/model";
import { standardised } from "../../src/sae/standardise";
import { type SteeringContext, steeringContext } from "../../src/steering/context";
import { explainRecommendation, explainScore } from "../../src/steering/explanation";
import type { ResolvedRule } from "../../src/steering/resolved";
import { SteeredCatalogue } from "../../src/steering/steered-catalogue";
import { failure } from "../data/scratch";
import { HEADS } from "../graph/import/onnx-files";
import { labelOf, randomContext } from "./random-context";
import { randomEdits, randomProject } from "./random-project";

const SHAPE = { users: 6, items: 25, dimensions: 6, latents: 9 };

function sum({ neurons, bias, unexplained, completenessError }: ScoreExplanation): number {
  return neurons.reduce((total, { contribution }) => total + contribution, bias + unexplained + completenessError);
}

/** Of all terms: what rounding is relative to. */
function size({ neurons, bias, unexplained }: ScoreExplanation): number {
  return neurons.reduce(
    (total, { contribution }) => total + Math.abs(contribution),
    1 + Math.abs(bias) + Math.abs(unexplained),
  );
}

function ruleOf(edits: Edit[], mode: SteeringMode = "delta", rest: Partial<ResolvedRule> = {}): ResolvedRule {
  return { name: "rule", mode, members: Uint32Array.of(), edits, itemEdits: [], filters: [], ...rest };
}

const projects = () =>
  fc.record({
    seed: fc.integer({ min: 0, max: 100_000 }),
    kind: fc.constantFrom<Recommender["kind"]>("dot", "cosine"),
    activation: fc.constantFrom("relu" as const, "topk" as const, "jumprelu" as const),
    normalisation: fc.constantFrom("none" as const, "layer" as const, "norm" as const),
    tied: fc.boolean(),
    biased: fc.boolean(),
    mode: fc.constantFrom<SteeringMode>("delta", "reconstruct"),
    edits: fc.integer({ min: 0, max: 3 }),
  });

describe("a score by dot product or cosine", () => {
  it("is the sum of what neurons, biases and the unexplained contribute, with any rules", async () => {
    await fc.assert(
      fc.asyncProperty(projects(), async ({ seed, kind, mode, edits, ...variant }) => {
        const context = randomContext(seed, { ...SHAPE, ...variant }, kind);
        const { random } = randomProject(seed, SHAPE);
        const rules =
          edits === 0
            ? []
            : [
                ruleOf(randomEdits(random, SHAPE.latents, edits), mode, {
                  itemEdits: [{ rows: Uint32Array.of(1, 4, 9), edits: randomEdits(random, SHAPE.latents, 2) }],
                  filters: [{ neuron: 2, above: 1 }],
                }),
              ];
        const { scores, hidden } = await new SteeredCatalogue(context, rules).scoresAsMember(3);
        for (const item of [0, 1, 9, 24]) {
          const explanation = await explainScore(context, 3, item, rules);
          expect(explanation.score).toBe(scores[item]);
          expect(Math.abs(explanation.completenessError)).toBeLessThan(1e-9 * size(explanation));
          expect(Math.abs(sum(explanation) - scores[item])).toBeLessThan(1e-12 * size(explanation));
          expect(explanation).toMatchObject({
            method: "exact",
            steered: edits > 0,
            user: "u3",
            item: { id: `i${item}` },
          });
          // Ranked among what may be listed, and itself.
          const { offsets, items } = context.dataset.interactions!;
          const seen = Array.from(items.subarray(offsets[3], offsets[4]));
          expect(explanation.seen).toBe(seen.includes(item));
          const left = new Set([...seen, ...hidden]);
          left.delete(item);
          const list = Array.from(topRows(scores, SHAPE.items)).filter((other) => !left.has(other));
          expect(list[explanation.rank - 1]).toBe(item);
          const sizes = explanation.neurons.map(({ contribution }) => Math.abs(contribution));
          expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
          if (edits > 0 && mode === "reconstruct") expect(explanation.unexplained).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("of a dot product loses a neuron's contribution when the neuron is suppressed", async () => {
    await fc.assert(
      fc.asyncProperty(projects(), async ({ seed, ...variant }) => {
        const context = randomContext(seed, { ...SHAPE, ...variant });
        const explanation = await explainScore(context, 2, 7, []);
        for (const { neuron, contribution, activation } of explanation.neurons) {
          expect(activation).toBeGreaterThan(0);
          const rule = ruleOf([{ neuron, operation: "suppress" }]);
          const { scores } = await new SteeredCatalogue(context, [rule]).scoresAsMember(2);
          expect(Math.abs(explanation.score - scores[7] - contribution)).toBeLessThan(1e-9 * size(explanation));
        }
      }),
      { numRuns: 30 },
    );
  });

  it("is taken apart as by hand", async () => {
    // One dimension a neuron: z = relu(x - b_dec), x^ = z + b_dec.
    const identity = matrix(2, 2, Float32Array.of(1, 0, 0, 1));
    const sae = {
      ...randomProject(1, SHAPE).sae,
      encoderWeights: identity,
      decoderWeights: identity,
      encoderBias: Float32Array.of(0, 0),
      decoderBias: Float32Array.of(0.5, 0.5),
      activation: { kind: "relu" as const },
      normalisation: "none" as const,
    };
    const { dataset } = randomProject(1, { ...SHAPE, users: 1, items: 2, dimensions: 2 });
    dataset.users = { ...dataset.users, embeddings: matrix(1, 2, Float32Array.of(2, -1)), bias: Float32Array.of(0.25) };
    dataset.items = {
      ...dataset.items,
      embeddings: matrix(2, 2, Float32Array.of(4, 2, 1, 1)),
      bias: Float32Array.of(1, 0),
    };
    dataset.interactions = { offsets: Uint32Array.of(0, 1), items: Uint32Array.of(1) };
    const context = steeringContext({
      dataset,
      sae,
      recommender: dotRecommender(dataset.users),
      labels: [labelOf(0, true), labelOf(1, false)],
      concepts: [],
      seed: 1,
      usersWhere: async () => new Uint32Array(0),
    });
    // x = (2, -1): z = (1.5, 0), x^ = (2, .5), unexplained (0, -1.5). Score 8 - 2 + 1.25.
    expect(await explainScore(context, 0, 0, [])).toMatchObject({
      score: 7.25,
      rank: 1,
      seen: false,
      neurons: [{ neuron: 0, label: "Scary films", kind: "tag", activation: 1.5, contribution: 6 }],
      bias: 1.25 + 2 + 1,
      unexplained: -3,
      completenessError: 0,
      steered: false,
    });
    const set = ruleOf([{ neuron: 1, operation: "set", value: 2 }]);
    expect(await explainScore(context, 0, 0, [set])).toMatchObject({
      score: 11.25,
      neurons: [
        { neuron: 0, contribution: 6 },
        { neuron: 1, activation: 2, contribution: 4 },
      ],
      bias: 4.25,
      unexplained: -3,
      steered: true,
    });
    expect(await explainScore(context, 0, 0, [ruleOf([], "reconstruct")])).toMatchObject({
      score: 10.25,
      unexplained: 0,
    });
    // The other item was seen: it would stand behind the first.
    expect(await explainScore(context, 0, 1, [])).toMatchObject({ seen: true, rank: 2, score: 1.25 });
  });

  it("of a user that is nothing is its biases", async () => {
    const context = randomContext(4, { ...SHAPE, normalisation: "layer" }, "cosine");
    context.dataset.users.embeddings.values.fill(0);
    const explanation = await explainScore(context, 0, 0, []);
    const { users, items } = context.dataset;
    expect(explanation.score).toBeCloseTo(users.bias![0] + items.bias![0], 12);
    expect(explanation).toMatchObject({ neurons: [], unexplained: 0 });
  });
});

/** A random project that is scored by an exported model. */
async function withHead(name: string, seed: number, work: (context: SteeringContext) => Promise<void>): Promise<void> {
  const { sae, dataset } = randomProject(seed, { ...SHAPE, biased: false });
  const recommender = await openHead({ kind: "onnx", model: `${name}.onnx` }, HEADS, {
    users: dataset.users.embeddings,
    items: dataset.items.embeddings,
  });
  const labels = Array.from({ length: SHAPE.latents }, (_, neuron) => labelOf(neuron, false));
  const usersWhere = async () => new Uint32Array(0);
  try {
    await work(steeringContext({ dataset, sae, recommender, labels, concepts: [], seed: 1, usersWhere }));
  } finally {
    await recommender.release();
  }
}

const heads = [
  "mlp-13",
  "one-input-14",
  "cosine-12",
  "bilinear-12",
  "normalised-17",
  "attention-11",
  "sliced-15",
  "weighted-13",
  "fixed-batch-of-one-13",
];

describe.each(heads)("a score by the model %s", (name) => {
  it("is explained but for a thousandth of what the user adds to the baseline, with rules too", async () => {
    for (const seed of [1, 2, 3]) {
      await withHead(name, seed, async (context) => {
        const edits: Edit[] = [
          { neuron: 2, operation: "set", value: 1.5 },
          { neuron: 4, operation: "suppress" },
        ];
        const itemEdits = [{ rows: Uint32Array.of(5), edits: [{ neuron: 1, operation: "set" as const, value: 1 }] }];
        for (const rules of [
          [],
          [ruleOf(edits, "delta", { itemEdits })],
          [ruleOf(edits, "reconstruct", { itemEdits })],
        ]) {
          const { scores } = await new SteeredCatalogue(context, rules).scoresAsMember(1);
          const explanation = await explainScore(context, 1, 5, rules);
          expect(explanation.score).toBe(scores[5]);
          expect(explanation.method).toBe("integrated-gradients");
          expect(Math.abs(sum(explanation) - explanation.score)).toBeLessThan(1e-12 * size(explanation));
          const change = Math.abs(explanation.score - explanation.bias);
          expect(Math.abs(explanation.completenessError)).toBeLessThanOrEqual(1e-3 * change + 2e-6 * size(explanation));
          if (rules[0]?.mode === "reconstruct") expect(explanation.unexplained).toBe(0);
        }
      });
    }
  });

  it("gives each neuron what finite differences along the path give it", async () => {
    await withHead(name, 4, async (context) => {
      const { dataset, sae } = context;
      const [user, item] = [2, 8];
      const x = row(dataset.users.embeddings, user);
      const { mean, scale } = standardised(x, sae.normalisation);
      const z = encode(sae, x);
      const base = decode(sae, new Float64Array(z.length), { mean, scale });
      const scored = async (vectors: Float64Array[]) => {
        const scores: number[] = [];
        for (const vector of vectors) {
          scores.push(
            (await context.scorer.scoreVectors(vector, user, [row(dataset.items.embeddings, item)], [item]))[0],
          );
        }
        return scores;
      };
      const explanation = await explainScore(context, user, item, []);
      expect(explanation.bias).toBeCloseTo((await scored([base]))[0], 5);
      const steps = 100;
      const reach = 0.01;
      for (const { neuron, contribution } of explanation.neurons) {
        const direction = Float64Array.from(row(sae.decoderWeights, neuron), (weight) => scale * z[neuron] * weight);
        let expected = 0;
        for (let step = 0; step < steps; step++) {
          const share = (step + 0.5) / steps;
          const at = (by: number) => base.map((value, c) => value + share * (x[c] - value) + by * direction[c]);
          const [ahead, behind] = await scored([at(reach), at(-reach)]);
          expected += (ahead - behind) / (2 * reach) / steps;
        }
        expect(Math.abs(contribution - expected)).toBeLessThan(
          0.02 * Math.abs(explanation.score - explanation.bias) + 1e-3,
        );
      }
    });
  });
});

describe("why this item for this user", () => {
  const context = randomContext(5, SHAPE);
  const recipe = (rest: Partial<Recipe>): Recipe => recipeSchema.parse({ name: "r", ...rest });

  it("takes a recipe as if the user were of its audience, whoever that is", async () => {
    const steered = await explainRecommendation(
      context,
      "u1",
      "i2",
      recipe({ audience: { kind: "users", users: ["u5"] }, edits: [{ neuron: 3, operation: "set", value: 2 }] }),
    );
    expect(steered.steered).toBe(true);
    expect(steered.neurons.find(({ neuron }) => neuron === 3)!.activation).toBe(2);
    const without = await explainRecommendation(context, "u1", "i2", null);
    expect(without.steered).toBe(false);
    expect(without.score).toBe((await context.scoresBefore(1))[2]);
  });

  it("answers unknown users and items with those that may have been meant, and edits that make no sense", async () => {
    await failure(explainRecommendation(context, "u11", "i2", null), "id-unknown", '"u11"', "u1");
    await failure(explainRecommendation(context, "u1", "i222", null), "id-unknown", '"i222"', "i22");
    const edits: Edit[] = [{ neuron: 9, operation: "suppress" }];
    await failure(explainRecommendation(context, "u1", "i2", recipe({ edits })), "config-invalid", "0 to 8");
  });

  it("names items by ids that are no rows", async () => {
    const other = randomContext(5, SHAPE);
    other.dataset.items.ids = listedIds(Array.from({ length: SHAPE.items }, (_, item) => `m${100 - item}`));
    expect((await explainRecommendation(other, "u1", "m98", null)).item).toMatchObject({ row: 2, id: "m98" });
  });
});
