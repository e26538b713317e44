/** The sample data set in memory: films, users and a recommender in whose space known concepts are planted. */
import { type Matrix, matrix, row } from "./matrix";
import { derivedSeed, type Random, seededRandom } from "./random";
import { TitleMaker } from "./sample-titles";

/** Planted genres, each a direction of its own, with the share of films that bear it. */
export const SAMPLE_GENRES = [
  { genre: "Drama", share: 0.2 },
  { genre: "Comedy", share: 0.19 },
  { genre: "Thriller", share: 0.15 },
  { genre: "Romance", share: 0.14 },
  { genre: "Action", share: 0.13 },
  { genre: "Adventure", share: 0.11 },
  { genre: "Crime", share: 0.1 },
  { genre: "Sci-Fi", share: 0.09 },
  { genre: "Horror", share: 0.08 },
  { genre: "Animation", share: 0.07 },
  { genre: "Musical", share: 0.05 },
  { genre: "Western", share: 0.04 },
] as const;

export const SAMPLE_DIMENSIONS = 24;
export const SAMPLE_ITEMS = 1200;
export const SAMPLE_USERS = 2000;
export const SAMPLE_YEARS = { first: 1950, last: 2019 } as const;

const GENRES = SAMPLE_GENRES.length;
const TWO_GENRES = SAMPLE_GENRES.reduce((sum, { share }) => sum + share, 0) - 1;
const POPULARITY_STRENGTH = 0.4;
const ERA_STRENGTH = 0.4;
const NOISE = 0.05;
/** How sharply users follow their scores. */
const CHOICE_SHARPNESS = 2.2;

export interface SampleItem {
  id: string;
  title: string;
  /** Indices into `SAMPLE_GENRES`, one or two. */
  genres: number[];
  year: number;
  /** Standardised log popularity, as planted. */
  popularity: number;
}

export interface SampleUser {
  id: string;
  age: number;
  gender: "F" | "M";
  /** Weight of each genre; zero but for two to four. */
  tastes: Float64Array;
  /** Liking of recent over old, and of popular over niche films. */
  era: number;
  popularity: number;
}

export interface SampleWorld {
  /** Unit vectors that are planted: the genres in order, then `recent`, then `popular`. Rows, nearly orthogonal. */
  directions: Matrix;
  items: SampleItem[];
  users: SampleUser[];
  itemEmbeddings: Matrix;
  userEmbeddings: Matrix;
  itemBias: Matrix;
  userBias: Matrix;
  /** Row of user and row of item. */
  interactions: { users: number[]; items: number[] };
}

/** Always the same world. */
export function sampleWorld(): SampleWorld {
  const randomFor = (part: string) => seededRandom(derivedSeed(1994, part));
  const directions = nearlyOrthogonal(GENRES + 2, SAMPLE_DIMENSIONS, randomFor("directions"));
  const items = sampleItems(randomFor("items"));
  const users = sampleUsers(randomFor("users"));
  const years = standardised(items.map(({ year }) => year));
  const [recent, popular] = [GENRES, GENRES + 1];

  const itemNoise = randomFor("item embeddings");
  const itemEmbeddings = embeddings(items.length, directions, itemNoise, (index) => {
    const { genres, popularity } = items[index];
    return [
      ...genres.map((genre): [number, number] => [genre, 0.7 + 0.6 * itemNoise.uniform()]),
      [recent, ERA_STRENGTH * years[index]],
      [popular, POPULARITY_STRENGTH * popularity],
    ];
  });
  const userEmbeddings = embeddings(users.length, directions, randomFor("user embeddings"), (index) => {
    const { tastes, era, popularity } = users[index];
    const liked = [...tastes].map((taste, genre): [number, number] => [genre, taste]).filter(([, taste]) => taste > 0);
    return [...liked, [recent, era], [popular, popularity]];
  });
  const biases = randomFor("biases");
  const itemBias = column(items.map(({ popularity }) => 0.4 * popularity + 0.05 * biases.normal()));
  const userBias = column(users.map(() => 0.2 * biases.normal()));
  const interactions = sampleInteractions(userEmbeddings, itemEmbeddings, itemBias, randomFor("interactions"));
  return { directions, items, users, itemEmbeddings, userEmbeddings, itemBias, userBias, interactions };
}

function sampleItems(random: Random): SampleItem[] {
  const titles = new TitleMaker(random);
  const shares = SAMPLE_GENRES.map(({ share }) => share);
  const drawn = Array.from({ length: SAMPLE_ITEMS }, () => {
    const first = weighted(shares, random);
    const others = shares.map((share, genre) => (genre === first ? 0 : share));
    const genres = random.uniform() < TWO_GENRES ? [first, weighted(others, random)] : [first];
    // More films the nearer to today, as catalogues are.
    const span = SAMPLE_YEARS.last - SAMPLE_YEARS.first + 1;
    const year = SAMPLE_YEARS.first + Math.floor(span * random.uniform() ** 0.7);
    return { genres, year, title: titles.next(SAMPLE_GENRES[first].genre) };
  });
  const popularities = standardised(drawn.map(() => random.normal()));
  return drawn.map(({ genres, year, title }, index) => ({
    id: `f${String(index + 1).padStart(4, "0")}`,
    title: `${title} (${year})`,
    genres: genres.sort((a, b) => a - b),
    year,
    popularity: popularities[index],
  }));
}

function sampleUsers(random: Random): SampleUser[] {
  return Array.from({ length: SAMPLE_USERS }, (_, index) => {
    const gender = random.uniform() < 0.48 ? "F" : "M";
    const age = Math.round(16 + 60 * random.uniform() ** 1.6);
    // By the root: rare genres have their fans too.
    const appeal = SAMPLE_GENRES.map(({ genre, share }) => Math.sqrt(share) * leaning(genre, gender, age));
    const tastes = new Float64Array(GENRES);
    for (let count = 2 + random.integer(3); count > 0; count--) {
      const genre = weighted(
        appeal.map((weight, candidate) => (tastes[candidate] > 0 ? 0 : weight)),
        random,
      );
      tastes[genre] = 0.6 + 0.8 * random.uniform();
    }
    return {
      id: `u${String(index + 1).padStart(4, "0")}`,
      age,
      gender,
      tastes,
      era: 0.4 * random.normal() + 0.012 * (40 - age),
      popularity: 0.3 + 0.3 * random.normal() + 0.006 * (40 - age),
    };
  });
}

/** How much more likely people of a gender and age are to like a genre. Invented, like all of this. */
function leaning(genre: string, gender: string, age: number): number {
  const young = age < 30;
  const old = age >= 50;
  if (genre === "Romance" || genre === "Musical") return gender === "F" ? 2 : 0.6;
  if (genre === "Action" || genre === "Sci-Fi") return gender === "M" ? 1.8 : 0.6;
  if (genre === "Horror" || genre === "Animation") return young ? 2.2 : old ? 0.4 : 1;
  if (genre === "Western" || genre === "Drama") return old ? 2.5 : young ? 0.6 : 1;
  return 1;
}

/** Each user meets some films, drawn without replacement by score (Gumbel top-k); a few users meet very many. */
function sampleInteractions(users: Matrix, items: Matrix, bias: Matrix, random: Random): SampleWorld["interactions"] {
  const result: SampleWorld["interactions"] = { users: [], items: [] };
  const keys = new Float64Array(items.rows);
  for (let user = 0; user < users.rows; user++) {
    const x = row(users, user);
    for (let item = 0; item < items.rows; item++) {
      let score = bias.values[item];
      for (let at = 0; at < x.length; at++) score += x[at] * items.values[item * x.length + at];
      keys[item] = CHOICE_SHARPNESS * score - Math.log(-Math.log(random.uniform() || Number.MIN_VALUE));
    }
    const count = Math.min(300, Math.round(8 + 24 * Math.exp(0.8 * random.normal())));
    const least = keys.toSorted()[items.rows - count];
    for (let item = 0; item < items.rows; item++) {
      if (keys[item] < least) continue;
      result.users.push(user);
      result.items.push(item);
    }
  }
  return result;
}

/** Sums of weighted directions plus noise. */
function embeddings(
  rows: number,
  directions: Matrix,
  random: Random,
  weights: (index: number) => [direction: number, weight: number][],
): Matrix {
  const result = matrix(rows, directions.columns);
  for (let index = 0; index < rows; index++) {
    const target = row(result, index);
    const sum = Float64Array.from(target, () => NOISE * random.normal());
    for (const [direction, weight] of weights(index)) {
      row(directions, direction).forEach((value, at) => {
        sum[at] += weight * value;
      });
    }
    target.set(sum);
  }
  return result;
}

/**
 * Random unit vectors, made orthogonal and then tilted a little, as learnt directions are. They are also orthogonal to the
 * mean over dimensions, which standardising a row takes away.
 */
function nearlyOrthogonal(count: number, dimensions: number, random: Random): Matrix {
  const result = matrix(count, dimensions);
  const basis = [unit(new Float64Array(dimensions).fill(1))];
  for (let index = 0; index < count; index++) {
    const vector = Float64Array.from({ length: dimensions }, () => random.normal());
    for (const earlier of basis) {
      const overlap = dot(vector, earlier);
      for (let at = 0; at < dimensions; at++) vector[at] -= overlap * earlier[at];
    }
    const direction = unit(vector);
    basis.push(direction);
    row(result, index).set(unit(direction.map((value) => value + 0.02 * random.normal())));
  }
  return result;
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

function standardised(values: number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / deviation);
}

function column(values: number[]): Matrix {
  return matrix(values.length, 1, Float32Array.from(values));
}

function weighted(weights: number[], random: Random): number {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0 && weight > 0) return index;
  }
  return weights.findLastIndex((weight) => weight > 0);
}
