import { describe, expect, it } from "vitest";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession } from "../../src/graph/session";
import type { Value } from "../../src/graph/value";
import type { SaeSettings } from "../../src/protocol/manifest";
import { cosineRecommender, dotRecommender } from "../../src/recommender/dot-and-cosine";
import { LIST_SHARPNESS, predictionLossOf } from "../../src/recommender/prediction-loss";
import type { GraphScorer, Recommender } from "../../src/recommender/recommender";
import { compareGradients } from "../graph/finite-differences";
import { randomMatrix } from "../sae/fixtures";

type Kind = SaeSettings["predictionLoss"];
/** As if found in the data; makes lists a little flatter than their scores. */
const DEVIATION = 1.25 * LIST_SHARPNESS;
const KINDS: Kind[] = ["mse", "bce", "listwise"];

/** Stands for a model that can only score pairs: their dot product, or its sigmoid. */
function pairwise(probabilities: boolean): Pick<Recommender, "kind" | "inGraph"> {
  const inGraph: GraphScorer = {
    probabilities,
    pairs(graph, users, items) {
      const dots = graph.sum(graph.mul(users, items), [1]);
      return probabilities ? graph.op("Sigmoid", [dots]) : dots;
    },
    all: null,
  };
  return { kind: "onnx", inGraph };
}

const RECOMMENDERS: Record<string, Pick<Recommender, "kind" | "inGraph">> = {
  dot: dotRecommender({ bias: null }),
  cosine: cosineRecommender({ bias: null }),
  "a model": pairwise(false),
  "a model of probabilities": pairwise(true),
};

interface Example {
  pairs: number;
  dimensions: number;
  /** users, items, their errors, user biases, item biases */
  inputs: ReturnType<typeof randomMatrix>[];
}

function example(pairs: number, dimensions: number): Example {
  const random = seededRandom(3);
  const widths = [dimensions, dimensions, dimensions, dimensions, 1, 1];
  return { pairs, dimensions, inputs: widths.map((width) => randomMatrix(pairs, width, random, 0.5)) };
}

function lossGraph(recommender: Pick<Recommender, "kind" | "inGraph">, kind: Kind, candidates: number) {
  const loss = predictionLossOf(recommender, { predictionLoss: kind, candidates }, DEVIATION);
  return (graph: GraphBuilder, [users, items, userError, itemError, userBias, itemBias]: Value[]) =>
    loss(graph, { users, items }, { users: userError, items: itemError }, { users: userBias, items: itemBias });
}

async function lossOf(recommender: Pick<Recommender, "kind" | "inGraph">, kind: Kind, candidates: number, of: Example) {
  const graph = new GraphBuilder("loss");
  const values = of.inputs.map(({ rows, columns }, index) => graph.input(`input_${index}`, [rows, columns]));
  graph.output("loss", lossGraph(recommender, kind, candidates)(graph, values));
  const session = await openSession(graph.content(), 1);
  const feeds = of.inputs.map(({ rows, columns, values: data }, index) => [
    `input_${index}`,
    { data, shape: [rows, columns] },
  ]);
  const { loss } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return loss[0];
}

/** The loss by its definition, pair by pair. */
function expectedLoss(name: string, kind: Kind, candidates: number, { pairs, dimensions, inputs }: Example): number {
  const [users, items, userError, itemError, userBias, itemBias] = inputs;
  const moved = (of: typeof users, by: typeof users) =>
    matrix(
      pairs,
      dimensions,
      of.values.map((value, i) => value + by.values[i]),
    );
  const score = (u: Float32Array, i: Float32Array) => {
    const dot = u.reduce((sum, value, c) => sum + value * i[c], 0);
    return name === "cosine" ? dot / (Math.hypot(...u) * Math.hypot(...i)) : dot;
  };
  const width = name === "dot" || name === "cosine" ? pairs : candidates;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const logit = (p: number) => Math.log(p / (1 - p));
  const probable = name === "a model of probabilities";
  const scores = (us: typeof users, is: typeof items) =>
    Array.from({ length: pairs }, (_, user) =>
      Array.from({ length: width }, (_, step) => {
        const item = (user + step) % pairs;
        const plain = score(row(us, user), row(is, item));
        const scored = probable ? sigmoid(plain) : plain;
        return kind === "mse" ? scored : scored + userBias.values[user] + itemBias.values[item];
      }),
    );
  const before = scores(users, items);
  const after = scores(moved(users, userError), moved(items, itemError));
  const mean = (numbers: number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const softmax = (list: number[]) => {
    const exponentials = list.map((value) => Math.exp((probable ? logit(value) : value) / 1.25));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    return exponentials.map((value) => value / sum);
  };
  switch (kind) {
    case "mse":
      return mean(before.flatMap((list, user) => list.map((value, i) => (after[user][i] - value) ** 2)));
    case "bce":
      return mean(
        before.flatMap((list, user) =>
          list.map((value, i) => {
            const [p, q] = [value, after[user][i]].map((x) => (probable ? x : sigmoid(x)));
            return -p * Math.log(q) - (1 - p) * Math.log(1 - q);
          }),
        ),
      );
    case "listwise":
      return mean(
        before.map((list, user) => {
          const [p, q] = [softmax(list), softmax(after[user])];
          return p.reduce((sum, share, i) => sum + share * Math.log(share / q[i]), 0);
        }),
      );
  }
}

describe.each(Object.entries(RECOMMENDERS))("the prediction loss through %s", (name, recommender) => {
  for (const kind of KINDS) {
    // Biases are no part of a model's score; the loss would leave the probabilities' range.
    const examples = [example(20, 3), example(5, 4)].map((of) =>
      name === "a model of probabilities"
        ? { ...of, inputs: [...of.inputs.slice(0, 4), matrix(of.pairs, 1), matrix(of.pairs, 1)] }
        : of,
    );
    it.each(examples)(`${kind} is what its definition says, for $pairs pairs of $dimensions dimensions`, async (of) => {
      const loss = await lossOf(recommender, kind, 3, of);
      const expected = expectedLoss(name, kind, 3, of);
      expect(expected).toBeGreaterThan(0);
      expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-4);
    });

    it.each(examples)(`${kind} has the gradient that finite differences show, for $pairs pairs`, async (of) => {
      const variables = of.inputs.map(({ rows, columns, values }) => ({
        shape: [rows, columns],
        values: Array.from(values, (value) => Math.round(16 * value) / 16 + 1 / 64),
      }));
      const { comparisons } = await compareGradients(lossGraph(recommender, kind, 3), variables);
      for (const { exact, measured } of comparisons) {
        exact.forEach((value, element) => {
          expect(Math.abs(value - measured[element])).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
        });
      }
    });
  }
});
