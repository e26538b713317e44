/** What a person reads of measures and training. */
import { describe, expect, it } from "vitest";
import {
  counted,
  fileNameOf,
  identityDoubt,
  jobDoing,
  jobOutcome,
  measure,
  measuresText,
  progressShare,
  progressText,
  rankingText,
  recommenderProgressText,
  timeLeft,
} from "../../src/host/wording";
import type { RecommenderReport } from "../../src/protocol/recommender";
import { job, project, report } from "./examples";

describe("measures", () => {
  it("are printed with two digits and no leading zero", () => {
    expect([0.5934, -0.674, 1, 0, 0.999, 12.345].map(measure)).toEqual([".59", "-.67", "1.00", ".00", "1.00", "12.35"]);
  });

  it("are not available where the data does not allow them", () => {
    expect(measure(null)).toBe("n/a");
    expect(measuresText(report({ ms: 0.592, rbo30: null, labelled: 18 }))).toBe(
      "MS .59, RBO@30 n/a, 18 of 22 neurons labelled",
    );
  });
});

describe("training progress", () => {
  it("tells epoch, loss and time left, and the phases around training", () => {
    const { progress } = job();
    expect(progressText(progress)).toBe("epoch 3/18, loss 0.4123, 12 s left");
    expect(progressText({ ...progress, loss: null, secondsLeft: null })).toBe("epoch 3/18");
    expect(progressText({ ...progress, phase: "preparing" })).toBe("preparing data");
    expect(progressText({ ...progress, resumedAt: 1200 })).toBe(
      "epoch 3/18, loss 0.4123, 12 s left, continued from step 1,200",
    );
    expect(progressText({ ...progress, phase: "measuring", secondsLeft: null })).toBe("measuring and naming neurons");
  });

  it("is a share of all steps", () => {
    const { progress } = job();
    expect(progressShare({ ...progress, step: 25, steps: 100 })).toBe(0.25);
    expect(progressShare({ ...progress, phase: "preparing" })).toBe(0);
    expect(progressShare({ ...progress, phase: "measuring" })).toBe(1);
    expect(progressShare({ ...progress, step: 0, steps: 0 })).toBe(0);
  });

  it("is a share of the measuring where nothing is trained", () => {
    const { progress } = job({ kind: "measure" });
    const measuring = { ...progress, phase: "measuring" as const, step: 0, steps: 0, secondsLeft: null };
    expect(progressShare({ ...measuring, measuredShare: 0.4 })).toBe(0.4);
    expect(progressText({ ...measuring, measuredShare: 0.4 })).toBe("measuring and naming neurons (40%)");
  });

  it("says which run it is of, of several", () => {
    const { progress } = job();
    expect(progressText({ ...progress, trial: { number: 2, of: 8 }, loss: null, secondsLeft: null })).toBe(
      "run 2/8, epoch 3/18",
    );
  });

  it("gives the time in the unit that fits", () => {
    expect([0.2, 45, 150, 5400].map(timeLeft)).toEqual(["1 s left", "45 s left", "3 min left", "1.5 h left"]);
  });
});

describe("the end of a job", () => {
  it("comes with the measures of what was trained", () => {
    expect(jobOutcome(job({ state: "done", artifact: "/films/sae" }), project())).toBe(
      "Trained an SAE for films: MS .59, RBO@30 .56, 18 of 22 neurons labelled.",
    );
  });

  it("says after a cancel what was kept", () => {
    expect(jobOutcome(job({ state: "cancelled", artifact: "/films/sae" }), project())).toBe(
      "Training was cancelled. Its last checkpoint was kept: MS .59, RBO@30 .56, 18 of 22 neurons labelled.",
    );
    expect(jobOutcome(job({ state: "cancelled", artifact: null }), project({ sae: null }))).toContain(
      "Nothing was written",
    );
  });

  it("that measured an SAE from elsewhere comes with what was found", () => {
    const measured = job({ kind: "measure", state: "done", artifact: "/films/sae" });
    expect(jobOutcome(measured, project())).toBe(
      "Measured the SAE of films: MS .59, RBO@30 .56, 18 of 22 neurons labelled.",
    );
    expect(jobOutcome(job({ kind: "measure", state: "cancelled" }), project({ sae: null }))).toBe(
      "Measuring was cancelled. The SAE stays without labels and measures.",
    );
  });

  it("that named the neurons anew says so", () => {
    expect(jobDoing(job({ kind: "label" }))).toBe("Naming");
    expect(jobOutcome(job({ kind: "label", state: "done", artifact: "/films/sae" }), project())).toBe(
      "Named the neurons of films anew: MS .59, RBO@30 .56, 18 of 22 neurons labelled.",
    );
    expect(jobOutcome(job({ kind: "label", state: "cancelled" }), project())).toBe(
      "Naming was cancelled. The names stay as they were.",
    );
  });

  it("gives the error of a failure", () => {
    const error = { reason: "disk-full" as const, message: "No space left in /films.", where: {} };
    expect(jobOutcome(job({ state: "failed", error }), project())).toBe("No space left in /films.");
  });
});

describe("names and counts", () => {
  it("turn a recipe's name into a file's", () => {
    expect(fileNameOf("Less Horror, more Drama")).toBe("less-horror-more-drama");
    expect(fileNameOf("../../etc")).toBe("etc");
    expect(fileNameOf("Fête № 1")).toBe("fête-1");
    expect(fileNameOf("??")).toBe("recipe");
  });

  it("put one thing in the singular", () => {
    expect([counted(1, "edit"), counted(2, "edit")]).toEqual(["1 edit", "2 edits"]);
  });
});

describe("a recommender that is made", () => {
  it("is measured by its lists, beside those of what is popular", () => {
    const of = (value: number) => ({ value, interval: null });
    const ranking = (ndcg: number, hr: number) => ({
      ndcg20: of(ndcg),
      hr20: of(hr),
      mrr20: of(0),
      percentileRank: of(0),
    });
    const measures = {
      measuredUsers: 9,
      usersWithHeldOut: 9,
      recommender: ranking(0.325, 0.92),
      popularity: ranking(0.182, 0.792),
    };
    expect(rankingText({ measures } as RecommenderReport)).toBe(
      "NDCG@20 .33 and HR@20 .92 on held-out interactions (most popular items: .18 and .79)",
    );
    expect(rankingText({ measures: null } as RecommenderReport)).toBe("nothing was held out to measure it with");
  });

  it("tells of lists, not of neurons, while it is measured", () => {
    const { progress } = job();
    expect(recommenderProgressText({ ...progress, phase: "measuring", secondsLeft: null, measuredShare: 0.5 })).toBe(
      "measuring its lists (50%)",
    );
    expect(recommenderProgressText(progress)).toBe(progressText(progress));
  });
});

describe("ids before training", () => {
  const warning = "12 of 40 lines of clicks.csv do not map to users and items.";
  const fix = { key: "items.ids.first", value: 1, title: "Set items.ids.first to 1" };
  const unknown = (items: number) => {
    const { identity } = project();
    return { ...identity, items: { ...identity.items, unknownIds: items } };
  };

  it("are in no doubt where all map, whatever else there is to say or to state", () => {
    const encoding = { key: "items.table", value: { file: "items.csv", encoding: "latin1" }, title: "Set items.table" };
    const all = project({ identity: unknown(0), warnings: ["items.csv is read as latin1."], fixes: [encoding] });
    expect(identityDoubt(all)).toBeNull();
  });

  it("are in doubt where some do not map, or where a remedy is known", () => {
    expect(identityDoubt(project({ identity: unknown(12), warnings: [warning] }))).toEqual({
      text: warning,
      fixes: [],
    });
    expect(identityDoubt(project({ warnings: [warning], fixes: [fix] }))).toEqual({
      text: `${warning}\n\nLikely remedy: Set items.ids.first to 1.`,
      fixes: [fix],
    });
  });
});
