/** A small made-up recommender for the screens: films with genres, neurons that follow them, users who like some. */
import { shownLabel } from "../../../src/concepts/shown-label";
import { queryNeurons } from "../../../src/engine/neuron-query";
import type { UserProfile } from "../../../src/protocol/engine";
import type {
  ItemMap,
  ItemSummary,
  LabelChange,
  NeuronComparison,
  NeuronDetail,
  NeuronQuery,
  NeuronRow,
  Page,
} from "../../../src/protocol/neurons";
import { chance, type Film, filmCatalogue, random } from "./film-catalogue";
import { filmDetail } from "./film-detail";
import { conceptLabel, filmActivation, kindOf } from "./film-neurons";
import { latentsOf, userMatch } from "./film-users";
import { say, spokenOf } from "./film-words";
import type { Scenario } from "./scenario";

const CONFIDENCES = ["high", "high", "medium", "low"] as const;

export class FilmWorld {
  readonly films: Film[];
  readonly rows: NeuronRow[];

  constructor(private readonly scenario: Pick<Scenario, "neurons" | "hostile" | "years" | "demographics" | "mapped">) {
    this.films = filmCatalogue(scenario.hostile, scenario.years);
    const next = random(7);
    this.rows = Array.from({ length: scenario.neurons }, (_, neuron) => this.neuronRow(neuron, next));
  }

  private neuronRow(neuron: number, next: () => number): NeuronRow {
    const kind = kindOf(neuron);
    const statisticalLabel =
      kind === "tag" && this.scenario.hostile ? `<b>${conceptLabel(neuron)}</b>` : conceptLabel(neuron);
    const labelled = kind !== "unlabelled" && kind !== "dead";
    const peak = 1 + Math.floor(next() * 4);
    const purity10 = labelled ? Math.round(4 + next() * 6) / 10 : null;
    const purity10BaseRate = labelled ? 0.02 + 0.3 * next() : null;
    return {
      neuron,
      ...this.said(neuron, statisticalLabel),
      statisticalLabel,
      kind,
      confidence: labelled ? CONFIDENCES[neuron % 4] : "none",
      ms: kind === "dead" ? null : 0.3 + 0.5 * next(),
      purity10,
      purity10BaseRate,
      auc: purity10 === null ? null : 0.5 + 0.48 * purity10,
      lift: purity10 === null || purity10BaseRate === null ? null : purity10 / purity10BaseRate,
      density: kind === "dead" ? 0 : 0.004 + 0.4 * next() ** 2,
      histogram: Array.from({ length: 12 }, (_, bin) =>
        kind === "dead" ? 0 : Math.round(200 * Math.exp(-(((bin - peak) / 3) ** 2)) * next()),
      ),
    };
  }

  private said(neuron: number, label: string) {
    const { model, person } = spokenOf(neuron);
    return {
      ...shownLabel({ label, model, person }),
      pinned: person?.pinned ?? false,
      wrong: person?.wrong ?? false,
      hasNote: person !== null && person.note !== "",
    };
  }

  changeLabel(change: LabelChange): NeuronRow[] {
    for (const neuron of change.neurons) say(neuron, wordOf(change));
    return change.neurons.map((neuron) =>
      Object.assign(this.rows[neuron], this.said(neuron, this.rows[neuron].statisticalLabel)),
    );
  }

  page(query: NeuronQuery): Page<NeuronRow> {
    const labels = this.rows.map((row) => ({ ...row, evidence: null, ...spokenOf(row.neuron) }));
    return queryNeurons(this.rows, labels, query);
  }

  detail(neuron: number): NeuronDetail {
    return filmDetail(this.rows[neuron], this.rows, this.films, this.scenario.demographics);
  }

  compare(neurons: number[]): NeuronComparison {
    const details = neurons.map((neuron) => this.detail(neuron));
    const active = neurons.map(
      (neuron) => new Set(this.films.filter((film) => filmActivation(neuron, film) > 0).map(({ row }) => row)),
    );
    const pairs = neurons.flatMap((_, one) => neurons.map((_, other) => [one, other]));
    const cosine = (one: number, other: number) =>
      details[one].nearest.find(({ neuron }) => neuron === neurons[other])?.cosine ?? 0.31 * chance(one, other) - 0.1;
    const concepts = details.flatMap(({ lifts }) => lifts.slice(0, 2));
    return {
      neurons: details.map(({ neuron }) => this.rows[neuron]),
      topItems: details.map(({ topItems }) => topItems.slice(0, 10)),
      decoderCosine: pairs.map(([one, other]) =>
        one === other ? 1 : cosine(Math.min(one, other), Math.max(one, other)),
      ),
      jaccard: pairs.map(([one, other]) => {
        const both = [...active[one]].filter((row) => active[other].has(row)).length;
        const either = active[one].size + active[other].size - both;
        return either === 0 ? 0 : both / either;
      }),
      concepts: concepts
        .filter(({ label }, index) => concepts.findIndex((other) => other.label === label) === index)
        .map(({ concept, label, kind, baseRate }) => ({
          concept,
          label,
          kind,
          baseRate,
          lifts: details.map(({ lifts }) => lifts.find((lift) => lift.label === label)?.lift ?? 0.6),
        })),
    };
  }

  map(): ItemMap {
    const points = Array.from({ length: this.scenario.mapped }, (_, row) => {
      const { x, y } = this.films[row % this.films.length];
      const spread = row < this.films.length ? 0 : 0.18;
      const near = (at: number, seed: number) =>
        Math.min(1, Math.max(0, at + spread * (chance(row, seed) + chance(row, seed + 1) - 1)));
      return { x: near(x, 1), y: near(y, 3) };
    });
    return {
      rows: Uint32Array.from(points, (_, row) => row),
      x: Float32Array.from(points, ({ x }) => x),
      y: Float32Array.from(points, ({ y }) => y),
      of: this.scenario.mapped === this.films.length ? this.films.length : 1_000_000,
      variance: 0.214,
    };
  }

  mapActivations(neuron: number): Float32Array {
    return Float32Array.from({ length: this.scenario.mapped }, (_, row) =>
      filmActivation(neuron, this.films[row % this.films.length]),
    );
  }

  items(rows: number[]): ItemSummary[] {
    return rows.map((row) => ({ ...this.films[row % this.films.length], row }));
  }

  findItems(text: string): ItemSummary[] {
    const wanted = text.toLowerCase();
    const starts = ({ id, title }: Film) => id === text || title.toLowerCase().startsWith(wanted);
    const holds = ({ title }: Film) => title.toLowerCase().includes(wanted);
    return [...this.films.filter(starts), ...this.films.filter((film) => !starts(film) && holds(film))].slice(0, 50);
  }

  user(id: string): UserProfile {
    const neurons = latentsOf(id, this.rows.length)
      .map((activation, neuron) => ({
        neuron,
        label: this.rows[neuron].label,
        kind: this.rows[neuron].kind,
        activation,
      }))
      .filter(({ activation }) => activation > 0)
      .sort((a, b) => b.activation - a.activation);
    return { ...userMatch(id), neurons };
  }
}

function wordOf(change: LabelChange): Parameters<typeof say>[1] {
  const said = { by: "you", at: "2026-11-23T12:00:00.000Z" };
  switch (change.change) {
    case "rename":
    case "merge":
      return { ...said, label: change.label };
    case "wrong":
      return { ...said, wrong: change.wrong };
    case "pin":
      return { ...said, pinned: change.pinned };
    case "note":
      return { ...said, note: change.note };
    case "reset":
      return null;
  }
}
