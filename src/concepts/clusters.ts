/** Neurons by what they stand for: by the concept of their labels, and where they have none by the direction of their decoder. */
import { gatheredRows, type Matrix, row } from "../data/matrix";
import type { NeuronLabel } from "../protocol/artifact";
import type { Structure } from "../protocol/structure";
import { rowCosines } from "../sae/row-cosines";
import { partsOf } from "./carried-concepts";

type Cluster = Structure["clusters"][number];

/** From here on two decoder rows say much the same. */
const LEAST_COSINE = 0.6;
const ALONE = "Like no other";

/**
 * Every live neuron in one cluster, the largest first; within a cluster in neuron order.
 *
 * Labelled neurons are with those of the same concept; "Horror · 1980s" is with Horror. One without a label joins the
 * concept whose neurons' mean decoder row is nearest to its own, from a cosine of .6 on; else it is with others like it
 * (each joins the first neuron that near), under the label of the first. Those left alone are together at last.
 *
 * @param decoderWeights W_dec, [m, d]
 * @param live per neuron, 1 if active
 * @param concepts that labels may name
 */
export async function clustersOf(
  decoderWeights: Matrix,
  live: Uint8Array,
  labels: readonly NeuronLabel[],
  concepts: readonly { key: string; label: string }[],
): Promise<Cluster[]> {
  const names = new Map(concepts.map(({ key, label }) => [key, label]));
  const byConcept = new Map<string, Cluster>();
  const unlabelled: number[] = [];
  for (const { neuron, evidence } of labels) {
    if (live[neuron] === 0) continue;
    if (evidence === null) {
      unlabelled.push(neuron);
      continue;
    }
    const [key] = partsOf(evidence.concept, names);
    const cluster = byConcept.get(key) ?? { name: names.get(key) ?? evidence.label, neurons: [] };
    cluster.neurons.push(neuron);
    byConcept.set(key, cluster);
  }
  const named = [...byConcept.values()];
  const left = await joinNearest(named, unlabelled, decoderWeights);
  const clusters = [...named, ...(await withoutConcept(left, decoderWeights, labels))];
  for (const { neurons } of clusters) neurons.sort((a, b) => a - b);
  return clusters.sort((a, b) => b.neurons.length - a.neurons.length || a.neurons[0] - b.neurons[0]);
}

/** @returns neurons that are near no cluster */
async function joinNearest(clusters: Cluster[], neurons: number[], decoderWeights: Matrix): Promise<number[]> {
  if (clusters.length === 0) return neurons;
  const means = clusters.map((cluster) => meanRow(decoderWeights, cluster.neurons));
  const centres = { rows: means.length, columns: decoderWeights.columns, values: Float32Array.from(means.flat()) };
  const left: number[] = [];
  for await (const { start, cosines } of rowCosines(gatheredRows(decoderWeights, neurons), centres)) {
    for (let r = 0; r < cosines.rows; r++) {
      const nearest = largest(row(cosines, r));
      if (row(cosines, r)[nearest] < LEAST_COSINE) left.push(neurons[start + r]);
      else clusters[nearest].neurons.push(neurons[start + r]);
    }
  }
  return left;
}

async function withoutConcept(
  neurons: number[],
  decoderWeights: Matrix,
  labels: readonly NeuronLabel[],
): Promise<Cluster[]> {
  const rows = gatheredRows(decoderWeights, neurons);
  /** Places in `neurons` of the first of each cluster, and of all that joined it. */
  const firsts: number[] = [];
  const members = new Map<number, number[]>();
  for await (const { start, cosines } of rowCosines(rows, rows)) {
    for (let r = 0; r < cosines.rows; r++) {
      const ofRow = row(cosines, r);
      const near = firsts.filter((first) => ofRow[first] >= LEAST_COSINE);
      const place = start + r;
      if (near.length === 0) {
        firsts.push(place);
        members.set(place, [neurons[place]]);
      } else {
        const first = near.reduce((best, candidate) => (ofRow[candidate] > ofRow[best] ? candidate : best));
        members.get(first)!.push(neurons[place]);
      }
    }
  }
  const groups = [...members.values()];
  const alone = groups.filter((group) => group.length === 1).flat();
  return [
    ...groups.filter((group) => group.length > 1).map((group) => ({ name: labels[group[0]].label, neurons: group })),
    ...(alone.length === 0 ? [] : [{ name: ALONE, neurons: alone }]),
  ];
}

function meanRow(of: Matrix, rows: readonly number[]): number[] {
  const sum = new Array<number>(of.columns).fill(0);
  for (const r of rows) for (let c = 0; c < of.columns; c++) sum[c] += row(of, r)[c];
  return sum.map((value) => value / rows.length);
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, at) => (value > values[best] ? at : best), 0);
}
