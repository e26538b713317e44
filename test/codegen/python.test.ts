/** Generated Python: the same lists and scores as the preview, safe text, readable source. */
import { beforeAll, describe, expect, it } from "vitest";
import { generatePython } from "../../src/codegen/python";
import { float32Literal, floatLiteral, stringLiteral } from "../../src/codegen/python-text";
import { itemsOfUser } from "../../src/data/dataset";
import { row } from "../../src/data/matrix";
import { seededRandom } from "../../src/data/random";
import type { Edit, SteeringConfig, SteeringMode } from "../../src/protocol/steering";
import { dotScorer } from "../../src/recommender/scorer";
import type { Sae } from "../../src/sae/model";
import { steeredByConfig } from "../../src/steering/apply-config";
import { rulesFor } from "../../src/steering/config-file";
import { previewUser } from "../../src/steering/preview";
import { steeringWeights } from "../../src/steering/weights";
import { randomEdits, randomProject } from "../steering/random-project";
import { PYTHON, runPython } from "./python-run";

const K = 30;
const TOLERANCE = 1e-9;

function configOf(mode: SteeringMode, rules: SteeringConfig["rules"]): SteeringConfig {
  return { version: 1, sae: { path: "sae", hash: "0123456789abcdef" }, mode, rules };
}

const python = (config: SteeringConfig, sae: Sae) => generatePython(config, steeringWeights(sae, config));

interface Ran {
  lists: number[][];
  scores: number[][];
  batch: number[][];
  single: number[][];
}

const LIST_ALL = `
import importlib
items = np.array(given["items"], dtype=np.float32)
users = np.array(given["users"], dtype=np.float32)
bias = given["itemBias"] and np.array(given["itemBias"], dtype=np.float32)
result = {}
for module in given["modules"]:
    steering = importlib.import_module(module)
    ran = {"lists": [], "scores": [], "batch": steering.steer(users, given["ids"]).tolist(), "single": []}
    for user, name, user_bias, seen in zip(users, given["ids"], given["userBias"], given["seen"]):
        ran["lists"].append(steering.recommend(user, items, bias, user_bias, seen, ${K}, name).tolist())
        ran["scores"].append(steering.score_items(user, items, bias, user_bias, name).tolist())
        ran["single"].append(steering.steer(user, name).tolist())
    result[module] = ran
`;

const everyOperation: Edit[] = [
  { neuron: 0, operation: "suppress" },
  { neuron: 1, operation: "scale", value: -0.5 },
  { neuron: 2, operation: "set", value: 3 },
  { neuron: 3, operation: "add", value: 1e-3 },
  { neuron: 3, operation: "scale", value: 40 },
];

const projects = [
  { seed: 1, shape: { users: 25, items: 300, dimensions: 20, latents: 22, tied: true, biased: true } },
  { seed: 2, shape: { users: 25, items: 200, dimensions: 7, latents: 40, tied: false, biased: false } },
];

describe.skipIf(PYTHON === null)("generated Python", () => {
  for (const { seed, shape } of projects) {
    const { sae, dataset, random } = randomProject(seed, shape);
    const scorer = dotScorer(dataset.users, dataset.items);
    const { users, items } = dataset;
    const rules: SteeringConfig["rules"] = [
      { name: "Every operation", audience: { kind: "everyone" }, edits: everyOperation },
      {
        name: "Some users",
        audience: { kind: "users", users: ["u1", "u3"] },
        edits: randomEdits(random, shape.latents, 4),
      },
      {
        name: "Others",
        audience: { kind: "users", users: ["u3", "u4"] },
        edits: randomEdits(random, shape.latents, 2),
      },
    ];
    const configs: Record<string, SteeringConfig["rules"]> = {
      all_rules: rules,
      audiences_only: rules.slice(1),
      no_rules: [],
      rule_without_edits: [{ name: "Nothing", audience: { kind: "everyone" }, edits: [] }],
    };
    const given = {
      modules: Object.keys(configs),
      users: users.ids.map((_, u) => Array.from(row(users.embeddings, u))),
      ids: users.ids,
      items: items.ids.map((_, i) => Array.from(row(items.embeddings, i))),
      itemBias: items.bias === null ? null : Array.from(items.bias, (bias) => [bias]),
      userBias: users.ids.map((_, u) => users.bias?.[u] ?? 0),
      seen: users.ids.map((_, u) => Array.from(itemsOfUser(dataset.interactions, u))),
    };

    describe.each(["delta", "reconstruct"] as const)(`in %s mode, d=${shape.dimensions}`, (mode) => {
      const ran: Record<string, Ran> = {};
      beforeAll(() => {
        const sources = Object.entries(configs).map(([name, chosen]) => [name, python(configOf(mode, chosen), sae)]);
        Object.assign(ran, runPython(Object.fromEntries(sources), LIST_ALL, given));
      });

      it.each(Object.entries(configs))("lists and scores what the preview does, for %s", (name, chosen) => {
        const config = configOf(mode, chosen);
        const { lists, scores, batch, single } = ran[name];
        users.ids.forEach((id, u) => {
          const vector = steeredByConfig(sae, config, id, row(users.embeddings, u));
          expectClose(single[u], vector);
          expectClose(batch[u], vector);
          expectClose(scores[u], scorer.scoreItems(vector, u));
          const edits = rulesFor(config, id);
          if (edits.length === 0) return;
          const recipe = { name: "same", mode, edits };
          const { after } = previewUser({ dataset, sae, scorer, labels: [], concepts: [] }, id, recipe, K);
          expect(lists[u]).toEqual(after.map((item) => item.row));
        });
      });

      it("leaves users whom no rule concerns as they are, to the bit", () => {
        expect(ran.no_rules.batch).toEqual(given.users);
        expect(ran.audiences_only.single[0]).toEqual(given.users[0]);
        if (mode === "delta") expect(ran.rule_without_edits.batch).toEqual(given.users);
      });
    });
  }

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
    for (const mode of ["delta", "reconstruct"] as const) {
      const source = python({ ...config, mode }, sae);
      const lines = source.split("\n");
      expect(lines.filter((line) => line.length > 100 || /\s$|\t/.test(line))).toEqual([]);
      expect(source).toMatch(/[^\n]\n$/);
    }
  });

  it("holds in delta mode the weights of edited neurons only", () => {
    const { neurons, decoder, encoder } = steeringWeights(sae, config);
    expect(neurons).toEqual([4]);
    expect([decoder.length, encoder.length]).toEqual([1, 1]);
    expect(steeringWeights(sae, { ...config, mode: "reconstruct" }).neurons).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("is refused, with the remedy, where all weights would not fit a readable file", () => {
    const large = randomProject(1, { users: 1, items: 1, dimensions: 100, latents: 2100 }).sae;
    const edits: Edit[] = [{ neuron: 2000, operation: "suppress" }];
    const rules: SteeringConfig["rules"] = [{ name: "a", audience: { kind: "everyone" }, edits }];
    expect(() => python(configOf("reconstruct", rules), large)).toThrow(
      expect.objectContaining({ reason: "config-invalid", message: expect.stringContaining("Use delta mode") }),
    );
    expect(python(configOf("delta", rules), large).length).toBeLessThan(15_000);
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
