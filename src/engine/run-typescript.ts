/** Runs generated TypeScript, without its types, in a context of its own that has neither files nor network. */
import { createContext, Script } from "node:vm";
import type { CodeInput } from "../codegen/code-input";
import type { Sidecar } from "../codegen/sidecar";
import { generateScript } from "../codegen/typescript";
import { itemsOfUser } from "../data/dataset";
import { inMemory, row } from "../data/matrix";
import { answerByVectors, type CodeAnswer, type CodeRun, editedItems, rulesKey } from "./code-answers";

/** One by one, or row by row in one array. */
type Vectors = readonly ArrayLike<number>[] | Float32Array;

/** What the code exports, as far as it is asked. */
interface TypescriptModule {
  steer(user: ArrayLike<number>, userId: string): Float64Array;
  steerItems(items: Vectors, itemIds: readonly string[], userId: string): Float64Array[];
  hiddenItems(items: Vectors, userId: string): boolean[];
  scoreItems?(user: ArrayLike<number>, items: Vectors, options: object): Float64Array;
  recommend?(user: ArrayLike<number>, items: Vectors, options: object): number[];
  loadWeights?(content: Uint8Array): void;
}

/** Evaluates the code. */
export function typescriptModule(input: CodeInput, sidecar: Sidecar | null): TypescriptModule {
  const context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
  const script = new Script(`(() => {${generateScript(input, sidecar)}})()`, { filename: "steering.js" });
  const module = script.runInContext(context) as TypescriptModule;
  if (sidecar !== null) module.loadWeights?.(sidecar.content);
  return module;
}

export function runTypescript(input: CodeInput, sidecar: Sidecar | null): CodeRun {
  return async function* (questions, pace) {
    const module = typescriptModule(input, sidecar);
    const answer = module.recommend === undefined ? byVectors(module, questions) : byLists(module, questions);
    for (const [done, user] of questions.users.entries()) {
      await pace(done / questions.users.length);
      yield answer(user);
    }
  };
}

type Answering = (user: number) => CodeAnswer | Promise<CodeAnswer>;

function byLists(
  { recommend, scoreItems }: TypescriptModule,
  { context: { dataset }, sample, k }: Parameters<CodeRun>[0],
): Answering {
  const { users, items, interactions } = dataset;
  // One by one, so that the code need not take them apart for every user.
  const embeddings = inMemory(items.embeddings);
  const vectors = Array.from({ length: embeddings.rows }, (_, item) => row(embeddings, item));
  const itemIds = [...items.ids];
  return (user) => {
    const vector = row(users.embeddings, user);
    const options = {
      userId: users.ids.at(user),
      itemIds,
      itemBias: items.bias ?? undefined,
      userBias: users.bias?.[user],
      seen: itemsOfUser(interactions, user),
      k,
    };
    const scores = scoreItems!(vector, vectors, options);
    const list = recommend!(vector, vectors, options);
    return {
      list,
      scores: list.map((item) => scores[item]),
      sampleScores: Array.from(sample, (item) => scores[item]),
    };
  };
}

function byVectors(module: TypescriptModule, questions: Parameters<CodeRun>[0]): Answering {
  const { dataset } = questions.context;
  const { users, items } = dataset;
  const rows = editedItems(questions.rules);
  const ids = Array.from(rows, (item) => items.ids.at(item));
  const edited = new Float32Array(rows.length * items.embeddings.columns);
  for (const [at, item] of rows.entries()) edited.set(row(items.embeddings, item), at * items.embeddings.columns);
  const { values } = inMemory(items.embeddings);
  const ofItems = new Map<string, { vectors: Float64Array[]; hidden: Uint32Array }>();
  return (user) => {
    const id = users.ids.at(user);
    const key = rulesKey(questions.rules, user);
    const known = ofItems.get(key) ?? {
      vectors: module.steerItems(edited, ids, id),
      hidden: Uint32Array.from(module.hiddenItems(values, id).flatMap((hides, item) => (hides ? [item] : []))),
    };
    ofItems.set(key, known);
    const vector = module.steer(row(users.embeddings, user), id);
    return answerByVectors(questions, user, vector, { rows, vectors: known.vectors }, known.hidden);
  };
}
