import { symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { type Matrix, matrix, row } from "../../src/data/matrix";
import { readNpy } from "../../src/data/npy";
import { seededRandom } from "../../src/data/random";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { openModel, openSession, type TensorIn } from "../../src/graph/session";
import { checkHead } from "../../src/recommender/head-check";
import { readHeadFile } from "../../src/recommender/head-file";
import { type HeadManifest, headPorts } from "../../src/recommender/head-ports";
import { HeadSession } from "../../src/recommender/head-session";
import { openHead } from "../../src/recommender/onnx-head";
import { topRows } from "../../src/recommender/ranking";
import type { GraphScorer, Recommender } from "../../src/recommender/recommender";
import { failure, scratchFolder } from "../data/scratch";
import { hasMovieLens, MOVIELENS_1M, needsMovieLens } from "../data/shared-data";
import { HEADS, headBytes, integers, type ModelInput, modelBytes } from "../graph/import/onnx-files";
import { randomMatrix } from "../sae/fixtures";

const D = 6;
const users = randomMatrix(7, D, seededRandom(1));
const items = randomMatrix(23, D, seededRandom(2));
const { DataType } = onnx.TensorProto;

async function withHead<Result>(
  head: Omit<HeadManifest, "kind">,
  work: (recommender: Recommender) => Promise<Result>,
  { folder = HEADS, embeddings = { users, items } } = {},
): Promise<Result> {
  const recommender = await openHead({ kind: "onnx", ...head }, folder, embeddings);
  try {
    return await work(recommender);
  } finally {
    await recommender.release();
  }
}

/** Opens a model made by hand; `settings` are the manifest's. */
async function opened(model: ModelInput | Uint8Array, settings: Partial<HeadManifest> = {}): Promise<Recommender> {
  const folder = await scratchFolder();
  await writeFile(join(folder, "head.onnx"), model instanceof Uint8Array ? model : modelBytes(model));
  return openHead({ kind: "onnx", model: "head.onnx", ...settings }, folder, { users, items });
}

/** What is wrong with a model made by hand. */
async function fault(model: ModelInput | Uint8Array, ...fragments: string[]) {
  const { where } = await failure(opened(model), "head-invalid", "head.onnx cannot be the recommender", ...fragments);
  expect(where.file).toMatch(/head\.onnx$/);
  return where;
}

/** What the model's own file says of one user and all items, by onnxruntime and nothing of ours. */
async function ownScores(name: string, user: Float32Array, of: Matrix): Promise<number[]> {
  const session = await openModel(headBytes(name), 1);
  const scores: number[] = [];
  for (let item = 0; item < of.rows; item++) {
    const vectors = [user, row(of, item)];
    const inputs: Record<string, TensorIn> =
      session.inputNames.length === 1
        ? { pair: { data: Float32Array.from(vectors.flatMap((vector) => [...vector])), shape: [1, 2 * D] } }
        : { user: { data: user, shape: [1, D] }, item: { data: vectors[1], shape: [1, D] } };
    scores.push((await session.run(inputs)).score[0]);
  }
  await session.release();
  return scores;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i])).toBeLessThan(3e-6 * Math.max(1, Math.abs(expected[i])));
  }
}

const heads = [
  { name: "mlp-13", probabilities: true },
  { name: "one-input-14", probabilities: false },
  { name: "cosine-12", probabilities: false },
  { name: "bilinear-12", probabilities: false },
  { name: "normalised-17", probabilities: true },
  { name: "normalised-9", probabilities: true },
  { name: "attention-11", probabilities: false },
  { name: "sliced-15", probabilities: false },
  { name: "weighted-13", probabilities: false },
  { name: "fixed-batch-of-one-13", probabilities: false },
];

describe.each(heads)("the head $name", ({ name, probabilities }) => {
  it("ranks a catalogue by the model's own scores, and scores pairs alike in a graph", async () => {
    await withHead({ model: `${name}.onnx` }, async (recommender) => {
      const user = row(users, 3);
      const expected = await ownScores(name, user, items);
      const { scoreItems } = recommender.scorer({ embeddings: items, bias: null });
      expectClose(await scoreItems(user, 3), expected);

      expect(recommender).toMatchObject({ kind: "onnx", inGraph: { probabilities, all: null } });
      const graph = new GraphBuilder("pairs");
      const inputs = [graph.input("user", [items.rows, D]), graph.input("item", [items.rows, D])];
      const scores = recommender.inGraph.pairs(graph, inputs[0], inputs[1]);
      expect(scores.shape).toEqual([items.rows]);
      graph.output("scores", scores);
      const session = await openSession(graph.content(), 1);
      const repeated = Float32Array.from({ length: items.values.length }, (_, i) => user[i % D]);
      const result = await session.run({
        user: { data: repeated, shape: [items.rows, D] },
        item: { data: items.values, shape: [items.rows, D] },
      });
      await session.release();
      expectClose(result.scores, expected);
    });
  });
});

describe("ranking by a head", () => {
  it("covers catalogues of more items than one run takes, for several users at once", async () => {
    const many = randomMatrix(20_000, D, seededRandom(5));
    await withHead({ model: "mlp-13.onnx" }, async (recommender) => {
      const all = recommender.scorer({ embeddings: many, bias: null });
      const results = await Promise.all([0, 1, 2].map((user) => all.scoreItems(row(users, user), user)));
      const last = matrix(3, D, many.values.slice(-3 * D));
      for (const [user, scores] of results.entries()) {
        expect(scores).toHaveLength(20_000);
        expectClose(scores.slice(-3), await ownScores("mlp-13", row(users, user), last));
      }
    });
  });

  it("serves original and reconstructed items from one model", async () => {
    await withHead({ model: "mlp-13.onnx" }, async (recommender) => {
      const moved = matrix(
        items.rows,
        D,
        items.values.map((value) => value + 0.25),
      );
      const [original, other] = [items, moved].map((embeddings) => recommender.scorer({ embeddings, bias: null }));
      const user = row(users, 0);
      expectClose(await other.scoreItems(user, 0), await ownScores("mlp-13", user, moved));
      expectClose(await original.scoreItems(user, 0), await ownScores("mlp-13", user, items));
    });
  });

  it("fills batches of a fixed size up, whatever the catalogue's", async () => {
    const fixed = await opened({
      inputs: { user: [4, D], item: [4, D] },
      nodes: [
        { operator: "Mul", inputs: ["user", "item"], outputs: ["products"] },
        { operator: "ReduceSum", inputs: ["products", "axes"], outputs: ["y"], attributes: { keepdims: 0 } },
      ],
      weights: { axes: integers(1) },
    });
    const user = row(users, 2);
    const dots = Array.from({ length: items.rows }, (_, item) =>
      row(items, item).reduce((sum, value, c) => sum + value * user[c], 0),
    );
    expectClose(await fixed.scorer({ embeddings: items, bias: null }).scoreItems(user, 2), dots);
    await fixed.release();
  });

  it.each([
    { type: DataType.FLOAT16, factor: 0x3e00, digits: 2 },
    { type: DataType.DOUBLE, factor: 1.5, digits: 5 },
  ])("may compute in another precision inside: type $type", async ({ type, factor, digits }) => {
    const cast = (from: string, to: string, type: number) => ({
      operator: "Cast",
      inputs: [from],
      outputs: [to],
      attributes: { to: type },
    });
    const head = await opened({
      inputs: { user: ["B", D], item: ["B", D] },
      weights: { factor: { dims: [], data: [factor], type }, axes: integers(1) },
      nodes: [
        cast("user", "u", type),
        cast("item", "i", type),
        { operator: "Mul", inputs: ["u", "factor"], outputs: ["scaled"] },
        { operator: "Mul", inputs: ["scaled", "i"], outputs: ["products"] },
        cast("products", "p", DataType.FLOAT),
        { operator: "ReduceSum", inputs: ["p", "axes"], outputs: ["y"] },
      ],
    });
    const user = row(users, 4);
    const expected = row(items, 9).reduce((sum, value, c) => sum + 1.5 * value * user[c], 0);
    const scores = await head.scorer({ embeddings: items, bias: null }).scoreItems(user, 4);
    expect(scores[9]).toBeCloseTo(expected, digits);
    await head.release();
  });

  it("says for which item the score is no number", async () => {
    const logarithm = await opened({
      inputs: { user: ["B", D], item: ["B", D] },
      nodes: [
        { operator: "Abs", inputs: ["item"], outputs: ["size"] },
        { operator: "Mul", inputs: ["user", "size"], outputs: ["products"] },
        { operator: "Div", inputs: ["products", "size"], outputs: ["ratios"] },
        { operator: "ReduceSum", inputs: ["ratios", "axes"], outputs: ["y"] },
      ],
      weights: { axes: integers(1) },
    });
    const withZeros = matrix(2, D, Float32Array.from([...row(items, 0), ...new Array(D).fill(0)]));
    const { scoreItems } = logarithm.scorer({ embeddings: withZeros, bias: null });
    await failure(scoreItems(row(users, 0), 0), "head-invalid", "score of the item in row 1 is no number");
    await logarithm.release();
  });
});

/** score = sum of a - 2 b, so that a and b cannot be mistaken for each other. */
function uneven(inputs: Record<string, (number | string)[] | null>): ModelInput {
  const [a, b] = Object.keys(inputs);
  return {
    inputs,
    nodes: [
      { operator: "Mul", inputs: [b, "two"], outputs: ["doubled"] },
      { operator: "Sub", inputs: [a, "doubled"], outputs: ["difference"] },
      { operator: "ReduceSum", inputs: ["difference", "axes"], outputs: ["y"] },
    ],
    weights: { two: { dims: [], data: [2] }, axes: integers(-1) },
  };
}

describe("the inputs of a head", () => {
  const total = (vector: Float32Array) => vector.reduce((sum, value) => sum + value, 0);
  const scoreOfFirst = async (recommender: Recommender) => {
    const scores = await recommender.scorer({ embeddings: items, bias: null }).scoreItems(row(users, 0), 0);
    await recommender.release();
    return scores[0];
  };
  const usersFirst = total(row(users, 0)) - 2 * total(row(items, 0));
  const itemsFirst = total(row(items, 0)) - 2 * total(row(users, 0));

  it.each([
    { names: ["user", "item"], expected: usersFirst },
    { names: ["movieVector", "uid_embedding"], expected: itemsFirst },
    { names: ["i", "u"], expected: itemsFirst },
    { names: ["query.1", "input"], expected: usersFirst },
    { names: ["input_1", "candidate"], expected: usersFirst },
  ])("are told apart by their names: $names", async ({ names: [a, b], expected }) => {
    expect(await scoreOfFirst(await opened(uneven({ [a]: ["B", D], [b]: ["B", D] })))).toBeCloseTo(expected, 4);
  });

  it("are what the manifest says, one name being enough", async () => {
    const model = uneven({ left: ["B", D], right: ["B", D] });
    expect(await scoreOfFirst(await opened(model, { users: "right", items: "left" }))).toBeCloseTo(itemsFirst, 4);
    expect(await scoreOfFirst(await opened(model, { items: "left" }))).toBeCloseTo(itemsFirst, 4);
    expect(await scoreOfFirst(await opened(model, { users: "left" }))).toBeCloseTo(usersFirst, 4);
  });

  it("may have a dimension of length 1 in the middle, or state no shape", async () => {
    expect(await scoreOfFirst(await opened(uneven({ user: ["B", 1, D], item: ["B", 1, D] })))).toBeCloseTo(
      usersFirst,
      4,
    );
    expect(await scoreOfFirst(await opened(uneven({ user: null, item: null })))).toBeCloseTo(usersFirst, 4);
  });

  it("are refused where their names tell nothing, and where the manifest's are not the model's", async () => {
    const model = uneven({ left: ["B", D], right: ["B", D] });
    await fault(model, "left [?, 6], right [?, 6]", '"recommender.users" and "recommender.items"');
    await failure(opened(model, { users: "user" }), "head-invalid", 'no input "user"', "left [?, 6], right [?, 6]");
    await failure(opened(model, { pairs: "left", users: "right" }), "head-invalid", "not both");
    await failure(opened(model, { users: "left", output: "score" }), "head-invalid", 'no output "score"', '"y"');
  });

  it("are refused where their number, widths or types do not fit", async () => {
    await fault(
      uneven({ user: ["B", 32], item: ["B", 32] }),
      "input user takes vectors of 32 numbers",
      "the embeddings have 6",
    );
    await fault(
      { inputs: { pair: ["B", D] }, nodes: [] },
      "input pair takes vectors of 6 numbers",
      "a user and an item side by side have 12",
    );
    await fault(uneven({ user: [D], item: [D] }), "input user takes [6]", "a batch of vectors [B, 6]");
    await fault(uneven({ user: ["B", 5, D], item: ["B", 5, D] }), "input user takes [?, 5, 6]");
    await fault(
      uneven({ user: ["B", D], item: ["B", D], genre: ["B", 3] }),
      "genre [?, 3]",
      "user vectors and item vectors",
    );
    await fault({ ...uneven({ user: ["B", D], item: ["B", D] }), inputType: DataType.INT64 }, "takes int64", "float32");
    await fault(uneven({ user: [1, D], item: [8, D] }), "different numbers of rows: user [1, 6], item [8, 6]");
  });
});

describe("a head that cannot be the recommender", () => {
  const two = { user: ["B", D], item: ["B", D] };
  const dotThen = (operator: string, more: Partial<ModelInput> = {}): ModelInput => ({
    inputs: two,
    weights: { axes: integers(1) },
    nodes: [
      { operator: "Mul", inputs: ["user", "item"], outputs: ["products"] },
      { operator: "ReduceSum", inputs: ["products", "axes"], outputs: ["sum"] },
      { operator, inputs: ["sum"], outputs: ["y"] },
    ],
    ...more,
  });

  it("holds an operator without a rule", async () => {
    const where = await fault(dotThen("Round"), "node /Round/y is a Round, which has no gradient. Supported: Abs,");
    expect(where.key).toBe("/Round/y");
  });

  it("gives more than one score a pair", async () => {
    const products = (outputs: string[], nodes: ModelInput["nodes"]): ModelInput => ({ inputs: two, outputs, nodes });
    const product = { operator: "Mul", inputs: ["user", "item"], outputs: ["y"] };
    await fault(products(["y"], [product]), "For 16 pairs its output y has the shape [16,6]", "scores[:, 1]");
    const all = [
      { operator: "Transpose", inputs: ["item"], outputs: ["t"] },
      { operator: "MatMul", inputs: ["user", "t"], outputs: ["y"] },
    ];
    await fault(products(["y"], all), "[16,16]", "every user with every item");
    const whole = [product, { operator: "ReduceMean", inputs: ["y"], outputs: ["z"], attributes: { keepdims: 0 } }];
    await fault(products(["z"], whole), "shape []", "batch axis");
    await fault(products(["y", "z"], whole), 'the outputs "y", "z"', '"recommender.output"');
  });

  it("gives what is no number", async () => {
    await fault(dotThen("Log"), "Its score of user row", "is no number", "logarithms");
  });

  it("gives a pair another score when others stand beside it, or at random", async () => {
    const mixing: ModelInput = {
      ...dotThen("Identity"),
      nodes: [...dotThen("Identity").nodes, { operator: "CumSum", inputs: ["y", "first"], outputs: ["z"] }],
      outputs: ["z"],
      weights: { axes: integers(1), first: integers(0) },
    };
    await fault(mixing, "changes with the other pairs of the batch", "model.eval()");
    const random = dotThen("RandomNormalLike");
    await fault(random, "or from run to run");
  });

  it("was exported for one batch size, with tensors of it inside", async () => {
    const fixed: ModelInput = {
      ...dotThen("Identity", { inputs: { user: [8, D], item: [8, D] } }),
      weights: { axes: integers(1), offsets: { dims: [8, 1], data: [1, 2, 3, 4, 5, 6, 7, 8] } },
    };
    fixed.nodes[2] = { operator: "Add", inputs: ["sum", "offsets"], outputs: ["y"] };
    await fault(fixed, "changes with the other pairs of the batch");
    fixed.weights!.offsets.data = new Array(8).fill(1);
    await fault(fixed, "/Add/y", "[5,1] and [8,1]", "for batches of exactly 8", "dynamic batch axis");
  });

  it("is of floats or integers where a float32 score is expected", async () => {
    await fault(
      {
        ...dotThen("Identity", { outputType: DataType.DOUBLE }),
        nodes: [
          ...dotThen("Identity").nodes.slice(0, 2),
          { operator: "Cast", inputs: ["sum"], outputs: ["y"], attributes: { to: DataType.DOUBLE } },
        ],
      },
      "output y is double",
      "float32",
    );
  });

  it("is no ONNX model, half of one, missing, or a folder", async () => {
    const remedy = "not an ONNX model, or only the beginning of one. Export it again.";
    await fault(new TextEncoder().encode("PK not a model"), remedy);
    await fault(headBytes("mlp-13").subarray(0, 700), remedy);
    await failure(
      withHead({ model: "nowhere.onnx" }, async () => {}),
      "file-missing",
      "nowhere.onnx does not exist",
    );
    await failure(
      withHead({ model: "." }, async () => {}),
      "file-unreadable",
      "a folder",
    );
  });

  it("is what onnxruntime does not accept", async () => {
    await fault(dotThen("NoSuchOperator"), "onnxruntime cannot load the graph", "NoSuchOperator");
    const misfit = uneven({ user: ["B", "width"], item: ["B", "width"] });
    misfit.weights!.two = { dims: [5], data: [1, 2, 3, 4, 5] };
    await fault(misfit, "onnxruntime cannot run the graph", "given 16 users and items of 6 numbers each");
  });
});

it("an import that is not the model is found out before it is used", async () => {
  const { file, bytes, model } = await readHeadFile(join(HEADS, "mlp-13.onnx"));
  const ports = headPorts(file, model, { kind: "onnx", model: file }, D);
  const session = new HeadSession(file, await openModel(bytes, 1), ports, D);
  const nearly = async (factor: number) => {
    const { inGraph, release } = await openHead({ kind: "onnx", model: file }, "", { users, items });
    await release();
    const pairs: GraphScorer["pairs"] = (graph, u, i) => graph.mul(graph.scalar(factor), inGraph.pairs(graph, u, i));
    return checkHead(file, model, session, pairs, { users, items });
  };
  await failure(nearly(1.001), "head-invalid", "RecPrism's import of it gives user row", "the model itself 0.");
  expect(await nearly(1)).toEqual({ probabilities: false });
  await session.release();
});

describe("weights in a file beside the model", () => {
  /** The first weight moved out of the model. */
  function external(location: string, length?: number): { bytes: Uint8Array; weights: Uint8Array } {
    const model = onnx.ModelProto.decode(headBytes("mlp-13"));
    const tensor = model.graph!.initializer![0];
    const weights = tensor.rawData!;
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    tensor.externalData = [
      { key: "location", value: location },
      { key: "offset", value: "16" },
      { key: "length", value: `${length ?? weights.byteLength}` },
    ];
    return { bytes: onnx.ModelProto.encode(model).finish(), weights };
  }

  async function folderWith(bytes: Uint8Array, weights: Uint8Array): Promise<string> {
    const folder = await scratchFolder();
    await writeFile(join(folder, "head.onnx"), bytes);
    await writeFile(join(folder, "head.data"), Buffer.concat([Buffer.alloc(16), weights]));
    return folder;
  }

  it("are read", async () => {
    const { bytes, weights } = external("head.data");
    const folder = await folderWith(bytes, weights);
    await withHead(
      { model: "head.onnx" },
      async (recommender) => {
        const user = row(users, 1);
        const { scoreItems } = recommender.scorer({ embeddings: items, bias: null });
        expectClose(await scoreItems(user, 1), await ownScores("mlp-13", user, items));
      },
      { folder },
    );
  });

  it("are refused outside the model's folder, by path or by link, and where the file is shorter or missing", async () => {
    const { weights } = external("");
    const other = await scratchFolder();
    await writeFile(join(other, "secret"), weights);
    const from = async (location: string, length?: number) => {
      const folder = await folderWith(external(location, length).bytes, weights);
      await symlink(join(other, "secret"), join(folder, "link.data"));
      return withHead({ model: "head.onnx" }, async () => {}, { folder });
    };
    const outside = relative(await scratchFolder(), join(other, "secret"));
    await failure(from(outside), "head-invalid", `"${outside}", outside its folder`);
    await failure(from(join(other, "secret")), "head-invalid", "outside its folder");
    await failure(from("link.data"), "head-invalid", '"link.data", outside its folder', "as one file");
    await failure(from("head.data", 1 << 20), "file-truncated", "head.data is shorter than the model says");
    await failure(from("gone.data"), "file-missing", "gone.data does not exist");
  });
});

describe.skipIf(!hasMovieLens)(`the NCF head of MovieLens 1M${needsMovieLens}`, () => {
  it("opens by its names, ends in a probability, and ranks what its users like", async () => {
    const folder = join(MOVIELENS_1M, "embeddings", "ncf");
    const [ncfUsers, ncfItems] = await Promise.all(
      ["users", "items"].map((name) => readNpy(join(folder, `${name}.npy`))),
    );
    await withHead(
      { model: "head.onnx" },
      async (recommender) => {
        expect(recommender.inGraph.probabilities).toBe(true);
        const { scoreItems } = recommender.scorer({ embeddings: ncfItems, bias: null });
        const scores = await scoreItems(row(ncfUsers, 355), 355);
        expect(scores).toHaveLength(3018);
        expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
        const [best] = topRows(scores, 1);
        expect(scores[best]).toBeGreaterThan(0.5);
      },
      { folder, embeddings: { users: ncfUsers, items: ncfItems } },
    );
  });
});
