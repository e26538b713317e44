/** Made-up films: titles, years, genres, how much they are watched, and where they lie in two dimensions. */
import type { ItemSummary } from "../../../src/protocol/neurons";

export const GENRES = [
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
const ADJECTIVES = [
  "Silent",
  "Crimson",
  "Last",
  "Paper",
  "Winter",
  "Broken",
  "Golden",
  "Hollow",
  "Distant",
  "Electric",
];
const NOUNS = ["Harbour", "Orchard", "Signal", "Carnival", "Staircase", "Meridian", "Letters", "Frontier", "Garden"];
const PATTERNS = [
  (words: string) => words,
  (words: string) => `The ${words}`,
  (words: string) => `${words} II`,
  (words: string) => `Return to the ${words}`,
  (words: string) => `Beyond the ${words}`,
  (words: string) => `A ${words} of One's Own`,
  (words: string) => `${words}: The Long Way Home, or How a Small Town Learned to Stop Waiting for Its Only Train`,
];

export interface Film extends ItemSummary {
  interactions: number;
  /** In [0, 1]. */
  x: number;
  y: number;
}

/** The same numbers in every run, in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The same number for the same pair, in [0, 1). */
export function chance(one: number, other: number): number {
  let hash = Math.imul(one + 1, 0x9e3779b1) ^ Math.imul(other + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

/** @param hostile every third title would be markup if anyone let it, and every seventh runs from right to left */
export function filmCatalogue(hostile: boolean, years: boolean): Film[] {
  const next = random(7);
  return Array.from({ length: 600 }, (_, row) => {
    const year = 1930 + Math.floor(90 * Math.sqrt(next()));
    const first = Math.floor(next() * GENRES.length);
    const second = Math.floor(next() * GENRES.length);
    const tags = first === second || next() < 0.4 ? [GENRES[first]] : [GENRES[first], GENRES[second]];
    const words = `${ADJECTIVES[row % 10]} ${NOUNS[Math.floor(row / 10) % 9]}`;
    const title = PATTERNS[Math.floor(row / 90)](words);
    const angle = (2 * Math.PI * (0.75 * first + 0.25 * second)) / GENRES.length;
    const reach = 0.24 + 0.12 * next();
    return {
      row,
      id: String(row + 1),
      title: hostile ? hostileTitle(title, row) : title,
      year: years ? year : null,
      tags,
      interactions: Math.round(3400 / (1 + ((row * 7919) % 600)) ** 0.6) + 4,
      x: 0.5 + reach * Math.cos(angle) + 0.16 * (next() + next() - 1),
      y: 0.5 + reach * Math.sin(angle) + 0.16 * (next() + next() - 1),
    };
  });
}

function hostileTitle(title: string, row: number): string {
  if (row % 3 === 0) return `<img src=x onerror="window.hacked=1"> & ${title}`;
  return row % 7 === 0 ? "\u202eהגן הנסתר (חלק ב׳) – الحديقة السرية" : title;
}
