/** What steering does in the made-up recommender: lists, effects, controls, curves, doses and scores taken apart. */

import type { Estimate } from "../../../src/protocol/artifact";
import type {
  AudienceSummary,
  Control,
  DoseCurve,
  DoseGoal,
  DosePoint,
  Effect,
  FoundDose,
  ScoreChange,
  ScoreExplanation,
  ShareEffect,
  SteeringVocabulary,
} from "../../../src/protocol/effect";
import type { PreviewResult, RankedItem } from "../../../src/protocol/engine";
import { RecPrismError } from "../../../src/protocol/error";
import type { NeuronRow } from "../../../src/protocol/neurons";
import type { Audience, Edit, Recipe } from "../../../src/protocol/steering";
import { chance, type Film, GENRES } from "./film-catalogue";
import { filmActivation, genreOf } from "./film-neurons";
import { audienceIds, latentsOf, USER_COLUMNS, USERS, userMatch } from "./film-users";

/** So many users of a cohort are measured. */
const SAMPLE = 60;
const STRENGTHS = 13;

/** Awaited between the parts of long work; throws once the work is cancelled. */
export type Pace = (share: number) => Promise<void>;

interface Lists {
  before: RankedItem[];
  after: RankedItem[];
}

export class FilmSteering {
  constructor(
    private readonly films: readonly Film[],
    private readonly rows: readonly NeuronRow[],
    private readonly restricted: boolean,
  ) {}

  vocabulary(): SteeringVocabulary {
    const tags = GENRES.map((tag) => ({
      column: "genres",
      tag,
      items: this.films.filter((film) => film.tags.includes(tag)).length,
    }));
    return {
      userColumns: this.restricted ? [] : USER_COLUMNS.map((column) => ({ ...column, examples: [...column.examples] })),
      tags: tags.sort((a, b) => b.items - a.items),
      interactions: true,
    };
  }

  audience(audience: Audience): AudienceSummary {
    const ids = audienceIds(audience, this.restricted);
    return { size: ids.length, of: USERS, examples: ids.slice(0, 5).map(userMatch) };
  }

  preview(user: string, recipe: Recipe, k: number): PreviewResult {
    const { before, after } = this.lists(user, recipe);
    const [ranksBefore, ranksAfter] = [rankOf(before), rankOf(after)];
    const top = before.slice(0, k);
    const why = (item: RankedItem) => this.why(user, recipe, this.films[item.row]);
    const latents = latentsOf(user);
    return {
      user,
      before: top,
      after: after
        .slice(0, k)
        .map((item) => ({ ...item, previousRank: ranksBefore.get(item.row) ?? 0, why: why(item) })),
      newRanks: top.map((item) => ranksAfter.get(item.row) ?? null),
      whyBefore: top.map(why),
      rbo: top.filter((item) => (ranksAfter.get(item.row) ?? Number.POSITIVE_INFINITY) <= k).length / k,
      shares: recipe.edits.map(({ neuron }) => ({
        neuron,
        label: this.rows[neuron].label,
        before: shareOf(before.slice(0, k), genreOf(neuron)),
        after: shareOf(after.slice(0, k), genreOf(neuron)),
        baseRate: 0.09,
      })),
      activations: recipe.edits.map(({ neuron }) => ({
        neuron,
        before: latents[neuron] ?? 0,
        after: editedLatents(latents, recipe.edits)[neuron] ?? 0,
      })),
      hidden: this.films.filter((film) => isHidden(film, recipe)).length,
    };
  }

  explain(user: string, item: string, recipe: Recipe | null): ScoreExplanation {
    const film = this.films.find(({ id }) => id === item);
    if (film === undefined) throw new RecPrismError("id-unknown", `There is no item ${item}.`);
    const latents = recipe === null ? latentsOf(user) : editedLatents(latentsOf(user), recipe.edits);
    const neurons = latents
      .map((activation, neuron) => ({
        neuron,
        label: this.rows[neuron].label,
        kind: this.rows[neuron].kind,
        activation,
        contribution: activation * (film.tags.includes(genreOf(neuron)) ? 1 : 0.08 * (chance(neuron, film.row) - 0.5)),
      }))
      .filter(({ contribution }) => contribution !== 0)
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const score = neurons.reduce((sum, { contribution }) => sum + contribution, 0) + noise(film) + 0.11;
    const ranked = recipe === null ? this.lists(user, null).before : this.lists(user, recipe).after;
    return {
      user,
      item: film,
      score,
      rank: 1 + ranked.findIndex(({ row }) => row === film.row),
      seen: false,
      method: "exact",
      neurons,
      bias: noise(film),
      unexplained: 0.11,
      completenessError: 0,
      steered: recipe !== null,
    };
  }

  async effect(recipe: Recipe, k: number, pace: Pace): Promise<Effect> {
    const { users, sample } = this.cohort(recipe.audience);
    const lists: Lists[] = [];
    for (const [index, user] of sample.entries()) {
      lists.push(this.lists(user, recipe));
      if (index % 10 === 0) await pace(index / sample.length);
    }
    const targets = new Set([...recipe.edits, ...recipe.filters].map(({ neuron }) => genreOf(neuron)));
    const shares = GENRES.map((genre) => this.shareEffect(genre, lists, k, targets.has(genre)));
    shares.sort((a, b) => Number(b.target) - Number(a.target) || Math.abs(b.change.value) - Math.abs(a.change.value));
    const accuracy = lists.map((list, index) => ndcg(sample[index], list));
    const listed = (of: keyof Lists) => lists.flatMap((list) => list[of].slice(0, k));
    const changedUsers = lists.filter(({ before, after }) =>
      before.slice(0, k).some(({ row }, at) => after[at]?.row !== row),
    );
    const changes = accuracy.map(({ before, after }) => (before === 0 ? 0 : after / before - 1));
    const worst = Math.max(1, Math.floor(sample.length / 10));
    const losers = sample
      .map((user, index) => ({ user, change: changes[index], ...accuracy[index] }))
      .sort((a, b) => a.change - b.change)
      .slice(0, worst);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const popularity = (of: keyof Lists) => mean(listed(of).map(({ row }) => this.films[row].interactions));
    const coverage = (of: keyof Lists) => new Set(listed(of).map(({ row }) => row)).size / this.films.length;
    return {
      k,
      users: users.length,
      measured: sample.length,
      concepts: shares.slice(0, Math.max(6, targets.size + 3)),
      rbo: estimate(lists.map(({ before, after }) => overlap(before, after, k))),
      changed: changedUsers.length / Math.max(1, sample.length),
      accuracy: {
        users: sample.length,
        ndcg20: {
          before: estimate(accuracy.map(({ before }) => before)),
          after: estimate(accuracy.map(({ after }) => after)),
        },
        hr20: {
          before: estimate(accuracy.map(({ before }) => Number(before > 0))),
          after: estimate(accuracy.map(({ after }) => Number(after > 0))),
        },
        ndcg20Change: estimate(changes),
      },
      coverage: { before: coverage("before"), after: coverage("after") },
      gini: { before: 0.91, after: 0.91 + 0.04 * (changedUsers.length / Math.max(1, sample.length)) },
      popularity: { before: popularity("before"), after: popularity("after") },
      worstDecile: {
        users: worst,
        ndcg20: { before: mean(losers.map(({ before }) => before)), after: mean(losers.map(({ after }) => after)) },
        rbo: 0.41,
        examples: losers.slice(0, 5).map(({ user }) => userMatch(user)),
      },
      exposure: recipe.items.map(({ items }) => {
        const chosen = this.films.filter((film) => isChosen(film, items));
        const has = (of: keyof Lists) =>
          lists.map((list) => Number(list[of].slice(0, k).some(({ row }) => chosen.some((film) => film.row === row))));
        return {
          items: chosen.length,
          titles: chosen.slice(0, 3).map(({ title }) => title),
          before: estimate(has("before")),
          after: estimate(has("after")),
          gained: estimate(has("after").filter((_, index) => has("before")[index] === 0)),
        };
      }),
      hidden: this.films.filter((film) => isHidden(film, recipe)).length,
      warnings: contradictions(recipe.edits),
    };
  }

  async controls(recipe: Recipe, k: number, pace: Pace): Promise<Control[]> {
    const own = recipe.edits[0]?.neuron ?? 0;
    const other = (own + 5) % 12;
    const treatments: { kind: Control["kind"]; name: string; recipe: Recipe }[] = [
      {
        kind: "random-neuron",
        name: `the same on neuron ${other} (${this.rows[other].label}), drawn at random`,
        recipe: { ...recipe, edits: recipe.edits.map((edit) => ({ ...edit, neuron: (edit.neuron + 5) % 12 })) },
      },
      {
        kind: "opposite-sign",
        name: "the opposite sign",
        recipe: {
          ...recipe,
          edits: recipe.edits.map((edit) => (edit.operation === "suppress" ? edit : { ...edit, value: -edit.value })),
        },
      },
      {
        kind: "tag-filter",
        name: `removing what bears ${genreOf(own)}`,
        recipe: { ...recipe, edits: [], filters: [{ neuron: own, above: 0 }] },
      },
      { kind: "reconstruct", name: "the same in reconstruct mode", recipe: { ...recipe, mode: "reconstruct" } },
    ];
    const controls: Control[] = [];
    for (const [index, { kind, name, recipe: treated }] of treatments.entries()) {
      const effect = await this.effect(treated, k, async () => {});
      const share = effect.concepts.find(({ label }) => label === genreOf(own)) ?? null;
      const removed = { value: 0, interval: [0, 0] as [number, number] };
      controls.push({
        kind,
        name,
        share: kind === "tag-filter" ? removed : (share?.after ?? null),
        rbo: effect.rbo?.value ?? null,
        ndcg20Change: effect.accuracy?.ndcg20Change ?? null,
      });
      await pace((index + 1) / treatments.length);
    }
    return controls;
  }

  async doseCurve(recipe: Recipe, neurons: number[], k: number, pace: Pace): Promise<DoseCurve> {
    const edit = recipe.edits.find(({ neuron }) => neurons.includes(neuron)) as Edit;
    const operation = edit.operation === "suppress" ? "set" : edit.operation;
    const [from, to] = operation === "scale" ? [0, 4] : [-2, 2];
    const strengths = Array.from({ length: STRENGTHS }, (_, index) => from + ((to - from) * index) / (STRENGTHS - 1));
    const genre = genreOf(neurons[0]);
    const others = GENRES.filter((other) => other !== genre).slice(0, 3);
    const small = { ...recipe, audience: this.smallAudience(recipe.audience) };
    const pointsFor = async (targets: number[], mirrored: boolean, done: number): Promise<DosePoint[]> => {
      const points: DosePoint[] = [];
      for (const [index, strength] of strengths.entries()) {
        const value = mirrored ? from + to - strength : strength;
        const edits = small.edits.filter(({ neuron }) => !neurons.includes(neuron));
        const varied = targets.map((neuron) => ({ neuron, operation, value }));
        const effect = await this.effect({ ...small, edits: [...edits, ...varied] }, k, async () => {});
        const shareOfGenre = (wanted: string) =>
          effect.concepts.find(({ label }) => label === wanted)?.after ?? { value: 0.08, interval: null };
        points.push({
          strength,
          share: shareOfGenre(genre),
          others: others.map((other) => shareOfGenre(other).value),
          rbo: effect.rbo?.value ?? 1,
          ndcg20Change: effect.accuracy?.ndcg20Change ?? null,
        });
        await pace((done + (index + 1) / strengths.length) / 3);
      }
      return points;
    };
    const other = (neurons[0] + 5) % 12;
    const points = await pointsFor(neurons, false, 0);
    const random = { neuron: other, label: this.rows[other].label, points: await pointsFor([other], false, 1) };
    const opposite = { points: await pointsFor(neurons, true, 2) };
    const { users, sample } = this.cohort(recipe.audience);
    return {
      operation,
      neurons,
      k,
      users: users.length,
      measured: sample.length,
      concept: { concept: `tag:genres:${genre}`, label: genre, baseRate: 0.09 },
      others: others.map((label) => ({ concept: `tag:genres:${label}`, label })),
      points,
      random,
      opposite,
      tagFilter: { rbo: 0.74, ndcg20Change: { value: -0.034, interval: [-0.05, -0.02] } },
    };
  }

  async findDose(recipe: Recipe, neurons: number[], goal: DoseGoal, k: number, pace: Pace): Promise<FoundDose> {
    const curve = await this.doseCurve(recipe, neurons, k, pace);
    const wanted = "atMost" in goal.share ? goal.share.atMost : goal.share.atLeast;
    const miss = ({ share }: DosePoint) =>
      Math.max(0, ("atMost" in goal.share ? 1 : -1) * ((share?.value ?? 0) - wanted));
    const nearest = curve.points.toSorted(
      (a, b) => miss(a) - miss(b) || Math.abs(a.strength) - Math.abs(b.strength),
    )[0];
    const reached = miss(nearest) === 0;
    const { label } = curve.concept ?? { label: "" };
    const at = `${Math.round(100 * (nearest.share?.value ?? 0))}%`;
    return {
      reached,
      operation: curve.operation,
      neurons,
      strength: nearest.strength,
      concept: { concept: `tag:genres:${label}`, label },
      share: nearest.share ?? { value: 0, interval: null },
      ndcg20Change: nearest.ndcg20Change,
      missedBy: miss(nearest),
      message: reached
        ? `${curve.operation} ${nearest.strength.toFixed(2)} brings ${label} to ${at} of the top ${k}.`
        : `No strength brings ${label} to ${Math.round(100 * wanted)}%: the nearest is ${at}.`,
      tried: curve.points.map(({ strength, share, ndcg20Change }) => ({
        strength,
        share: share?.value ?? 0,
        ndcg20Change: ndcg20Change?.value ?? null,
      })),
    };
  }

  private cohort(audience: Audience): { users: string[]; sample: string[] } {
    const users = audienceIds(audience, this.restricted);
    return { users, sample: users.slice(0, SAMPLE) };
  }

  private smallAudience(audience: Audience): Audience {
    return { kind: "users", users: audienceIds(audience, this.restricted).slice(0, 15) };
  }

  private lists(user: string, recipe: Recipe | null): Lists {
    const latents = latentsOf(user);
    const before = this.ranked(latents, null);
    return { before, after: recipe === null ? before : this.ranked(editedLatents(latents, recipe.edits), recipe) };
  }

  private ranked(latents: readonly number[], recipe: Recipe | null): RankedItem[] {
    const shown = recipe === null ? this.films : this.films.filter((film) => !isHidden(film, recipe));
    return shown.map((film) => ({ ...film, score: scoreOf(latents, film, recipe) })).sort((a, b) => b.score - a.score);
  }

  private why(user: string, recipe: Recipe, film: Film): ScoreChange[] {
    const latents = latentsOf(user);
    const full = scoreOf(editedLatents(latents, recipe.edits), film, recipe);
    return recipe.edits
      .map(({ neuron }) => {
        const edits = recipe.edits.filter((edit) => edit.neuron !== neuron);
        const without = scoreOf(editedLatents(latents, edits), film, { ...recipe, edits });
        return { neuron, label: this.rows[neuron].label, change: full - without };
      })
      .filter(({ change }) => change !== 0)
      .sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  }

  private shareEffect(genre: string, lists: readonly Lists[], k: number, target: boolean): ShareEffect {
    const before = lists.map((list) => shareOf(list.before.slice(0, k), genre));
    const after = lists.map((list) => shareOf(list.after.slice(0, k), genre));
    return {
      concept: `tag:genres:${genre}`,
      label: genre,
      kind: "tag",
      baseRate: this.films.filter((film) => film.tags.includes(genre)).length / this.films.length,
      before: estimate(before),
      after: estimate(after),
      change: estimate(after.map((share, index) => share - before[index])),
      target,
    };
  }
}

function scoreOf(latents: readonly number[], film: Film, recipe: Recipe | null): number {
  return latents.reduce((sum, z, neuron) => {
    const own = film.tags.includes(genreOf(neuron)) ? 1 : 0;
    const pushed = (recipe?.items ?? [])
      .filter(({ items }) => isChosen(film, items))
      .flatMap(({ edits }) => edits)
      .filter((edit) => edit.neuron === neuron)
      .reduce(edited, own);
    return sum + z * pushed;
  }, noise(film));
}

function noise(film: Film): number {
  return ((film.row * 7919) % 601) / 601;
}

function editedLatents(latents: readonly number[], edits: readonly Edit[]): number[] {
  return latents.map((activation, neuron) => edits.filter((edit) => edit.neuron === neuron).reduce(edited, activation));
}

function edited(activation: number, edit: Edit): number {
  switch (edit.operation) {
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

function isHidden(film: Film, { filters }: Recipe): boolean {
  return filters.some(({ neuron, above }) => filmActivation(neuron, film) > above);
}

function isChosen(film: Film, selection: Recipe["items"][number]["items"]): boolean {
  return selection.kind === "tag" ? film.tags.includes(selection.tag) : selection.items.includes(film.id);
}

function contradictions(edits: readonly Edit[]): string[] {
  const twice = edits.filter(({ neuron }, index) => edits.findIndex((other) => other.neuron === neuron) !== index);
  return twice.map(
    ({ neuron, label }) => `${label ?? `Neuron ${neuron}`} is edited more than once: the edits are applied in order.`,
  );
}

function rankOf(ranked: readonly RankedItem[]): Map<number, number> {
  return new Map(ranked.map((item, index) => [item.row, index + 1]));
}

function shareOf(list: readonly RankedItem[], genre: string): number {
  return list.filter((item) => item.tags.includes(genre)).length / Math.max(1, list.length);
}

function overlap(before: readonly RankedItem[], after: readonly RankedItem[], k: number): number {
  const rows = new Set(after.slice(0, k).map(({ row }) => row));
  return before.slice(0, k).filter(({ row }) => rows.has(row)).length / k;
}

/** Of made-up held-out films, which the list before knows best. */
function ndcg(user: string, { before, after }: Lists): { before: number; after: number } {
  const ranks = rankOf(before);
  const held = (item: RankedItem) =>
    chance(Number(user) + 7000, item.row) < ((ranks.get(item.row) ?? 0) <= 40 ? 0.25 : 0.02);
  const gain = (list: readonly RankedItem[]) =>
    list.slice(0, 20).reduce((sum, item, index) => sum + (held(item) ? 1 / Math.log2(index + 2) : 0), 0);
  const ideal = Array.from({ length: Math.min(20, before.filter(held).length) }).reduce<number>(
    (sum, _, index) => sum + 1 / Math.log2(index + 2),
    0,
  );
  return ideal === 0 ? { before: 0, after: 0 } : { before: gain(before) / ideal, after: gain(after) / ideal };
}

function estimate(values: readonly number[]): Estimate {
  if (values.length === 0) return { value: 0, interval: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 3) return { value: mean, interval: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = 1.96 * Math.sqrt(variance / values.length);
  const least = Math.min(...values);
  return { value: mean, interval: [Math.max(least, mean - half), Math.min(Math.max(1, ...values), mean + half)] };
}
