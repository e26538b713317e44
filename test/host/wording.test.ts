/** What a person reads of measures and training. */
import { describe, expect, it } from "vitest";
import { reportMarkdown } from "../../src/host/report-markdown";
import {
  counted,
  fileNameOf,
  jobOutcome,
  measure,
  measuresText,
  progressShare,
  progressText,
  timeLeft,
} from "../../src/host/wording";
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
    expect(progressText({ ...progress, phase: "measuring", secondsLeft: null })).toBe("measuring and naming neurons");
  });

  it("is a share of all steps", () => {
    const { progress } = job();
    expect(progressShare({ ...progress, step: 25, steps: 100 })).toBe(0.25);
    expect(progressShare({ ...progress, phase: "preparing" })).toBe(0);
    expect(progressShare({ ...progress, phase: "measuring" })).toBe(1);
    expect(progressShare({ ...progress, step: 0, steps: 0 })).toBe(0);
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

describe("the report page", () => {
  it("prints base rates and ceilings beside the measures", () => {
    const page = reportMarkdown(project(), "file:///films/sae/report.json");
    expect(page).toContain("| Purity@10 on held-out items | .80 | base rate .09 |");
    expect(page).toContain("| RBO of the top 30, raw | .56 | ceiling .96; 1,000 users left out of training |");
    expect(page).toContain("(file:///films/sae/report.json)");
    expect(page).not.toContain("cancelled");
  });

  it("says so when training was cut short", () => {
    const cut = project({ sae: { ...project().sae!, report: report({ interrupted: true }) } });
    expect(reportMarkdown(cut, "")).toContain("Training was cancelled");
  });
});
