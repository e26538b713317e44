/** How sure a label is, in a sentence. */
import { describe, expect, it } from "vitest";
import { evidenceText } from "../../webview/lab/evidence-text";
import { evidence } from "./harness/film-detail";

describe("the proof of a label", () => {
  const horror = { ...evidence("Horror", "tag", "tag:genres:Horror", 1, 0.09), precision50: 0.92 };
  const labelled = { kind: "tag", confidence: "high", density: 0.17 } as const;

  it("names confidence, precision, base rate and their ratio", () => {
    expect(evidenceText({ ...labelled, evidence: horror })).toBe(
      "High confidence: precision@50 .92 on held-out items, base rate .09 (10x)",
    );
  });

  it("speaks of the ten most active where there are no fifty, and of users where users were tested", () => {
    const women = { ...horror, of: "users", precision10: 0.7, precision50: null, baseRate: 0.28 } as const;
    expect(evidenceText({ ...labelled, kind: "audience", confidence: "low", evidence: women })).toBe(
      "Low confidence: precision@10 .70 on held-out users, base rate .28 (2.5x)",
    );
  });

  it("says that there is none", () => {
    expect(evidenceText({ ...labelled, kind: "unlabelled", confidence: "none", evidence: null })).toBe(
      "No known concept explains it; 17% of items activate it.",
    );
    expect(evidenceText({ kind: "dead", confidence: "none", evidence: null, density: 0 })).toBe(
      "No user and no item activates it.",
    );
  });
});
