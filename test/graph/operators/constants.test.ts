import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/differentiate";
import { GraphBuilder } from "../../../src/graph/graph-builder";
import { openSession } from "../../../src/graph/session";
import { opened } from "../finite-differences";
import { indices } from "./gradient-case";

describe("constants", () => {
  it("are of the type of their numbers", () => {
    const graph = new GraphBuilder("types");
    expect(graph.constant(Float32Array.of(1), [1]).type).toBe("float32");
    expect(graph.constant(BigInt64Array.of(1n), []).type).toBe("int64");
    expect(graph.constant(Int32Array.of(1), [1]).type).toBe("int32");
    expect(graph.constant(Uint8Array.of(1), [1]).type).toBe("bool");
  });

  it("hold real numbers in the graph's precision", () => {
    const graph = new GraphBuilder("double", null, "float64");
    for (const value of [
      graph.scalar(0.1),
      graph.zeros([2]),
      graph.constant(Float32Array.of(1), [1]),
      graph.input("x", []),
    ]) {
      expect(value.type).toBe("float64");
    }
    expect(graph.numbers(graph.scalar(0.1))).toEqual([0.1]);
  });

  it("of a graph are known to those nested in it, so that picking by them has a gradient there", async () => {
    const graph = new GraphBuilder("outer");
    const picked = indices(graph, [2, 0]);
    const turns = graph.input("turns", [], "int64");
    const { carried } = graph.loop(turns, [graph.input("x", [3])], (body, _turn, [x]) => {
      const [gradient] = gradients(body, body.sum(body.op("Gather", [x, picked])), [x]);
      return { carried: [gradient], stacked: [] };
    });
    graph.output("gradient", carried[0]);
    const session = await openSession(graph.content(), 1);
    const { gradient } = await session.run({
      x: { data: Float32Array.of(1, 2, 3), shape: [3] },
      turns: { data: BigInt64Array.of(1n), shape: [] },
    });
    await session.release();
    expect(Array.from(gradient)).toEqual([1, 0, 1]);
  });

  it("of many zeros are left to the runtime to make", async () => {
    const graph = new GraphBuilder("zeros");
    const shape = [100, 100];
    graph.output("y", graph.add(graph.input("x0", shape), graph.zeros(shape)));
    expect(graph.initialisers.some(({ data }) => data.length >= 10_000)).toBe(false);
    const run = await opened(graph);
    const values = Array.from({ length: 10_000 }, (_, i) => i);
    expect((await run.of([{ shape, values }])).y.data).toEqual(values);
    await run.release();
  });
});
