/** Finds the operator that made the first NaN or infinity of a run. */
import { openSession, type TensorData, type TensorIn } from "./session";
import { isFloat, type Node, type SubgraphContent, type Value } from "./value";

export interface NonFiniteOrigin {
  /** Name of the value in the graph. */
  tensor: string;
  /** What computed it; null for an input or a constant of the graph. */
  operator: string | null;
  found: "NaN" | "infinity";
}

/** Values that one run gives at most: each is copied out whole. */
const VALUES_PER_RUN = 16;

/** How far a tensor is from finite: 0 finite, 1 infinite, 2 NaN. */
type Defect = 0 | 1 | 2;

/**
 * Runs a graph anew, in parts, and looks at every float value that its nodes compute.
 *
 * A graph may hold infinity as a constant, as masks do. So the origin is the first node, in the graph's order, whose result
 * is worse than all its operands: not finite from finite ones, or NaN from infinite ones. Nested graphs are not looked into.
 *
 * @param graph the one that gave NaN or infinity; its results are not needed
 * @param inputs of the run that did
 * @returns null where every value is as finite as its operands
 * @throws RecPrismError "graph-invalid" where the graph does not run
 */
export async function locateNonFinite(
  graph: SubgraphContent,
  inputs: Record<string, TensorIn>,
): Promise<NonFiniteOrigin | null> {
  const defects = new Map<string, Defect>();
  for (const [tensor, { data }] of Object.entries(inputs)) {
    const defect = defectOf(data);
    if (defect > 0) return origin(tensor, null, defect);
  }
  for (const { value, data } of graph.initialisers) {
    const defect = defectOf(data);
    if (defect === 2) return origin(value.name, null, defect);
    defects.set(value.name, defect);
  }
  for (const [start, end] of parts(graph.nodes)) {
    const values = await floatsOf(graph, start, end, inputs);
    for (const { operator, inputs: operands, outputs } of graph.nodes.slice(start, end)) {
      const worst = Math.max(0, ...operands.map(({ name }) => defects.get(name) ?? 0));
      for (const { name } of outputs) {
        const defect = name in values ? defectOf(values[name].data) : 0;
        if (defect > worst) return origin(name, operator, defect);
        defects.set(name, defect);
      }
    }
  }
  return null;
}

/** Ranges of nodes, each of which computes at most `VALUES_PER_RUN` float values unless one node alone has more. */
function* parts(nodes: readonly Node[]): Iterable<[start: number, end: number]> {
  let start = 0;
  let values = 0;
  for (const [index, node] of nodes.entries()) {
    const more = floatOutputs(node).length;
    if (values > 0 && values + more > VALUES_PER_RUN) {
      yield [start, index];
      start = index;
      values = 0;
    }
    values += more;
  }
  yield [start, nodes.length];
}

/** What a range of nodes computes, by a run of the graph up to its end. */
async function floatsOf(
  graph: SubgraphContent,
  start: number,
  end: number,
  inputs: Record<string, TensorIn>,
): Promise<Record<string, TensorIn>> {
  const nodes = graph.nodes.slice(0, end);
  const outputs = nodes.slice(start).flatMap(floatOutputs);
  if (outputs.length === 0) return {};
  const session = await openSession({ ...graph, nodes, outputs });
  try {
    return await session.runTensors(inputs);
  } finally {
    await session.release();
  }
}

function floatOutputs({ outputs }: Node): Value[] {
  return outputs.filter((output) => output.name !== "" && isFloat(output));
}

function defectOf(data: TensorData): Defect {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return 0;
  let defect: Defect = 0;
  for (const x of data) {
    if (Number.isNaN(x)) return 2;
    if (x === Number.POSITIVE_INFINITY || x === Number.NEGATIVE_INFINITY) defect = 1;
  }
  return defect;
}

function origin(tensor: string, operator: string | null, defect: Defect): NonFiniteOrigin {
  return { tensor, operator, found: defect === 2 ? "NaN" : "infinity" };
}
