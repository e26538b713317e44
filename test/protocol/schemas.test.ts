import { describe, expect, it } from "vitest";
import { manifestSchema } from "../../src/protocol/manifest";
import { steeringConfigSchema } from "../../src/protocol/steering";
import { minimalManifest } from "../minimal-manifest";

describe("the manifest's schema", () => {
  it("fills in what a person may leave out", () => {
    expect(minimalManifest("films")).toMatchObject({
      recommender: { kind: "dot" },
      sae: { path: "sae", settings: {} },
      items: { tags: [] },
      users: { attributes: [] },
    });
  });

  it.each([
    ["an unknown key", { version: 1, name: "a", colour: "red" }],
    ["a version to come", { ...minimalManifest("a"), version: 2 }],
    ["a recommender that is not supported", { ...minimalManifest("a"), recommender: { kind: "cosmic" } }],
    ["settings out of range", { ...minimalManifest("a"), sae: { settings: { latents: 0 } } }],
  ])("refuses %s", (_, manifest) => {
    expect(manifestSchema.safeParse(manifest).success).toBe(false);
  });
});

describe("the steering config's schema", () => {
  const config = (edit: unknown) => ({
    version: 1,
    sae: { path: "sae", hash: "sha256:1" },
    rules: [{ name: "Less Horror", edits: [edit] }],
  });

  it("takes an edit of each operation, for everyone and in delta mode unless told otherwise", () => {
    const edits = [
      { neuron: 1, operation: "suppress" },
      { neuron: 1, operation: "scale", value: 2 },
      { neuron: 1, operation: "set", value: -1.5 },
      { neuron: 1, operation: "add", value: 0 },
    ];
    for (const edit of edits) {
      expect(steeringConfigSchema.parse(config(edit))).toMatchObject({
        mode: "delta",
        rules: [{ audience: { kind: "everyone" }, edits: [edit] }],
      });
    }
  });

  it.each([
    ["a negative neuron", { neuron: -1, operation: "suppress" }],
    ["a value that is no number", { neuron: 1, operation: "set", value: Number.NaN }],
    ["an infinite value", { neuron: 1, operation: "add", value: Number.POSITIVE_INFINITY }],
    ["a missing value", { neuron: 1, operation: "scale" }],
    ["an unknown operation", { neuron: 1, operation: "explode" }],
  ])("refuses %s", (_, edit) => {
    expect(steeringConfigSchema.safeParse(config(edit)).success).toBe(false);
  });
});
