/** What the schema of steering configs lets stand at a place. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Schema, schemaKeys, schemaValues } from "../../src/host/schema-suggestions";
import type { KeyPath } from "../../src/protocol/manifest-edit";
import { steeringConfigSchema } from "../../src/protocol/steering";

const schema = z.toJSONSchema(steeringConfigSchema, { io: "input", target: "draft-7" }) as Schema;
const config = {
  version: 1,
  rules: [
    { name: "x", audience: { kind: "sql" }, edits: [{ neuron: 1 }, { operation: "set" }, { operation: "suppress" }] },
  ],
};
const keys = (path: KeyPath) => schemaKeys(schema, config, path).map(({ key }) => key);
const values = (path: KeyPath) => schemaValues(schema, config, path).map(({ value }) => value);

describe("keys that may follow", () => {
  it.each([
    [[], ["$schema", "sae", "mode"]],
    [
      ["rules", 0],
      ["note", "mode", "items", "filters", "limits", "effect"],
    ],
    [["rules", 0, "audience"], ["where"]],
    [
      ["rules", 0, "edits", 0],
      ["label", "operation", "value"],
    ],
    [
      ["rules", 0, "edits", 1],
      ["neuron", "label", "value"],
    ],
    [
      ["rules", 0, "edits", 2],
      ["neuron", "label"],
    ],
    [
      ["rules", 0, "items", 0],
      ["items", "edits"],
    ],
    [["rules", 0, "nothing"], []],
  ] as const)("at %j", (path, expected) => expect(keys(path)).toEqual(expected));

  it("are known by what they hold and whether they must be there", () => {
    const found = schemaKeys(schema, config, []);
    expect(found.find(({ key }) => key === "sae")).toMatchObject({ holds: "object", required: true });
    expect(schemaKeys(schema, {}, []).find(({ key }) => key === "rules")).toMatchObject({ holds: "array" });
  });
});

describe("values of a closed list", () => {
  it.each([
    [["mode"], ["delta", "reconstruct"]],
    [
      ["rules", 0, "edits", 1, "operation"],
      ["suppress", "scale", "set", "add"],
    ],
    [
      ["rules", 0, "audience", "kind"],
      ["everyone", "users", "sql", "neuron", "history", "random"],
    ],
    [["rules", 0, "name"], []],
    [["rules", 0, "edits", 0, "neuron"], []],
  ] as const)("at %j", (path, expected) => expect(values(path)).toEqual(expected));

  it("are explained", () => {
    const [suppress] = schemaValues(schema, config, ["rules", 0, "edits", 0, "operation"]);
    expect(suppress.description).toBe("z = 0");
  });
});
