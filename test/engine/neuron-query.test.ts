import { describe, expect, it } from "vitest";
import { queryNeurons } from "../../src/engine/neuron-query";
import type { NeuronQuery, NeuronRow } from "../../src/protocol/engine";

const row = (neuron: number, label: string, kind: NeuronRow["kind"], ms: number | null): NeuronRow => ({
  neuron,
  label,
  kind,
  ms,
  purity10: ms,
  purity10BaseRate: 0.1,
  density: neuron / 10,
  histogram: [],
});

const rows = [
  row(0, "Horror", "tag", 0.5),
  row(1, "1990s", "era", null),
  row(2, "Sci-Fi", "tag", 0.9),
  row(3, "dead", "dead", null),
  row(13, "like Alien, The Thing", "unlabelled", 0.7),
];

describe("querying neurons", () => {
  const cases: [what: string, query: NeuronQuery, neurons: number[]][] = [
    ["nothing asked", {}, [0, 1, 2, 3, 13]],
    ["a word of the label, in any case", { search: "ALIEN" }, [13]],
    ["all words must match", { search: "alien horror" }, []],
    ["a number is that neuron, not one that begins with it", { search: "1" }, [1]],
    ["a number that is in a label too", { search: "3" }, [3]],
    ["kinds", { kinds: ["tag", "era"] }, [0, 1, 2]],
    ["no kinds are all kinds", { kinds: [] }, [0, 1, 2, 3, 13]],
    ["best first, neurons without a score last", { sort: "ms", descending: true }, [2, 13, 0, 1, 3]],
    ["worst first, neurons without a score still last", { sort: "ms" }, [0, 13, 2, 1, 3]],
    ["by label", { sort: "label" }, [1, 3, 0, 13, 2]],
    ["a page", { sort: "density", descending: true, offset: 1, limit: 2 }, [3, 2]],
    ["a page past the end", { offset: 10, limit: 5 }, []],
  ];
  for (const [what, query, neurons] of cases) {
    it(what, () => {
      expect(queryNeurons(rows, query).rows.map(({ neuron }) => neuron)).toEqual(neurons);
    });
  }

  it("counts the matches before paging, and leaves the rows as they were", () => {
    const before = [...rows];
    expect(queryNeurons(rows, { kinds: ["tag"], limit: 1, sort: "ms" }).total).toBe(2);
    expect(rows).toEqual(before);
  });
});
