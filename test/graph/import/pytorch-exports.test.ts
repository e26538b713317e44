/** Heads that PyTorch exported: the import must be the model, and its gradient the model's. */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/data/random";
import { importable, importModel } from "../../../src/graph/import/import-model";
import { decodeModel } from "../../../src/graph/import/onnx-model";
import { compareGradients } from "../finite-differences";
import { headBytes, originalAndImported } from "./onnx-files";

const D = 6;

/** Heads with operators that onnxruntime computes in single precision only. */
const single = { precision: "float32" } as const;
const heads: { name: string; precision?: "float32" | "float64"; pairs?: boolean }[] = [
  { name: "mlp-13" },
  { name: "one-input-14", pairs: true },
  { name: "cosine-12" },
  { name: "bilinear-12" },
  { name: "normalised-17", ...single },
  { name: "normalised-9", ...single },
  { name: "attention-11" },
  { name: "attention-16" },
  { name: "sliced-11" },
  { name: "sliced-15" },
  { name: "weighted-13" },
];

function vectors(rows: number, width: number, seed: number) {
  const random = seededRandom(seed);
  return { shape: [rows, width], values: Array.from({ length: rows * width }, () => Math.fround(random.normal())) };
}

function inputsOf(rows: number, pairs = false): Record<string, ReturnType<typeof vectors>> {
  return pairs ? { pair: vectors(rows, 2 * D, 3) } : { user: vectors(rows, D, 1), item: vectors(rows, D, 2) };
}

describe.each(heads)("$name", ({ name, pairs, precision = "float64" }) => {
  it.each([1, 2, 7])("gives the model's own scores for a batch of %i", async (rows) => {
    const { original, imported } = await originalAndImported(headBytes(name), inputsOf(rows, pairs));
    expect(original).toHaveLength(rows);
    imported.forEach((score, row) => {
      expect(Math.abs(score - original[row])).toBeLessThan(2e-6 * Math.max(1, Math.abs(original[row])));
    });
  });

  it("has the gradient that differences of its scores show", async () => {
    const model = await importable(decodeModel(headBytes(name)), "score");
    const inputs = Object.entries(inputsOf(2, pairs));
    const { comparisons } = await compareGradients(
      (graph, values) => {
        const bound = new Map(inputs.map(([input], index) => [input, values[index]]));
        return importModel(graph, model, bound, { exported: null, wanted: 2 });
      },
      inputs.map(([, vector]) => vector),
      precision,
      precision === "float64" ? 1 / 8 : 1 / 2,
    );
    expect(comparisons.length).toBeGreaterThan(0);
    const tolerance = precision === "float64" ? 1e-6 : 2e-4;
    for (const { of, exact, measured } of comparisons) {
      expect(Math.max(...exact.map(Math.abs)), of).toBeGreaterThan(1e-3);
      exact.forEach((slope, element) => {
        expect(Math.abs(slope - measured[element]), `${of}: [${exact}] beside [${measured}]`).toBeLessThan(tolerance);
      });
    }
  });
});
