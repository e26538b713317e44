import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { matrix } from "../../src/data/matrix";
import { decoderCosine, family, nearestNeurons, readTree } from "../../src/engine/neuron-relatives";
import { STRUCTURE_FILE } from "../../src/protocol/artifact";
import type { NeuronRow } from "../../src/protocol/neurons";
import type { Structure } from "../../src/protocol/structure";
import { scratchFolder } from "../data/scratch";
import { neuronRow } from "./labelled-neurons";

/** W_dec: neuron 1 is 45 degrees from neuron 0, 2 is opposite to it, 3 orthogonal, 4 dead and the same, 5 all zero. */
const decoder = matrix(6, 2, Float32Array.of(2, 0, 3, 3, -1, 0, 0, 5, 2, 0, 0, 0));
const rows: NeuronRow[] = Array.from({ length: 6 }, (_, neuron) =>
  neuronRow({ neuron, label: `Label ${neuron}`, kind: neuron === 4 ? "dead" : "tag" }),
);

const branch = (neuron: number, parent: number | null, share: number) => ({ neuron, level: 0, parent, share });
const tree: Structure["tree"] = [branch(0, null, 0), branch(1, 0, 0.5), branch(2, 1, 0.6), branch(3, 0, 0.9)];

const structure: Structure = {
  version: 1,
  sae: "sha256:1",
  levels: [6],
  tree,
  splitting: [],
  absorption: [],
  coactivation: [],
  clusters: [],
};

describe("neurons near a neuron", () => {
  it("are the live ones by the cosine of decoder rows", () => {
    const nearest = nearestNeurons(decoder, rows, 0, 3);
    expect(nearest.map(({ neuron }) => neuron)).toEqual([1, 3, 5]);
    expect(nearest[0]).toEqual({ neuron: 1, label: "Label 1", kind: "tag", cosine: expect.closeTo(Math.SQRT1_2, 7) });
    expect(
      nearestNeurons(decoder, rows, 0, 9)
        .map(({ cosine }) => cosine)
        .at(-1),
    ).toBe(-1);
  });

  it("have a cosine that does not ask for an order, and one of 0 with a row of zeros", () => {
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) expect(decoderCosine(decoder, a, b)).toBe(decoderCosine(decoder, b, a));
    }
    expect(decoderCosine(decoder, 5, 0)).toBe(0);
    expect(decoderCosine(decoder, 1, 1)).toBeCloseTo(1, 12);
  });
});

describe("a neuron's family", () => {
  it("is its parent and its children, those within it most first", () => {
    expect(family(decoder, rows, tree, 0)).toMatchObject({ parent: null, children: [{ neuron: 3 }, { neuron: 1 }] });
    expect(family(decoder, rows, tree, 1)).toMatchObject({ parent: { neuron: 0 }, children: [{ neuron: 2 }] });
    expect(family(decoder, rows, null, 1)).toEqual({ parent: null, children: [] });
  });

  it("leaves out neurons that this SAE does not have", () => {
    expect(family(decoder, rows, [branch(1, 77, 0.5), branch(88, 1, 0.5)], 1)).toEqual({ parent: null, children: [] });
  });

  it("is read from the artifact, and nothing where the file is missing, damaged or of another SAE", async () => {
    const folder = await scratchFolder();
    expect(await readTree(folder, "sha256:1")).toBeNull();
    await writeFile(join(folder, STRUCTURE_FILE), JSON.stringify(structure));
    expect(await readTree(folder, "sha256:1")).toEqual(tree);
    expect(await readTree(folder, "sha256:2")).toBeNull();
    await writeFile(join(folder, STRUCTURE_FILE), "{");
    expect(await readTree(folder, "sha256:1")).toBeNull();
  });
});
