import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openSession } from "../../src/graph/session";
import { broadcastShape } from "../../src/graph/value";

describe("graph builder", () => {
  it("refuses an operator it does not know, by name", () => {
    const graph = new GraphBuilder("unknown");
    expect(() => graph.op("Frobnicate", [])).toThrow(/Frobnicate is not supported/);
  });

  it("refuses matrices that do not fit together", () => {
    const graph = new GraphBuilder("misfit");
    expect(() => graph.matmul(graph.input("a", [2, 3]), graph.input("b", [2, 3]))).toThrow(
      /need \[n, k\] and \[k, p\]/,
    );
  });

  it("runs a loop as often as told, carrying values and stacking results", async () => {
    const graph = new GraphBuilder("powers");
    const factor = graph.input("factor", []);
    const turns = graph.input("turns", [], "int64");
    const { carried, stacked } = graph.loop(turns, [graph.scalar(1)], (body, _turn, [product]) => {
      const next = body.mul(product, factor);
      return { carried: [next], stacked: [next] };
    });
    graph.output("last", carried[0]);
    graph.output("all", stacked[0]);
    const session = await openSession(graph.content(), 1);
    const result = await session.run({
      factor: { data: Float32Array.of(2), shape: [] },
      turns: { data: BigInt64Array.of(5n), shape: [] },
    });
    await session.release();
    expect(Array.from(result.last)).toEqual([32]);
    expect(Array.from(result.all)).toEqual([2, 4, 8, 16, 32]);
  });

  it("carries on values that the body passes through or returns twice", async () => {
    const graph = new GraphBuilder("swap");
    const turns = graph.input("turns", [], "int64");
    const { carried } = graph.loop(turns, [graph.scalar(1), graph.scalar(2)], (body, _turn, [a, b]) => {
      const sum = body.add(a, b);
      return { carried: [b, sum], stacked: [sum, sum] };
    });
    graph.output("fibonacci", carried[1]);
    const session = await openSession(graph.content(), 1);
    const { fibonacci } = await session.run({ turns: { data: BigInt64Array.of(4n), shape: [] } });
    await session.release();
    expect(Array.from(fibonacci)).toEqual([13]);
  });

  it("tells which tensor does not fill its shape", async () => {
    const graph = new GraphBuilder("filled");
    graph.output("y", graph.op("Neg", [graph.input("x", ["rows", 2])]));
    const session = await openSession(graph.content(), 1);
    await expect(session.run({ x: { data: new Float32Array(3), shape: [2, 2] } })).rejects.toThrow(
      /x: 3 values do not fill/,
    );
    await session.release();
  });
});

describe("broadcasting", () => {
  it("gives the same shape whichever side comes first", () => {
    const dimension = fc.constantFrom(1, 3);
    fc.assert(
      fc.property(fc.array(dimension, { maxLength: 4 }), fc.array(dimension, { maxLength: 4 }), (a, b) => {
        expect(broadcastShape(a, b)).toEqual(broadcastShape(b, a));
      }),
    );
  });

  it("refuses shapes that differ", () => {
    expect(() => broadcastShape([2, 3], [4])).toThrow(/do not broadcast/);
  });
});
