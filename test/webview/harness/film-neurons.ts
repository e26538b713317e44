/** What neurons of the made-up recommender follow, and how strongly each film and user activates them. */
import type { ConceptKind } from "../../../src/protocol/artifact";
import { chance, type Film, GENRES } from "./film-catalogue";

/** From neuron 12 on, over and over. */
const LATER_KINDS = [
  "era",
  "popularity",
  "unlabelled",
  "tag",
  "unlabelled",
  "dead",
  "trend",
  "audience",
  "text",
  "mixed",
] as const satisfies readonly ConceptKind[];

export function kindOf(neuron: number): ConceptKind {
  return neuron < 12 ? "tag" : LATER_KINDS[(neuron - 12) % LATER_KINDS.length];
}

export function genreOf(neuron: number): string {
  return GENRES[neuron % GENRES.length];
}

function decadeOf(neuron: number): number {
  return 1940 + 10 * (neuron % 8);
}

export function conceptLabel(neuron: number): string {
  switch (kindOf(neuron)) {
    case "tag":
      return genreOf(neuron);
    case "era":
      return `${decadeOf(neuron)}s`;
    case "popularity":
      return neuron % 4 === 1 ? "Popular" : "Rarely used";
    case "trend":
      return "Rising since 2015";
    case "audience":
      return "Users under 25";
    case "text":
      return "“garden” in the title";
    case "mixed":
      return `${genreOf(neuron)} · ${decadeOf(neuron)}s`;
    case "dead":
      return "dead";
    case "unlabelled":
      return "like Silent Harbour, The Crimson Orchard";
  }
}

/** Whether a film bears what the neuron follows; for an unlabelled neuron, something without a name. */
export function bears(neuron: number, film: Film): boolean {
  const genre = film.tags.includes(genreOf(neuron));
  const decade = film.year !== null && film.year >= decadeOf(neuron) && film.year < decadeOf(neuron) + 10;
  switch (kindOf(neuron)) {
    case "tag":
      return genre;
    case "era":
      return decade;
    case "popularity":
      return film.interactions > 160 === (neuron % 4 === 1);
    case "trend":
      return film.row % 7 === 2;
    case "audience":
      return film.tags.includes("Animation") || film.tags.includes("Science Fiction");
    case "text":
      return film.title.includes("Garden");
    case "mixed":
      return genre && decade;
    case "dead":
      return false;
    case "unlabelled":
      return chance(neuron, 5000 + film.row) < 0.08;
  }
}

/** Activation of a film, 0 to 3.4. */
export function filmActivation(neuron: number, film: Film): number {
  if (kindOf(neuron) === "dead") return 0;
  const bearer = bears(neuron, film);
  if (chance(neuron, film.row) > (bearer ? 0.86 : 0.07)) return 0;
  const strength = chance(neuron + 977, film.row);
  return bearer ? 0.2 + 3.2 * strength ** 1.6 : 1.5 * strength ** 2.5;
}
