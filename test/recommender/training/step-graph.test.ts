/** The graph of a training step: its loss is the textbook's, its gradients are those of finite differences. */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/data/random";
import { openModel, openSession } from "../../../src/graph/session";
import { elementCount } from "../../../src/graph/value";
import { headModel } from "../../../src/recommender/training/head-graph";
import { type StepShape, type StepTable, stepGraph, stepInputs } from "../../../src/recommender/training/step-graph";

const shapeOf = (kind: StepShape["kind"]): StepShape => ({ kind, pairs: 3, negatives: 2, dimensions: 4 });

function drawn(shape: StepShape, seed = 1): Map<StepTable, Float32Array> {
  const random = seededRandom(seed);
  return new Map(
    [...stepInputs(shape)].map(([name, of]) => [
      name,
      Float32Array.from({ length: elementCount(of) }, () => (name === "head" ? 0.3 : 1) * random.normal()),
    ]),
  );
}

async function stepped(shape: StepShape, values: ReadonlyMap<StepTable, Float32Array>) {
  const session = await openSession(stepGraph(shape), 1);
  const inputs = Object.fromEntries(
    [...stepInputs(shape)].map(([name, of]) => [name, { data: values.get(name)!, shape: of }]),
  );
  return session.run(inputs).finally(() => session.release());
}

const softplus = (x: number) => Math.log1p(Math.exp(x));

describe("the loss of a step", () => {
  it.each(["mf", "bpr"] as const)("of %s is that of its dot products and biases", async (kind) => {
    const shape = shapeOf(kind);
    const values = drawn(shape);
    const score = (pair: number, item: number) => {
      let sum = values.get("itemBias")![pair * 3 + item] + (values.get("userBias")?.[pair] ?? 0);
      for (let d = 0; d < 4; d++)
        sum += values.get("users")![pair * 4 + d] * values.get("items")![(pair * 3 + item) * 4 + d];
      return sum;
    };
    let expected = 0;
    for (let pair = 0; pair < 3; pair++) {
      if (kind === "mf") expected += softplus(-score(pair, 0)) + softplus(score(pair, 1)) + softplus(score(pair, 2));
      else expected += softplus(score(pair, 1) - score(pair, 0)) + softplus(score(pair, 2) - score(pair, 0));
    }
    expect((await stepped(shape, values)).loss[0]).toBeCloseTo(expected, 4);
  });

  it("of ncf is the cross entropy of what head.onnx gives", async () => {
    const shape = shapeOf("ncf");
    const values = drawn(shape);
    const [users, items] = [values.get("users")!, values.get("items")!];
    const head = await openModel(headModel(4, values.get("head")!));
    const repeated = Float32Array.from({ length: 36 }, (_, n) => users[Math.floor(n / 12) * 4 + (n % 4)]);
    const { score } = await head
      .run({ user: { data: repeated, shape: [9, 4] }, item: { data: items, shape: [9, 4] } })
      .finally(() => head.release());
    expect(score).toHaveLength(9);
    const expected = score.reduce((sum, p, n) => sum - Math.log(n % 3 === 0 ? p : 1 - p), 0);
    expect((await stepped(shape, values)).loss[0]).toBeCloseTo(expected, 4);
  });
});

describe("the gradients of a step", () => {
  it.each(["mf", "bpr", "ncf"] as const)("of %s are those of finite differences", async (kind) => {
    const shape = shapeOf(kind);
    const values = drawn(shape, 3);
    const results = await stepped(shape, values);
    const by = 1 / 64;
    for (const [name, data] of values) {
      expect(results[`d_${name}`]).toHaveLength(data.length);
      const random = seededRandom(data.length);
      for (let check = 0; check < 6; check++) {
        const at = random.integer(data.length);
        const lossAt = async (change: number) => {
          const moved = new Map(values).set(name, data.with(at, data[at] + change) as Float32Array<ArrayBuffer>);
          return (await stepped(shape, moved)).loss[0];
        };
        const slope = ((await lossAt(by)) - (await lossAt(-by))) / (2 * by);
        expect(Math.abs(results[`d_${name}`][at] - slope)).toBeLessThan(0.02 + 0.02 * Math.abs(slope));
      }
    }
  });
});
