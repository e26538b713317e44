import { describe, expect, it } from "vitest";
import { graphFault, runtimeMessage } from "../../src/graph/runtime-fault";

describe("what onnxruntime says", () => {
  it.each([
    [
      "loses places in its sources",
      "Non-zero status code returned while running Expand node. Name:'e_1' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 16000\n",
      "Expand (e_1): Failed to allocate memory for requested buffer of size 16000",
    ],
    [
      "loses its status codes",
      "failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: /src/onnxruntime/core/framework/op_kernel.cc:83 virtual OrtValue *onnxruntime::OpKernelContext::OutputMLValue(int, const TensorShape &) [ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Tensor shape is too large",
      "Tensor shape is too large",
    ],
    [
      "stands in one line",
      "Got invalid dimensions for input: x for the following indices\n index: 0 Got: 1 Expected: 3\n Please fix the model.",
      "Got invalid dimensions for input: x for the following indices index: 0 Got: 1 Expected: 3 Please fix the model.",
    ],
    ["is otherwise as it was", "indices element out of data bounds", "indices element out of data bounds"],
  ])("%s", (_, said, told) => {
    expect(runtimeMessage(new Error(said))).toBe(told);
  });

  it("is cut where it is long, and has words where it is a number", () => {
    expect(runtimeMessage(new Error("x".repeat(5_000)))).toMatch(/^x{300}…$/);
    expect(runtimeMessage(5247384)).toBe("it stopped without a reason (5247384)");
  });
});

describe("a graph's fault", () => {
  it("is a sentence, with what to try", () => {
    expect(graphFault("It failed", new Error("Bad node"), "Try the CPU.").message).toBe(
      "It failed: Bad node. Try the CPU.",
    );
    expect(graphFault("It failed", new Error("Bad node.")).message).toBe("It failed: Bad node.");
    expect(graphFault("It failed", new Error("std::bad_alloc")).message).toMatch(/bad_alloc\. .* smaller batches/);
  });
});
