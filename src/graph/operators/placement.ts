/**
 * Placing slabs along an axis: the transpose of picking them, and so the gradient of slices and of gathering by
 * constant indices.
 */
import type { GraphBuilder } from "../graph-builder";
import { elementCount, fixedShape, type Value } from "../value";

/** Along axes up to this length a product with a matrix of zeros and ones is faster than a scatter. */
const LONGEST_FOR_PRODUCT = 256;

/**
 * A tensor that is zero along the axis but for the slabs of x, each added at its position.
 *
 * @param x one slab a position along the axis
 * @param positions in [0, extent); where one is repeated its slabs are summed
 * @param extent length of the axis in the result
 */
export function placed(
  graph: GraphBuilder,
  x: Value,
  axis: number,
  positions: readonly number[],
  extent: number,
): Value {
  const shape = fixedShape(x);
  const [first] = positions;
  if (positions.length === 0) return graph.zeros(shape.with(axis, extent));
  if (positions.every((position, at) => position === first + at)) {
    const after = extent - first - positions.length;
    if (first === 0 && after === 0) return x;
    const pads = [first, after].flatMap((count) => shape.map((_, at) => (at === axis ? count : 0)));
    return graph.op("Pad", [x, graph.ints(pads)]);
  }
  return extent <= LONGEST_FOR_PRODUCT
    ? placedByProduct(graph, x, axis, positions, extent)
    : placedByScatter(graph, x, axis, positions, extent);
}

/** A product with the matrix that is 1 where a slab belongs. Where the axis is the last, x stands to the matrix's left. */
function placedByProduct(
  graph: GraphBuilder,
  x: Value,
  axis: number,
  positions: readonly number[],
  extent: number,
): Value {
  const shape = fixedShape(x);
  const slabs = positions.length;
  const lead = elementCount(shape.slice(0, axis));
  const trail = elementCount(shape.slice(axis + 1));
  const onTheRight = trail > 1;
  const belongs = new Float32Array(extent * slabs);
  for (const [slab, position] of positions.entries()) {
    belongs[onTheRight ? position * slabs + slab : slab * extent + position] = 1;
  }
  const product = onTheRight
    ? graph.matmul(graph.constant(belongs, [extent, slabs]), graph.reshaped(x, [lead, slabs, trail]))
    : graph.matmul(graph.reshaped(x, [lead, slabs]), graph.constant(belongs, [slabs, extent]));
  return graph.reshaped(product, shape.with(axis, extent));
}

/** Adding where positions are repeated; unlike ScatterND, onnxruntime's ScatterElements does so on one thread, rightly. */
function placedByScatter(
  graph: GraphBuilder,
  x: Value,
  axis: number,
  positions: readonly number[],
  extent: number,
): Value {
  const shape = fixedShape(x);
  const alongAxis = shape.map((_, at) => (at === axis ? positions.length : 1));
  const indices = graph.constant(BigInt64Array.from(positions, BigInt), alongAxis);
  return graph.op("ScatterElements", [graph.zeros(shape.with(axis, extent)), graph.expanded(indices, shape), x], {
    axis: { kind: "int", value: axis },
    reduction: { kind: "string", value: "add" },
  });
}
