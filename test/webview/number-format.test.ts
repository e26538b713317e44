import { describe, expect, it } from "vitest";
import {
  compact,
  count,
  decimal,
  duration,
  percent,
  shareWithBase,
  significant,
  times,
} from "../../webview/components/number-format";
import { strengthRange } from "../../webview/lab/strength-range";

describe("numbers as people read them", () => {
  it.each([
    [0.714, ".71"],
    [-0.19, "-.19"],
    [1, "1.00"],
    [12.345, "12.35"],
    [0, ".00"],
    [-0.001, ".00"],
    [null, "–"],
    [Number.NaN, "–"],
  ])("decimal of %j is %s", (value, text) => {
    expect(decimal(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [0.02, "0.02"],
    [400, "400"],
    [52_488, "52.5K"],
  ])("%d on an axis is %s", (value, text) => {
    expect(compact(value)).toBe(text);
  });

  it.each([
    [0, "0%"],
    [0.0004, "<1%"],
    [0.09, "9%"],
    [0.92, "92%"],
    [0.999, ">99%"],
    [1, "100%"],
    [null, "–"],
  ])("percent of %j is %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it("sets a share beside its base rate, or a dash for neither", () => {
    expect(shareWithBase(0.92, 0.09)).toBe("92% | 9%");
    expect(shareWithBase(null, null)).toBe("–");
  });

  it.each([
    [10.2, "10x"],
    [1.44, "1.4x"],
    [Number.POSITIVE_INFINITY, "–"],
  ])("lift %j reads %s", (lift, text) => {
    expect(times(lift)).toBe(text);
  });

  it.each([
    [0, "0 s"],
    [11.2, "12 s"],
    [60, "1 min"],
    [125, "2 min 5 s"],
    [3780, "1 h 3 min"],
  ])("%j seconds read %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it("groups thousands and keeps three digits of a loss", () => {
    expect(count(933_517)).toBe("933,517");
    expect([0.41234, 0.0041834, 12.345].map(significant)).toEqual(["0.412", "0.00418", "12.3"]);
  });
});

describe("how far a slider goes", () => {
  it("follows the largest activation of a user", () => {
    expect(strengthRange("suppress", 1.86, 0)).toBeNull();
    expect(strengthRange("scale", 1.86, 1)).toMatchObject({ min: 0, max: 4 });
    expect(strengthRange("set", 1.86, 0)).toMatchObject({ min: -2, max: 3 });
    expect(strengthRange("add", 1.86, 0)).toMatchObject({ min: -1.9, max: 1.9 });
  });

  it("widens to hold a typed value, and never shrinks to nothing", () => {
    expect(strengthRange("set", 1.86, -7)).toMatchObject({ min: -7, max: 3 });
    expect(strengthRange("add", 0, 0)).toMatchObject({ min: -1, max: 1 });
  });
});
