/** What of a chart goes to other programs. */
import { describe, expect, it } from "vitest";
import { percent } from "../../webview/components/number-format";
import { cellText, csvText } from "../../webview/lab/chart-table";

describe("the table of a chart", () => {
  const share = { name: "Share, active", shown: percent };

  it("is read with the numbers of the screen and exported with those behind them", () => {
    expect(cellText(0.1234, share)).toBe("12%");
    expect(cellText(null, share)).toBe("–");
    expect(csvText({ columns: [{ name: "Year" }, share], rows: [["1990s", 0.1234]] })).toBe(
      'Year,"Share, active"\r\n1990s,0.1234\r\n',
    );
  });

  it.each([
    ['Say "Yes", Dear', '"Say ""Yes"", Dear"'],
    ["two\nlines", '"two\nlines"'],
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["@SUM(A1,B1)", '"\'@SUM(A1,B1)"'],
    ["-30-", "'-30-"],
    ["הגן הנסתר", "הגן הנסתר"],
    [-0.5, "-0.5"],
    [null, ""],
    [Number.NaN, ""],
  ])("writes %j so that every program reads it as what it is", (cell, text) => {
    expect(csvText({ columns: [{ name: "c" }], rows: [[cell]] })).toBe(`c\r\n${text}\r\n`);
  });
});
