import { describe, expect, it } from "vitest";
import { reportMarkdown } from "../../src/host/report-markdown";
import type { Report } from "../../src/protocol/artifact";
import { measuredReport } from "../measured-report";
import { project } from "./examples";

const pageOf = (changes: Partial<Report> = {}) =>
  reportMarkdown(project({ sae: { ...project().sae!, report: measuredReport(changes) } }), "file:///films/report.json");

describe("the report page", () => {
  const page = pageOf();

  it("prints each measure with its interval, its baselines and what it is to be compared with", () => {
    expect(page).toContain("| Measure | SAE | 95% interval | Raw dimensions | Random SAE | Compare with |");
    expect(page).toContain(
      "| Monosemanticity (MS), mean over live neurons | .58 | .52 to .63 | .46 | .45 | 1 is the ceiling |",
    );
    expect(page).toContain(
      "| RBO of the top 30, raw | .56 | .55 to .57 | .96 | .06 | ceiling .96; 1,203 users left out of training |",
    );
    expect(page).toContain("| Purity@10 on held-out items | .88 | .82 to .93 | .69 | .66 | base rate .22 |");
    expect(page).toContain("| Neurons labelled | 16 of 22 |  | 32 of 40 | 18 of 22 |");
    expect(page).toContain("(file:///films/report.json)");
  });

  it("tells what reconstruction costs in accuracy", () => {
    expect(page).toContain("| NDCG@20 | .25 | .24 to .26 | .23 | .22 to .24 | 1 is the ceiling |");
    expect(page).toContain("changes NDCG@20 by -9.4% (-11.3% to -7.5%); a random SAE by -27.2%.");
    expect(pageOf({ accuracy: null })).not.toContain("NDCG");
  });

  it("lists the neurons that say the same", () => {
    expect(page).toContain("3 pairs: 1 with a cosine of their decoder rows above .90, 2 with the same label.");
    expect(page).toContain("| 12, 21 | .95 | no |");
    const none = { leastCosine: 0.9, pairs: 0, byDecoder: 0, byLabel: 0, strongest: [] };
    expect(pageOf({ duplicates: none })).not.toContain("say the same");
  });

  it("lists the settings it was trained with, if it was trained here", () => {
    expect(page).toContain("| KL weight | 0.01 |");
    expect(pageOf({ settings: null })).toContain("trained elsewhere");
  });

  it("keeps every row of a table as wide as its header", () => {
    const widths = page.split("\n\n").flatMap((block) => {
      const lines = block.split("\n").filter((line) => line.startsWith("|"));
      return lines.length === 0 ? [] : [new Set(lines.map((line) => line.split(" | ").length))];
    });
    expect(widths).toHaveLength(4);
    for (const width of widths) expect(width.size).toBe(1);
  });

  it("says so when training was cut short, and when only a sample was measured", () => {
    expect(page).not.toContain("cancelled");
    expect(pageOf({ interrupted: true })).toContain("Training was cancelled");
    expect(page).not.toContain("were measured on");
    const sampled = pageOf({ items: 500_000, measuredItems: 100_000, rankedItems: 300_000 });
    expect(sampled).toContain("measured on 100,000 items and 6,018 users");
    expect(sampled).toContain("compared over a sample of 300,000 items");
    expect(page).not.toContain("compared over");
  });
});
