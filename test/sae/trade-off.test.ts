import { describe, expect, it } from "vitest";
import { tradeOffScore } from "../../src/sae/trade-off";

const CEILING = 1 - 0.9 ** 30;

describe("the score of a trade-off", () => {
  it("is the geometric mean of MS and of RBO over its ceiling, weighted", () => {
    expect(tradeOffScore({ ms: 0.6, rbo30: 0.5 }, 0.5)).toBeCloseTo(Math.sqrt((0.6 * 0.5) / CEILING), 12);
    expect(tradeOffScore({ ms: 0.6, rbo30: 0.5 }, 0.25)).toBeCloseTo(0.6 ** 0.25 * (0.5 / CEILING) ** 0.75, 12);
    expect(tradeOffScore({ ms: 1, rbo30: CEILING }, 0.3)).toBeCloseTo(1, 12);
  });

  it("is one measure alone at its ends, and asks for no other", () => {
    expect(tradeOffScore({ ms: 0.6, rbo30: null }, 1)).toBeCloseTo(0.6, 12);
    expect(tradeOffScore({ ms: null, rbo30: 0.5 }, 0)).toBeCloseTo(0.5 / CEILING, 12);
  });

  it("is unknown where a measure that counts is", () => {
    expect(tradeOffScore({ ms: null, rbo30: 0.5 }, 0.5)).toBeNull();
    expect(tradeOffScore({ ms: 0.6, rbo30: null }, 0.5)).toBeNull();
  });

  it("is 0 for neurons whose items are less alike than chance", () => {
    expect(tradeOffScore({ ms: -0.01, rbo30: 0.5 }, 0.5)).toBe(0);
  });
});
