/** A platform that onnxruntime-node has no binary for. A file of its own: here the native library is never loaded. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GraphBuilder } from "../../src/graph/graph-builder";
import { freshRuntime } from "./fresh-runtime";

const { platform, arch } = process;
const pretend = (as: { platform: string; arch: string }) =>
  Object.defineProperties(process, { platform: { value: as.platform }, arch: { value: as.arch } });

beforeAll(() => pretend({ platform: "darwin", arch: "x64" }));
afterAll(() => pretend({ platform, arch }));

function squares() {
  const graph = new GraphBuilder("squares");
  const x = graph.input("x", [3]);
  graph.output("y", graph.mul(x, x));
  return graph.content();
}

describe("without a native library", () => {
  it("graphs run on WebAssembly, with one notice", async () => {
    const { openSession, notices } = await freshRuntime({});
    for (let time = 0; time < 2; time++) {
      const session = await openSession(squares());
      const { y } = await session.run({ x: { data: Float32Array.of(1, 2, 3), shape: [3] } });
      await session.release();
      expect(Array.from(y)).toEqual([1, 4, 9]);
    }
    expect(notices).toEqual(["onnxruntime-node has no binary for darwin-x64: using WebAssembly."]);
  });

  it("the notice tells as well that the chosen execution provider is lost", async () => {
    const { openSession, notices } = await freshRuntime({ RECPRISM_EXECUTION_PROVIDER: "coreml" });
    await (await openSession(squares())).release();
    expect(notices).toEqual([
      "onnxruntime-node has no binary for darwin-x64: using WebAssembly, which has no execution provider coreml.",
    ]);
  });

  it("insisting on it fails, with the remedy", async () => {
    const { openSession } = await freshRuntime({ RECPRISM_RUNTIME: "native" });
    await expect(openSession(squares())).rejects.toMatchObject({
      reason: "settings-invalid",
      message:
        'RECPRISM_RUNTIME is "native", but onnxruntime-node has no binary for darwin-x64. Unset it to use WebAssembly.',
    });
  });
});
