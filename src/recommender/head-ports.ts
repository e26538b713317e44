/** Which inputs of an ONNX model take user and item vectors, and which output is the score. */
import { onnx } from "onnx-proto";
import { typeName } from "../graph/import/constant";
import type { OnnxModel } from "../graph/import/onnx-model";
import type { RecommenderManifest } from "../protocol/manifest";
import { headInvalid } from "./head-fault";

export type HeadManifest = Extract<RecommenderManifest, { kind: "onnx" }>;

/** An input that takes one vector a pair: [B, width] or [B, 1, width]. */
export interface VectorInput {
  name: string;
  /** As many dimensions of length 1 stand between the batch and the vector. */
  between: 0 | 1;
}

export interface HeadPorts {
  /** One input for users and one for items, or one for both side by side, the users' first. */
  inputs: { users: VectorInput; items: VectorInput } | { pairs: VectorInput };
  output: string;
  /** The batch size that the model was exported with, if it takes no other. */
  fixedRows: number | null;
}

/** An input or output as the model states it; a length is null where it is open, the shape where it is not stated. */
interface Port {
  name: string;
  type: number;
  shape: (number | null)[] | null;
}

/**
 * Finds the model's inputs by the names given, or else by their widths and names.
 *
 * @param dimensions d, the width of user and item vectors
 * @throws RecPrismError "head-invalid" where they are not found, do not fit d, or cannot be told apart
 */
export function headPorts(file: string, model: OnnxModel, head: HeadManifest, dimensions: number): HeadPorts {
  const weights = new Set(model.graph?.initializer?.map(({ name }) => name));
  const ports = (model.graph?.input ?? []).map(port).filter(({ name }) => !weights.has(name));
  const refuse = (message: string, key?: string) => headInvalid(file, message, key);
  const found = chosenInputs(ports, head, refuse);
  const vector = (input: Port) => vectorInput(input, dimensions, 1, refuse);
  const fixed = new Set(Object.values(found).flatMap(({ shape }: Port) => shape?.[0] ?? []));
  if (fixed.size > 1) {
    throw refuse(`Its inputs take different numbers of rows: ${listed(ports)}. A head takes as many users as items.`);
  }
  return {
    inputs:
      "pairs" in found
        ? { pairs: vectorInput(found.pairs, dimensions, 2, refuse) }
        : { users: vector(found.users), items: vector(found.items) },
    output: chosenOutput((model.graph?.output ?? []).map(port), head, refuse),
    fixedRows: [...fixed][0] ?? null,
  };
}

type Refuse = (message: string, key?: string) => Error;
type Found = { users: Port; items: Port } | { pairs: Port };

function chosenInputs(ports: readonly Port[], head: HeadManifest, refuse: Refuse): Found {
  const named = (role: "users" | "items" | "pairs") => {
    const name = head[role];
    if (name === undefined) return undefined;
    const input = ports.find((candidate) => candidate.name === name);
    if (input) return input;
    throw refuse(`It has no input "${name}", as "recommender.${role}" says. It has ${listed(ports)}.`, name);
  };
  const [pairs, users, items] = [named("pairs"), named("users"), named("items")];
  if (pairs && (users ?? items)) {
    throw refuse('Set either "recommender.pairs" or "recommender.users" and "recommender.items", not both.');
  }
  if (ports.length < 1 || ports.length > 2 || (pairs && ports.length > 1) || (users && users === items)) {
    throw refuse(
      `It has ${ports.length === 0 ? "no inputs" : `the inputs ${listed(ports)}`}. A head takes user vectors and item vectors and nothing else, as two inputs or side by side as one; make anything else a constant before exporting.`,
    );
  }
  const [first, second] = ports;
  if (pairs) return { pairs };
  if (!second) {
    if (!users && !items) return { pairs: first };
    throw refuse(`Its only input is ${listed(ports)}. Name it as "recommender.pairs".`, first.name);
  }
  if (users ?? items) {
    const other = ports.find((candidate) => candidate !== (users ?? items))!;
    return { users: users ?? other, items: items ?? other };
  }
  const order = userLikeness(first.name) - userLikeness(second.name);
  if (order > 0) return { users: first, items: second };
  if (order < 0) return { users: second, items: first };
  throw refuse(
    `Its inputs are ${listed(ports)}; their names do not tell which takes the users' vectors. Set "recommender.users" and "recommender.items" in recprism.json.`,
  );
}

const USER_WORDS = /^(?:users?|uids?|u|query|queries|customers?|members?|viewers?|visitors?|accounts?|profiles?)$/;
const ITEM_WORDS =
  /^(?:items?|iids?|i|v|candidates?|products?|movies?|films?|songs?|tracks?|articles?|documents?|docs?|books?|targets?)$/;

/** Above 0 for a name that speaks of users, below 0 for one that speaks of items. */
function userLikeness(name: string): number {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  return Number(words.some((word) => USER_WORDS.test(word))) - Number(words.some((word) => ITEM_WORDS.test(word)));
}

/** @param vectors how many it takes side by side */
function vectorInput({ name, type, shape }: Port, dimensions: number, vectors: 1 | 2, refuse: Refuse): VectorInput {
  const width = vectors * dimensions;
  if (type !== onnx.TensorProto.DataType.FLOAT) {
    throw refuse(
      `Its input ${name} takes ${typeName(type)}, not float32 vectors. Export the part of the model that takes embeddings, in float32 (model.float()).`,
      name,
    );
  }
  if (shape === null) return { name, between: 0 };
  if (shape.length < 2 || shape.length > 3 || (shape.length === 3 && (shape[1] ?? 1) !== 1)) {
    throw refuse(`Its input ${name} takes ${shapeText(shape)}; a batch of vectors [B, ${width}] is expected.`, name);
  }
  const found = shape.at(-1) ?? width;
  if (found === width) return { name, between: shape.length === 3 ? 1 : 0 };
  const wanted = vectors === 1 ? `the embeddings have ${width}` : `a user and an item side by side have ${width}`;
  throw refuse(
    `Its input ${name} takes vectors of ${found} numbers, but ${wanted}. Use the embeddings that the model was trained with.`,
    name,
  );
}

function chosenOutput(ports: readonly Port[], { output }: HeadManifest, refuse: Refuse): string {
  const names = ports.map(({ name }) => `"${name}"`).join(", ");
  if (output !== undefined && !ports.some(({ name }) => name === output)) {
    throw refuse(`It has no output "${output}", as "recommender.output" says. It has ${names}.`, output);
  }
  if (output === undefined && ports.length > 1) {
    throw refuse(
      `It has the outputs ${names}. Set "recommender.output" in recprism.json to the one that is the score.`,
    );
  }
  const chosen = ports.find(({ name }) => name === output) ?? ports[0];
  const { FLOAT, UNDEFINED } = onnx.TensorProto.DataType;
  if (chosen.type === FLOAT || chosen.type === UNDEFINED) return chosen.name;
  throw refuse(`Its output ${chosen.name} is ${typeName(chosen.type)}; a score in float32 is expected.`, chosen.name);
}

function port({ name, type }: onnx.IValueInfoProto): Port {
  const dim = type?.tensorType?.shape?.dim;
  // A length that is a name, missing, or not above 0 is open.
  const shape = dim?.map(({ dimValue, dimParam }) =>
    dimParam || !(Number(dimValue ?? 0) > 0) ? null : Number(dimValue),
  );
  return { name: name ?? "", type: type?.tensorType?.elemType ?? 0, shape: shape ?? null };
}

function listed(ports: readonly Port[]): string {
  return ports.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(", ");
}

function shapeText(shape: Port["shape"]): string {
  return shape === null ? "of any shape" : `[${shape.map((length) => length ?? "?").join(", ")}]`;
}
