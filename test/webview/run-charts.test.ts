/** What the charts and tables of runs say, before anything is drawn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differingSettings } from "../../src/protocol/differing-settings";
import type { SaeSettings } from "../../src/protocol/manifest";
import { LOSSES } from "../../src/protocol/run";
import { chartsOfRun, chartsOfRuns } from "../../webview/lab/curve-charts";
import { LINE_STYLES } from "../../webview/lab/line-chart";
import { bestRuns, DEAD, L0, MS, stateText } from "../../webview/lab/run-measures";
import { spreadLabels } from "../../webview/lab/spread-labels";
import { askedOf, emptyDraft, isEmpty } from "../../webview/lab/train-draft";
import { usualSettings } from "../../webview/lab/usual-settings";
import { completeSettings } from "../sae/settings";
import { madeUpCurve, PAST_RUNS } from "./harness/past-runs";

const shape = { steps: 4000, pace: 4, latents: 24, heldOut: true };
const run = (settings: Partial<SaeSettings>) => ({ settings: completeSettings(settings) });

describe("charts of one run", () => {
  it("are there before its first point, with round axes", () => {
    expect(chartsOfRun([]).map(({ title, domain }) => [title, domain])).toEqual([
      ["Loss, log scale", [0.1, 1]],
      ["Active neurons (L0)", [0, 5]],
      ["Dead neurons", [0, 5]],
      ["RBO@30 of held-out users", [0, 1]],
    ]);
  });

  it("leave out terms without weight, and agreement where no user was held out", () => {
    const [loss, , , ...agreement] = chartsOfRun(madeUpCurve({ ...shape, heldOut: false }));
    expect(loss.lines.map(({ name }) => name)).toEqual(["total", "prediction", "reconstruction", "KL sparsity"]);
    expect(agreement).toEqual([]);
  });

  it("hold every value within their axes", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 30, noNaN: true }),
        (loss, l0) => {
          const [point] = madeUpCurve(shape, 1);
          const charts = chartsOfRun([{ ...point, l0, losses: { ...point.losses, total: loss } }]);
          for (const { domain, lines } of charts) {
            for (const { points } of lines) {
              for (const { value } of points) {
                expect(value).toBeGreaterThanOrEqual(domain[0]);
                expect(value).toBeLessThanOrEqual(domain[1] * (1 + 1e-9));
              }
            }
          }
        },
      ),
    );
  });
});

describe("lines", () => {
  it("have dashes of their own, one for every term of the loss", () => {
    const dashes = LINE_STYLES.map((style) => style.dashes);
    expect(new Set(dashes).size).toBe(dashes.length);
    expect(dashes.length).toBeGreaterThanOrEqual(LOSSES.length);
  });
});

describe("charts of several runs", () => {
  it("have a line a run, and no total, whose terms may be weighted differently", () => {
    const charts = chartsOfRuns([
      { name: "A", points: madeUpCurve(shape) },
      { name: "B", points: madeUpCurve({ ...shape, heldOut: false }) },
    ]);
    expect(charts.map(({ title }) => title)).not.toContain("Loss: total, log scale");
    for (const { lines } of charts)
      expect(lines.map(({ name, style }) => [name, style])).toEqual([
        ["A", 0],
        ["B", 1],
      ]);
    expect(charts.at(-1)!.lines[1].points).toEqual([]);
  });
});

describe("labels that would lie on each other", () => {
  it("keep their order and their distance within the height, and stay where there is room", () => {
    const wanted = fc.array(fc.double({ min: 0, max: 130, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(wanted, (positions) => {
        const spread = spreadLabels(positions, 13, 130);
        const order = positions.map((_, label) => label).sort((a, b) => positions[a] - positions[b]);
        for (const [place, label] of order.entries()) {
          expect(spread[label]).toBeGreaterThanOrEqual(0);
          expect(spread[label]).toBeLessThanOrEqual(130);
          if (place > 0) expect(spread[label] - spread[order[place - 1]]).toBeGreaterThanOrEqual(13 - 1e-9);
        }
      }),
    );
    expect(spreadLabels([100, 20, 60], 13, 130)).toEqual([100, 20, 60]);
    expect(spreadLabels([130, 130], 13, 130)).toEqual([117, 130]);
  });
});

describe("the best run by a measure", () => {
  const [topk, weighted, cancelled] = PAST_RUNS;
  it("is the highest or the lowest, as the measure has it", () => {
    expect(bestRuns(MS, [topk, weighted, cancelled])).toEqual([false, true, false]);
    expect(bestRuns(DEAD, [topk, weighted])).toEqual([false, true]);
  });

  it("is none where neither is better or all read the same", () => {
    expect(bestRuns(L0, [topk, weighted])).toEqual([false, false]);
    expect(bestRuns(DEAD, [weighted, weighted])).toEqual([false, false]);
  });

  it("is said to have stopped early, or to be cancelled, in words", () => {
    expect(PAST_RUNS.map(stateText)).toEqual(["done", "done", "cancelled", "stopped early", "done"]);
  });
});

describe("settings of runs", () => {
  it("differ where one is unlike another; k only where it is used", () => {
    expect(differingSettings([run({}), run({ seed: 2, k: 9 })])).toEqual(["seed"]);
    expect(differingSettings([run({}), run({ activation: "topk", k: 4 })])).toEqual(["activation", "k"]);
    expect(differingSettings([run({ prefixes: [2, 4] }), run({ prefixes: [2, 4] })])).toEqual([]);
    expect(differingSettings([])).toEqual([]);
  });

  it("are said once where most runs agree", () => {
    const runs = [run({}), run({}), run({ klWeight: 0.5, tied: false }), run({ activation: "topk" })];
    const usual = usualSettings(runs);
    expect(usual.text).toBe("activation relu, tied decoder yes, KL weight 0.01");
    expect(runs.map(usual.othersOf)).toEqual([
      [],
      [],
      ["tied decoder no", "KL weight 0.5"],
      ["activation topk", "k 4"],
    ]);
  });

  it("are said with each run where no value is the usual one", () => {
    const runs = [run({ seed: 1 }), run({ seed: 2 })];
    expect(usualSettings(runs).text).toBe("");
    expect(runs.map(usualSettings(runs).othersOf)).toEqual([["seed 1"], ["seed 2"]]);
  });
});

describe("what is typed into the form", () => {
  it("is asked for as numbers and names; an emptied field is not asked for", () => {
    const draft = { ...emptyDraft("/films"), typed: { latents: "44", activation: "topk", seed: "" } };
    expect(askedOf(draft)).toEqual({ settings: { latents: 44, activation: "topk" } });
    expect(isEmpty(draft)).toBe(false);
    expect(isEmpty({ ...draft, typed: { seed: "" } })).toBe(true);
    expect(askedOf({ ...emptyDraft("/films"), preset: "paper-mf" })).toEqual({ preset: "paper-mf", settings: {} });
  });
});
