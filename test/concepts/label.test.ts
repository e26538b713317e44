/** Labels of neurons: planted concepts are found, noise is not named, and the proof comes from unseen items. */
import { describe, expect, it } from "vitest";
import { type Concept, conceptCandidates } from "../../src/concepts/candidates";
import { conceptOfKey } from "../../src/concepts/concept-by-key";
import { splitInHalves } from "../../src/concepts/halves";
import { conceptLifts, labelNeurons } from "../../src/concepts/label";
import { meanPurity } from "../../src/concepts/purity";
import type { Items } from "../../src/data/dataset";
import { column, type Matrix, matrix } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { flags, itemsWith, neuronsFor, plantedFilms } from "./planted";

const FILMS = 1200;
const live = (neurons: number) => new Uint8Array(neurons).fill(1);

function share(of: boolean[]): number {
  return of.filter(Boolean).length / of.length;
}

describe("labels of neurons", () => {
  const films = plantedFilms(FILMS, 1);
  const concepts = conceptCandidates(films.items, films.interactions);
  const ten = Array.from({ length: 10 }, () => concepts).flat();
  const activations = neuronsFor(films.random, ten.map(flags), 3, FILMS);
  const labels = labelNeurons({ activations, live: live(ten.length), items: films.items, concepts });

  const blended = (a: Concept, strengthOfA: number, b: Concept, strengthOfB: number) => {
    const [ofA, ofB] = [flags(a), flags(b)];
    return Float32Array.from(ofA, (bears, item) => strengthOfA * bears + strengthOfB * ofB[item]);
  };
  const named = (neurons: ArrayLike<number>[]) =>
    labelNeurons({
      activations: neuronsFor(films.random, neurons, 3, FILMS),
      live: live(neurons.length),
      items: films.items,
      concepts,
    });

  it("have all kinds of concepts to find", () => {
    expect(new Set(concepts.map(({ kind }) => kind))).toEqual(new Set(["tag", "popularity", "era"]));
    expect(concepts.length).toBeGreaterThanOrEqual(20);
  });

  it.each(["tag", "popularity", "era"] as const)("find the %s that a noisy neuron stands for", (kind) => {
    const found = ten.flatMap((concept, neuron) =>
      concept.kind === kind ? [labels[neuron].evidence?.concept === concept.key] : [],
    );
    expect(share(found)).toBeGreaterThanOrEqual(0.95);
  });

  it("carry the proof: AUC and precision on held-out items, beside the base rate", () => {
    const comedy = concepts.findIndex(({ label }) => label === "Genre 8");
    const { kind, evidence } = labels[comedy];
    expect(kind).toBe("tag");
    expect(evidence?.heldOutAuc).toBeGreaterThan(0.9);
    expect(evidence?.precision10).toBeGreaterThanOrEqual(0.8);
    expect(evidence?.baseRate).toBeCloseTo(concepts[comedy].bearers.length / FILMS, 1);
    expect(evidence?.lift).toBeCloseTo(evidence!.precision10 / evidence!.baseRate, 12);
  });

  it("leave neurons that know nothing unlabelled", () => {
    const noise = neuronsFor(films.random, Array(200).fill(new Uint8Array(FILMS)), 0, FILMS);
    const named = labelNeurons({ activations: noise, live: live(200), items: films.items, concepts });
    expect(share(named.map(({ kind, evidence }) => kind === "unlabelled" && evidence === null))).toBeGreaterThan(0.95);
  });

  it("do not prefer rare concepts: weak hints of a rare tag lose to clear ones of a common tag", () => {
    const rare = concepts.find(({ label }) => label === "Genre 0")!;
    const common = concepts.find(({ label }) => label === "Genre 10")!;
    const both = Array.from({ length: 20 }, () => blended(common, 1, rare, 0.15));
    const mixed = named(both);
    expect(share(mixed.map(({ label }) => label === "Genre 10"))).toBeGreaterThanOrEqual(0.95);
  });

  it("name a neuron for a blend by the concept that explains most of it", () => {
    const horror = concepts.find(({ label }) => label === "Genre 5")!;
    const decade = concepts.find(({ label }) => label === "1980s")!;
    expect(named([blended(horror, 1, decade, 0.3)])[0].label).toBe("Genre 5");
  });

  it("name a neuron by two concepts at once where neither explains it as well", () => {
    const horror = concepts.find(({ label }) => label === "Genre 11")!;
    const decade = concepts.find(({ label }) => label === "1980s")!;
    const both = flags(horror).map((bears, item) => bears * flags(decade)[item]);
    const found = named(Array.from({ length: 20 }, () => both));
    expect(share(found.map(({ label }) => label === "Genre 11 · 1980s"))).toBeGreaterThanOrEqual(0.95);
    expect(found[0]).toMatchObject({ kind: "mixed", evidence: { concept: "tag:genres:Genre 11 & era:1980" } });
    const one = conceptOfKey("tag:genres:Genre 11 & era:1980", concepts, films.items)!;
    expect([...flags(one)]).toEqual([...both]);
  });

  it("are the same again", () => {
    expect(labelNeurons({ activations, live: live(ten.length), items: films.items, concepts })).toEqual(labels);
  });

  it("list the concepts with the highest lift, the label's own among them", () => {
    const halves = splitInHalves(FILMS, concepts);
    const lifts = (neuron: number, limit: number) =>
      conceptLifts(column(activations, neuron), labels[neuron].evidence?.concept, concepts, halves, limit);
    ten.slice(0, concepts.length).forEach((_, neuron) => {
      const own = labels[neuron].evidence?.concept;
      for (const limit of [1, 5]) {
        const listed = lifts(neuron, limit);
        expect(listed).toHaveLength(limit);
        if (own !== undefined) expect(listed.map(({ concept }) => concept)).toContain(own);
      }
      expect(lifts(neuron, 5).every(({ lift }) => Number.isFinite(lift))).toBe(true);
    });
    expect(lifts(0, 0)).toEqual([]);
    expect(lifts(0, 1000)).toHaveLength(concepts.length);
  });

  it("sum up as mean purity and mean base rate of the labelled", () => {
    const { purity10, baseRate } = meanPurity(labels);
    expect(purity10).toBeGreaterThan(0.8);
    expect(baseRate).toBeLessThan(0.3);
    const dead = labelNeurons({
      activations: matrix(30, 1),
      live: new Uint8Array(1),
      items: itemsWith(30),
      concepts: [],
    });
    expect(meanPurity(dead)).toEqual({ labelled: 0, labelledSurely: 0, purity10: null, baseRate: null });
  });
});

describe("neurons without a concept", () => {
  const unnamed = (items: Items, activations: Matrix, alive = live(activations.columns)) =>
    labelNeurons({ activations, live: alive, items, concepts: [] });

  it("are described by their two most active items, without years and inverted articles", () => {
    const items = itemsWith(4, { titles: ["Alien (1979)", "Heat (1995)", "Thing, The (1982)", "Big (1988)"] });
    expect(unnamed(items, matrix(4, 1, Float32Array.of(3, 0, 2, 1)))).toEqual([
      {
        neuron: 0,
        label: "like Alien, The Thing",
        kind: "unlabelled",
        confidence: "none",
        evidence: null,
        model: null,
        person: null,
      },
    ]);
  });

  it("are shortened where titles are long, and never lose a title that is only a year", () => {
    const items = itemsWith(2, { titles: ["(1984)", "A".repeat(100)] });
    const [{ label }] = unnamed(items, matrix(2, 1, Float32Array.of(2, 1)));
    expect(label).toBe(`like (1984), ${"A".repeat(39)}…`);
  });

  it("are dead when nothing activates them, and told apart when only users do", () => {
    const labels = unnamed(itemsWith(30), matrix(30, 2), Uint8Array.of(0, 1));
    expect(labels.map(({ kind, label }) => [kind, label])).toEqual([
      ["dead", "dead"],
      ["unlabelled", "active on users only"],
    ]);
  });
});

describe("activations that no training gives", () => {
  const { items, interactions } = plantedFilms(FILMS, 5);
  const concepts = conceptCandidates(items, interactions);
  const label = (values: (item: number) => number) =>
    labelNeurons({
      activations: matrix(
        FILMS,
        1,
        Float32Array.from({ length: FILMS }, (_, item) => values(item)),
      ),
      live: live(1),
      items,
      concepts,
    })[0];

  it("are not named where they are constant", () => {
    expect(label(() => 3)).toMatchObject({ kind: "unlabelled", label: "active on all items alike" });
  });

  it("count as 0 where they are NaN, and may be infinite", () => {
    const genre = flags(concepts[0]);
    const mostly = (value: number) => (item: number) => (item % 50 === 0 ? value : genre[item] + (item % 7) / 20);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { evidence } = label(mostly(value));
      for (const figure of Object.values(evidence ?? {}).flat()) {
        if (typeof figure === "number") expect(Number.isFinite(figure)).toBe(true);
      }
    }
    expect(label(mostly(Number.NaN)).label).toBe(concepts[0].label);
    expect(label(() => Number.NaN).kind).toBe("unlabelled");
  });
});

describe("the halves", () => {
  const { items, interactions } = plantedFilms(FILMS, 3);
  const concepts = conceptCandidates(items, interactions);

  it("hold every item once and are of equal size", () => {
    const { selection, proof } = splitInHalves(FILMS, concepts, 5);
    expect([...selection.items, ...proof.items].sort((a, b) => a - b)).toEqual(
      Array.from({ length: FILMS }, (_, i) => i),
    );
    expect(selection.items).toHaveLength(FILMS / 2);
    expect(splitInHalves(7, [], 5).selection.items.length + splitInHalves(7, [], 5).proof.items.length).toBe(7);
  });

  it("share the bearers of each concept about evenly, the rarest to within one", () => {
    const { selection, proof } = splitInHalves(FILMS, concepts, 5);
    const gaps = concepts.map((_, index) => Math.abs(selection.bearers[index].length - proof.bearers[index].length));
    const rarest = concepts.reduce(
      (best, { bearers }, i) => (bearers.length < concepts[best].bearers.length ? i : best),
      0,
    );
    expect(gaps[rarest]).toBeLessThanOrEqual(1);
    concepts.forEach(({ bearers }, index) => {
      expect(gaps[index]).toBeLessThanOrEqual(3 * Math.sqrt(bearers.length) + 1);
      expect(selection.bearers[index].length + proof.bearers[index].length).toBe(bearers.length);
    });
  });

  it("depend on the seed alone", () => {
    const items = (seed: number) => splitInHalves(FILMS, concepts, seed).selection.items;
    expect(items(5)).toEqual(items(5));
    expect(items(5)).not.toEqual(items(6));
  });
});

describe("labelling at full size", () => {
  it("takes a few seconds at most for 256 neurons, 100 concepts and 3,000 items", () => {
    const random = seededRandom(1);
    const n = 3000;
    const concepts = Array.from({ length: 100 }, (_, index): Concept => {
      const bearers = Uint32Array.from(Array(n).keys()).filter(() => random.uniform() < 0.1);
      return { key: `c${index}`, label: `c${index}`, kind: "tag", bearers, rows: n };
    });
    const activations = neuronsFor(random, Array(256).fill(new Uint8Array(n)), 0, n);
    const start = performance.now();
    labelNeurons({ activations, live: live(256), items: itemsWith(n), concepts });
    const elapsed = performance.now() - start;
    console.log(`labelled 256 neurons in ${elapsed.toFixed(0)} ms`);
    expect(elapsed).toBeLessThan(5000);
  });
});
