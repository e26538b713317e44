/** Generated Python: the same lists and scores as the preview, safe text, readable source. */
import { beforeAll, describe, expect, it } from "vitest";
import { generatePython } from "../../src/codegen/python";
import { float32Literal, floatLiteral, stringLiteral } from "../../src/codegen/python-text";
import { itemsOfUser } from "../../src/data/dataset";
import { matrix, row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { RecommenderManifest } from "../../src/protocol/manifest";
import type { Edit, SteeringConfig, SteeringMode } from "../../src/protocol/steering";
import { cosineScorer, dotScorer } from "../../src/recommender/scorer";
import { type Sae, saeFromTiedWeights } from "../../src/sae/model";
import { steeredByConfig } from "../../src/steering/apply-config";
import { rulesFor } from "../../src/steering/config-file";
import { previewUser } from "../../src/steering/preview";
import { steeringWeights } from "../../src/steering/weights";
import { PYTHON, runPython } from "../python-run";
import { SAE_VARIANTS, type SaeVariant, variantName } from "../sae/fixtures";
import { randomEdits, randomProject } from "../steering/random-project";

const K = 30;
const TOLERANCE = 1e-9;

function configOf(mode: SteeringMode, rules: SteeringConfig["rules"]): SteeringConfig {
  return { version: 1, sae: { path: "sae", hash: "0123456789abcdef" }, mode, rules };
}

type RecommenderKind = RecommenderManifest["kind"];

const python = (config: SteeringConfig, sae: Sae, recommender: RecommenderKind = "dot") =>
  generatePython(config, steeringWeights(sae, config), recommender);

interface Ran {
  lists: number[][];
  scores: number[][];
  batch: number[][];
  single: number[][];
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
        ran = {"lists": [], "scores": [], "batch": steering.steer(users, case["ids"]).tolist(), "single": []}
        for user, user_id, user_bias, seen in zip(users, case["ids"], case["userBias"], case["seen"]):
            ran["single"].append(steering.steer(user, user_id).tolist())
            if hasattr(steering, "recommend"):
                ran["lists"].append(steering.recommend(user, items, bias, user_bias, seen, ${K}, user_id).tolist())
                ran["scores"].append(steering.score_items(user, items, bias, user_bias, user_id).tolist())
        result[module] = ran
`;

const everyOperation: Edit[] = [
  { neuron: 0, operation: "suppress" },
  { neuron: 1, operation: "scale", value: -0.5 },
  { neuron: 2, operation: "set", value: 3 },
  { neuron: 3, operation: "add", value: 1e-3 },
  { neuron: 3, operation: "scale", value: 40 },
];

const MODES = ["delta", "reconstruct"] as const;
const SCORERS = { dot: dotScorer, cosine: cosineScorer };
const RECOMMENDERS = ["dot", "cosine", "onnx"] as const;

/** A project of its own shape for each kind of SAE, mode and recommender, with configs of several kinds. */
const cases = SAE_VARIANTS.flatMap((variant) =>
  MODES.flatMap((mode) => RECOMMENDERS.map((recommender) => ({ variant, mode, recommender }))),
).map(({ variant, mode, recommender }, seed) => {
  const shapes = seededRandom(seed);
  const latents = 4 + shapes.integer(30);
  const { sae, dataset, random } = randomProject(seed, {
    users: 5,
    items: 60,
    // In one dimension every cosine is 1 or -1, and rounding decides among equals.
    dimensions: (recommender === "cosine" ? 2 : 1) + shapes.integer(20),
    latents,
    biased: seed % 2 === 0,
    ...variant,
  });
  const users = (...ids: string[]) => ({ kind: "users" as const, users: ids });
  const rules: SteeringConfig["rules"] = [
    { name: "Every operation", audience: { kind: "everyone" }, edits: everyOperation },
    { name: "Some users", audience: users("u1", "u3"), edits: randomEdits(random, latents, 4) },
    { name: "Others", audience: users("u3", "u4"), edits: randomEdits(random, latents, 2) },
  ];
  const ruleSets = {
    all_rules: rules,
    audiences_only: rules.slice(1),
    no_rules: [],
    rule_without_edits: [{ name: "Nothing", audience: { kind: "everyone" as const }, edits: [] }],
  };
  const configs = Object.entries(ruleSets).map(([name, chosen]) => ({
    name,
    module: `steering_${seed}_${name}`,
    config: configOf(mode, chosen),
  }));
  return { title: `${variantName(variant)}, ${mode} mode, ${recommender}`, mode, recommender, sae, dataset, configs };
});

describe.skipIf(PYTHON === null)("generated Python", () => {
  const ran: Record<string, Ran> = {};

  beforeAll(() => {
    const sources: Record<string, string> = {};
    const given: Record<string, unknown> = {};
    for (const { title, recommender, sae, dataset, configs } of cases) {
      const { users, items, interactions } = dataset;
      for (const { module, config } of configs) sources[module] = python(config, sae, recommender);
      given[title] = {
        modules: configs.map(({ module }) => module),
        users: Array.from(users.ids, (_, u) => Array.from(row(users.embeddings, u))),
        ids: [...users.ids],
        items: Array.from(items.ids, (_, i) => Array.from(row(items.embeddings, i))),
        itemBias: items.bias === null ? null : Array.from(items.bias, (bias) => [bias]),
        userBias: Array.from(users.ids, (_, u) => users.bias?.[u] ?? 0),
        seen: Array.from(users.ids, (_, u) => Array.from(itemsOfUser(interactions, u))),
      };
    }
    Object.assign(ran, runPython(sources, LIST_ALL, given));
  });

  describe.each(cases.map((one) => [one.title, one] as const))("for %s", (_, one) => {
    const { mode, recommender, sae, dataset, configs } = one;
    const { users, items } = dataset;
    const original = Array.from(users.ids, (_, u) => Array.from(row(users.embeddings, u)));

    it("steers, scores and lists as the preview does", async () => {
      const scorer = recommender === "onnx" ? null : SCORERS[recommender](users, items);
      for (const { module, config } of configs) {
        const { lists, scores, batch, single } = ran[module];
        expect(lists).toHaveLength(scorer === null ? 0 : users.ids.length);
        for (const [u, id] of [...users.ids].entries()) {
          const vector = steeredByConfig(sae, config, id, row(users.embeddings, u));
          expectClose(single[u], vector);
          expectClose(batch[u], vector);
          if (scorer === null) continue;
          expectClose(scores[u], await scorer.scoreItems(vector, u));
          const edits = rulesFor(config, id);
          if (edits.length === 0) continue;
          const recipe = { name: "same", mode, edits };
          const { after } = await previewUser({ dataset, sae, scorer, labels: [], concepts: [] }, id, recipe, K);
          expect(lists[u]).toEqual(after.map((item) => item.row));
        }
      }
    });

    it("leaves users whom no rule concerns as they are, to the bit", () => {
      const [, audiencesOnly, noRules, ruleWithoutEdits] = configs.map(({ module }) => ran[module]);
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
    const config = configOf("delta", [{ name: "Twice", audience: { kind: "everyone" }, edits: doubled }]);
    const script = "import steering\nresult = steering.steer(np.array([1.0, 0.0])).tolist()";
    const found = runPython({ steering: python(config, sae) }, script, {});
    expect(found).toEqual(Array.from(steeredByConfig(sae, config, "u", [1, 0])));
    // Neurons 1 and 2 were active with 2 and are doubled; 3 was left out.
    expect(found).toEqual([1 + 2 * 1, 2 * (1 + 1)]);
  });

  const { sae, dataset } = randomProject(3, { users: 4, items: 6, dimensions: 5, latents: 6 });
  const some = configOf("delta", [
    { name: "One user", audience: { kind: "users", users: ["7"] }, edits: [{ neuron: 1, operation: "set", value: 2 }] },
  ]);

  it("takes ids as numbers too, and applies no audience rule without an id", () => {
    const given = { user: Array.from(row(dataset.users.embeddings, 0)) };
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
    expect(runPython({ steering: python(some, sae) }, script, given)).toEqual([
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
    expect(runPython({ steering: python(some, sae) }, script, {})).toEqual([1, 4, 0, 3, 5]);
  });

  it("refuses vectors and ids of the wrong shape with a sentence", () => {
    const script = `
from steering import recommend, steer
result = []
for call in (lambda: steer(np.ones(4)), lambda: steer(np.ones((2, 5)), "7"), lambda: steer(np.ones((2, 5)), ["7"]),
             lambda: recommend(np.ones((1, 5)), np.ones((3, 5)))):
    try:
        call()
    except ValueError as error:
        result.append(str(error))
`;
    expect(runPython({ steering: python(some, sae) }, script, {})).toEqual([
      "user_vector has shape (4,); expected (5,) or (n, 5)",
      "a batch of 2 rows needs as many user ids",
      "a batch of 2 rows needs as many user ids",
      "one user at a time: user_vector must have shape (5,)",
    ]);
  });

  const NAMES = [
    ...["Any", "DECODER", "DECODER_BIAS", "DIMENSIONS", "ENCODER", "ENCODER_BIAS", "EPSILON", "NEURONS", "Optional"],
    ...["RULES", "SAE_HASH", "Sequence", "Union", "np", "recommend", "score_items", "steer"],
  ];
  const HOSTILE = [
    'a"b',
    "it's",
    '"""',
    "'''",
    "\\",
    '\\"',
    "x\nraise SystemExit(1)",
    "x\rraise SystemExit(1)",
    "x\u2028y",
    "x\u0085y",
    "x\fraise SystemExit(1)",
    "\u202Ereversed",
    "\uD800",
    "\0",
    "coding: latin-1",
    "{name} %s \\N{DEL}",
    "影 🎬",
    "x".repeat(300),
  ];

  it("holds hostile names, labels, ids and hashes as text, wherever they stand", () => {
    const sources = HOSTILE.map((text, index) => {
      const edits: Edit[] = [{ neuron: 1, label: text, operation: "suppress" }];
      const config = configOf("delta", [{ name: text, audience: { kind: "users", users: [text, "u"] }, edits }]);
      return [`module${index}`, python({ ...config, sae: { path: text, hash: text } }, sae)];
    });
    const script = `
import ast, importlib
result = []
for index in range(given):
    with open("module%d.py" % index, encoding="utf-8") as source:
        ast.parse(source.read(), feature_version=(3, 8))
    module = importlib.import_module("module%d" % index)
    (audience, edits), = module.RULES
    result.append({
        "hash": [ord(letter) for letter in module.SAE_HASH],
        "ids": [[ord(letter) for letter in name] for name in audience if name != "u"],
        "edits": edits,
        "names": sorted(name for name in dir(module) if name[0] != "_"),
    })
`;
    const found = runPython(Object.fromEntries(sources), script, HOSTILE.length);
    expect(found).toEqual(
      HOSTILE.map((text) => {
        const points = [...text].map((character) => character.codePointAt(0));
        return { hash: points, ids: [points], edits: [[1, "suppress", 0]], names: NAMES };
      }),
    );
  });

  it("carries the very float32 weights, extremes included", () => {
    const odd = Float32Array.of(1e-45, 3.4028234663852886e38, -0, 0.1, 1 / 3);
    const decoderWeights = { ...sae.decoderWeights, values: sae.decoderWeights.values.slice() };
    decoderWeights.values.set(odd, 5);
    const script = "import steering\nresult = [value.hex() for value in steering.DECODER[0].tolist()]";
    expect(runPython({ steering: python(some, { ...sae, decoderWeights }) }, script, {})).toEqual([
      "0x1.0000000000000p-149",
      "0x1.fffffe0000000p+127",
      "-0x0.0p+0",
      "0x1.99999a0000000p-4",
      "0x1.5555560000000p-2",
    ]);
  });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  const gap = Math.max(...Array.from(expected, (value, index) => Math.abs(value - found[index])));
  expect(gap).toBeLessThan(TOLERANCE);
}

describe("Python source", () => {
  const { sae } = randomProject(3, { users: 4, items: 6, dimensions: 5, latents: 6 });
  const config = configOf("delta", [
    {
      name: "Less horror",
      audience: { kind: "everyone" },
      edits: [{ neuron: 4, label: "Horror", operation: "set", value: -1.5 }],
    },
  ]);

  it("names the rule, the neuron and the SAE", () => {
    const source = python(config, sae);
    expect(source).toContain('SAE_HASH = "0123456789abcdef"');
    expect(source).toContain("    # Less horror\n");
    expect(source).toContain('            (4, "set", -1.5),  # Horror\n');
    expect(source).toContain("    # 4 Horror\n    [\n");
  });

  it("is ordinary text: no long lines, no tabs, no trailing spaces, one line break at the end", () => {
    for (const { sae: of, recommender, configs } of cases) {
      for (const { config: one } of configs) {
        const source = python(one, of, recommender);
        const lines = source.split("\n");
        expect(lines.filter((line) => line.length > 100 || /\s$|\t/.test(line))).toEqual([]);
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
      ["mean", { normalisation: "layer" }],
    ];
    for (const variant of SAE_VARIANTS) {
      const { sae: of } = randomProject(3, { users: 4, items: 6, dimensions: 5, latents: 6, ...variant });
      const source = python({ ...config, mode: "reconstruct" }, of, "onnx");
      for (const [word, needed] of words) {
        const expected = Object.entries(needed).every(([key, value]) => variant[key as keyof SaeVariant] === value);
        expect(new RegExp(`\\b${word}\\b`).test(source), `${word}, ${variantName(variant)}`).toBe(
          expected || (word === "mean" && variant.normalisation === "norm"),
        );
      }
    }
  });

  it("lists items where the recommender is a formula, and says how to feed a model where it is one", () => {
    expect(python(config, sae, "dot")).toContain("dot product plus biases");
    expect(python(config, sae, "cosine")).toContain("cosine plus biases");
    const model = python(config, sae, "onnx");
    expect(model).not.toMatch(/score_items|recommend\(|Sequence/);
    expect(model).toContain("Pass them to your model in place of the user vectors");
  });

  it("holds in delta mode the weights of edited neurons only, and for top-k the encoder of all", () => {
    const { neurons, decoder, encoder } = steeringWeights(sae, config);
    expect(neurons).toEqual([4]);
    expect([decoder.length, encoder.length]).toEqual([1, 1]);
    expect(steeringWeights(sae, { ...config, mode: "reconstruct" }).neurons).toEqual([0, 1, 2, 3, 4, 5]);
    const topk = steeringWeights({ ...sae, activation: { kind: "topk", k: 2 } }, config);
    expect(topk.neurons).toEqual([4]);
    expect([topk.decoder.length, topk.encoder.length]).toEqual([1, 6]);
  });

  it("is refused, with the remedy, where all weights would not fit a readable file", () => {
    const large = randomProject(1, { users: 1, items: 1, dimensions: 100, latents: 2100 }).sae;
    const edits: Edit[] = [{ neuron: 2000, operation: "suppress" }];
    const rules: SteeringConfig["rules"] = [{ name: "a", audience: { kind: "everyone" }, edits }];
    const refused = (remedy: string) =>
      expect.objectContaining({ reason: "config-invalid", message: expect.stringContaining(remedy) });
    expect(() => python(configOf("reconstruct", rules), large)).toThrow(refused("Use delta mode"));
    expect(python(configOf("delta", rules), large).length).toBeLessThan(15_000);
    const topk: Sae = { ...large, activation: { kind: "topk", k: 32 } };
    expect(() => python(configOf("delta", rules), topk)).toThrow(refused("k largest: export JSON"));
  });

  it("is refused for a neuron that the SAE does not have", () => {
    const rules: SteeringConfig["rules"] = [
      { name: "a", audience: { kind: "everyone" }, edits: [{ neuron: 6, operation: "suppress" }] },
    ];
    expect(() => python(configOf("delta", rules), sae)).toThrow(/rules\[0\]\.edits\[0\].*neurons are 0 to 5/);
  });
});

describe("Python literals", () => {
  it("are the shortest digits that read back as the same float32", () => {
    const random = seededRandom(9);
    expect(float32Literal(Math.fround(0.1))).toBe("0.1");
    expect(float32Literal(-3)).toBe("-3.0");
    expect(float32Literal(-0)).toBe("-0.0");
    for (let i = 0; i < 2000; i++) {
      const value = Math.fround(random.normal() * 10 ** (random.integer(60) - 30));
      expect(Math.fround(Number(float32Literal(value)))).toBe(value);
    }
  });

  it("are floats even for whole numbers, and strings on one line", () => {
    expect([5, -0.25, 1e21, 1e-7].map(floatLiteral)).toEqual(["5.0", "-0.25", "1e+21", "1e-7"]);
    expect(stringLiteral('a"\\\n\u202E')).toBe('"a\\"\\\\\\u000a\\u202e"');
  });
});
