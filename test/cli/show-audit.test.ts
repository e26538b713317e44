/** What the terminal shows of an audit. */
import { describe, expect, it } from "vitest";
import { auditText } from "../../src/cli/show-audit";
import type { Audit } from "../../src/protocol/structure";

const audit: Audit = {
  version: 1,
  sae: "sha256:0",
  attributes: [
    {
      column: "gender",
      protected: true,
      users: 943,
      values: [
        { value: "M", share: 0.71 },
        { value: "F", share: 0.29 },
      ],
      neurons: [
        { neuron: 14, value: "F", users: 273, auc: 0.62, interval: [0.58, 0.66], cohensD: 0.46, q: 1e-9 },
        { neuron: 2, value: "M", users: 670, auc: 0.604, interval: [0.57, 0.64], cohensD: 0.4, q: 0.0123 },
      ],
      ranking: {
        neurons: 2,
        users: 100,
        change: { value: 0.12, interval: [0.1, 0.14] },
        changeOfRandom: { value: 0.08, interval: null },
      },
    },
    {
      column: "town",
      protected: false,
      users: 900,
      values: [{ value: "A\u001b[31m", share: 1 }],
      neurons: [],
      ranking: null,
    },
  ],
  popularity: {
    neurons: [{ neuron: 30, correlation: -0.81, interval: [-0.83, -0.79], q: 0 }],
    ranking: null,
  },
};
const names = new Map([
  [14, "Romance"],
  [2, "Sci-Fi"],
  [30, "Niche"],
]);

describe("the printed audit", () => {
  const text = auditText(audit, names);
  const line = (start: RegExp) => text.split("\n").find((each) => start.test(each)) ?? "";

  it("names each attribute, whether it is protected, and the shares of its values", () => {
    expect(text).toContain("gender (protected): 943 users, M 71%, F 29%");
    expect(line(/^town/)).toContain("town: 900 users");
    expect(text).toContain("No neuron tells of it.");
  });

  it("has a line for each neuron, with effect, interval and false discovery rate", () => {
    expect(
      line(/^ +14 /)
        .trim()
        .split(/ {2,}/),
    ).toEqual(["14", "Romance", "F", "273", "0.62", "0.58 to 0.66", "0.46", "<.001"]);
    expect(line(/^ +2 /)).toMatch(/\.012$/);
    expect(line(/^ +30 /)).toMatch(/Niche +-0\.81 +-0\.83 to -0\.79 +<\.001$/);
  });

  it("says how far lists change, beside as many random neurons", () => {
    expect(text).toContain(
      "Suppressing these 2 changes the top-30 lists of 100 users by 12% (10% to 14%); as many random neurons: 8%.",
    );
  });

  it("lets no control character of a file reach the terminal", () => {
    expect(text).not.toContain("\u001b");
  });

  it("says what cannot be known", () => {
    const nothing = auditText({ ...audit, attributes: [], popularity: null }, names);
    expect(nothing).toContain("Nothing is known of users");
    expect(nothing).toContain("not known without interactions");
  });
});
