import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession } from "../../src/graph/session";
import { cosineRecommender, dotRecommender } from "../../src/recommender/dot-and-cosine";
import { scoreDeviation } from "../../src/recommender/score-deviation";
import { cosineScorer, dotScorer } from "../../src/recommender/scorer";
import { compareGradients } from "../graph/finite-differences";
import { randomMatrix } from "../sae/fixtures";

describe("the dot recommender", () => {
  it("adds the biases that there are", async () => {
    const items = { embeddings: matrix(2, 2, Float32Array.of(1, 2, 3, 4)), bias: Float32Array.of(10, 20) };
    expect([...(await dotScorer({ bias: Float32Array.of(0, 100) }, items).scoreItems([1, 1], 1))]).toEqual([113, 127]);
    expect([...(await dotScorer({ bias: null }, { ...items, bias: null }).scoreItems([1, -1], 0))]).toEqual([-1, -1]);
  });
});

describe("the cosine recommender", () => {
  it("scores directions, not lengths, and adds biases", async () => {
    const items = { embeddings: matrix(3, 2, Float32Array.of(3, 4, 0, 2, 0, 0)), bias: Float32Array.of(0, 1, 0) };
    const scores = await cosineScorer({ bias: null }, items).scoreItems([10, 0], 0);
    expect([...scores]).toEqual([0.6000000000000001, 1, 0]);
  });

  it("gives the same scores whatever the length of the user", async () => {
    const items = { embeddings: randomMatrix(5, 4, seededRandom(1)), bias: null };
    const scorer = cosineScorer({ bias: null }, items);
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), async (length) => {
        const user = [0.3, -1, 2, 0.5];
        const [short, long] = [
          await scorer.scoreItems(user, 0),
          await scorer.scoreItems(
            user.map((x) => x * length),
            0,
          ),
        ];
        short.forEach((score, item) => {
          expect(long[item]).toBeCloseTo(score, 10);
        });
      }),
    );
  });
});

describe.each([
  ["dot", dotRecommender({ bias: null })],
  ["cosine", cosineRecommender({ bias: null })],
])("the %s recommender in a graph", (_, recommender) => {
  const random = seededRandom(2);
  const users = randomMatrix(4, 3, random);
  const items = randomMatrix(4, 3, random);

  it("scores pairs and all pairs as it does for ranking", async () => {
    const graph = new GraphBuilder("scores");
    const [u, i] = [graph.input("u", [4, 3]), graph.input("i", [4, 3])];
    graph.output("pairs", recommender.inGraph.pairs(graph, u, i));
    graph.output("all", recommender.inGraph.all!(graph, u, i));
    const session = await openSession(graph.content(), 1);
    const feed = (of: typeof users) => ({ data: of.values, shape: [4, 3] });
    const { pairs, all } = await session.run({ u: feed(users), i: feed(items) });
    await session.release();
    for (let user = 0; user < 4; user++) {
      const scores = await recommender.scorer({ embeddings: items, bias: null }).scoreItems(row(users, user), user);
      expect(Number(pairs[user])).toBeCloseTo(scores[user], 5);
      scores.forEach((score, item) => {
        expect(Number(all[user * 4 + item])).toBeCloseTo(score, 5);
      });
    }
  });

  it("has the gradient that finite differences show", async () => {
    const variables = [users, items].map(({ values }) => ({ shape: [4, 3], values: Array.from(values) }));
    const { comparisons } = await compareGradients((graph, [u, i]) => recommender.inGraph.all!(graph, u, i), variables);
    for (const { exact, measured } of comparisons) {
      exact.forEach((value, element) => {
        expect(Math.abs(value - measured[element])).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    }
  });
});

describe("the spread of scores", () => {
  it("is that of the items' biases where these are all that differs", async () => {
    const items = { embeddings: matrix(2, 1), bias: Float32Array.of(1, -1) };
    const dataset = { users: { embeddings: matrix(3, 1), bias: null }, items } as unknown as Dataset;
    const deviation = await scoreDeviation(dataset, dotRecommender({ bias: null }), 1);
    expect(deviation).toBeGreaterThan(0.99);
    expect(deviation).toBeLessThanOrEqual(1);
  });

  it("grows with the scores, and is 1 where they are all the same", async () => {
    const random = seededRandom(4);
    const [users, items] = [randomMatrix(30, 4, random), randomMatrix(50, 4, random)];
    const spread = (scale: number) => {
      const scaled = matrix(
        30,
        4,
        users.values.map((value) => scale * value),
      );
      const dataset = { users: { embeddings: scaled, bias: null }, items: { embeddings: items, bias: null } };
      return scoreDeviation(dataset as unknown as Dataset, dotRecommender({ bias: null }), 1);
    };
    expect((await spread(10)) / (await spread(1))).toBeCloseTo(10, 4);
    expect(await spread(0)).toBe(1);
  });
});
