/** TypeScript and ONNX on every kind of SAE, mode and recommender: the lists and scores of the preview. */
import { describe, expect, it } from "vitest";
import { generatedCode } from "../../src/codegen/generate";
import { sidecarOf } from "../../src/codegen/sidecar";
import { runOnnx } from "../../src/engine/run-onnx";
import { runTypescript } from "../../src/engine/run-typescript";
import { questionsOf, verifiedCode } from "../../src/engine/verify-code";
import { everyCase, RULE_SETS } from "./code-cases";

const cases = everyCase();
const unhurried = async () => {};

/** What double precision leaves of a score, and what is left of one by vectors in float32, as models take them. */
const ROUNDING = 1e-11;
const FLOAT_ROUNDING = 1e-5;

describe.each(cases.map((one) => [one.title, one] as const))("for %s", (title, { cases: sets, recommender }) => {
  it("TypeScript gives the preview's lists", async () => {
    for (const name of RULE_SETS) {
      const { input, context, rules } = sets[name];
      const run = runTypescript(input, sidecarOf(input, "steer.ts", "safetensors"));
      const { largestDifference } = await verifiedCode("TypeScript", run, questionsOf(context, rules), unhurried);
      expect(largestDifference, `${title}, ${name}`).toBeLessThan(ROUNDING);
    }
  });

  it("ONNX gives the preview's lists", async () => {
    // Sessions take their time to open: of the sets that do little, each is here for some of the kinds.
    for (const name of new Set([...RULE_SETS.slice(0, 3), RULE_SETS[3 + (title.length % 2)]])) {
      const { input, context, rules } = sets[name];
      const { files } = generatedCode(input, "onnx", "steer.onnx");
      const { largestDifference } = await verifiedCode(
        "ONNX",
        runOnnx(input, files),
        questionsOf(context, rules),
        unhurried,
      );
      expect(largestDifference, `${title}, ${name}`).toBeLessThan(recommender === "onnx" ? FLOAT_ROUNDING : ROUNDING);
    }
  });
});
