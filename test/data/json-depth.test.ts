/** JSON that is nested so deep that readers break. */
import { describe, expect, it } from "vitest";
import { refuseDeepJson } from "../../src/data/json-depth";
import { describeTable } from "../../src/data/tables";
import { failure, scratchFile } from "./scratch";

describe("JSON that is nested without end", () => {
  it.each([
    ["a.json", "[".repeat(5_000_000)],
    ["b.json", `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`],
    ["c.jsonl", `{"a":1}\n${'{"a":'.repeat(100_000)}`],
    ["d.json", `[{"a": "${"\\\\"}", "b": ${"[\n".repeat(100_000)}`],
  ])("is refused with its place before anything else reads it: %s", async (name, text) => {
    const file = await scratchFile(name, text);
    const started = performance.now();
    await failure(describeTable(file), "file-format", file, "nested more than 1,000 levels", "at byte");
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("JSON that only looks nested", () => {
  it.each([
    ["brackets in texts", `${'{"a": "((([[[{{{ \\" [[["}\n'.repeat(2_000)}`],
    ["many lists", `[${'{"a": [[1]]},'.repeat(5_000)}{"a": []}]`],
    ["texts over the end of a part that is read at once", `{"a": "${"[".repeat(3 << 20)}"}`],
    ["an escape at such an end", `{"a": "${"x".repeat((1 << 20) - 8)}\\"${"[".repeat(2_000)}"}`],
  ])("is let through: %s", async (_, text) => {
    await expect(refuseDeepJson(await scratchFile("a.json", text), "a.json")).resolves.toBeUndefined();
  });
});
