/** The execution provider that a person chose, and what happens where it is not to be had. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { EXECUTION_PROVIDERS } from "../../src/protocol/environment";
import { freshRuntime } from "./fresh-runtime";

function doubling() {
  const graph = new GraphBuilder("double");
  graph.output("y", graph.mul(graph.input("x", [2]), graph.scalar(2)));
  return graph.content();
}

/** Opens several sessions at once and one more, and has each run. */
async function doubled(openSession: Awaited<ReturnType<typeof freshRuntime>>["openSession"]): Promise<number[][]> {
  const atOnce = await Promise.all([openSession(doubling()), openSession(doubling())]);
  const sessions = [...atOnce, await openSession(doubling())];
  return Promise.all(
    sessions.map(async (session) => {
      const { y } = await session.run({ x: { data: Float32Array.of(1, 2), shape: [2] } });
      await session.release();
      return Array.from(y);
    }),
  );
}
const DOUBLED_THRICE = [
  [2, 4],
  [2, 4],
  [2, 4],
];

describe("the execution provider", () => {
  it("is the CPU, without a word, unless one is chosen", async () => {
    const { openSession, notices } = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: "" });
    expect(await doubled(openSession)).toEqual(DOUBLED_THRICE);
    expect(notices).toEqual([]);
  });

  it("is the CPU, with one notice, where onnxruntime's build lacks the chosen one", async () => {
    const foreign = process.platform === "darwin" ? "dml" : "coreml";
    const { openSession, notices } = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: foreign });
    expect(await doubled(openSession)).toEqual(DOUBLED_THRICE);
    expect(notices).toEqual([
      expect.stringMatching(
        new RegExp(`^onnxruntime for \\S+ has no execution provider ${foreign}, only cpu.*: running on the CPU.$`),
      ),
    ]);
  });

  // Its build for Linux knows CUDA, whose libraries are not part of the package.
  it.runIf(`${process.platform}-${process.arch}` === "linux-x64")(
    "is the CPU, with one notice, where the chosen one cannot be started",
    async () => {
      const { openSession, openModel, notices } = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: "cuda" });
      await expect(openModel(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ reason: "graph-invalid" });
      expect(notices).toEqual([]);
      expect(await doubled(openSession)).toEqual(DOUBLED_THRICE);
      expect(notices).toEqual([
        expect.stringMatching(/^The execution provider cuda could not be used \(.+\): running/),
      ]);
    },
  );

  it("is told to be missing where WebAssembly was asked for with it", async () => {
    const environment = { RECPRISM_EXECUTION_PROVIDER: "webgpu", RECPRISM_RUNTIME: "wasm" };
    const { openSession, notices } = await freshRuntime(environment);
    expect(await doubled(openSession)).toEqual(DOUBLED_THRICE);
    expect(notices).toEqual(["Using WebAssembly, which has no execution provider webgpu."]);
  });

  it("must be one that exists, as must the runtime", async () => {
    const { openSession } = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: "gpu" });
    await expect(openSession(doubling())).rejects.toMatchObject({
      reason: "settings-invalid",
      message: 'RECPRISM_EXECUTION_PROVIDER is "gpu"; it may be cpu, webgpu, cuda, coreml, dml.',
      where: { key: "RECPRISM_EXECUTION_PROVIDER" },
    });
    const other = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: "", RECPRISM_RUNTIME: "tensorflow" });
    await expect(other.openSession(doubling())).rejects.toThrow(
      /RECPRISM_RUNTIME is "tensorflow"; it may be native, wasm/,
    );
  });

  it("is offered by VS Code's setting with the same names", () => {
    const manifest = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"));
    const setting = manifest.contributes.configuration.properties["recprism.executionProvider"];
    expect(setting.enum).toEqual(EXECUTION_PROVIDERS);
    expect(setting.enumDescriptions).toHaveLength(EXECUTION_PROVIDERS.length);
    expect(setting.default).toBe("cpu");
  });
});
