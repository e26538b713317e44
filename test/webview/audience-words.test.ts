/** Audiences in words, and ids as people paste them. */
import { describe, expect, it } from "vitest";
import type { Audience } from "../../src/protocol/steering";
import { audienceName, formOf, pastedIds } from "../../webview/lab/audience-words";

describe("an audience in words", () => {
  const names: [string, Audience][] = [
    ["everyone", { kind: "everyone" }],
    ["user u7", { kind: "users", users: ["u7"] }],
    ["2 users by id", { kind: "users", users: ["u7", "u8"] }],
    ["age < 18", { kind: "sql", where: "age < 18" }],
    ["the top 20 of Horror", { kind: "neuron", neuron: 3, label: "Horror", top: { count: 20 } }],
    ["the top 5% of neuron 3", { kind: "neuron", neuron: 3, top: { share: 0.05 } }],
    ["users with at least 25% War", { kind: "history", column: "genres", tag: "War", atLeast: 0.25 }],
    ["the top 20 by share of War", { kind: "history", column: "genres", tag: "War", top: { count: 20 } }],
    ["1,000 users at random", { kind: "random", count: 1000, seed: 0 }],
  ];
  it.each(names)("is %s", (name, audience) => {
    expect(audienceName(audience)).toBe(name);
  });

  it("is one user or a list by how many there are", () => {
    expect(formOf({ kind: "users", users: ["u7"] })).toBe("user");
    expect(formOf({ kind: "users", users: ["u7", "u8"] })).toBe("users");
    expect(formOf({ kind: "sql", where: "age < 18" })).toBe("sql");
  });
});

describe("pasted ids", () => {
  const texts: [string, string, string[]][] = [
    ["lines, with empty ones", "u1\nu2\r\n\n u3 \n", ["u1", "u2", "u3"]],
    ["commas and semicolons", "u1, u2;u3,,", ["u1", "u2", "u3"]],
    ["a column of a table", 'u1\tu2\n"u3"', ["u1", "u2", "u3"]],
    ["spaces where there is nothing else", "u1 u2  u3", ["u1", "u2", "u3"]],
    ["spaces within ids", "Ana Lima\nBo Xu", ["Ana Lima", "Bo Xu"]],
    ["each once", "u1,u1\nu1", ["u1"]],
    ["nothing", " \n, ", []],
  ];
  it.each(texts)("may be %s", (_, text, ids) => {
    expect(pastedIds(text)).toEqual(ids);
  });
});
