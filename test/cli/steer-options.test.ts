/** Options of `recprism steer`, as they are typed. */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addSteering } from "../../src/cli/steer-options";

function parsed(...words: string[]) {
  const command = addSteering(new Command("steer"))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(words, { from: "user" }).opts();
}

describe("options of steer", () => {
  it.each([
    [
      ["--suppress", "3", "--suppress", "4"],
      {
        suppress: [
          { neuron: 3, operation: "suppress" },
          { neuron: 4, operation: "suppress" },
        ],
      },
    ],
    [["--set", "13=-1.5"], { set: [{ neuron: 13, operation: "set", value: -1.5 }] }],
    [["--filter", "13=1.2"], { filter: [{ neuron: 13, above: 1.2 }] }],
    [
      ["--expose", "1,27 =13:4"],
      {
        expose: [{ items: { kind: "items", items: ["1", "27"] }, edits: [{ neuron: 13, operation: "add", value: 4 }] }],
      },
    ],
    [
      ["--expose", "tag:genres:Sci-Fi=2:-1"],
      {
        expose: [
          {
            items: { kind: "tag", column: "genres", tag: "Sci-Fi" },
            edits: [{ neuron: 2, operation: "add", value: -1 }],
          },
        ],
      },
    ],
    [["--expose", "a=b=2:1"], { expose: [expect.objectContaining({ items: { kind: "items", items: ["a=b"] } })] }],
    [["--users", "a, b"], { users: { kind: "users", users: ["a", "b"] } }],
    [["--where", "age < 18"], { where: { kind: "sql", where: "age < 18" } }],
    [["--top", "13=20"], { top: { kind: "neuron", neuron: 13, top: { count: 20 } } }],
    [["--top", "13=5%"], { top: { kind: "neuron", neuron: 13, top: { share: 0.05 } } }],
    [
      ["--history", "genres:Horror=5%"],
      { history: { kind: "history", column: "genres", tag: "Horror", top: { share: 0.05 } } },
    ],
    [
      ["--history", "genres:Horror=>0.3"],
      { history: { kind: "history", column: "genres", tag: "Horror", atLeast: 0.3 } },
    ],
    [
      ["--history", "genres:Film: Noir=7"],
      { history: { kind: "history", column: "genres", tag: "Film: Noir", top: { count: 7 } } },
    ],
    [["--random", "100"], { random: { kind: "random", count: 100, seed: 0 } }],
    [["--random", "100:7"], { random: { kind: "random", count: 100, seed: 7 } }],
    [["--limit", "ndcg=1%", "--limit", "rbo=.8"], { limit: { ndcgLoss: 0.01, rbo: 0.8 } }],
    [["--measure"], { measure: true }],
    [["--measure", "10"], { measure: 10 }],
    [[], { limit: {}, expose: [], mode: "delta" }],
  ])("%j", (words, options) => {
    expect(parsed(...words)).toMatchObject(options);
  });

  it.each([
    ["--suppress", "3=1", /neuron's number alone/],
    ["--set", "13", /for example 13=-1\.5/],
    ["--set", "13=much", /must be a number/],
    ["--set", "13=NaN", /must be a number/],
    ["--filter", "13=-1", /0 or more/],
    ["--expose", "1=13", /for example 1,27=13:4/],
    ["--expose", "tag:genres=13:1", /named with its column/],
    ["--users", "a,,b", /separated by commas/],
    ["--where", " ", /takes a condition/],
    ["--top", "13=0", /1 or more/],
    ["--top", "13=500%", /at most 1/],
    ["--history", "Horror=5", /named with its column/],
    ["--random", "1:2:3", /seed after a colon/],
    ["--limit", "hr=1%", /ndcg, rbo and tolerance/],
    ["--limit", "ndcg=2", /from 0 to 1/],
    ["--limit", "toString=1", /ndcg, rbo and tolerance/],
    ["--measure", "0.5", /whole number/],
  ])("refuses %s %s", (option, value, message) => {
    expect(() => parsed(option, value)).toThrow(message);
  });
});
