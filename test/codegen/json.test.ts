/** Generated JSON: a config file that reads back, byte for byte. */
import { expect, it } from "vitest";
import { generateJson } from "../../src/codegen/json";
import type { SteeringConfig } from "../../src/protocol/steering";
import { parseSteeringConfig } from "../../src/steering/config-file";

it("generated JSON reads back as the same config and generates the same bytes", () => {
  const config: SteeringConfig = {
    version: 1,
    sae: { path: "sae", hash: "0123456789abcdef" },
    mode: "reconstruct",
    rules: [
      {
        name: 'Less "horror"\n',
        audience: { kind: "users", users: ["1", "2"] },
        edits: [
          { neuron: 3, label: "影", operation: "set", value: -1.5e-7 },
          { neuron: 4, operation: "suppress" },
        ],
      },
      { name: "Nothing", audience: { kind: "everyone" }, edits: [] },
    ],
  };
  const text = generateJson(config);
  const read = parseSteeringConfig(text, "a.steer.json");
  expect(read).toEqual(config);
  expect(generateJson(read)).toBe(text);
});
