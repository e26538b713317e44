/** Runs generated ONNX models in onnxruntime and scores what they give with the project's recommender. */
import type { CodeInput, CodeRule } from "../codegen/code-input";
import { audienceColumns, itemEntries, type OnnxFile } from "../codegen/onnx";
import { holds } from "../data/ascending-rows";
import { inMemory, row } from "../data/matrix";
import { type GraphSession, openModel, type TensorIn } from "../graph/session";
import type { ItemVectors } from "../steering/plan";
import {
  answerByVectors,
  type CodeAnswers,
  type CodeQuestions,
  type CodeRun,
  editedItems,
  rulesKey,
} from "./code-answers";
import type { Pace } from "./pace";

/** Items that filters are asked about at once. */
const MOST_ITEMS = 1 << 14;

export function runOnnx(input: CodeInput, files: readonly OnnxFile[]): CodeRun {
  return async function* (questions, pace) {
    const models = files.map(({ content }) => content).filter((content) => typeof content !== "string");
    const sessions = await Promise.all(models.map((model) => openModel(model)));
    try {
      yield* answers(new Steering(input, questions, sessions[0], sessions.at(1) ?? null), questions, pace);
    } finally {
      await Promise.all(sessions.map((session) => session.release()));
    }
  };
}

async function* answers(steering: Steering, questions: CodeQuestions, pace: Pace): CodeAnswers {
  const ofItems = new Map<string, { vectors: ItemVectors; hidden: Uint32Array }>();
  for (const [done, user] of questions.users.entries()) {
    await pace(done / questions.users.length);
    const key = rulesKey(questions.rules, user);
    const known = ofItems.get(key) ?? { vectors: await steering.items(user), hidden: await steering.hidden(user) };
    ofItems.set(key, known);
    yield answerByVectors(questions, user, await steering.user(user), known.vectors, known.hidden);
  }
}

class Steering {
  private readonly edited: Uint32Array;
  /** Columns of `rules`. */
  private readonly columns: ReadonlyMap<CodeRule, number>;
  /** By entry, in the order of its columns: the rows it is for. */
  private readonly entries: readonly Uint32Array[];

  constructor(
    private readonly input: CodeInput,
    private readonly questions: CodeQuestions,
    private readonly usersModel: GraphSession,
    private readonly itemsModel: GraphSession | null,
  ) {
    this.edited = editedItems(questions.rules);
    this.columns = audienceColumns(input.rules);
    this.entries = questions.rules.flatMap(({ itemEdits }) => itemEdits.map(({ rows }) => rows));
    if (this.entries.length !== itemEntries(input.rules).length)
      throw new Error("rules and code do not belong together");
  }

  /** x' as a recommender takes it: a model in float32, a formula in double precision. */
  async user(user: number): Promise<ArrayLike<number>> {
    const { embeddings } = this.questions.context.dataset.users;
    const users = { data: row(embeddings, user), shape: [1, embeddings.columns] };
    const wanted = this.wanted();
    const results = await this.usersModel.runTensors({ users, ...this.rules(user) }, [wanted]);
    return results[wanted].data as Float32Array | Float64Array;
  }

  async items(user: number): Promise<ItemVectors> {
    const { embeddings } = this.questions.context.dataset.items;
    const rows = this.edited;
    if (this.itemsModel === null || rows.length === 0) return { rows: new Uint32Array(0), vectors: [] };
    const d = embeddings.columns;
    const data = new Float32Array(rows.length * d);
    for (const [at, item] of rows.entries()) data.set(row(embeddings, item), at * d);
    const wanted = this.wanted();
    const feeds = { items: { data, shape: [rows.length, d] }, ...this.entriesOf(rows), ...this.rules(user) };
    const { data: values } = (await this.itemsModel.runTensors(feeds, [wanted]))[wanted];
    const vectors = Array.from(rows, (_, at) => Float64Array.from(values.slice(at * d, (at + 1) * d) as Float64Array));
    return { rows, vectors };
  }

  async hidden(user: number): Promise<Uint32Array> {
    const filters = this.input.rules.flatMap((rule) => rule.filters).length;
    if (this.itemsModel === null || filters === 0) return new Uint32Array(0);
    const { columns, rows: count, values } = inMemory(this.questions.context.dataset.items.embeddings);
    const found: number[] = [];
    for (let start = 0; start < count; start += MOST_ITEMS) {
      const rows = Uint32Array.from({ length: Math.min(MOST_ITEMS, count - start) }, (_, at) => start + at);
      const items = {
        data: values.subarray(start * columns, (start + rows.length) * columns),
        shape: [rows.length, columns],
      };
      const feeds = { items, ...this.entriesOf(rows), ...this.rules(user) };
      const { data } = (await this.itemsModel.runTensors(feeds, ["hidden"])).hidden;
      for (const [at, item] of rows.entries()) {
        if (data.slice(at * filters, (at + 1) * filters).some((hides: number | bigint) => Number(hides) === 1))
          found.push(item);
      }
    }
    return Uint32Array.from(found);
  }

  private wanted(): "steered" | "steered_double" {
    return this.input.recommender === "onnx" ? "steered" : "steered_double";
  }

  private rules(user: number): Record<string, TensorIn> {
    if (this.columns.size === 0) return {};
    const data = new Float32Array(this.columns.size);
    for (const [rule, column] of this.columns) {
      const { members } = this.questions.rules[this.input.rules.indexOf(rule)];
      data[column] = members === null || holds(members, user) ? 1 : 0;
    }
    return { rules: { data, shape: [1, data.length] } };
  }

  private entriesOf(items: Uint32Array): Record<string, TensorIn> {
    const { entries } = this;
    if (entries.length === 0) return {};
    const data = new Float32Array(items.length * entries.length);
    for (const [at, item] of items.entries()) {
      for (const [column, rows] of entries.entries()) if (holds(rows, item)) data[at * entries.length + column] = 1;
    }
    return { entries: { data, shape: [items.length, entries.length] } };
  }
}
