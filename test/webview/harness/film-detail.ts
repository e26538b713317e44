/** Everything the Lab asks of one neuron of the made-up recommender, worked out from the activations of its films. */
import type { ConceptEvidence, ConceptKind } from "../../../src/protocol/artifact";
import type { ActiveItem, Bin, NearNeuron, NeuronDetail, NeuronRow } from "../../../src/protocol/neurons";
import { chance, type Film, GENRES } from "./film-catalogue";
import { bears, filmActivation, genreOf, kindOf } from "./film-neurons";
import { spokenOf } from "./film-words";

const SHOWN = 20;

/** @param demographics whether anything is known of users */
export function filmDetail(
  row: NeuronRow,
  rows: readonly NeuronRow[],
  films: Film[],
  demographics: boolean,
): NeuronDetail {
  const { neuron } = row;
  const activations = films.map((film) => filmActivation(neuron, film));
  const active = films.filter((film) => activations[film.row] > 0);
  active.sort((a, b) => activations[b.row] - activations[a.row]);
  const evidence = evidenceOf(row);
  const largest = active.length === 0 ? 0 : activations[active[0].row];
  const summary = (film: Film): ActiveItem => ({
    row: film.row,
    id: film.id,
    title: film.title,
    year: film.year,
    tags: film.tags,
    activation: activations[film.row],
    bearsConcept: evidence?.of === "items" ? bears(neuron, film) : null,
  });
  const middle = Math.max(0, Math.floor(active.length / 2) - SHOWN / 2);
  const at = (share: number) => activations[active[Math.floor(share * (active.length - 1))].row];
  const near = nearNeurons(neuron, rows);
  return {
    ...row,
    density: active.length / films.length,
    evidence,
    ...spokenOf(neuron),
    reason: reasonOf(row, evidence),
    topItems: active.slice(0, SHOWN).map(summary),
    typicalItems: active.slice(middle, middle + SHOWN).map(summary),
    borderlineItems: active
      .filter(({ row: film }) => activations[film] <= at(0.85))
      .slice(0, SHOWN)
      .map(summary),
    thresholds: active.length === 0 ? null : { borderline: at(0.85), typicalFrom: at(0.62), typicalTo: at(0.38) },
    activationHistogram: histogram(active.map((film) => activations[film.row])),
    activeItems: active.length,
    lifts: row.kind === "dead" ? [] : liftsOf(neuron, evidence, active, films),
    years: films[0].year === null ? null : binned(films, activations, (film) => decade(film.year)),
    popularity: tenths(films, activations),
    topUsers: row.kind === "dead" ? [] : topUsers(neuron),
    audience: demographics && row.kind !== "dead" ? audience(neuron) : [],
    nearest: row.kind === "dead" ? [] : near,
    parent: row.kind === "mixed" ? { ...near[0], neuron: neuron % 12, label: genreOf(neuron), kind: "tag" } : null,
    children: neuron === 0 ? near.slice(2, 5) : [],
    effect: effectOf(neuron, films, activations),
    largestItemActivation: largest,
    largestUserActivation: row.kind === "dead" ? 0 : 1.86,
  };
}

function evidenceOf(row: NeuronRow): ConceptEvidence | null {
  if (row.purity10 === null || row.purity10BaseRate === null) return null;
  const concept = `${row.kind}:${row.neuron}`;
  const of = row.kind === "audience" ? "users" : "items";
  return evidence(row.statisticalLabel, row.kind, concept, row.purity10, row.purity10BaseRate, of);
}

export function evidence(
  label: string,
  kind: ConceptKind,
  concept: string,
  precision10: number,
  baseRate: number,
  of: "items" | "users" = "items",
): ConceptEvidence {
  const heldOutAuc = 0.5 + 0.48 * precision10;
  return {
    concept,
    label,
    kind,
    of,
    selectionAuc: Math.min(1, heldOutAuc + 0.012),
    heldOutAuc,
    heldOutAucInterval: [heldOutAuc - 0.03, Math.min(1, heldOutAuc + 0.03)],
    averagePrecision: 0.86 * precision10,
    precision10,
    precision50: 0.92 * precision10,
    precision200: null,
    baseRate,
    lift: precision10 / baseRate,
    recall: 0.84 * precision10,
    q: 10 ** (-14 * precision10),
  };
}

function reasonOf(row: NeuronRow, proof: ConceptEvidence | null): string {
  if (row.kind === "dead") return "No user and no item activates this neuron.";
  if (proof === null)
    return "The best concept found, Drama (AUC .58), does not hold on the half of the items that did not choose it.";
  return `${proof.label} tells the items that activate it best of 214 concepts, and does so again on the half of the items that did not choose it. It counts as ${row.confidence} because the AUC's interval lies above ${row.confidence === "high" ? ".80" : ".65"} and precision@10 is ${proof.lift.toFixed(1)} times the base rate.`;
}

function histogram(values: number[]): NeuronDetail["activationHistogram"] {
  const edges = Array.from({ length: 21 }, (_, bin) => (bin * 3.5) / 20);
  const items = new Array<number>(20).fill(0);
  for (const value of values) items[Math.min(19, Math.floor((value / 3.5) * 20))]++;
  return { edges, items };
}

function liftsOf(neuron: number, own: ConceptEvidence | null, active: Film[], films: Film[]): ConceptEvidence[] {
  const top = active.slice(0, 10);
  const share = (of: Film[], genre: string) => of.filter(({ tags }) => tags.includes(genre)).length / of.length;
  const others = GENRES.filter((genre) => genre !== own?.label)
    .map((genre) => evidence(genre, "tag", `tag:genres:${genre}`, share(top, genre), share(films, genre)))
    .sort((a, b) => b.lift - a.lift)
    .slice(0, 5);
  return neuron === 16 ? others.slice(0, 1) : [...(own === null ? [] : [own]), ...others];
}

const decade = (year: number | null) => `${Math.floor((year ?? 0) / 10) * 10}s`;

function binned(films: Film[], activations: number[], nameOf: (film: Film) => string): Bin[] {
  const bins = new Map<string, Bin>();
  for (const film of films) {
    const name = nameOf(film);
    const bin = bins.get(name) ?? { name, all: 0, active: 0, mean: 0 };
    bin.all++;
    bin.active += Number(activations[film.row] > 0);
    bin.mean += (activations[film.row] - bin.mean) / bin.all;
    bins.set(name, bin);
  }
  return [...bins.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function tenths(films: Film[], activations: number[]): Bin[] {
  const byUse = films.toSorted((a, b) => a.interactions - b.interactions);
  return Array.from({ length: 10 }, (_, tenth) => {
    const part = byUse.slice(tenth * 60, tenth * 60 + 60);
    const name = `${part[0].interactions} to ${part[59].interactions}`;
    return binned(part, activations, () => name)[0];
  });
}

function topUsers(neuron: number): NeuronDetail["topUsers"] {
  return Array.from({ length: 10 }, (_, rank) => ({
    id: String(1 + Math.floor(2000 * chance(neuron, rank))),
    detail: `${rank % 3 === 0 ? "F" : "M"}, ${[18, 25, 35, 50][rank % 4]}; ${40 + 13 * rank} interactions`,
    activation: 1.86 * 0.94 ** rank,
  }));
}

function audience(neuron: number): NeuronDetail["audience"] {
  const women = 0.16 + 0.4 * chance(neuron, 1);
  const ages = ["under 18", "18 to 24", "25 to 34", "35 to 44", "45 to 49", "50 to 55", "56 and over"];
  const base = [0.04, 0.18, 0.35, 0.2, 0.09, 0.08, 0.06];
  const raw = base.map((share, age) => share * (0.5 + 1.6 * chance(neuron, 50 + age)));
  const sum = raw.reduce((total, share) => total + share, 0);
  const work = ["student", "engineer", "writer", "artist", "lawyer", "nurse", "farmer", "clerk"];
  return [
    {
      column: "gender",
      values: [
        { value: "F", share: women, baseRate: 0.28, users: Math.round(200 * women) },
        { value: "M", share: 1 - women, baseRate: 0.72, users: Math.round(200 * (1 - women)) },
      ],
    },
    {
      column: "age",
      values: ages.map((value, age) => ({
        value,
        share: raw[age] / sum,
        baseRate: base[age],
        users: Math.round((200 * raw[age]) / sum),
      })),
    },
    {
      column: "occupation",
      values: Array.from({ length: 21 }, (_, index) => ({
        value: index < 8 ? work[index] : `${work[index % 8]}, ${index < 16 ? "retired" : "self-employed, part-time"}`,
        share: (0.4 + 1.4 * chance(neuron, 80 + index)) / 23,
        baseRate: 1 / 21,
        users: 8,
      })),
    },
  ];
}

function nearNeurons(neuron: number, rows: readonly NeuronRow[]): NearNeuron[] {
  return rows
    .filter((row) => row.neuron !== neuron && row.neuron < 40 && row.kind !== "dead")
    .map((row) => ({
      neuron: row.neuron,
      label: row.label,
      kind: row.kind,
      cosine: (row.neuron % 12 === neuron % 12 ? 0.55 : 0) + 0.42 * chance(neuron, 300 + row.neuron),
    }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, 8);
}

function effectOf(neuron: number, films: Film[], activations: number[]): NeuronDetail["effect"] {
  const changes = films.map((film) => ({
    row: film.row,
    id: film.id,
    title: film.title,
    year: film.year,
    tags: film.tags,
    change: 0.21 * activations[film.row] - 0.3 * chance(neuron + 31, film.row),
  }));
  changes.sort((a, b) => b.change - a.change);
  const none = kindOf(neuron) === "dead";
  return {
    by: none ? 0 : 0.92,
    sampledUsers: neuron === 1 ? 200 : null,
    sampledItems: null,
    gains: none ? [] : changes.slice(0, 10),
    losses: none ? [] : changes.slice(-10).reverse(),
  };
}
