/** Many train steps as one ONNX graph: forward pass, loss, gradients and Adam inside a Loop. */
import { gradients } from "../graph/differentiate";
import { GraphBuilder } from "../graph/graph-builder";
import type { SubgraphContent, Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import type { LossName } from "../protocol/run";
import type { PredictionLoss } from "../recommender/prediction-loss";
import { adamStep } from "./adam";
import { lossesOf, type Memory, objective } from "./objective";
import { type ParameterName, parameterCount, parameterLayout } from "./parameters";

/** What a training run fixes. */
export interface TrainPlan {
  /** d */
  dimensions: number;
  settings: SaeSettings;
  predictionLoss: PredictionLoss;
  /** The recommender has biases that the loss depends on. */
  withBiases: boolean;
  /** Steps without activity after which aux-k takes a neuron for dead. */
  deadAfter: number;
}

/** What one step hands to the next; they leave the graph as `next_...`. */
export type StateName = "parameters" | "firstMoment" | "secondMoment" | "threshold" | "sinceActive";

/** States of a run and their lengths. */
export function stateLengths({
  dimensions,
  settings,
}: Pick<TrainPlan, "dimensions" | "settings">): Map<StateName, number> {
  const size = parameterCount(dimensions, settings);
  const lengths = new Map<StateName, number>([
    ["parameters", size],
    ["firstMoment", size],
    ["secondMoment", size],
  ]);
  if (settings.activation === "batchtopk") lengths.set("threshold", 1);
  if (settings.revival === "aux-k") lengths.set("sinceActive", settings.latents);
  return lengths;
}

/** What a run's graph gives per step. */
export function stepOutputs(settings: SaeSettings): (LossName | "revived")[] {
  return [...lossesOf(settings), ...(settings.revival === "aux-k" ? (["revived"] as const) : [])];
}

/** Tables of users and items stacked that a step takes its rows from. */
export const TABLES = ["embeddings", "standardised", "scale", "biases"] as const;
export type TableName = (typeof TABLES)[number];

/** Columns of the tables that a run needs. Without standardisation the embeddings serve as both. */
export function tableColumns({ dimensions, settings, withBiases }: TrainPlan): Map<TableName, number> {
  const columns = new Map<TableName, number>([["embeddings", dimensions]]);
  if (settings.standardisation !== "none") {
    columns.set("standardised", dimensions);
    columns.set("scale", 1);
  }
  if (withBiases) columns.set("biases", 1);
  return columns;
}

/**
 * Inputs: the tables of `tableColumns` [rows, columns]; `batches` [turns, 2B] row numbers, the users' first; `turns`;
 * `stepSizes` and `epsilons` [turns] of `adamSchedule`; and the states, vectors.
 * Outputs: the states prefixed `next_`, and `stepOutputs` [turns].
 */
export function trainGraph(plan: TrainPlan): SubgraphContent {
  const graph = new GraphBuilder("train");
  const tables = [...tableColumns(plan)].map(
    ([name, columns]) => [name, graph.input(name, ["rows", columns])] as const,
  );
  const batches = graph.input("batches", ["turns", 2 * plan.settings.batch], "int32");
  const turns = graph.input("turns", [], "int64");
  const stepSizes = graph.input("stepSizes", ["turns"]);
  const epsilons = graph.input("epsilons", ["turns"]);
  const names = [...stateLengths(plan).keys()];
  const states = [...stateLengths(plan)].map(([name, length]) => graph.input(name, [length]));
  const outputs = stepOutputs(plan.settings);

  const result = graph.loop(turns, states, (body, turn, carried) => {
    const ofTurn = (schedule: Value) => body.op("Gather", [schedule, turn]);
    const rows = ofTurn(batches);
    const step = trainStep(body, plan, {
      tables: new Map(tables.map(([name, table]) => [name, body.op("Gather", [table, rows])])),
      states: new Map(names.map((name, index) => [name, carried[index]])),
      stepSize: ofTurn(stepSizes),
      epsilon: ofTurn(epsilons),
    });
    return {
      carried: names.map((name) => step.states.get(name)!),
      stacked: outputs.map((name) => step.outputs.get(name)!),
    };
  });

  names.forEach((name, index) => {
    graph.output(`next_${name}`, result.carried[index]);
  });
  outputs.forEach((name, index) => {
    graph.output(name, result.stacked[index]);
  });
  return graph.content();
}

/**
 * One step alone, for looking into it: inputs are the batch's own rows of each table [2B, columns], the states, and
 * `stepSize` and `epsilon`; outputs as those of `trainGraph`, for one step.
 */
export function singleStepGraph(plan: TrainPlan): SubgraphContent {
  const graph = new GraphBuilder("step");
  const rows = 2 * plan.settings.batch;
  const step = trainStep(graph, plan, {
    tables: new Map([...tableColumns(plan)].map(([name, columns]) => [name, graph.input(name, [rows, columns])])),
    states: new Map([...stateLengths(plan)].map(([name, length]) => [name, graph.input(name, [length])])),
    stepSize: graph.input("stepSize", []),
    epsilon: graph.input("epsilon", []),
  });
  for (const [name, value] of step.states) graph.output(`next_${name}`, value);
  for (const [name, value] of step.outputs) graph.output(name, value);
  return graph.content();
}

interface StepInputs {
  /** The batch's rows of each table, [2B, columns]. */
  tables: Map<TableName, Value>;
  states: Map<StateName, Value>;
  stepSize: Value;
  epsilon: Value;
}

function trainStep(
  graph: GraphBuilder,
  plan: TrainPlan,
  { tables, states, stepSize, epsilon }: StepInputs,
): { states: Map<StateName, Value>; outputs: Map<string, Value> } {
  const { dimensions, settings, predictionLoss, deadAfter } = plan;
  const layout = parameterLayout(dimensions, settings);
  const lengths = layout.map(({ start, end }) => end - start);
  const flat = states.get("parameters")!;
  const parts = graph.split(flat, 0, lengths).map((part, index) => graph.reshaped(part, layout[index].shape));
  const parameters: Partial<Record<ParameterName, Value>> = Object.fromEntries(
    layout.map(({ name }, index) => [name, parts[index]]),
  );
  const embeddings = tables.get("embeddings")!;
  const memory: Memory = {
    threshold: states.get("threshold") ?? null,
    sinceActive: states.get("sinceActive") ?? null,
  };
  const batch = {
    embeddings,
    standardised: tables.get("standardised") ?? embeddings,
    scale: tables.get("scale") ?? null,
    biases: tables.get("biases") ?? null,
    pairs: settings.batch,
  };
  const goal = objective(graph, parameters, batch, memory, predictionLoss, settings, deadAfter);
  const slopes = gradients(graph, goal.losses.total, parts, goal.frozen).map((slope, index) =>
    graph.reshaped(slope, [lengths[index]]),
  );
  const gradient = graph.op("Concat", slopes, { axis: { kind: "int", value: 0 } });
  const next = adamStep(
    graph,
    { parameter: flat, firstMoment: states.get("firstMoment")!, secondMoment: states.get("secondMoment")! },
    gradient,
    stepSize,
    epsilon,
  );
  const nextStates = new Map<StateName, Value>([
    ["parameters", settings.tied ? next.parameter : withUnitDecoder(graph, next.parameter, layout)],
    ["firstMoment", next.firstMoment],
    ["secondMoment", next.secondMoment],
  ]);
  if (goal.memory.threshold) nextStates.set("threshold", goal.memory.threshold);
  if (goal.memory.sinceActive) nextStates.set("sinceActive", goal.memory.sinceActive);
  const outputs = new Map<string, Value>(Object.entries(goal.losses));
  if (goal.revived) outputs.set("revived", goal.revived);
  return { states: nextStates, outputs };
}

/** Puts decoder rows back on unit norm, so that no neuron hides its size in them (Bricken et al. 2023). */
function withUnitDecoder(graph: GraphBuilder, flat: Value, layout: ReturnType<typeof parameterLayout>): Value {
  const parts = graph.split(
    flat,
    0,
    layout.map(({ start, end }) => end - start),
  );
  const at = layout.findIndex(({ name }) => name === "decoderWeights");
  const { shape, start, end } = layout[at];
  const rows = graph.reshaped(parts[at], shape);
  const norms = graph.op("ReduceL2", [rows, graph.ints([1])], { keepdims: { kind: "int", value: 1 } });
  const unit = graph.div(rows, graph.op("Max", [norms, graph.scalar(1e-12)]));
  const updated = parts.map((part, index) => (index === at ? graph.reshaped(unit, [end - start]) : part));
  return graph.op("Concat", updated, { axis: { kind: "int", value: 0 } });
}
