/** A small made-up recommender for the screens: films with genres, neurons that follow them, users who like some. */
import type { ConceptEvidence, ConceptKind } from "../../../src/protocol/artifact";
import type {
  ItemSummary,
  NeuronDetail,
  NeuronQuery,
  NeuronRow,
  Page,
  PreviewResult,
  RankedItem,
  UserProfile,
} from "../../../src/protocol/engine";
import type { Edit, Recipe } from "../../../src/protocol/steering";

const GENRES = [
  "Horror",
  "Drama",
  "Comedy",
  "Children's",
  "Animation",
  "Film-Noir",
  "Science Fiction",
  "Romance",
  "Western",
  "Musical",
  "War",
  "Documentary",
];
const FIRST = ["Silent", "Crimson", "Last", "Paper", "Winter", "Broken", "Golden", "Hollow", "Distant", "Electric"];
const SECOND = ["Harbour", "Orchard", "Signal", "Carnival", "Staircase", "Meridian", "Letters", "Frontier", "Garden"];

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export class FilmWorld {
  readonly items: ItemSummary[];
  readonly rows: NeuronRow[];

  constructor(
    neurons: number,
    private readonly hostile: boolean,
  ) {
    const next = random(7);
    this.items = Array.from({ length: 600 }, (_, row) => {
      const year = 1950 + Math.floor(next() * 70);
      const tags = [GENRES[Math.floor(next() * 12)], GENRES[Math.floor(next() * 12)]].filter(
        (tag, index, all) => all.indexOf(tag) === index,
      );
      const title = `${FIRST[Math.floor(next() * 10)]} ${SECOND[Math.floor(next() * 9)]} ${row}`;
      const shown = hostile && row % 3 === 0 ? `<img src=x onerror="window.hacked=1"> & ${title}` : title;
      return { row, id: String(row + 1), title: shown, year, tags };
    });
    this.rows = Array.from({ length: neurons }, (_, neuron) => this.neuronRow(neuron, next));
  }

  private neuronRow(neuron: number, next: () => number): NeuronRow {
    const kind = kindOf(neuron);
    const label = kind === "tag" && this.hostile ? `<b>${labelOf(neuron, kind)}</b>` : labelOf(neuron, kind);
    const named = kind === "tag" || kind === "popularity" || kind === "era";
    const peak = 1 + Math.floor(next() * 4);
    return {
      neuron,
      label,
      kind,
      ms: kind === "dead" ? null : 0.3 + 0.5 * next(),
      purity10: named ? Math.round(4 + next() * 6) / 10 : null,
      purity10BaseRate: named ? 0.02 + 0.3 * next() : null,
      density: kind === "dead" ? 0 : 0.004 + 0.4 * next() ** 2,
      histogram: Array.from({ length: 12 }, (_, bin) =>
        kind === "dead" ? 0 : Math.round(200 * Math.exp(-(((bin - peak) / 3) ** 2)) * next()),
      ),
    };
  }

  page({ search = "", kinds = [], sort = "neuron", descending = false, offset = 0, limit = 100 }: NeuronQuery) {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = this.rows.filter(
      (row) =>
        (kinds.length === 0 || kinds.includes(row.kind)) &&
        words.every((word) => row.label.toLowerCase().includes(word) || String(row.neuron) === word),
    );
    const sign = descending ? -1 : 1;
    fitting.sort((a, b) => {
      const [left, right] = [a[sort], b[sort]];
      if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
      return sign * (left < right ? -1 : left > right ? 1 : 0);
    });
    const page: Page<NeuronRow> = { rows: fitting.slice(offset, offset + limit), total: fitting.length };
    return page;
  }

  detail(neuron: number): NeuronDetail {
    const row = this.rows[neuron];
    const genre = genreOf(neuron);
    const next = random(neuron + 1);
    const evidence: ConceptEvidence | null =
      row.purity10 === null
        ? null
        : lift(row.label, row.kind, `own:${neuron}`, row.purity10, row.purity10BaseRate ?? 0.1);
    const top = this.items.filter((item) => item.tags.includes(genre) || item.row % 29 === neuron % 29).slice(0, 20);
    const others = GENRES.filter((other) => other !== genre).slice(0, 5);
    return {
      ...row,
      evidence,
      topItems: top.map((item, rank) => ({
        ...item,
        activation: 3.4 * 0.95 ** rank,
        bearsConcept: evidence === null ? null : item.tags.includes(genre),
      })),
      activationHistogram: {
        edges: Array.from({ length: 21 }, (_, bin) => (bin * 3.4) / 20),
        items: Array.from({ length: 20 }, (_, bin) => Math.round(220 * Math.exp(-bin / 4) * (0.7 + 0.6 * next()))),
      },
      activeItems: Math.round(row.density * this.items.length),
      lifts: [
        ...(evidence === null ? [] : [evidence]),
        ...others.map((other, index) =>
          lift(other, "tag", `tag:genres:${other}`, 0.4 - 0.07 * index, 0.1 + 0.02 * index),
        ),
      ],
      largestItemActivation: 3.4,
      largestUserActivation: 1.86,
    };
  }

  user(id: string): UserProfile {
    const latents = this.latents(id);
    const neurons = latents
      .map((activation, neuron) => ({
        neuron,
        label: this.rows[neuron].label,
        kind: this.rows[neuron].kind,
        activation,
      }))
      .filter(({ activation }) => activation > 0)
      .sort((a, b) => b.activation - a.activation);
    return { id, detail: `F, 25; ${20 + (Number(id) % 90)} interactions`, neurons };
  }

  /** One activation for each of the first twelve neurons. */
  private latents(user: string): number[] {
    const next = random(Number(user) + 100);
    return this.rows.slice(0, 12).map(() => Math.max(0, next() * 2.4 - 0.9));
  }

  preview(user: string, recipe: Recipe, k: number): PreviewResult {
    const before = this.latents(user);
    const after = before.map((activation, neuron) =>
      edited(
        activation,
        recipe.edits.find((edit) => edit.neuron === neuron),
      ),
    );
    const rankedBefore = this.ranked(before);
    const rankedAfter = this.ranked(after);
    const rankOf = (ranked: RankedItem[]) => new Map(ranked.map((item, index) => [item.row, index + 1]));
    const [ranksBefore, ranksAfter] = [rankOf(rankedBefore), rankOf(rankedAfter)];
    const share = (ranked: RankedItem[], genre: string) =>
      ranked.slice(0, k).filter((item) => item.tags.includes(genre)).length / k;
    const top = rankedBefore.slice(0, k);
    return {
      user,
      before: top,
      after: rankedAfter.slice(0, k).map((item) => ({ ...item, previousRank: ranksBefore.get(item.row) ?? 0 })),
      newRanks: top.map((item) => ranksAfter.get(item.row) ?? 0),
      rbo: top.filter((item) => (ranksAfter.get(item.row) ?? 0) <= k).length / k,
      shares: recipe.edits.map(({ neuron }) => ({
        neuron,
        label: this.rows[neuron].label,
        before: share(rankedBefore, genreOf(neuron)),
        after: share(rankedAfter, genreOf(neuron)),
        baseRate: 0.09,
      })),
      activations: recipe.edits.map(({ neuron }) => ({
        neuron,
        before: before[neuron] ?? 0,
        after: after[neuron] ?? 0,
      })),
    };
  }

  private ranked(latents: number[]): RankedItem[] {
    const score = (item: ItemSummary) =>
      latents.reduce((sum, z, neuron) => sum + (item.tags.includes(genreOf(neuron)) ? z : 0), 0) +
      ((item.row * 7919) % 601) / 601;
    return this.items.map((item) => ({ ...item, score: score(item) })).sort((a, b) => b.score - a.score);
  }
}

function kindOf(neuron: number): ConceptKind {
  if (neuron < 12) return "tag";
  return (["era", "popularity", "unlabelled", "tag", "unlabelled", "dead"] as const)[neuron % 6];
}

function genreOf(neuron: number): string {
  return GENRES[neuron % GENRES.length];
}

function labelOf(neuron: number, kind: ConceptKind): string {
  if (kind === "tag") return neuron < 12 ? genreOf(neuron) : `${genreOf(neuron)} · ${genreOf(neuron + 3)}`;
  if (kind === "era") return `${1920 + 10 * (neuron % 10)}s`;
  if (kind === "popularity") return neuron % 4 === 1 ? "Popular" : "Rarely used";
  return kind === "dead" ? "dead" : "like Silent Harbour, Crimson Orchard";
}

function lift(
  label: string,
  kind: ConceptKind,
  concept: string,
  precision10: number,
  baseRate: number,
): ConceptEvidence {
  const auc = { selectionAuc: 0.9, heldOutAuc: 0.88 };
  return { concept, label, kind, ...auc, precision10, baseRate, lift: precision10 / baseRate };
}

function edited(activation: number, edit: Edit | undefined): number {
  switch (edit?.operation) {
    case undefined:
      return activation;
    case "suppress":
      return 0;
    case "scale":
      return activation * edit.value;
    case "set":
      return edit.value;
    case "add":
      return activation + edit.value;
  }
}
