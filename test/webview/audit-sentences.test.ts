import { describe, expect, it } from "vitest";
import type { Interval } from "../../src/protocol/artifact";
import type { RankingShare } from "../../src/protocol/structure";
import { attributeSentence, popularitySentence, rankingSentence } from "../../webview/lab/audit-sentences";

const ranking = (change: Interval | null, random: Interval | null): RankingShare => ({
  neurons: 2,
  users: 500,
  change: { value: 0.12, interval: change },
  changeOfRandom: { value: 0.05, interval: random },
});
const effect = (neuron: number, value: string) => ({
  neuron,
  value,
  users: 80,
  auc: 0.7,
  interval: [0.65, 0.75] as Interval,
  cohensD: 0.6,
  q: 0.001,
});

describe("what the audit found, in sentences", () => {
  it("counts a neuron once, whichever values it favours", () => {
    const neurons = [effect(7, "F"), effect(7, "M"), effect(9, "F")];
    expect(
      attributeSentence({
        column: "gender",
        protected: true,
        users: 900,
        values: [],
        neurons,
        ranking: ranking([0.1, 0.14], [0.04, 0.06]),
      }),
    ).toBe(
      "2 neurons tell of gender. Without them lists change by 12%, without as many random ones by 5%: clearly more.",
    );
  });

  it("claims a difference only where the intervals are apart", () => {
    expect(rankingSentence(ranking([0.04, 0.2], [0.04, 0.06]), 2)).toMatch(/: no clear difference\.$/);
    expect(rankingSentence(ranking([0.01, 0.02], [0.04, 0.06]), 2)).toMatch(/: clearly less\.$/);
    expect(rankingSentence(ranking(null, [0.04, 0.06]), 1)).toBe(
      "Without it lists change by 12%, without a random one by 5%.",
    );
  });

  it("says why something is not known", () => {
    expect(rankingSentence(null, 2)).toContain("there are no lists");
    expect(popularitySentence(null)).toContain("no interactions");
    expect(popularitySentence({ neurons: [], ranking: null })).toBe("No neuron follows mere popularity.");
  });
});
