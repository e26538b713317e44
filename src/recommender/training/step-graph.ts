/** One training step as an ONNX graph: from the vectors of a batch to its loss and the gradient of each vector. */
import { gradients } from "../../graph/differentiate";
import { GraphBuilder } from "../../graph/graph-builder";
import { elementCount, type SubgraphContent, type Value } from "../../graph/value";
import type { RecommenderKind } from "../../protocol/recommender";
import { headLogits, headShapes } from "./head-graph";

export interface StepShape {
  kind: RecommenderKind;
  /** B, pairs of the batch. */
  pairs: number;
  /** n, items drawn for each pair. */
  negatives: number;
  /** d */
  dimensions: number;
}

/** What a step reads and gives the gradients of. */
export type StepTable = "users" | "userBias" | "items" | "itemBias" | "head";

/** Shapes of a step's inputs. Items come pair by pair, the chosen one first. */
export function stepInputs({ kind, pairs, negatives, dimensions }: StepShape): Map<StepTable, number[]> {
  const perPair = 1 + negatives;
  const inputs = new Map<StepTable, number[]>([
    ["users", [pairs, 1, dimensions]],
    ["items", [pairs, perPair, dimensions]],
  ]);
  // A user's bias is the same for both items that BPR compares.
  if (kind === "mf") inputs.set("userBias", [pairs, 1]);
  if (kind === "ncf") inputs.set("head", [headShapes(dimensions).reduce((sum, shape) => sum + elementCount(shape), 0)]);
  else inputs.set("itemBias", [pairs, perPair]);
  return inputs;
}

/**
 * Inputs: `stepInputs`. Outputs: `loss`, the sum over the batch; and the gradient of each input, `d_users` and so on.
 *
 *  - `mf` and `ncf`: cross entropy of sigmoid(score), with 1 for the chosen item and 0 for the others
 *  - `bpr`: -log sigmoid(score of the chosen item - score of another), over all others
 */
export function stepGraph(shape: StepShape): SubgraphContent {
  const graph = new GraphBuilder("step");
  const inputs = new Map([...stepInputs(shape)].map(([name, of]) => [name, graph.input(name, of)]));
  const scores = stepScores(graph, shape, inputs);
  const [chosen, others] = graph.split(scores, 1, [1, shape.negatives]);
  const loss =
    shape.kind === "bpr"
      ? graph.sum(softplus(graph, graph.sub(others, chosen)))
      : graph.add(graph.sum(softplus(graph, graph.op("Neg", [chosen]))), graph.sum(softplus(graph, others)));
  graph.output("loss", loss);
  const names = [...inputs.keys()];
  gradients(graph, loss, [...inputs.values()]).forEach((gradient, index) => {
    graph.output(`d_${names[index]}`, gradient);
  });
  return graph.content();
}

/** Score of each pair with each of its items, as log-odds, [B, 1 + n]. */
function stepScores(graph: GraphBuilder, shape: StepShape, inputs: ReadonlyMap<StepTable, Value>): Value {
  const { kind, pairs, negatives, dimensions } = shape;
  const perPair = 1 + negatives;
  const [users, items] = [inputs.get("users")!, inputs.get("items")!];
  if (kind === "ncf") {
    const shapes = headShapes(dimensions);
    const parts = graph.split(inputs.get("head")!, 0, shapes.map(elementCount));
    const parameters = parts.map((part, index) => graph.reshaped(part, shapes[index]));
    const flat = [pairs * perPair, dimensions];
    const repeated = graph.reshaped(graph.expanded(users, [pairs, perPair, dimensions]), flat);
    return graph.reshaped(headLogits(graph, parameters, repeated, graph.reshaped(items, flat)), [pairs, perPair]);
  }
  const dots = graph.sum(graph.mul(users, items), [2]);
  const biased = graph.add(dots, inputs.get("itemBias")!);
  return kind === "mf" ? graph.add(biased, inputs.get("userBias")!) : biased;
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), which never overflows and is faster than the operator of that name. */
function softplus(graph: GraphBuilder, x: Value): Value {
  const decayed = graph.op("Exp", [graph.op("Neg", [graph.op("Abs", [x])])]);
  return graph.add(graph.op("Relu", [x]), graph.op("Log", [graph.add(graph.scalar(1), decayed)]));
}
