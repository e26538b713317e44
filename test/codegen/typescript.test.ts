/** Generated TypeScript: strict types, safe text, the file beside it, and errors for what cannot be steered. */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createContext, Script } from "node:vm";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import type { CodeInput } from "../../src/codegen/code-input";
import { generatedCode } from "../../src/codegen/generate";
import { sidecarOf } from "../../src/codegen/sidecar";
import { generateScript, generateTypescript } from "../../src/codegen/typescript";
import { annotated, typescriptFloat32, typescriptString } from "../../src/codegen/typescript-text";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import { typescriptModule } from "../../src/engine/run-typescript";
import type { Edit } from "../../src/protocol/steering";
import { steeredVector } from "../../src/steering/steer";
import { scratchFolder } from "../data/scratch";
import { randomContext } from "../steering/random-context";
import { codeCase, configOf, everyCase, everyRule, RULE_SETS } from "./code-cases";
import { HOSTILE } from "./hostile";

const context = randomContext(3, { users: 5, items: 40, dimensions: 5, latents: 6 });
const delta = codeCase(context, configOf("delta", everyRule(context, 3)));
/** Weights and ids of this one lie beside the code. */
const large = randomContext(1, { users: 1500, items: 40, dimensions: 100, latents: 100 });
const fans = Array.from({ length: 1200 }, (_, user) => `u${user}`);
const beside = codeCase(
  large,
  configOf("reconstruct", [
    { name: "Fans", audience: { kind: "users", users: fans }, edits: [{ neuron: 1, operation: "suppress" }] },
  ]),
);

describe("TypeScript source", () => {
  it("is strict, in itself and for its users, without any library", async () => {
    const folder = await scratchFolder();
    const sources = [
      ...everyCase().flatMap(({ cases }, index) => [
        cases[RULE_SETS[index % RULE_SETS.length]].input,
        cases.all_rules.input,
      ]),
      beside.input,
      ...HOSTILE.map((text) => hostileInput(text)),
    ].map((input) => generateTypescript(input, sidecarOf(input, "steer.ts", "safetensors"), true));
    const files = await Promise.all(
      sources.map(async (source, index) => {
        const file = join(folder, `steer${index}.ts`);
        await writeFile(file, source);
        return file;
      }),
    );
    const user = join(folder, "user.ts");
    await writeFile(user, USER);
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: STRICTEST, files: [...files, user] }),
    );
    const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
    const { stdout, status } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    expect(stdout.split("\n").slice(0, 20).join("\n")).toBe("");
    expect(status).toBe(0);
  }, 60_000);

  it("is the same without types, as a module for JavaScript", async () => {
    const { files } = generatedCode(delta.input, "typescript", "steer.mjs");
    const typed = generatedCode(delta.input, "typescript", "steer.ts").files[0].content as string;
    const plain = files[0].content as string;
    const folder = await scratchFolder();
    await writeFile(join(folder, "steer.mjs"), plain);
    const module = await import(join(folder, "steer.mjs"));
    const x = row(context.dataset.users.embeddings, 0);
    expect(Array.from(module.steer(x, "u0"))).toEqual(Array.from(expectedVector(0)));
    const bare = (source: string, loader: "ts" | "js") => transformSync(source, { loader, legalComments: "none" }).code;
    expect(bare(plain, "js")).toBe(bare(typed, "ts"));
  });

  it("is ordinary text, which names rule, neuron, config and SAE", () => {
    const source = generateTypescript(delta.input, null, true);
    expect(source).toContain(`export const CONFIG_HASH = "${delta.input.hash}";`);
    expect(source).toContain("  // Every operation\n  {\n    userIds: null,\n");
    expect(source).toContain('      { neuron: 2, operation: "set", value: 3 }, // Children\'s\n');
    expect(source).toContain("  // 2 Children's\n");
    expect(source.split("\n").filter((line) => /\s$|\t/.test(line))).toEqual([]);
    expect(source).toMatch(/[^\n]\n$/);
  });

  it("holds hostile names as text, wherever they stand", () => {
    for (const text of HOSTILE) {
      const script = generateScript(hostileInput(text), null).replace(
        /return \{ [^}]*\};\n$/,
        "return { RULES, SAE_HASH };",
      );
      const module = new Script(`(() => {${script}})()`).runInContext(createContext({}));
      const [rule] = module.RULES;
      expect([module.SAE_HASH, [...rule.userIds], [...rule.items[0].itemIds]]).toEqual([text, [text, "u"], [text]]);
    }
  });
});

describe("generated TypeScript", () => {
  it("steers as the preview does, to the bit", () => {
    const { steer } = typescriptModule(delta.input, null);
    for (const user of [0, 1, 3]) {
      const x = row(context.dataset.users.embeddings, user);
      const expected = Array.from(expectedVector(user));
      for (const vector of [x, Array.from(x), Float64Array.from(x)]) {
        expect(Array.from(steer(vector, `u${user}`))).toEqual(expected);
      }
    }
  });

  it("takes items one by one or in one array", () => {
    const module = typescriptModule(delta.input, null);
    const { embeddings, ids } = context.dataset.items;
    const one = module.steerItems(embeddings.values, [...ids], "u3");
    const rows = Array.from(ids, (_, item) => Array.from(row(embeddings, item)));
    const other = module.steerItems(rows, [...ids], "u3");
    expect(one).toEqual(other);
    expect(Array.from(one[39])).toEqual(rows[39]);
    expect(Array.from(one[7])).not.toEqual(rows[7]);
    const user = row(context.dataset.users.embeddings, 3);
    const options = { userId: "u3", itemIds: [...ids] };
    expect(module.recommend!(user, rows, options)).toEqual(module.recommend!(user, embeddings.values, options));
  });

  it("lists fewer than k where there are fewer, ties by row, and none of what is seen", () => {
    const { input } = codeCase(context, configOf("delta", []));
    const { recommend } = typescriptModule(input, null);
    const items = new Float32Array(6 * 5);
    const options = { itemBias: [0, 1, 1, 0, 1, 0], seen: new Set([2]), k: 10 };
    expect([...recommend!([1, 1, 1, 1, 1], items, options)]).toEqual([1, 4, 0, 3, 5]);
    expect([...recommend!([1, 1, 1, 1, 1], items, { ...options, k: 2 })]).toEqual([1, 4]);
    expect([...recommend!([1, 1, 1, 1, 1], items, { ...options, k: 0 })]).toEqual([]);
  });

  it("takes ids as numbers too, and applies no audience rule without an id", () => {
    const edits: Edit[] = [{ neuron: 1, operation: "set", value: 2 }];
    const rule = { ...delta.input.rules[1], users: ["7"], edits, items: [] };
    const { steer } = typescriptModule({ ...delta.input, rules: [rule] }, null) as unknown as {
      steer(user: ArrayLike<number>, userId?: string | number | null): Float64Array;
    };
    const x = Float64Array.from(row(context.dataset.users.embeddings, 0));
    expect(Array.from(steer(x, 7))).toEqual(Array.from(steer(x, "7")));
    expect(Array.from(steer(x, 7))).not.toEqual(Array.from(x));
    for (const id of [8, undefined, null]) expect(Array.from(steer(x, id))).toEqual(Array.from(x));
  });

  it("refuses vectors and ids of other lengths with a sentence", () => {
    const { steer, steerItems, hiddenItems, scoreItems } = typescriptModule(delta.input, null);
    expect(() => steer([1, 2], "u1")).toThrow("the user's vector has 2 numbers; expected 5");
    expect(() => steerItems(new Float32Array(10), ["i1"], "u1")).toThrow("2 items need as many ids, not 1");
    expect(() => hiddenItems(new Float32Array(11), "u1")).toThrow("11 values are no whole number of items of 5");
    expect(() => hiddenItems([[1]], "u1")).toThrow("item 0 has 1 numbers; expected 5");
    expect(() => scoreItems!([1, 2, 3, 4, 5], new Float32Array(10), { userId: "u1" })).toThrow("itemIds is needed");
  });
});

describe("what lies beside generated TypeScript", () => {
  const sidecar = sidecarOf(beside.input, "steer.ts", "safetensors")!;

  it("is loaded by its content, weights and ids", () => {
    const { steer } = typescriptModule(beside.input, sidecar);
    const x = row(large.dataset.users.embeddings, 5);
    const expected = steeredVector(large.sae, x, beside.rules[0].edits, "reconstruct");
    expect(Array.from(steer(x, "u5"))).toEqual(Array.from(expected));
    expect(Array.from(steer(x, "u1300"))).toEqual(Array.from(x));
  });

  it("is refused where it changed, by one bit anywhere", () => {
    const random = seededRandom(2);
    for (let n = 0; n < 20; n++) {
      const content = Uint8Array.from(sidecar.content);
      content[random.integer(content.length)] ^= 1 << random.integer(8);
      expect(() => typescriptModule(beside.input, { ...sidecar, content })).toThrow(
        "This is not the steer.safetensors that was exported with this code: export both again",
      );
    }
  });

  it("is asked for where it was not loaded", () => {
    const context = createContext({});
    const script = new Script(`(() => {${generateScript(beside.input, sidecar)}})()`);
    const { steer } = script.runInContext(context);
    expect(() => steer(new Float32Array(100), "u1")).toThrow(
      "Call loadWeights with the content of steer.safetensors first",
    );
  });

  it("is called like the code, and never the same", () => {
    expect(sidecarOf(beside.input, "less horror.mts", "safetensors")?.name).toBe("less horror.safetensors");
    expect(sidecarOf(beside.input, "a.safetensors", "safetensors")?.name).toBe("a.safetensors.safetensors");
  });
});

describe("TypeScript literals", () => {
  it("are numbers that read back as the same float32, and strings on one line", () => {
    expect([Math.fround(0.1), -0, 5].map(typescriptFloat32)).toEqual(["0.1", "-0", "5"]);
    expect(typescriptString('a"\\\n\u202E\u{E0001}')).toBe('"a\\"\\\\\\u000a\\u202e\\u{e0001}"');
    expect(JSON.parse(typescriptString("\uD800 `\u0024{x}`"))).toBe("\uD800 `\u0024{x}`");
  });

  it("lose their annotations and nothing else", () => {
    expect(annotated("‹type A = 1;›\n\nf(a‹: A›) {}", false)).toEqual(["f(a) {}"]);
    expect(annotated("‹type A = 1;›\n\nf(a‹: A›) {}", true)).toEqual(["type A = 1;", "", "f(a: A) {}"]);
  });
});

/** As strict as a project can be, with nothing of a browser or of Node. */
const STRICTEST = {
  strict: true,
  noEmit: true,
  target: "es2020",
  module: "esnext",
  moduleResolution: "bundler",
  lib: ["es2020"],
  types: [],
  exactOptionalPropertyTypes: true,
  isolatedModules: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
};

/** Code that uses the export of all, one after the other in its options. */
const USER = `import { recommend, scoreItems, steer, steerItems, hiddenItems, type Id, type ListOptions } from "./steer0";
const id: Id = 7;
const options: ListOptions = { userId: id, itemIds: ["a", 2], itemBias: new Float32Array(2), userBias: 1, seen: [1], k: 2 };
export const rows: number[] = recommend([1, 2], [[1, 2], new Float32Array(2)], options);
export const scores: Float64Array = scoreItems(new Float64Array(2), new Float32Array(4), { userId: null });
export const vector: Float64Array = steer([1], "u");
export const items: Float64Array[] = steerItems(new Float64Array(4), [1, 2], id);
export const hidden: boolean[] = hiddenItems([[1, 2]]);
`;

function hostileInput(text: string): CodeInput {
  const edits: Edit[] = [{ neuron: 1, label: text, operation: "suppress" }];
  return {
    ...delta.input,
    sae: text,
    labelOf: () => text,
    rules: [
      {
        name: text,
        note: text,
        mode: "delta",
        users: [text, "u"],
        edits,
        items: [{ ids: [text], edits }],
        filters: [{ neuron: 1, label: text, above: 0.5 }],
      },
    ],
  };
}

function expectedVector(user: number): Float64Array {
  const rules = delta.rules.filter(({ members }) => members === null || members.includes(user));
  const edits = rules.flatMap((rule) => rule.edits);
  return steeredVector(context.sae, row(context.dataset.users.embeddings, user), edits, "delta");
}
