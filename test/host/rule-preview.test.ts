/** The page on what a rule does, and the hover on a neuron: figures with what they are compared to, and nothing made up. */
import { describe, expect, it } from "vitest";
import { histogramImage } from "../../src/host/histogram-image";
import { neuronEvidence } from "../../src/host/neuron-evidence";
import { previewMarkdown } from "../../src/host/preview-markdown";
import type { Effect } from "../../src/protocol/effect";
import type { PreviewResult } from "../../src/protocol/engine";
import type { NeuronDetail } from "../../src/protocol/neurons";
import type { Recipe } from "../../src/protocol/steering";

const recipe: Recipe = {
  name: "Less Horror | more",
  mode: "delta",
  audience: { kind: "everyone" },
  edits: [{ neuron: 13, operation: "suppress" }],
  items: [],
  filters: [],
};
const estimate = (value: number, low?: number, high?: number) => ({
  value,
  interval: low === undefined || high === undefined ? null : ([low, high] as [number, number]),
});
const effect: Effect = {
  k: 30,
  users: 6018,
  measured: 1000,
  concepts: [
    {
      concept: "tag:genres:Horror",
      label: "Horror",
      kind: "tag",
      baseRate: 0.09,
      before: estimate(0.86),
      after: estimate(0.02, 0, 0.05),
      change: estimate(-0.84, -0.9, -0.8),
      target: true,
    },
  ],
  rbo: estimate(0.81, 0.8, 0.82),
  changed: 0.97,
  accuracy: {
    users: 900,
    ndcg20: { before: estimate(0.218), after: estimate(0.217, 0.2, 0.23) },
    hr20: { before: estimate(0.88), after: estimate(0.87) },
    ndcg20Change: estimate(-0.006, -0.009, -0.003),
  },
  coverage: { before: 0.4, after: 0.41 },
  gini: { before: 0.8, after: 0.79 },
  popularity: { before: 1234.4, after: 1200 },
  worstDecile: null,
  exposure: [
    { items: 5, titles: ["Heat", "Alien"], before: estimate(0.1), after: estimate(0.9), gained: estimate(0.94) },
  ],
  hidden: 12,
  warnings: ["Moves Crime more than Horror."],
};
const item = (title: string) => ({ row: 0, id: title, title, year: null, tags: [], score: 1 });
const lists: PreviewResult = {
  user: "7",
  before: [item("Halloween"), item("Heat")],
  after: [
    { ...item("Heat"), previousRank: 2, why: [] },
    { ...item("Alien"), previousRank: 40, why: [] },
  ],
  newRanks: [9, 1],
  whyBefore: [[], []],
  rbo: 0.5,
  shares: [],
  activations: [],
  hidden: 0,
};

describe("the preview of a rule", () => {
  const page = previewMarkdown(recipe, effect, { id: "7", detail: "F, 25" }, lists);
  it.each([
    "# Less Horror &#124; more",
    "6,018 users, measured on 1,000 of them; lists of 30 items",
    "| **Horror** | .86 | .02 (.00 to .05) | -.84 (-.90 to -.80) | .09 |",
    "| NDCG@20 | .22 | .22 (.20 to .23) |",
    "| NDCG@20, relative |  | -0.6% (-0.9 to -0.3) |",
    "| Heat, Alien and 3 more | .10 | .90 | .94 |",
    "| Items hidden by filters |  | 12 |",
    "> ⚠ Moves Crime more than Horror.",
    "## For example user 7 (F, 25)",
    "| 1 | Halloween | Heat ↑1 |",
    "| 2 | Heat | Alien (was 40) |",
  ])("says %s", (text) => expect(page).toContain(text));

  it("says that nobody is in an audience", () => {
    const nobody: Effect = { ...effect, users: 0, measured: 0, concepts: [], rbo: null, changed: null, accuracy: null };
    const text = previewMarkdown(recipe, { ...nobody, exposure: [], warnings: [] }, null, null);
    expect(text).toContain("Nobody is in the audience");
    expect(text).not.toContain("What it costs");
  });
});

describe("the evidence of a neuron", () => {
  const neuron = {
    neuron: 13,
    label: "Horror",
    labelledBy: "statistics",
    kind: "tag",
    confidence: "high",
    reason: "Its items bear Horror far more often than chance.",
    topItems: [
      { title: "Alien [1979]", bearsConcept: true },
      { title: "Heat", bearsConcept: false },
    ],
    activeItems: 120,
    density: 0.1,
    purity10: 0.92,
    purity10BaseRate: 0.09,
    auc: 0.97,
    lift: 10.2,
    ms: 0.71,
    person: null,
    activationHistogram: { edges: [0, 1, 2], items: [100, 20] },
  } as unknown as NeuronDetail;
  const colours = { bars: "#1a85ff", axis: "#767676" };

  it("comes with its proof beside what chance would give", () => {
    const text = neuronEvidence(neuron, colours, "[Show](command:x)");
    expect(text).toContain("**Horror** · neuron 13, tag, high confidence · [Show](command:x)");
    expect(text).toContain("precision@10 .92 on held-out items, base rate .09 · lift 10.2x · AUC .97 · MS .71");
    expect(text).toContain("Most active: Alien &#91;1979&#93; ✓, Heat ✗");
  });

  it("says of a dead neuron that it is", () =>
    expect(neuronEvidence({ ...neuron, activeItems: 0, label: "" }, colours, "")).toMatch(
      /^\*\*No name\*\*.*\n\nIt is dead/,
    ));

  it("has a chart whose bars grow with their counts, and words for it", () => {
    const { image, text } = histogramImage({ edges: [0, 1, 2, 3], items: [100, 25, 0] }, colours);
    const svg = Buffer.from(image.replace("data:image/svg+xml;base64,", ""), "base64").toString();
    expect(
      [...svg.matchAll(/<rect x="[^"]*" y="[^"]*" width="[^"]*" height="([^"]*)"/g)].map(([, height]) => height),
    ).toEqual(["44", "22", "0"]);
    expect(text).toBe("Activations of the 125 items that activate it, from 0 to 3");
  });
});
