/** The lockfile pins versions and contents, not the registry they came from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const lockfile = readFileSync(join(__dirname, "..", "..", "package-lock.json"), "utf8");

interface LockedPackage {
  resolved?: string;
  integrity?: string;
  optionalDependencies?: Record<string, string>;
}
const packages: [string, LockedPackage][] = Object.entries(JSON.parse(lockfile).packages);

describe("package-lock.json", () => {
  it("holds no download addresses", () => {
    expect(packages.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
    expect(lockfile).not.toMatch(/"resolved"|:\/\/[^"]*\.tgz/);
  });

  it("pins the contents of every package by a hash", () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(([folder, entry]) => folder !== "" && !entry.integrity)).toEqual([]);
  });

  // npm ci refuses a lockfile without the packages of platforms that the machine it was made on could not get.
  it("holds the native packages of every platform", () => {
    const folders = new Set(packages.map(([folder]) => folder));
    const missing = packages.flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !folders.has(`node_modules/${name}`) && !folders.has(`${folder}/node_modules/${name}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});
