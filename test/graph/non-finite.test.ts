import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { locateNonFinite } from "../../src/graph/non-finite";
import type { TensorIn } from "../../src/graph/session";
import type { Value } from "../../src/graph/value";

const vector = (...values: number[]): TensorIn => ({ data: Float32Array.from(values), shape: [values.length] });

/** A graph of x [3] that goes through `depth` harmless nodes before and after what is planted. */
function planted(plant: (graph: GraphBuilder, x: Value) => Value, depth = 30): GraphBuilder {
  const graph = new GraphBuilder("planted");
  let value = graph.input("x", [3]);
  for (let i = 0; i < depth; i++) value = graph.op("Abs", [value]);
  value = plant(graph, value);
  for (let i = 0; i < depth; i++) value = graph.op("Neg", [value]);
  graph.output("y", value);
  return graph;
}

describe("the origin of what is not finite", () => {
  it.each<[string, (graph: GraphBuilder, x: Value) => Value, "NaN" | "infinity"]>([
    ["Log", (graph, x) => graph.op("Log", [x]), "infinity"],
    ["Div", (graph, x) => graph.div(x, x), "NaN"],
    ["Div", (graph, x) => graph.div(graph.scalar(1), x), "infinity"],
    ["Exp", (graph, x) => graph.op("Exp", [graph.mul(x, graph.scalar(100))]), "infinity"],
    ["Sqrt", (graph, x) => graph.op("Sqrt", [graph.sub(x, graph.scalar(0.5))]), "NaN"],
  ])("is %s, wherever among many nodes it stands", async (operator, plant, found) => {
    for (const depth of [0, 13, 14, 15, 16, 40]) {
      const graph = planted(plant, depth);
      const culprit = graph.nodes.findLast((node) => node.operator === operator);
      const located = await locateNonFinite(graph.content(), { x: vector(0, 1, 2) });
      expect(located).toEqual({ tensor: culprit?.outputs[0].name, operator, found });
    }
  });

  it("is the first of two", async () => {
    const graph = planted((of, x) => of.op("Log", [of.op("Neg", [of.op("Exp", [of.mul(x, of.scalar(100))])])]));
    expect(await locateNonFinite(graph.content(), { x: vector(0, 1, 2) })).toMatchObject({ operator: "Exp" });
  });

  it("is nowhere in a finite run", async () => {
    const graph = planted((of, x) => of.op("Log", [x]));
    expect(await locateNonFinite(graph.content(), { x: vector(1, 2, 3) })).toBeNull();
  });

  it("is not an infinity that the graph holds as a mask, but the NaN that comes of it", async () => {
    const masked = (after: (graph: GraphBuilder, x: Value) => Value) =>
      planted((graph, x) => {
        const minusInfinity = graph.constant(Float32Array.of(Number.NEGATIVE_INFINITY), []);
        return after(graph, graph.op("Where", [graph.op("Greater", [x, graph.scalar(1)]), x, minusInfinity]));
      }, 4).content();
    const inputs = { x: vector(0, 1, 2) };
    expect(
      await locateNonFinite(
        masked((graph, x) => graph.op("Exp", [x])),
        inputs,
      ),
    ).toBeNull();
    const difference = masked((graph, x) => graph.sub(x, x));
    expect(await locateNonFinite(difference, inputs)).toMatchObject({ operator: "Sub", found: "NaN" });
  });

  it("is an input or a constant that was not finite to begin with", async () => {
    const graph = planted((of, x) => of.op("Log", [x])).content();
    expect(await locateNonFinite(graph, { x: vector(1, Number.NaN, 2) })).toEqual({
      tensor: "x",
      operator: null,
      found: "NaN",
    });
    const constant = planted((of, x) => of.add(x, of.constant(Float32Array.of(Number.NaN), []))).content();
    expect(await locateNonFinite(constant, { x: vector(1, 1, 2) })).toMatchObject({ operator: null, found: "NaN" });
  });

  it("is found among values of an open number of rows, and beside integers", async () => {
    const graph = new GraphBuilder("rows");
    const x = graph.input("x", ["rows", 2]);
    const [largest] = graph.ops("TopK", [x, graph.ints([1])]);
    const logarithm = graph.op("Log", [largest]);
    graph.output("y", logarithm);
    const inputs = { x: { data: Float32Array.of(1, 2, -3, 0), shape: [2, 2] } };
    expect(await locateNonFinite(graph.content(), inputs)).toEqual({
      tensor: logarithm.name,
      operator: "Log",
      found: "infinity",
    });
  });
});
