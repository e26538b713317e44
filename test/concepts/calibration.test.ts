/** What confidences are worth: on planted data, where it is known what each neuron stands for. */
import { describe, expect, it } from "vitest";
import { type Concept, conceptCandidates } from "../../src/concepts/candidates";
import { conjunction } from "../../src/concepts/conjunction";
import { labelNeurons } from "../../src/concepts/label";
import { matrix } from "../../src/data/matrix";
import { type Random, seededRandom } from "../../src/data/random";
import type { NeuronLabel } from "../../src/protocol/artifact";
import { flags, interactionsWith, itemsWith } from "./planted";

/**
 * Films as catalogues have them: genres from 2% to 40%; subgenres that are a part of one, and genres that mostly come with
 * another; decades that go with genres; a number and a popularity that go with neither.
 */
function catalogue(n: number, seed: number) {
  const random = seededRandom(seed);
  const tags: string[][] = [];
  const years: number[] = [];
  const counts: number[] = [];
  const prices = new Float64Array(n);
  for (let item = 0; item < n; item++) {
    const genres = GENRES.filter(({ share }) => random.uniform() < share).map(({ genre }) => genre);
    // A part of the broad genre, one that mostly comes with it, and one that nearly always does.
    const isBroad = genres.includes("40%");
    if (isBroad && random.uniform() < 0.3) genres.push("part of 40%");
    if (random.uniform() < (isBroad ? 0.35 : 0.04)) genres.push("mostly with 40%");
    if (genres.includes("15%") ? random.uniform() < 0.9 : random.uniform() < 0.01) genres.push("twin of 15%");
    tags.push(genres);
    const old = genres.includes("10%") ? 0.7 : 0.25;
    years.push(random.uniform() < old ? 1950 + random.integer(30) : 1980 + random.integer(40));
    counts.push(1 + Math.floor(300 * random.uniform() ** 4));
    prices[item] = 1 + 20 * random.uniform();
  }
  const titles = Array.from(
    { length: n },
    (_, item) => `${SYLLABLES[item % 7]} ${SYLLABLES[random.integer(40)]} ${item}`,
  );
  const items = itemsWith(n, {
    tags: [{ column: "genres", values: tags }],
    years,
    titles,
    numbers: [{ column: "price", values: prices }],
  });
  return { items, concepts: conceptCandidates(items, interactionsWith(counts)), random };
}

const GENRES = [0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.25, 0.4].map((share) => ({ genre: `${100 * share}%`, share }));
const SYLLABLES = Array.from({ length: 40 }, (_, k) => `${"bdfgklmnprst"[k % 12]}a${"bdfgklmnprst"[(5 * k) % 12]}${k}`);

/** Ways in which a neuron may know of a concept, from hardly to fully. */
const STRENGTHS = [0.4, 0.7, 1, 1.5, 2, 3];
/** Where its threshold is: active on most items, on a sixth, on a few. */
const THRESHOLDS = [-0.5, 1, 2];
/** It fires on all of the concept's items, or on a part of them that nothing tells. */
const RECALLS = [1, 0.5];

/** Noise with heavy tails, as activations have: most are small, a few are very large. */
function noise(random: Random): number {
  return random.normal() * (random.uniform() < 0.1 ? 2 : 1);
}

interface Planted {
  label: NeuronLabel;
  concept: Concept;
  strength: number;
}

/** Neurons that each know of one concept, of two at once, or of none, and what they are called. */
function labelled(n: number, seed: number, kind: "one" | "two" | "none"): Planted[] {
  const { items, concepts, random } = catalogue(n, seed);
  const pairs = concepts
    .flatMap((a, at) => concepts.slice(at + 1).map((b) => conjunction(a, b)))
    .filter((c) => c !== null);
  const pool = kind === "two" ? pairs : concepts;
  const neurons = Array.from({ length: NEURONS }, () => {
    const concept = pool[random.integer(pool.length)];
    const strength = kind === "none" ? 0 : STRENGTHS[random.integer(STRENGTHS.length)];
    const threshold = THRESHOLDS[random.integer(THRESHOLDS.length)];
    const recall = RECALLS[random.integer(RECALLS.length)];
    return { concept, strength, threshold, recall, bears: flags(concept) };
  });
  const activations = matrix(n, NEURONS);
  for (let item = 0; item < n; item++) {
    neurons.forEach(({ strength, threshold, recall, bears }, neuron) => {
      const known = bears[item] === 1 && random.uniform() < recall ? strength : 0;
      activations.values[item * NEURONS + neuron] = Math.max(0, known + noise(random) - threshold);
    });
  }
  const live = new Uint8Array(NEURONS).fill(1);
  const labels = labelNeurons({ activations, live, items, concepts });
  return labels.map((label, neuron) => ({ label, ...neurons[neuron] }));
}

const NEURONS = 60;
const SIZES = [300, 1000, 3000];
/** Others than those that the rule was tuned on. */
const SEEDS = [11, 12, 13, 14, 15, 16];

function all(kind: "one" | "two" | "none"): Planted[] {
  return SIZES.flatMap((n) => SEEDS.flatMap((seed) => labelled(n, 100 * n + seed, kind)));
}

const isPlanted = ({ label, concept }: Planted) => label.evidence?.concept === concept.key;
const share = (of: Planted[], test: (planted: Planted) => boolean) => of.filter(test).length / Math.max(1, of.length);

describe("confidence, on planted data", () => {
  const one = all("one");
  const two = all("two");
  const none = all("none");

  it.each(["one", "two"] as const)("is high for what was planted in at least 95% of labels: %s at once", (kind) => {
    const planted = kind === "one" ? one : two;
    const high = planted.filter(({ label }) => label.confidence === "high");
    console.log(`${high.length} of ${planted.length} high, ${(100 * share(high, isPlanted)).toFixed(1)}% as planted`);
    expect(high.length).toBeGreaterThan(planted.length / (kind === "one" ? 10 : 25));
    expect(share(high, isPlanted)).toBeGreaterThanOrEqual(0.95);
  });

  it("is none for at least 95% of neurons that know nothing", () => {
    const silent = share(none, ({ label }) => label.confidence === "none" && label.kind === "unlabelled");
    console.log(`${(100 * silent).toFixed(1)}% of ${none.length} random neurons none`);
    expect(silent).toBeGreaterThanOrEqual(0.95);
  });

  it("orders labels by how often they are right", () => {
    const right = (confidence: string) =>
      share(
        one.filter(({ label }) => label.confidence === confidence),
        isPlanted,
      );
    console.log(["high", "medium", "low"].map((c) => `${c} ${(100 * right(c)).toFixed(1)}%`).join(", "));
    expect(right("medium")).toBeGreaterThanOrEqual(0.9);
    expect(right("low")).toBeGreaterThanOrEqual(0.8);
  });
});
