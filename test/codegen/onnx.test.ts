/** Generated ONNX models: what they say of themselves, vectors to the bit, and errors for other shapes. */
import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { generatedCode } from "../../src/codegen/generate";
import { generateOnnx } from "../../src/codegen/onnx";
import { openModel, type TensorIn } from "../../src/graph/session";
import { steeredVector } from "../../src/steering/steer";
import { failure } from "../data/scratch";
import { randomContext } from "../steering/random-context";
import { type CodeCase, codeCase, configOf, everyRule, SAE_HASH } from "./code-cases";

const context = randomContext(3, { users: 5, items: 40, dimensions: 5, latents: 6 });
const { users } = context.dataset;
const all = codeCase(context, configOf("delta", everyRule(context, 3)));
const modelsOf = ({ input }: CodeCase) => generatedCode(input, "onnx", "steer.onnx").files;
const decoded = (file: { content: string | Uint8Array }) => onnx.ModelProto.decode(file.content as Uint8Array);

async function ran(file: { content: string | Uint8Array }, inputs: Record<string, TensorIn>) {
  const session = await openModel(file.content as Uint8Array);
  try {
    return await session.runTensors(inputs);
  } finally {
    await session.release();
  }
}

const batch = (count: number): TensorIn => ({
  data: users.embeddings.values.slice(0, count * 5),
  shape: [count, 5],
});

describe("the files", () => {
  it("are the model of users, and where the config needs them the model of items and the ids", () => {
    expect(modelsOf(all).map(({ name }) => name)).toEqual(["steer.onnx", "steer.items.onnx", "steer.ids.json"]);
    const everyone = codeCase(
      context,
      configOf("delta", [{ name: "a", edits: [{ neuron: 1, operation: "suppress" }] }]),
    );
    expect(modelsOf(everyone).map(({ name }) => name)).toEqual(["steer.onnx"]);
    const filtered = codeCase(context, configOf("delta", [{ name: "a", filters: [{ neuron: 1, above: 1 }] }]));
    expect(modelsOf(filtered).map(({ name }) => name)).toEqual(["steer.onnx", "steer.items.onnx"]);
  });

  it("need operators of the standard alone, of version 17, and take any batch", () => {
    for (const file of modelsOf(all).slice(0, 2)) {
      const { opsetImport, graph } = decoded(file);
      expect(opsetImport.map(({ domain, version }) => [domain ?? "", Number(version)])).toEqual([["", 17]]);
      for (const { domain } of graph?.node ?? []) expect(domain ?? "").toBe("");
      const [first] = graph?.input ?? [];
      expect(first.type?.tensorType?.shape?.dim?.[0].dimParam).toBeTruthy();
    }
  });

  it("say whose they are, and what each column of their inputs is for", () => {
    const [ofUsers, ofItems, ids] = modelsOf(all);
    for (const file of [ofUsers, ofItems]) {
      const { metadataProps, docString, graph } = decoded(file);
      const told = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
      expect(told["recprism.config"]).toBe(all.input.hash);
      expect(told["recprism.sae"]).toBe(SAE_HASH);
      expect(JSON.parse(told["recprism.rules"]!)).toEqual([
        { name: "Every operation", mode: "delta", column: null },
        { name: "Some users", mode: "delta", column: 0 },
        { name: "Others", mode: "delta", column: 1 },
      ]);
      expect(docString).toContain(all.input.hash);
      for (const value of [...(graph?.input ?? []), ...(graph?.output ?? [])]) expect(value.docString).toBeTruthy();
      const columns = graph?.input?.find(({ name }) => name === "rules");
      expect(columns?.docString).toContain('0 "Some users", 1 "Others"');
    }
    const told = JSON.parse(ids.content as string);
    expect(told).toMatchObject({
      config: all.input.hash,
      rules: [
        { column: 0, name: "Some users", users: ["u1", "u3"] },
        { column: 1, name: "Others", users: ["u3", "u4"] },
      ],
    });
    expect(
      told.entries.map(({ column, rule, items }: { column: number; rule: string; items: string[] }) => [
        column,
        rule,
        items,
      ]),
    ).toEqual([
      [0, "Some users", ["i0", "i1", "i2", "i7"]],
      [1, "Some users", ["i2", "i30"]],
      [2, "Others", ["i7", "i9"]],
    ]);
  });
});

describe("the model of users", () => {
  it("steers each row of a batch by the rules that are for it", async () => {
    const [file] = modelsOf(all);
    const rules = { data: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1), shape: [4, 2] };
    const result = await ran(file, { users: batch(4), rules });
    expect([result.steered.shape, result.steered.type]).toEqual([[4, 5], "float32"]);
    for (let row = 0; row < 4; row++) {
      const edits = all.rules.flatMap((rule, index) =>
        index === 0 || rules.data[2 * row + index - 1] === 1 ? rule.edits : [],
      );
      const x = users.embeddings.values.subarray(row * 5, (row + 1) * 5);
      const expected = steeredVector(context.sae, x, edits, "delta");
      for (let c = 0; c < 5; c++) {
        expect(Number(result.steered_double.data[row * 5 + c])).toBeCloseTo(expected[c], 12);
        expect(result.steered.data[row * 5 + c]).toBe(Math.fround(Number(result.steered_double.data[row * 5 + c])));
      }
    }
  });

  it("leaves vectors as they are, to the bit, where there is no rule, none for the row, or none that changes anything", async () => {
    const odd = { data: Float32Array.of(-0, 1e-45, 3.4e38, 0.1, -1 / 3), shape: [1, 5] };
    const bits = (data: ArrayLike<number | bigint>) =>
      Array.from(new Uint32Array(Float32Array.from(data as ArrayLike<number>).buffer));
    const [empty] = modelsOf(codeCase(context, configOf("delta", [])));
    const [scaledByOne] = modelsOf(
      codeCase(context, configOf("delta", [{ name: "a", edits: [{ neuron: 1, operation: "scale", value: 1 }] }])),
    );
    const [forOthers] = modelsOf(codeCase(context, configOf("reconstruct", everyRule(context, 3).slice(1))));
    const nobody = { data: Float32Array.of(0, 0), shape: [1, 2] };
    for (const result of [
      await ran(empty, { users: odd }),
      await ran(scaledByOne, { users: { ...odd, data: odd.data.map((x) => (x > 1e30 ? 2 : x)) } }),
      await ran(forOthers, { users: odd, rules: nobody }),
    ]) {
      const given = result.steered.data[2] === 2 ? odd.data.map((x) => (x > 1e30 ? 2 : x)) : odd.data;
      expect(bits(result.steered.data as Float32Array)).toEqual(bits(given));
    }
  });

  it("refuses vectors of another length, and rules that were forgotten", async () => {
    const [file] = modelsOf(all);
    const rules = { data: new Float32Array(2), shape: [1, 2] };
    await failure(ran(file, { users: { data: new Float32Array(4), shape: [1, 4] }, rules }), "graph-invalid", "users");
    await failure(ran(file, { users: batch(1) }), "graph-invalid", "rules");
  });
});

describe("the model of items", () => {
  it("hides by filters of the rules that are for the user", async () => {
    const [, file] = modelsOf(all);
    const items = { data: context.dataset.items.embeddings.values, shape: [40, 5] };
    const entries = { data: new Float32Array(40 * 3), shape: [40, 3] };
    const hidden = async (...rules: number[]) => {
      const result = await ran(file, { items, entries, rules: { data: Float32Array.from(rules), shape: [1, 2] } });
      expect(result.hidden.shape).toEqual([40, 3]);
      const columns = [0, 1, 2].map((column) =>
        Array.from(result.hidden.data, Number).filter((_, at) => at % 3 === column),
      );
      return columns.map((column) => column.reduce((sum, hides) => sum + hides, 0));
    };
    const [everyones, ...others] = await hidden(0, 1);
    expect(everyones).toBeGreaterThan(0);
    expect(Math.max(...others)).toBeGreaterThan(0);
    expect(await hidden(1, 0)).toEqual([everyones, 0, 0]);
  });
});

it("rules with quotes and line breaks in their names stay text", () => {
  const name = 'a "b"\n\u202E*/';
  const { input } = codeCase(
    context,
    configOf("delta", [{ name, audience: { kind: "users", users: [name, "u1"].slice(1) } }]),
  );
  const [file, ids] = generateOnnx(input, "steer.onnx");
  const told = decoded(file as { content: Uint8Array }).metadataProps.find(({ key }) => key === "recprism.rules");
  expect(JSON.parse(told!.value!)[0].name).toBe(name);
  expect(JSON.parse(ids.content as string).rules[0].name).toBe(name);
});
