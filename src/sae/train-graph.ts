/** Many train steps as one ONNX graph: forward pass, loss, gradients and Adam inside a Loop. */
import { gradients } from "../graph/differentiate";
import { GraphBuilder } from "../graph/graph-builder";
import { elementCount, type SubgraphContent, type Value } from "../graph/value";
import type { SaeSettings } from "../protocol/manifest";
import type { PredictionLoss } from "../recommender/prediction-loss";
import { adamStep } from "./adam";
import { objective, type SaeParameters } from "./objective";

export const LOSSES = ["total", "prediction", "reconstruction", "sparsity"] as const;
export type LossName = (typeof LOSSES)[number];

/** What one turn hands to the next; they leave the graph as `next_…`. */
export const STATES = ["parameters", "firstMoment", "secondMoment"] as const;
export type StateName = (typeof STATES)[number];

/**
 * All trained tensors lie in one vector: a step then updates one tensor rather than three, which for a small SAE is most
 * of its time.
 */
export interface ParameterPlace {
  name: keyof SaeParameters;
  shape: number[];
  start: number;
  end: number;
}

export function parameterLayout(dimensions: number, latents: number): ParameterPlace[] {
  let end = 0;
  return (
    [
      ["encoderWeights", [dimensions, latents]],
      ["encoderBias", [latents]],
      ["decoderBias", [dimensions]],
    ] as const
  ).map(([name, shape]) => {
    const start = end;
    end += elementCount(shape);
    return { name, shape: [...shape], start, end };
  });
}

export function parameterCount(dimensions: number, latents: number): number {
  return dimensions * latents + latents + dimensions;
}

/**
 * Inputs: `embeddings`, `standardised` [rows, d] and `scale` [rows, 1] of users and items stacked; `batches`
 * [turns, 2B] row numbers, the users' first; `turns`; `stepSizes` and `epsilons` [turns] of `adamSchedule`; and the
 * states, vectors of all parameters.
 * Outputs: the states prefixed `next_`, and each loss per turn.
 */
export function trainGraph(dimensions: number, settings: SaeSettings, predictionLoss: PredictionLoss): SubgraphContent {
  const graph = new GraphBuilder("train");
  const embeddings = graph.input("embeddings", ["rows", dimensions]);
  const standardised = graph.input("standardised", ["rows", dimensions]);
  const scale = graph.input("scale", ["rows", 1]);
  const batches = graph.input("batches", ["turns", 2 * settings.batch], "int32");
  const turns = graph.input("turns", [], "int64");
  const stepSizes = graph.input("stepSizes", ["turns"]);
  const epsilons = graph.input("epsilons", ["turns"]);
  const size = parameterCount(dimensions, settings.latents);
  const states = STATES.map((name) => graph.input(name, [size]));
  const layout = parameterLayout(dimensions, settings.latents);

  const result = graph.loop(turns, states, (body, turn, [flat, firstMoment, secondMoment]) => {
    const rows = body.op("Gather", [batches, turn]);
    const pick = (table: Value) => body.op("Gather", [table, rows]);
    const lengths = layout.map(({ start, end }) => end - start);
    const parameters = body.split(flat, 0, lengths).map((part, index) => body.reshaped(part, layout[index].shape));
    const [encoderWeights, encoderBias, decoderBias] = parameters;
    const losses = objective(
      body,
      { encoderWeights, encoderBias, decoderBias },
      { embeddings: pick(embeddings), standardised: pick(standardised), scale: pick(scale), pairs: settings.batch },
      predictionLoss,
      settings,
    );
    const slopes = gradients(body, losses.total, parameters).map((slope, index) =>
      body.reshaped(slope, [lengths[index]]),
    );
    const gradient = body.op("Concat", slopes, { axis: { kind: "int", value: 0 } });
    const ofTurn = (schedule: Value) => body.op("Gather", [schedule, turn]);
    const next = adamStep(
      body,
      { parameter: flat, firstMoment, secondMoment },
      gradient,
      ofTurn(stepSizes),
      ofTurn(epsilons),
    );
    return {
      carried: [next.parameter, next.firstMoment, next.secondMoment],
      stacked: LOSSES.map((name) => losses[name]),
    };
  });

  STATES.forEach((name, index) => {
    graph.output(`next_${name}`, result.carried[index]);
  });
  LOSSES.forEach((name, index) => {
    graph.output(name, result.stacked[index]);
  });
  return graph.content();
}
