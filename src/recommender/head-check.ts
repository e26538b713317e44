/** What must hold of an ONNX model before it is trusted: numbers, one by one, and the same from the import. */
import { type Rows, row } from "../data/matrix";
import { gradients } from "../graph/differentiate";
import { GraphBuilder } from "../graph/graph-builder";
import { type OnnxModel, usesHalfPrecision } from "../graph/import/onnx-model";
import { openSession } from "../graph/session";
import type { Node, Value } from "../graph/value";
import { headInvalid } from "./head-fault";
import { type HeadSession, notANumber } from "./head-session";
import type { GraphScorer } from "./recommender";

const PAIRS = 16;
/** Imported for two batch sizes, so that nothing in it depends on one. */
const FEWER_PAIRS = 5;
/** Greatest deviation, relative to the greatest score. */
const TOLERANCE = 1e-4;
/** float16 and bfloat16 keep three digits at most. */
const HALF_TOLERANCE = 2e-2;

/**
 * Scores pairs spread over the embeddings, by the model and by its import.
 *
 * @returns whether the scores are probabilities, a sigmoid's results
 * @throws RecPrismError "head-invalid" naming what does not hold
 */
export async function checkHead(
  file: string,
  model: OnnxModel,
  session: HeadSession,
  pairs: GraphScorer["pairs"],
  embeddings: { users: Rows; items: Rows },
): Promise<{ probabilities: boolean }> {
  const users = spreadRows(embeddings.users, PAIRS);
  const items = spreadRows(embeddings.items, PAIRS);
  const scores = await session.scorePairs(users.values, items.values);
  const fault = scores.findIndex((score) => !Number.isFinite(score));
  if (fault >= 0) throw notANumber(file, `user row ${users.rows[fault]} with item row ${items.rows[fault]}`);

  const tolerance = Math.max(...scores.map(Math.abs)) * (usesHalfPrecision(model) ? HALF_TOLERANCE : TOLERANCE);
  const d = embeddings.items.columns;
  const again = await session.scorePairs(reversedRows(users.values, d), reversedRows(items.values, d));
  if (again.toReversed().some((score, pair) => !(Math.abs(score - scores[pair]) <= tolerance))) {
    throw headInvalid(
      file,
      "Its score of a pair changes with the other pairs of the batch, or from run to run, as in training mode. Call model.eval() before exporting, and leave out operators that draw random numbers or mix rows.",
    );
  }

  let probabilities = false;
  for (const size of [FEWER_PAIRS, PAIRS]) {
    const graph = new GraphBuilder("head");
    const inputs = [graph.input("users", [size, d]), graph.input("items", [size, d])];
    const imported = pairs(graph, inputs[0], inputs[1]);
    probabilities = isSigmoid(graph.nodes, imported);
    graph.output("scores", imported);
    gradients(graph, graph.sum(imported), inputs);
    const check = await openSession(graph.content(), 1);
    const feed = (values: Float32Array) => ({ data: values.subarray(0, size * d), shape: [size, d] });
    const result = await check.run({ users: feed(users.values), items: feed(items.values) }).finally(check.release);
    const off = result.scores.findIndex((score, pair) => !(Math.abs(score - scores[pair]) <= tolerance));
    if (off >= 0) {
      throw headInvalid(
        file,
        `RecPrism's import of it gives user row ${users.rows[off]} with item row ${items.rows[off]} the score ${result.scores[off]}, the model itself ${scores[off]}. Please report this model; a simpler export may help.`,
      );
    }
  }
  return { probabilities };
}

/** Rows at even distances, from the first to the last; again from the first where there are fewer. */
function spreadRows(of: Rows, count: number): { rows: number[]; values: Float32Array } {
  const rows = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * of.rows) / count));
  const values = new Float32Array(count * of.columns);
  for (const [index, at] of rows.entries()) values.set(row(of, at), index * of.columns);
  return { rows, values };
}

function reversedRows(values: Float32Array, columns: number): Float32Array {
  const reversed = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += columns) {
    reversed.set(values.subarray(start, start + columns), values.length - start - columns);
  }
  return reversed;
}

const SHAPE_ONLY = ["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten"];

/** Whether a value is a sigmoid's result, whatever shape it took on since. */
function isSigmoid(nodes: readonly Node[], value: Value): boolean {
  const maker = nodes.find(({ outputs }) => outputs.some(({ name }) => name === value.name));
  if (!maker) return false;
  return SHAPE_ONLY.includes(maker.operator) ? isSigmoid(nodes, maker.inputs[0]) : maker.operator === "Sigmoid";
}
