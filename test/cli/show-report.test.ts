import { describe, expect, it } from "vitest";
import { reportText } from "../../src/cli/show-report";
import { measuredReport } from "../measured-report";

/** Cells of the line of one measure; a column is parted from the next by at least two spaces. */
function cells(text: string, measure: string): string[] {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${measure}  `));
  return (line ?? "").split(/ {2,}/);
}

describe("the printed report", () => {
  const text = reportText(measuredReport());

  it("has a column for the SAE, its interval, the raw dimensions and a random SAE", () => {
    expect(cells(text, "measure")).toEqual(["measure", "value", "95% interval", "raw dims", "random SAE"]);
    expect(cells(text, "MS")).toEqual([
      "MS",
      "0.58",
      "0.52 to 0.63",
      "0.46",
      "0.45",
      "monosemanticity, mean over live neurons",
    ]);
    expect(cells(text, "RBO@30").slice(0, 5)).toEqual(["RBO@30", "0.56", "0.55 to 0.57", "0.96", "0.06"]);
    expect(cells(text, "labelled").slice(1, 4)).toEqual(["16/22", "32/40", "18/22"]);
  });

  it("prints the base rates beside the purities", () => {
    expect(cells(text, "purity@10").slice(1, 5)).toEqual(["88%", "82% to 93%", "69%", "66%"]);
    expect(cells(text, "base rate").slice(1, 4)).toEqual(["22%", "16%", "18%"]);
  });

  it("sets the accuracy of reconstructed lists beside the original", () => {
    expect(cells(text, "NDCG@20").slice(1, 4)).toEqual(["0.229", "0.219 to 0.239", "0.253"]);
    expect(cells(text, "percentile rank").slice(1, 4)).toEqual(["0.115", "0.111 to 0.118", "0.103"]);
    expect(cells(text, "NDCG@20 change").slice(1, 5)).toEqual(["-9.4%", "-11.3% to -7.5%", "0.0%", "-27.2%"]);
    expect(text).toContain("950 users");
  });

  it("counts duplicates by what they share", () => {
    expect(cells(text, "duplicates").slice(1)).toEqual(["3", "pairs: 1 with a cosine above 0.9, 2 with one label"]);
  });

  it("has a line for seed stability once it was measured", () => {
    expect(text).not.toContain("seed stability");
    const seedStability = {
      seeds: [1, 2, 3],
      mean: { value: 0.81, interval: [0.75, 0.86] as [number, number] },
      chance: 0.52,
      neurons: [],
    };
    expect(cells(reportText(measuredReport({ seedStability })), "seed stability").slice(1)).toEqual([
      "0.81",
      "0.75 to 0.86",
      "best-match cosine over 3 seeds; random directions 0.52",
    ]);
  });

  it("leaves out what was not measured, and says what was sampled, cut short or trained elsewhere", () => {
    const bare = reportText(
      measuredReport({ accuracy: null, settings: null, interrupted: true, users: 1_000_000, measuredUsers: 100_000 }),
    );
    expect(bare).not.toContain("NDCG");
    expect(bare).toContain("trained elsewhere");
    expect(bare).toContain("Training was cancelled");
    expect(bare).toContain("measured on 100000 users and 3018 items");
    expect(text).not.toContain("measured on");
    expect(reportText(measuredReport({ items: 9_000_000 }))).toContain("compared over a sample of 3018 items");
    expect(text).not.toContain("compared over");
  });
});
