/** A steering config as ONNX models, for any stack that serves those: vectors in, steered vectors out. */
import { GraphBuilder } from "../graph/graph-builder";
import { onnxModel } from "../graph/model";
import type { Value } from "../graph/value";
import type { CodeInput, CodeRule } from "./code-input";
import { eitherRows, isReconstructing, OnnxLatents, type RowsOf } from "./onnx-latents";
import { besideName } from "./sidecar";

/** Older than what we train with: more servers know it. Sums take their axes as an input from 13 on, means do not yet. */
const OPSET = 17;

export interface OnnxFile {
  name: string;
  content: string | Uint8Array;
}

/** Columns of `rules`: the rules that are not for everyone, in the config's order. */
export function audienceColumns(rules: readonly CodeRule[]): Map<CodeRule, number> {
  return new Map(rules.filter(({ users }) => users !== null).map((rule, column) => [rule, column]));
}

/** Columns of `entries`: all edits on items, rule by rule. */
export function itemEntries(rules: readonly CodeRule[]): { rule: CodeRule; entry: CodeRule["items"][number] }[] {
  return rules.flatMap((rule) => rule.items.map((entry) => ({ rule, entry })));
}

/**
 * The model of users; where there are edits on items or filters, the model of items; where ids say whom a column is for,
 * the list of those.
 *
 * @param name of the model of users
 */
export function generateOnnx(input: CodeInput, name: string): OnnxFile[] {
  const concernsItems = input.rules.some(({ items, filters }) => items.length + filters.length > 0);
  const columns = audienceColumns(input.rules);
  const entries = itemEntries(input.rules);
  return [
    { name, content: usersModel(input) },
    ...(concernsItems ? [{ name: besideName(name, "items.onnx"), content: itemsModel(input) }] : []),
    ...(columns.size + entries.length > 0 ? [{ name: besideName(name, "ids.json"), content: idsFile(input) }] : []),
  ];
}

function usersModel(input: CodeInput): Uint8Array {
  const { rules, weights } = input;
  const graph = new GraphBuilder("steer");
  const users = graph.input("users", ["batch", weights.dimensions]);
  const x = graph.cast(users, "float64");
  const maskOf = ruleMasks(graph, rules, "batch");
  const concerned = eitherRows(graph, rules.map(maskOf));
  const latents = concerned === "none" ? null : new OnnxLatents(graph, weights, x);
  const steps = rules.map((rule) => ({ edits: rule.edits, mask: asMask(maskOf(rule)) }));
  const reconstructed = eitherRows(graph, rules.filter(isReconstructing).map(maskOf));
  vectorOutputs(graph, latents?.steered(steps, concerned, reconstructed) ?? x);
  const columns = audienceColumns(rules);
  return onnxModel(graph.content(), {
    opset: OPSET,
    documentation: `Steers users of a recommender through its sparse autoencoder (SAE). Made by RecPrism from the steering config ${input.hash}. Give the results to the recommender in place of the users' embeddings.`,
    values: {
      users: "Users' embeddings, a row each.",
      rules: rulesText("1 where the rule is for the user of the row, 0 elsewhere", columns),
      ...VECTOR_TEXTS,
    },
    metadata: metadataOf(input),
  });
}

function itemsModel(input: CodeInput): Uint8Array {
  const { rules, weights } = input;
  const graph = new GraphBuilder("steer_items");
  const items = graph.input("items", ["items", weights.dimensions]);
  const entries = itemEntries(rules);
  const entriesInput = entries.length === 0 ? null : graph.input("entries", ["items", entries.length]);
  const maskOf = ruleMasks(graph, rules, 1);
  const latents = new OnnxLatents(graph, weights, graph.cast(items, "float64"));
  if (entriesInput !== null) {
    const steps = entries.map(({ rule, entry }, column) => {
      const chosen = columnMask(graph, entriesInput, column);
      const ofRule = asMask(maskOf(rule));
      return { edits: entry.edits, mask: ofRule === null ? chosen : graph.op("And", [chosen, ofRule]) };
    });
    const concerned = eitherRows(
      graph,
      steps.map(({ mask }) => mask),
    );
    const reconstructed = eitherRows(graph, rules.filter(isReconstructing).map(maskOf));
    vectorOutputs(graph, latents.steered(steps, concerned, reconstructed));
  }
  const filters = rules.flatMap((rule) => rule.filters.map((filter) => ({ rule, filter })));
  if (filters.length > 0) {
    const hidden = filters.map(({ rule, filter }) => {
      const z = graph.slice(
        latents.z,
        1,
        weights.neurons.indexOf(filter.neuron),
        weights.neurons.indexOf(filter.neuron) + 1,
      );
      const above = graph.op("Greater", [z, graph.constant(Float64Array.of(filter.above), [1, 1])]);
      const ofRule = asMask(maskOf(rule));
      return ofRule === null ? above : graph.op("And", [above, ofRule]);
    });
    graph.output("hidden", graph.op("Concat", hidden, { axis: { kind: "int", value: 1 } }));
  }
  return onnxModel(graph.content(), {
    opset: OPSET,
    documentation: `Steers the items of a recommender for one user through its sparse autoencoder (SAE). Made by RecPrism from the steering config ${input.hash}. Its results depend on which rules are for the user, and on nothing else of the user.`,
    values: {
      items: "Items' own embeddings, a row each.",
      entries: `1 where the entry is for the item of the row, 0 elsewhere. Entries by column: ${entries.map(({ rule }, column) => `${column} of "${rule.name}"`).join(", ")}.`,
      rules: rulesText("One row: 1 where the rule is for the user, 0 elsewhere", audienceColumns(rules)),
      ...VECTOR_TEXTS,
      hidden: `True where the filter hides the item from the user: leave out an item that any column hides. Filters by column: ${filters.map(({ rule, filter }, column) => `${column} of "${rule.name}", neuron ${filter.neuron} above ${filter.above}`).join("; ")}.`,
    },
    metadata: metadataOf(input),
  });
}

const VECTOR_TEXTS = {
  steered: "The embeddings after steering; those that no rule is for are as they were, to the bit.",
  steered_double: "The same before it is rounded to float32, for scoring in double precision.",
};

function rulesText(what: string, columns: ReadonlyMap<CodeRule, number>): string {
  return `${what}. Rules by column: ${Array.from(columns, ([{ name }, column]) => `${column} "${name}"`).join(", ")}.`;
}

function vectorOutputs(graph: GraphBuilder, steered: Value): void {
  graph.output("steered", graph.cast(steered, "float32"));
  graph.output("steered_double", steered);
}

/** Which rows each rule is for, by the input `rules`, which there is where one is not for everyone. */
function ruleMasks(graph: GraphBuilder, rules: readonly CodeRule[], rows: string | number): (rule: CodeRule) => RowsOf {
  const columns = audienceColumns(rules);
  if (columns.size === 0) return () => "all";
  const input = graph.input("rules", [rows, columns.size]);
  const masks = new Map(Array.from(columns, ([rule, column]) => [rule, columnMask(graph, input, column)]));
  return (rule) => masks.get(rule) ?? "all";
}

function columnMask(graph: GraphBuilder, input: Value, column: number): Value {
  return graph.op("Greater", [graph.slice(input, 1, column, column + 1), graph.constant(Float32Array.of(0.5), [1, 1])]);
}

function asMask(rows: RowsOf): Value | null {
  return typeof rows === "string" ? null : rows;
}

function metadataOf({ hash, sae, rules }: CodeInput): Record<string, string> {
  const columns = audienceColumns(rules);
  const told = rules.map((rule) => ({ name: rule.name, mode: rule.mode, column: columns.get(rule) ?? null }));
  const entries = itemEntries(rules).map(({ rule }) => rules.indexOf(rule));
  const filters = rules.flatMap((rule, index) =>
    rule.filters.map(({ neuron, above }) => ({ rule: index, neuron, above })),
  );
  return {
    "recprism.config": hash,
    "recprism.sae": sae,
    "recprism.rules": JSON.stringify(told),
    ...(entries.length > 0 ? { "recprism.entries": JSON.stringify(entries.map((rule) => ({ rule }))) } : {}),
    ...(filters.length > 0 ? { "recprism.filters": JSON.stringify(filters) } : {}),
  };
}

/** Whom each column is for, a list a line. */
function idsFile({ hash, rules }: CodeInput): string {
  const columns = Array.from(audienceColumns(rules), ([{ name, users }, column]) => ({ column, name, users }));
  const entries = itemEntries(rules).map(({ rule, entry }, column) => ({ column, rule: rule.name, items: entry.ids }));
  const list = (parts: readonly unknown[]) =>
    parts.length === 0 ? "[]" : `[\n    ${parts.map((part) => JSON.stringify(part)).join(",\n    ")}\n  ]`;
  return `{\n  "config": ${JSON.stringify(hash)},\n  "rules": ${list(columns)},\n  "entries": ${list(entries)}\n}\n`;
}
