/** Generated Python: the same lists and scores as the preview, safe text, readable source. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { CodeInput } from "../../src/codegen/code-input";
import { generatePython } from "../../src/codegen/python";
import { pythonFloat, pythonFloat32, pythonString } from "../../src/codegen/python-text";
import { type Sidecar, sidecarOf } from "../../src/codegen/sidecar";
import { union } from "../../src/data/ascending-rows";
import { itemsOfUser } from "../../src/data/dataset";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { Edit } from "../../src/protocol/steering";
import { topRows } from "../../src/recommender/ranking";
import { type Sae, saeFromTiedWeights } from "../../src/sae/model";
import { steeredVector } from "../../src/steering/steer";
import { SteeredCatalogue } from "../../src/steering/steered-catalogue";
import { scratchFolder } from "../data/scratch";
import { PYTHON, runPython } from "../python-run";
import { SAE_VARIANTS, type SaeVariant, variantName } from "../sae/fixtures";
import { randomContext } from "../steering/random-context";
import { type CodeCase, codeCase, configOf, everyCase, RULE_SETS, type RulePart, SAE_HASH } from "./code-cases";
import { HOSTILE } from "./hostile";

const K = 30;
const TOLERANCE = 1e-9;

const python = (input: CodeInput, sidecar: Sidecar | null = null) => generatePython(input, sidecar);

interface Ran {
  lists: number[][];
  scores: number[][];
  batch: number[][];
  single: number[][];
  items: number[][][];
  hidden: boolean[][];
}

const LIST_ALL = `
import importlib
result = {}
for name, case in given.items():
    items = np.array(case["items"], dtype=np.float32)
    users = np.array(case["users"], dtype=np.float32)
    bias = case["itemBias"] and np.array(case["itemBias"], dtype=np.float32)
    for module in case["modules"]:
        steering = importlib.import_module(module)
        batch = steering.steer(users, case["ids"]).tolist()
        ran = {"lists": [], "scores": [], "batch": batch, "single": [], "items": [], "hidden": []}
        for user, user_id, user_bias, seen in zip(users, case["ids"], case["userBias"], case["seen"]):
            of_user = {"user_id": user_id, "item_ids": case["itemIds"]}
            ran["single"].append(steering.steer(user, user_id).tolist())
            ran["items"].append(steering.steer_items(items, case["itemIds"], user_id).tolist())
            ran["hidden"].append(steering.hidden_items(items, user_id).tolist())
            if hasattr(steering, "recommend"):
                ran["lists"].append(steering.recommend(user, items, bias, user_bias, seen, ${K}, **of_user).tolist())
                ran["scores"].append(steering.score_items(user, items, bias, user_bias, **of_user).tolist())
        result[module] = ran
`;

const cases = everyCase();
const moduleOf = (index: number, name: string) => `steering_${index}_${name}`;

describe.skipIf(PYTHON === null)("generated Python", () => {
  const ran: Record<string, Ran> = {};

  beforeAll(() => {
    const sources: Record<string, string> = {};
    const given: Record<string, unknown> = {};
    for (const [index, { title, context, cases: sets }] of cases.entries()) {
      const { users, items, interactions } = context.dataset;
      for (const name of RULE_SETS) sources[moduleOf(index, name)] = python(sets[name].input);
      given[title] = {
        modules: RULE_SETS.map((name) => moduleOf(index, name)),
        users: Array.from(users.ids, (_, u) => Array.from(row(users.embeddings, u))),
        ids: [...users.ids],
        items: Array.from(items.ids, (_, i) => Array.from(row(items.embeddings, i))),
        itemIds: [...items.ids],
        itemBias: items.bias === null ? null : Array.from(items.bias, (bias) => [bias]),
        userBias: Array.from(users.ids, (_, u) => users.bias?.[u] ?? 0),
        seen: Array.from(users.ids, (_, u) => Array.from(itemsOfUser(interactions, u))),
      };
    }
    Object.assign(ran, runPython(sources, LIST_ALL, given));
  }, 60_000);

  describe.each(cases.map((one, index) => [one.title, index] as const))("for %s", (_, index) => {
    const { recommender, mode, context, cases: sets } = cases[index];
    const { users, items, interactions } = context.dataset;
    const original = Array.from(users.ids, (_, u) => Array.from(row(users.embeddings, u)));

    it("steers users and items, hides, scores and lists as the preview does", async () => {
      for (const name of RULE_SETS) {
        const { lists, scores, batch, single, items: steeredItems, hidden } = ran[moduleOf(index, name)];
        const catalogue = new SteeredCatalogue(context, sets[name].rules);
        expect(lists).toHaveLength(recommender === "onnx" ? 0 : users.ids.length);
        for (const [u] of [...users.ids].entries()) {
          const plan = await catalogue.plan(u);
          const x = row(users.embeddings, u);
          const vector = plan.mode === null ? x : steeredVector(context.sae, x, plan.edits, plan.mode);
          expectClose(single[u], vector);
          expectClose(batch[u], vector);
          const { rows, vectors } = plan.itemVectors();
          for (const [at, item] of rows.entries()) expectClose(steeredItems[u][item], vectors[at]);
          const untouched = items.ids.length - 1;
          expect(rows).not.toContain(untouched);
          expect(steeredItems[u][untouched]).toEqual(Array.from(row(items.embeddings, untouched)));
          expect(hidden[u].flatMap((hides, item) => (hides ? [item] : []))).toEqual(Array.from(plan.hidden));
          if (recommender === "onnx") continue;
          const expected = await catalogue.scores(u);
          expectClose(scores[u], expected.scores);
          const left = union(itemsOfUser(interactions, u), expected.hidden);
          expect(lists[u]).toEqual(Array.from(topRows(expected.scores, K, left)));
        }
      }
    });

    it("leaves users whom no rule concerns as they are, to the bit", () => {
      const [, audiencesOnly, , noRules, ruleWithoutEdits] = RULE_SETS.map((name) => ran[moduleOf(index, name)]);
      expect(noRules.batch).toEqual(original);
      expect(audiencesOnly.single[0]).toEqual(original[0]);
      if (mode === "delta") expect(ruleWithoutEdits.batch).toEqual(original);
    });
  });

  it("keeps the lower of equally active neurons where k do not hold them all", () => {
    // Whole numbers, so that equal activations are equal to the bit.
    const encoderWeights = matrix(2, 4, Float32Array.of(1, 2, 2, 2, 1, 0, 0, 0));
    const sae: Sae = {
      ...saeFromTiedWeights(encoderWeights, new Float32Array(4), new Float32Array(2), {
        activation: { kind: "topk", k: 2 },
        normalisation: "none",
        settings: null,
      }),
      decoderWeights: matrix(4, 2, Float32Array.of(1, 0, 0, 1, 1, 1, 3, 2)),
    };
    const doubled = [1, 2, 3].map((neuron): Edit => ({ neuron, operation: "scale", value: 2 }));
    const { input } = ofSae(sae, [{ name: "Twice", edits: doubled }]);
    const script = "import steering\nresult = steering.steer(np.array([1.0, 0.0])).tolist()";
    const found = runPython({ steering: python(input) }, script, {});
    expect(found).toEqual(Array.from(steeredVector(sae, [1, 0], doubled, "delta")));
    // Neurons 1 and 2 were active with 2 and are doubled; 3 was left out.
    expect(found).toEqual([1 + 2 * 1, 2 * (1 + 1)]);
  });

  const context = randomContext(3, { users: 4, items: 6, dimensions: 5, latents: 6 });
  const some = codeCase(
    context,
    configOf("delta", [
      {
        name: "One user",
        audience: { kind: "users", users: ["u1"] },
        edits: [{ neuron: 1, operation: "set", value: 2 }],
        items: [{ items: { kind: "items", items: ["i2"] }, edits: [{ neuron: 0, operation: "set", value: 2 }] }],
      },
    ]),
  );
  // Ids that are numbers, as most are.
  const numbered: CodeInput = { ...some.input, rules: [{ ...some.input.rules[0], users: ["7"] }] };

  it("takes ids as numbers too, and applies no audience rule without an id", () => {
    const given = { user: Array.from(row(context.dataset.users.embeddings, 0)) };
    const script = `
from steering import steer
user = np.array(given["user"], dtype=np.float32)
result = [np.array_equal(steer(user, 7), steer(user, "7")),
          np.array_equal(steer(user, np.int64(7)), steer(user, "7")),
          np.array_equal(steer(user, "8"), user),
          np.array_equal(steer(user), user),
          np.array_equal(steer(np.stack([user, user]), np.array([7, 8]))[1], user),
          np.array_equal(steer(user, "7"), user),
          steer(np.empty((0, 5))).shape == (0, 5)]
`;
    expect(runPython({ steering: python(numbered) }, script, given)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it("breaks ties by row and lists fewer than k where there are fewer", () => {
    const script = `
from steering import recommend
items = np.zeros((6, 5))
result = recommend(np.ones(5), items, np.array([0, 1, 1, 0, 1, 0]), seen={2}, k=10).tolist()
`;
    expect(runPython({ steering: python(numbered) }, script, {})).toEqual([1, 4, 0, 3, 5]);
  });

  it("gives equal items equal scores wherever they stand", () => {
    const script = `
from steering import score_items
random = np.random.RandomState(1)
items = np.tile(random.normal(size=5), (1003, 1))
result = len(set(score_items(random.normal(size=5), items).tolist()))
`;
    expect(runPython({ steering: python(numbered) }, script, {})).toBe(1);
  });

  it("refuses vectors and ids of the wrong shape with a sentence", () => {
    const script = `
from steering import hidden_items, recommend, steer, steer_items
result = []
for call in (lambda: steer(np.ones(4)), lambda: steer(np.ones((2, 5)), "7"), lambda: steer(np.ones((2, 5)), ["7"]),
             lambda: recommend(np.ones((1, 5)), np.ones((3, 5))), lambda: recommend(np.ones(5), np.ones((3, 4))),
             lambda: hidden_items(np.ones(5)), lambda: steer_items(np.ones((3, 5)), ["i1"]),
             lambda: recommend(np.ones(5), np.ones((3, 5)), user_id=7)):
    try:
        call()
    except ValueError as error:
        result.append(str(error))
`;
    expect(runPython({ steering: python(numbered) }, script, {})).toEqual([
      "user_vector has shape (4,); expected (5,) or (n, 5)",
      "a batch of 2 rows needs as many user ids",
      "a batch of 2 rows needs as many user ids",
      "one user at a time: user_vector must have shape (5,)",
      "item_vectors has shape (3, 4); expected (n_items, 5)",
      "item_vectors has shape (5,); expected (n_items, 5)",
      "3 item vectors need as many ids, not 1",
      "rules for this user edit items: item_ids is needed",
    ]);
  });

  const NAMES = [
    ...["Any", "CONFIG_HASH", "DECODER", "DECODER_BIAS", "DIMENSIONS", "ENCODER", "ENCODER_BIAS", "EPSILON", "Edit"],
    ...["Filter", "FrozenSet", "ItemEdits", "Iterable", "List", "NEURONS", "NamedTuple", "Optional", "RULES", "Rule"],
    ...["SAE_HASH", "Sequence", "Tuple", "Union", "hidden_items", "np", "recommend", "score_items", "steer"],
    "steer_items",
  ];

  it("holds hostile names, labels, notes, ids and hashes as text, wherever they stand", () => {
    const sources = HOSTILE.map((text, index) => [`module${index}`, python(hostileInput(some, text))]);
    const script = `
import ast, importlib
result = []
points = lambda text: [ord(letter) for letter in text]
for index in range(given):
    with open("module%d.py" % index, encoding="utf-8") as source:
        ast.parse(source.read(), feature_version=(3, 8))
    module = importlib.import_module("module%d" % index)
    (users, mode, edits, items, filters), = module.RULES
    result.append({
        "hash": points(module.SAE_HASH),
        "ids": [points(name) for name in users if name != "u"],
        "items": [points(name) for name in items[0].item_ids],
        "rest": [mode, edits, items[0].edits, filters],
        "names": sorted(name for name in dir(module) if name[0] != "_"),
    })
`;
    const found = runPython(Object.fromEntries(sources), script, HOSTILE.length);
    const suppressed = [[1, "suppress", 0]];
    expect(found).toEqual(
      HOSTILE.map((text) => {
        const points = [...text].map((character) => character.codePointAt(0));
        return {
          hash: points,
          ids: [points],
          items: [points],
          rest: ["delta", suppressed, suppressed, [[1, 0.5]]],
          names: NAMES,
        };
      }),
    );
  });

  it("carries the very float32 weights, extremes included", () => {
    const odd = Float32Array.of(1e-45, 3.4028234663852886e38, -0, 0.1, 1 / 3);
    const { sae } = context;
    const decoderWeights = { ...sae.decoderWeights, values: sae.decoderWeights.values.slice() };
    decoderWeights.values.set(odd, 5);
    const { input } = ofSae({ ...sae, decoderWeights }, [
      { name: "One", edits: [{ neuron: 1, operation: "suppress" }] },
    ]);
    const script = "import steering\nresult = [value.hex() for value in steering.DECODER[0].tolist()]";
    expect(runPython({ steering: python(input) }, script, {})).toEqual([
      "0x1.0000000000000p-149",
      "0x1.fffffe0000000p+127",
      "-0x0.0p+0",
      "0x1.99999a0000000p-4",
      "0x1.5555560000000p-2",
    ]);
  });

  it("refuses a file beside it that is another, and says that it is missing", async () => {
    const folder = await scratchFolder();
    const large = randomContext(1, { users: 2, items: 3, dimensions: 100, latents: 100 });
    const { input } = codeCase(large, configOf("reconstruct", [{ name: "All" }]));
    const sidecar = sidecarOf(input, "steer.py", "npz")!;
    await writeFile(join(folder, "steer.py"), python(input, sidecar));
    const imported = () =>
      execFileSync(PYTHON!, ["-B", "-c", "import steer; print(steer.DECODER[99, 99])"], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(imported).toThrow(/FileNotFoundError.*steer\.npz/);
    const changed = Uint8Array.from(sidecar.content);
    changed[changed.length >> 1] ^= 1;
    await writeFile(join(folder, "steer.npz"), changed);
    expect(imported).toThrow(/ValueError: .*steer\.npz is not the file that was exported with this code/);
    await writeFile(join(folder, "steer.npz"), sidecar.content);
    expect(Number(imported())).toBe(large.sae.decoderWeights.values.at(-1));
  });

  it("compiles", async () => {
    const folder = await scratchFolder();
    const files = cases.flatMap(({ cases: sets }, index) =>
      RULE_SETS.map((name) => ({ file: join(folder, `${moduleOf(index, name)}.py`), text: python(sets[name].input) })),
    );
    for (const { file, text } of files) await writeFile(file, text);
    execFileSync(PYTHON!, ["-m", "py_compile", ...files.map(({ file }) => file)]);
  });
});

function ofSae(sae: Sae, rules: RulePart[]): CodeCase {
  const context = randomContext(3, { users: 4, items: 6, dimensions: 5, latents: 6 });
  return codeCase({ ...context, sae } as typeof context, configOf("delta", rules));
}

function hostileInput({ input }: CodeCase, text: string): CodeInput {
  const edits: Edit[] = [{ neuron: 1, label: text, operation: "suppress" }];
  return {
    ...input,
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

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const gap = Math.max(...Array.from(expected, (value, index) => Math.abs(value - found[index])));
  expect(gap).toBeLessThan(TOLERANCE);
}

describe("Python source", () => {
  const context = randomContext(3, { users: 4, items: 6, dimensions: 5, latents: 6 });
  const horror: RulePart = {
    name: "Less horror",
    note: "Asked for by parents.",
    edits: [{ neuron: 4, label: "Horror", operation: "set", value: -1.5 }],
    filters: [{ neuron: 4, label: "Horror", above: 1.25 }],
  };
  const { input } = codeCase(context, configOf("delta", [horror]));

  it("names the rule, the neuron, the config and the SAE", () => {
    const source = python(input);
    expect(source).toContain(`CONFIG_HASH = "${input.hash}"`);
    expect(source).toContain(`SAE_HASH = "${SAE_HASH}"`);
    expect(source).toContain("    # Less horror\n    # Asked for by parents.\n    Rule(\n");
    expect(source).toContain('            Edit(4, "set", -1.5),  # Horror\n');
    expect(source).toContain("            Filter(4, 1.25),  # Horror\n");
    expect(source).toContain("    # 4 Horror\n    [\n");
  });

  it("is ordinary text: no long lines, no tabs, no trailing spaces, one line break at the end", () => {
    for (const { cases: sets } of cases) {
      for (const name of RULE_SETS) {
        const source = python(sets[name].input);
        // Weights are made of long names of constants; everything else keeps to Black's width.
        const lines = source.split("\n").filter((line) => !/\.reshape\(-1, DIMENSIONS\)/.test(line));
        expect(lines.filter((line) => line.length > 88 || /\s$|\t/.test(line))).toEqual([]);
        expect(source).toMatch(/[^\n]\n$/);
      }
    }
  });

  it("says only what the SAE at hand needs", () => {
    const words: [string, { activation?: "topk" | "jumprelu"; normalisation?: "layer" }][] = [
      ["K = 2", { activation: "topk" }],
      ["take_along_axis", { activation: "topk" }],
      ["THRESHOLDS", { activation: "jumprelu" }],
      ["EPSILON", { normalisation: "layer" }],
      ["\\+ mean", { normalisation: "layer" }],
    ];
    for (const variant of SAE_VARIANTS) {
      const of = randomContext(3, { users: 4, items: 6, dimensions: 5, latents: 6, ...variant }, "onnx");
      const source = python(codeCase(of, configOf("reconstruct", [horror])).input);
      for (const [word, needed] of words) {
        const expected = Object.entries(needed).every(([key, value]) => variant[key as keyof SaeVariant] === value);
        expect(new RegExp(`(?<!\\w)${word}\\b`).test(source), `${word}, ${variantName(variant)}`).toBe(expected);
      }
    }
  });

  it("lists items where the recommender is a formula, and says how to feed a model where it is one", () => {
    expect(python({ ...input, recommender: "dot" })).toContain("dot product plus biases");
    expect(python({ ...input, recommender: "cosine" })).toContain("cosine plus biases");
    const model = python({ ...input, recommender: "onnx" });
    expect(model).not.toMatch(/score_items|recommend\(|Iterable/);
    expect(model).toContain("Pass them to your model in place of the embeddings");
  });

  it("holds in delta mode the weights of named neurons only, and for top-k the encoder of all", () => {
    const { neurons, decoder, encoder } = input.weights;
    expect(neurons).toEqual([4]);
    expect([decoder.length, encoder.length]).toEqual([1, 1]);
    expect(codeCase(context, configOf("reconstruct", [horror])).input.weights.neurons).toEqual([0, 1, 2, 3, 4, 5]);
    const topk = ofSae({ ...context.sae, activation: { kind: "topk", k: 2 } }, [horror]).input.weights;
    expect(topk.neurons).toEqual([4]);
    expect([topk.decoder.length, topk.encoder.length]).toEqual([1, 6]);
  });

  it("is refused for a neuron that the SAE does not have, wherever it stands", () => {
    const edits: Edit[] = [{ neuron: 6, operation: "suppress" }];
    const ofItems = [{ items: { kind: "items" as const, items: ["i1"] }, edits }];
    const refused = (part: Partial<RulePart>) => () => ofSae(context.sae, [{ name: "a", ...part }]);
    expect(refused({ edits })).toThrow(/rules\[0\]\.edits\[0\].*neurons are 0 to 5/);
    expect(refused({ items: ofItems })).toThrow(/rules\[0\]\.items\[0\]\.edits\[0\].*neurons are 0 to 5/);
    expect(refused({ filters: [{ neuron: 9, above: 1 }] })).toThrow(/rules\[0\]\.filters\[0\].*neurons are 0 to 5/);
  });

  it("is refused for weights that are not finite", () => {
    const decoderBias = context.sae.decoderBias.slice().fill(Number.NaN);
    const broken = ofSae({ ...context.sae, decoderBias }, [horror]).input;
    expect(() => sidecarOf(broken, "a.py", "npz")).toThrow(
      expect.objectContaining({ reason: "artifact-invalid", message: expect.stringContaining("not finite") }),
    );
  });
});

describe("Python literals", () => {
  it("are the shortest digits that read back as the same float32", () => {
    const random = seededRandom(9);
    expect(pythonFloat32(Math.fround(0.1))).toBe("0.1");
    expect(pythonFloat32(-3)).toBe("-3.0");
    expect(pythonFloat32(-0)).toBe("-0.0");
    for (let i = 0; i < 2000; i++) {
      const value = Math.fround(random.normal() * 10 ** (random.integer(60) - 30));
      expect(Math.fround(Number(pythonFloat32(value)))).toBe(value);
    }
  });

  it("are floats even for whole numbers, and strings on one line", () => {
    expect([5, -0.25, 1e21, 1e-7].map(pythonFloat)).toEqual(["5.0", "-0.25", "1e+21", "1e-7"]);
    expect(pythonString('a"\\\n\u202E')).toBe('"a\\"\\\\\\u000a\\u202e"');
  });
});
