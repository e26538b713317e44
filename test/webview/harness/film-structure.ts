/** How the made-up neurons relate to each other, and what they tell of users. */
import type { Duplicates } from "../../../src/protocol/artifact";
import type { NeuronRow } from "../../../src/protocol/neurons";
import type { Audit, Structure } from "../../../src/protocol/structure";
import { chance } from "./film-catalogue";

export const DUPLICATES: Duplicates = {
  leastCosine: 0.9,
  pairs: 31,
  byDecoder: 4,
  byLabel: 29,
  strongest: [
    { neurons: [0, 24], cosine: 0.97, sameLabel: true },
    { neurons: [3, 15], cosine: 0.94, sameLabel: false },
    { neurons: [5, 29], cosine: 0.91, sameLabel: true },
  ],
};

export function filmStructure(rows: readonly NeuronRow[]): Structure {
  const live = rows.filter(({ kind }) => kind !== "dead").slice(0, 200);
  const half = Math.ceil(rows.length / 4);
  const kinds = [...new Set(live.map(({ kind }) => kind))];
  return {
    version: 1,
    sae: "abc",
    levels: [12, half, rows.length],
    tree: live.map(({ neuron }) => ({
      neuron,
      level: neuron < 12 ? 0 : neuron < half ? 1 : 2,
      parent: neuron < 12 || neuron % 5 === 0 ? null : neuron % 12,
      share: neuron < 12 || neuron % 5 === 0 ? 0 : 0.35 + 0.6 * chance(neuron, 4),
    })),
    splitting: [
      { concept: "tag:genres:Horror", label: "Horror", neurons: [0, 24, 36], recallOfBest: 0.41, recallTogether: 0.72 },
      { concept: "tag:genres:Comedy", label: "Comedy", neurons: [2, 26], recallOfBest: 0.35, recallTogether: 0.51 },
    ],
    absorption: [
      { concept: "tag:genres:Children's", label: "Children's", general: 3, narrow: 4, share: 0.63, items: 41 },
    ],
    coactivation: live.slice(0, 10).map(({ neuron }) => ({
      neurons: [neuron, neuron + 12],
      jaccard: 0.2 + 0.5 * chance(neuron, 2),
      lift: 2 + 9 * chance(neuron, 3),
    })),
    clusters: kinds
      .map((kind) => ({
        name: `${kind} neurons`,
        neurons: live.filter((row) => row.kind === kind).map(({ neuron }) => neuron),
      }))
      .sort((a, b) => b.neurons.length - a.neurons.length),
  };
}

export function filmAudit(rows: readonly NeuronRow[]): Audit {
  const ranking = (change: number) => ({
    neurons: 4,
    users: 500,
    change: { value: change, interval: [change - 0.03, change + 0.03] as [number, number] },
    changeOfRandom: { value: 0.06, interval: [0.05, 0.08] as [number, number] },
  });
  const effect = (neuron: number, value: string, users: number, auc: number) => ({
    neuron,
    value,
    users,
    auc,
    interval: [auc - 0.03, auc + 0.03] as [number, number],
    cohensD: 3 * (auc - 0.5),
    q: 10 ** (-30 * (auc - 0.5)),
  });
  const known = (neurons: number[]) => neurons.filter((neuron) => neuron < rows.length);
  return {
    version: 1,
    sae: "abc",
    attributes: [
      {
        column: "gender",
        protected: true,
        users: 2000,
        values: [
          { value: "M", share: 0.72 },
          { value: "F", share: 0.28 },
        ],
        neurons: known([7, 9, 6, 10]).map((neuron, rank) =>
          effect(neuron, rank < 2 ? "F" : "M", 560, 0.74 - 0.035 * rank),
        ),
        ranking: ranking(0.19),
      },
      {
        column: "age",
        protected: true,
        users: 1988,
        values: [
          { value: "under 18", share: 0.04 },
          { value: "18 to 34", share: 0.53 },
          { value: "35 and over", share: 0.43 },
        ],
        neurons: known([3, 4]).map((neuron) => effect(neuron, "under 18", 80, 0.71 - 0.01 * neuron)),
        ranking: ranking(0.11),
      },
      { column: "zip_region", protected: false, users: 1400, values: [], neurons: [], ranking: null },
    ],
    popularity: {
      neurons: known([13, 25]).map((neuron) => ({
        neuron,
        correlation: 0.71 - 0.01 * neuron,
        interval: [0.64 - 0.01 * neuron, 0.77 - 0.01 * neuron],
        q: 1e-12,
      })),
      ranking: ranking(0.34),
    },
  };
}
