/** The lockfile pins versions and contents, not the registry they came from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const lockfile = readFileSync(join(__dirname, "..", "..", "package-lock.json"), "utf8");
const packages: [string, { resolved?: string; integrity?: string }][] = Object.entries(JSON.parse(lockfile).packages);

describe("package-lock.json", () => {
  it("holds no download addresses", () => {
    expect(packages.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
    expect(lockfile).not.toMatch(/"resolved"|:\/\/[^"]*\.tgz/);
  });

  it("pins the contents of every package by a hash", () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([folder, entry]) => folder !== "" && !entry.integrity)).toEqual([]);
  });
});
